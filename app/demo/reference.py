"""The reference-data set of the demo: years, invented providers, partners and bodies (REF-6.3 to REF-6.5)."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

from app.terms import ScheduleIdentifier, SchoolKind, Year

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from app.demo.calendar import Days

Rows = list[dict[str, str]]
DATA_SET_NAME = "Demo reference data"

LEAD_PROVIDERS = {
    "northstar-training": "Northstar Training",
    "brightpath-learning": "Brightpath Learning",
    "keystone-development": "Keystone Teacher Development",
    "meridian-education": "Meridian Education",
    "summit-professional": "Summit Professional",
}
DELIVERY_PARTNERS = {
    "grain-hub": "Grain Hub",
    "rivermouth-alliance": "Rivermouth Alliance",
    "copperfield-partnership": "Copperfield Partnership",
    "willow-learning-trust": "Willow Learning Trust",
}
# lead provider, delivery partner, first and last year as steps from Y
PAIRINGS = (
    ("northstar-training", "grain-hub", -5, 1),
    ("northstar-training", "willow-learning-trust", -1, 1),
    ("brightpath-learning", "rivermouth-alliance", -5, -1),  # changes its partner in Y
    ("brightpath-learning", "copperfield-partnership", 0, 1),
    ("keystone-development", "copperfield-partnership", -5, 1),
    ("keystone-development", "willow-learning-trust", -5, -1),  # ends
    ("meridian-education", "rivermouth-alliance", -5, -1),
    ("summit-professional", "willow-learning-trust", 0, 1),  # new
)
CONTRACTED = {"meridian-education": (-5, -1), "summit-professional": (0, 1)}
EVERY_YEAR = (-5, 1)

ALL_KINDS = ";".join(kind.value for kind in SchoolKind)
# hub, its districts
HUBS = {
    "aldermoor-hub": ("Aldermoor Teaching School Hub", "Northshire Vale"),
    "birchfield-hub": ("Birchfield Teaching School Hub", "Northshire Coast"),
    "cloverley-hub": ("Cloverley Teaching School Hub", "Eastmarch"),
    "dovecote-hub": ("Dovecote Teaching School Hub", "Westvale"),
    "eastgate-hub": ("Eastgate Teaching School Hub", "Southmere"),
    "foxglove-hub": ("Foxglove Teaching School Hub", "Midlow"),
    "greenway-hub": ("Greenway Teaching School Hub", "Highcombe"),
    "hawthorn-hub": ("Hawthorn Teaching School Hub", "Lowfen"),
}
ENDED_HUB = "greenway-hub"
COMING_HUB = "hawthorn-hub"
INDEPENDENT_BODY = "independent-assurance-panel"
OVERSEAS_BODY = "overseas-induction-service"
NATIONAL_BODIES = {
    INDEPENDENT_BODY: "Independent Schools Assurance Panel",
    OVERSEAS_BODY: "Overseas Schools Induction Service",
}
AUTHORITY = "northshire-council"

DECLARATIONS = ("started", "retained-1", "retained-2", "retained-3", "retained-4", "completed")
EXTENDED = ("extended-1", "extended-2", "extended-3")
OPENS = {"september": (0, 9), "january": (1, 1), "april": (1, 4)}
FROZEN = {-5: (-2, 18), -4: (-1, 16)}


def reference_set(days: Days) -> dict[str, Rows]:
    """Return the rows of every file of the set, by file name without its ending."""
    builders: dict[str, Callable[[Days], Iterable[dict[str, str]]]] = {
        "dataset": _dataset,
        "contract_periods": _contract_periods,
        "registration_closures": _closures,
        "schedules": _schedules,
        "milestones": _milestones,
        "lead_providers": _lead_providers,
        "lead_provider_contracts": _contracts,
        "delivery_partners": _delivery_partners,
        "pairings": _pairings,
        "appropriate_bodies": _bodies,
    }
    return {name: list(build(days)) for name, build in builders.items()}


def write_reference_set(days: Days, folder: Path) -> Path:
    """Write the set as the CSV files that `register refdata load` reads; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in reference_set(days).items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _dataset(days: Days) -> Iterator[dict[str, str]]:
    yield {
        "name": DATA_SET_NAME,
        "version": days.as_of.isoformat(),
        "source": "invented for the demo",
        "published_on": days.as_of.isoformat(),
        "format": "1",
    }


