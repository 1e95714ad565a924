"""The people of the adapter's tests; what is personal about them is listed, so that logs can be searched for it."""

BORN_ON = "1998-02-14"
NUMBER = "JX000011A"
PENSIONS_NUMBER = "JX000012B"
FACTS = (
    *("1998-02-14", "14/02/1998", "14-02-1998", "14 February 1998", "19980214", "14.2.1998"),
    *("JX000011A", "JX 00 00 11 A", "JX-00-00-11-A", "jx000011a", "JX000099A", "CE123456B"),
    *("aled@example.org", "Aled", "Prosser", "Pugh"),
    *("9900011", "9900012", "9900013", "9900014", "9900015", "9900099"),
)

ACTIVE, MERGED, DEACTIVATED, SURVIVOR, TWICE_MERGED, UNKNOWN = (
    *("9900011", "9900012", "9900013", "9900014", "9900015", "9900099"),
)


def people_file() -> dict[str, object]:
    """Return one active person with everything, a survivor, and the ways a record can be gone."""
    return {
        "format": 1,
        "keys": [
            {"key": "stand-in-trs-key", "roles": ["GetPerson"]},
            {"key": "no-role", "roles": []},
        ],
        "people": [
            {
                "trn": ACTIVE,
                "first_name": "Aled",
                "last_name": "Prosser",
                "date_of_birth": BORN_ON,
                "national_insurance_number": NUMBER,
                "employment_national_insurance_numbers": [PENSIONS_NUMBER],
                "email_address": "aled@example.org",
                "previous_names": [{"first_name": "Aled", "last_name": "Pugh"}],
                "qts": {"holds_from": "2025-07-15", "routes": ["School Direct"]},
                "induction": {
                    "status": "InProgress",
                    "start_date": "2025-09-01",
                    "completed_date": "2026-03-01",
                    "exemption_reasons": ["Qualified long ago"],
                },
                "alerts": [
                    {"category": "restriction", "details": "about Prosser", "end_date": "raw:31/12/2030"},
                    {"category": "prohibition", "start_date": "2020-01-01", "end_date": "2021-01-01"},
                ],
            },
            {"trn": MERGED, "state": "merged", "merged_into": SURVIVOR},
            {"trn": DEACTIVATED, "state": "deactivated"},
            {"trn": SURVIVOR, "first_name": ".", "last_name": ".", "date_of_birth": BORN_ON},
            {"trn": TWICE_MERGED, "state": "merged", "merged_into": MERGED},
        ],
    }
