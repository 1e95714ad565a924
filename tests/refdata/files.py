"""Small sets and register files for tests, with readable defaults."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import app.refdata

NATIONAL = Path(app.refdata.__file__).parent / "datasets" / "national"

DATA_SET = "name,version,source,published_on,format\nTest,1,Nobody,2026-01-01,1\n"
PERIODS = (
    "year,started_on,finished_on,registration_opens_on,payments_frozen_on,successor_year,"
    "successor_schedule_identifier,mentor_funding_enabled,uplift_fees,allow_gap\n"
    "2024,2024-06-01,2025-05-31,2024-06-01,2026-06-18,2025,ecf-extended-september,no,yes,\n"
    "2025,2025-06-01,2026-05-31,2025-06-01,,,,yes,no,\n"
)
WHOLE = {
    "dataset.csv": DATA_SET,
    "contract_periods.csv": PERIODS,
    "registration_closures.csv": "key,starts_on,ends_on,message\nspring,2025-04-01,2025-04-05,Back on {reopens_on}\n",
    "schedules.csv": "year,identifier\n2025,ecf-extended-september\n2025,ecf-standard-september\n",
    "milestones.csv": (
        "year,schedule,declaration,opens_on,closes_on\n"
        "2025,ecf-standard-september,started,2025-06-01,2025-12-31\n"
        "2025,ecf-standard-september,retained-1,2026-01-01,\n"
    ),
    "lead_providers.csv": "key,name,notification_emails\nnorth,North Training,a@north.example;b@north.example\n",
    "lead_provider_contracts.csv": "lead_provider,year\nnorth,2025\n",
    "delivery_partners.csv": "key,name\ngrain-hub,Grain Hub\n",
    "pairings.csv": "lead_provider,delivery_partner,year\nnorth,grain-hub,2025\n",
    "appropriate_bodies.csv": (
        "key,name,type,allowed_school_kinds,active_from,active_to,region,districts,contact_email\n"
        "alder,Alder Hub,teaching_school_hub,state_funded;independent;british_school_overseas;other,,,North,A;B,\n"
    ),
}

EXTRACT = [
    "URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName", "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)", "EstablishmentStatus (code)", "EstablishmentStatus (name)",
    "ReasonEstablishmentClosed (name)", "OpenDate", "CloseDate", "PhaseOfEducation (code)", "PhaseOfEducation (name)",
    "LastChangedDate", "Street", "Locality", "Address3", "Town", "County (name)", "Postcode", "SchoolWebsite", "UKPRN",
    "MainEmail", "AlternativeEmail", "Section41Approved (name)", "DistrictAdministrative (code)",
    "DistrictAdministrative (name)", "GOR (name)", "Trusts (code)", "Trusts (name)",
]  # fmt: skip
EMAILS = ("MainEmail", "AlternativeEmail")
PUBLIC = [
    *(name for name in reversed(EXTRACT) if name not in EMAILS),
    *(f"Census column {number}" for number in range(105)),
]
SCHOOL = {
    "URN": "900001",
    "LA (code)": "971",
    "LA (name)": "Northshire",
    "EstablishmentNumber": "2001",
    "EstablishmentName": "Amberley Grove School",
    "TypeOfEstablishment (code)": "34",
    "TypeOfEstablishment (name)": "Academy converter",
    "EstablishmentStatus (code)": "1",
    "EstablishmentStatus (name)": "Open",
    "OpenDate": "01-09-1999",
    "PhaseOfEducation (code)": "2",
    "PhaseOfEducation (name)": "Primary",
    "LastChangedDate": "20/10/2026",
    "Street": "1 High Street",
    "Town": "Amberley",
    "Postcode": "ab1  2cd",
    "SchoolWebsite": "www.amberley.example",
    "UKPRN": "10000001",
    "MainEmail": "Office@AMBERLEY.example",
    "AlternativeEmail": "head@amberley.example",
    "Section41Approved (name)": "Not applicable",
    "DistrictAdministrative (code)": "E07000001",
    "DistrictAdministrative (name)": "Northshire Vale",
    "GOR (name)": "North East",
}
FILLERS = 250
LINKS = ["URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"]


def write_set(folder: Path, **changed: str | bytes | None) -> Path:
    """Write the whole small set with some files changed (`pairings="…"`), or left out (None)."""
    folder.mkdir(exist_ok=True)
    texts: dict[str, str | bytes | None] = {**WHOLE, **{f"{name}.csv": text for name, text in changed.items()}}
    for name, text in texts.items():
        if text is not None:
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def write_only(folder: Path, **files: str) -> Path:
    """Write a set of `dataset.csv` and the files given."""
    left_out: dict[str, str | bytes | None] = dict.fromkeys((name.removesuffix(".csv") for name in WHOLE), None)
    return write_set(folder, **(left_out | {"dataset": DATA_SET} | files))


def school(urn: int | str, **facts: str) -> dict[str, str]:
    """Return one establishment of its own; facts by stored header, spaces as they are."""
    own = {"URN": str(urn), "UKPRN": "", "MainEmail": f"office@s{urn}.example"}
    return SCHOOL | own | facts


def fillers(count: int = FILLERS) -> list[dict[str, str]]:
    """Return schools that make one faulty row less than one in a hundred."""
    return [school(910_000 + number, EstablishmentName=f"Filler {number}") for number in range(count)]


def table(columns: list[str], rows: list[dict[str, str]]) -> str:
    """Return CSV text with CRLF line ends."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_register(path: Path, rows: list[dict[str, str]], columns: list[str] = EXTRACT) -> Path:
    """Write an establishments file as the register publishes it, in Windows-1252."""
    path.write_bytes(table(columns, rows).encode("cp1252"))
    return path


def write_links(path: Path, *links: tuple[str, str, str, str]) -> Path:
    """Write a links file of (urn, link urn, type, date)."""
    rows = [dict(zip(("URN", "LinkURN", "LinkType", "LinkEstablishedDate"), link, strict=True)) for link in links]
    path.write_bytes(table(LINKS, rows).encode("cp1252"))
    return path