def _contract_periods(days: Days) -> Iterator[dict[str, str]]:
    for year in days.years:
        step = year - days.year
        frozen = FROZEN.get(step)
        yield {
            "year": str(year),
            "started_on": f"{year}-06-01",
            "finished_on": f"{year + 1}-05-31",
            "registration_opens_on": f"{year}-06-01" if step <= 0 else "",
            "payments_frozen_on": f"{days.year + frozen[0]}-06-{frozen[1]}" if frozen else "",
            "successor_year": str(days.year - 2) if frozen else "",
            "successor_schedule_identifier": ScheduleIdentifier.EXTENDED_SEPTEMBER.value if frozen else "",
            "mentor_funding_enabled": "yes" if step >= -1 else "no",
            "uplift_fees": "no" if step >= -1 else "yes",
        }


def _closures(days: Days) -> Iterator[dict[str, str]]:
    coming = days.year + 1
    yield {
        "key": f"opening-{coming}",
        "starts_on": f"{coming}-06-01",
        "ends_on": f"{coming}-06-14",
        "message": "We are getting ready for the new academic year. You can register people again from {reopens_on}.",
    }


def _schedules(days: Days) -> Iterator[dict[str, str]]:
    for year in days.years:
        for identifier in ScheduleIdentifier:
            yield {"year": str(year), "identifier": identifier.value}


def _milestones(days: Days) -> Iterator[dict[str, str]]:
    for schedule in _schedules(days):
        _, kind, month = schedule["identifier"].split("-")
        names = (*DECLARATIONS[:-1], *(EXTENDED if kind == "extended" else ()), DECLARATIONS[-1])
        for declaration in names:
            yield {
                "year": schedule["year"],
                "schedule": schedule["identifier"],
                "declaration": declaration,
                "opens_on": _opening(Year(int(schedule["year"])), kind, month).isoformat(),
                "closes_on": "",
            }


def _opening(year: Year, kind: str, month: str) -> date:
    later, number = OPENS[month]
    if kind == "standard" and month == "september":
        return date(year, 6, 1)
    return date(year + later, number, 1)


def _lead_providers(_: Days) -> Iterator[dict[str, str]]:
    for key, name in LEAD_PROVIDERS.items():
        yield {"key": key, "name": name, "notification_emails": f"partnerships@{key}.example"}


def _contracts(days: Days) -> Iterator[dict[str, str]]:
    for key in LEAD_PROVIDERS:
        for year in _between(days, *CONTRACTED.get(key, EVERY_YEAR)):
            yield {"lead_provider": key, "year": str(year)}


def _delivery_partners(_: Days) -> Iterator[dict[str, str]]:
    for key, name in DELIVERY_PARTNERS.items():
        yield {"key": key, "name": name}


def _pairings(days: Days) -> Iterator[dict[str, str]]:
    for provider, partner, first, last in PAIRINGS:
        for year in _between(days, first, last):
            yield {"lead_provider": provider, "delivery_partner": partner, "year": str(year)}


def _between(days: Days, first: int, last: int) -> Iterator[Year]:
    return (year for year in days.years if days.year + first <= year <= days.year + last)


def _bodies(days: Days) -> Iterator[dict[str, str]]:
    for key, (name, districts) in HUBS.items():
        starts = _next_september(days).isoformat() if key == COMING_HUB else ""
        ended = _last_august(days).isoformat() if key == ENDED_HUB else ""
        yield _body(key, name, "teaching_school_hub", ALL_KINDS, starts, ended) | {"districts": districts}
    for national, kind in (
        (INDEPENDENT_BODY, SchoolKind.INDEPENDENT),
        (OVERSEAS_BODY, SchoolKind.BRITISH_SCHOOL_OVERSEAS),
    ):
        yield _body(national, NATIONAL_BODIES[national], "national", kind.value)
    yield _body(AUTHORITY, "Northshire Council", "local_authority", "", ended=f"{days.year - 2}-08-31")


def _body(  # noqa: PLR0917 - the columns of one row
    key: str, name: str, kind: str, schools: str, starts: str = "", ended: str = ""
) -> dict[str, str]:
    return {
        "key": key,
        "name": name,
        "type": kind,
        "allowed_school_kinds": schools,
        "active_from": starts,
        "active_to": ended,
        "region": "",
        "districts": "",
        "contact_email": f"induction@{key}.example",
        "contact_url": f"https://{key}.example/",
    }


def _last_august(days: Days) -> date:
    this_year = date(days.as_of.year, 8, 31)
    return this_year if this_year < days.as_of else date(days.as_of.year - 1, 8, 31)


def _next_september(days: Days) -> date:
    this_year = date(days.as_of.year, 9, 1)
    return this_year if this_year > days.as_of else date(days.as_of.year + 1, 9, 1)
