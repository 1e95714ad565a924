"""The teachers of the registration tests, as the stand-in teaching record system serves them."""

from __future__ import annotations

from typing import Any

BORN_ON = "1998-02-14"


def person(trn: str, first_name: str, last_name: str, **more: Any) -> dict[str, Any]:
    """Return a record that can be registered, unless said otherwise."""
    return {
        "trn": trn,
        "first_name": first_name,
        "last_name": last_name,
        "date_of_birth": BORN_ON,
        "national_insurance_number": f"JX0000{trn[-2:]}A",
        "qts": "2025-07-15",
        **more,
    }


def induction(status: str) -> dict[str, Any]:
    """Return an induction with a status."""
    return {"induction": {"status": status}}


def prohibition(end_date: str | None) -> dict[str, Any]:
    """Return an alert of a prohibition category."""
    return {
        "alerts": [{"category": "prohibition", "type": "Prohibition", "start_date": "2020-01-01", "end_date": end_date}]
    }


PEOPLE = {
    "format": 1,
    "people": [
        person("9900001", "Priya", "Shah"),
        person("9900002", "Tom", "Baker", qts=None),
        person("9900004", "Dee", "Active", state="deactivated"),
        person("9900005", "Mer", "Ged", state="merged", merged_into="9900006"),
        person("9900006", "Sur", "Vivor"),
        person("9900007", "Pat", "Passed", **induction("Passed")),
        person("9900008", "Fay", "Failed", **induction("Failed")),
        person("9900009", "Wyn", "Wales", **induction("FailedInWales")),
        person("9900010", "Xan", "Exempt", **induction("Exempt")),
        person("9900011", "Aled", "Prosser", **prohibition(None)),
        person("9900012", "Ended", "Today", **prohibition("2025-10-06")),
        person("9900013", "Ends", "Tomorrow", **prohibition("2025-10-07")),
        person("9900015", "Nia", "Other", date_of_birth="1990-01-01"),
        person("9900016", "No", "Number", date_of_birth="1990-01-01", national_insurance_number=None),
        person("9900017", "Una", "Quinn", **induction("InProgress")),
        person("9900019", "Siân", "."),
        person("9900020", "Vic", "Mover"),
        person("9900021", "Bo", "Barred", date_of_birth="1990-01-01", **prohibition(None)),
    ],
    "faults": [],
}
