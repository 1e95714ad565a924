"""The invented schools, as rows of the national register's own file format (REF-2.3, REF-6.5)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from app.demo.calendar import Days

TYPES = {
    1: "Community school",
    2: "Voluntary aided school",
    5: "Foundation school",
    10: "Other independent special school",
    11: "Other independent school",
    24: "Secure units",
    28: "Academy sponsor led",
    30: "Welsh establishment",
    34: "Academy converter",
    35: "Free schools",
    37: "British schools overseas",
    47: "Children's centre",
    99: "Not yet classified",
}
OPEN, CLOSED, CLOSING, PROPOSED = 1, 2, 3, 4
STATUSES = {OPEN: "Open", CLOSED: "Closed", CLOSING: "Open, but proposed to close", PROPOSED: "Proposed to open"}
# authority -> its code, district, district code
AUTHORITIES = {
    "Northshire": ("971", "Northshire Vale", "E99000001"),
    "Eastmarch": ("972", "Eastmarch", "E99000003"),
    "Westvale": ("973", "Westvale", "E99000004"),
    "Southmere": ("974", "Southmere", "E99000005"),
    "Bryn Glas": ("975", "Bryn Glas", "W99000001"),
    "Overseas": ("976", "", ""),
}
PRIMARY, SECONDARY = (2, "Primary"), (4, "Secondary")
FIRST_URN = 9_000_001
FILLERS = range(9_000_029, 9_000_069)
FILLER_NAMES = (
    "Acorn Bank", "Ashcombe", "Barley Fold", "Beacon Rise", "Bluebell Lane", "Bramley", "Brook End", "Cedar Park",
    "Chantry", "Cherry Orchard", "Coppice Hill", "Damson Grove", "Dell View", "Elder Brook", "Fairmead", "Fallow Field",
    "Ferndown Rise", "Goldcrest", "Hazel Copse", "Heron Water", "Holly Bank", "Ivy House", "Kingfisher", "Lark Rise",
    "Lime Walk", "Linden", "Maple Court", "Meadow Brook", "Millstream", "Nightingale", "Orchard End", "Poplar Row",
    "Quince Tree", "Rowan Hill", "Sedge Moor", "Silver Birch", "Spindle Wood", "Teasel Lane", "Thistledown", "Yew Tree",
)  # fmt: skip


@dataclass(frozen=True)
class DemoSchool:
    """One establishment: what its register row says."""

    urn: str
    name: str
    type_code: int
    authority: str = "Northshire"
    status: int = OPEN
    closed_on: date | None = None
    section_41: str = ""
    trust: tuple[str, str] = ("", "")
    has_emails: bool = True
    phase: tuple[int, str] = PRIMARY

    @property
    def domain(self) -> str:
        """Return the mail domain: the first word of the name, and the URN where that is not unique."""
        word = "".join(letter for letter in self.name.split()[0].lower() if letter.isalpha())
        unique = int(self.urn) < FILLERS.start and word not in {"larkfield", "juniper", "kestrel", "three", "ironstone"}
        return f"{word}.example" if unique else f"{word}-{self.urn}.example"


@dataclass(frozen=True)
class Link:
    """A link between two establishments."""

    urn: str
    target: DemoSchool
    kind: str
    on: date


def schools(days: Days) -> list[DemoSchool]:
    """Return every demo school in order of URN."""
    return sorted([*_named(days), *_changing(days), *_fillers()], key=lambda school: school.urn)


def _named(days: Days) -> Iterator[DemoSchool]:
    yield DemoSchool("9000001", "Amberley Grove School", 34, phase=SECONDARY)
    yield DemoSchool("9000002", "Beckside Primary School", 1)
    yield DemoSchool("9000003", "Calder Bridge Academy", 28, "Eastmarch", phase=SECONDARY)
    yield DemoSchool("9000004", "Dunmore House School", 10, section_41="Approved")
    yield DemoSchool("9000005", "Elmstead Court School", 11, section_41="Not approved")
    yield DemoSchool("9000006", "Fernhill College", 11, "Eastmarch", section_41="Not approved", phase=SECONDARY)
    yield DemoSchool("9000007", "Glenfield International School", 37, "Overseas", phase=SECONDARY)
    yield DemoSchool("9000008", "Harrow Lane Infant School", 1, status=CLOSED, closed_on=days.ago(60))
    yield DemoSchool("9000017", "Larkfield Academy", 34, "Westvale", status=PROPOSED, phase=SECONDARY)
    yield DemoSchool("9000018", "Larkfield Primary School", 1, "Westvale")
    yield DemoSchool("9000019", "Larkfield Primary School", 5, "Southmere")
    yield DemoSchool("9000020", "Moorside School", 2, "Southmere", has_emails=False)
    trust = ("9901", "Three Oaks Learning Trust")
    yield DemoSchool("9000021", "Three Oaks Lower School", 34, "Westvale", trust=trust)
    yield DemoSchool("9000022", "Three Oaks Middle School", 34, "Westvale", trust=trust)
    yield DemoSchool("9000023", "Three Oaks Upper School", 34, "Westvale", trust=trust, phase=SECONDARY)
    yield DemoSchool("9000024", "Nettle Green Children's Centre", 47, "Southmere")
    yield DemoSchool("9000025", "Ysgol Bryn Glas", 30, "Bryn Glas")
    yield DemoSchool("9000026", "Oakhaven Secure Unit", 24, "Eastmarch")
    yield DemoSchool("9000027", "Pinewood Unclassified", 99, "Southmere")
    closing = days.ahead(20)
    yield DemoSchool("9000028", "Quarry Hill School", 1, "Southmere", status=CLOSING, closed_on=closing)


def _changing(days: Days) -> Iterator[DemoSchool]:
    """Yield the schools that closed into others."""
    closed, split = days.ago(30), days.ago(10)
    yield DemoSchool("9000009", "Ironstone High School", 1, status=CLOSED, closed_on=closed, phase=SECONDARY)
    yield DemoSchool("9000010", "Ironstone Academy", 34, phase=SECONDARY)
    yield DemoSchool("9000011", "Juniper Infant School", 1, status=CLOSED, closed_on=closed)
    yield DemoSchool("9000012", "Juniper Junior School", 1, status=CLOSED, closed_on=closed)
    yield DemoSchool("9000013", "Juniper Primary School", 1)
    yield DemoSchool("9000014", "Kestrel School", 1, "Eastmarch", status=CLOSED, closed_on=split)
    yield DemoSchool("9000015", "Kestrel North School", 1, "Eastmarch")
    yield DemoSchool("9000016", "Kestrel South School", 1, "Eastmarch")


def _fillers() -> Iterator[DemoSchool]:
    authorities = ("Northshire", "Eastmarch", "Westvale", "Southmere")
    types = (1, 2, 5, 28, 34, 35)
    for number, (urn, name) in enumerate(zip(FILLERS, FILLER_NAMES, strict=True)):
        secondary = number % 4 == 0
        full_name = f"{name} {'Academy' if secondary else 'Primary School'}"
        phase = SECONDARY if secondary else PRIMARY
        yield DemoSchool(str(urn), full_name, types[number % 6], authorities[number % 4], phase=phase)


def links(days: Days) -> list[Link]:
    """Return the links of the schools that closed into others."""
    by_urn = {school.urn: school for school in schools(days)}
    pairs = (
        ("9000009", "9000010", "Successor", 30),
        ("9000011", "9000013", "Successor - amalgamated", 30),
        ("9000012", "9000013", "Successor - amalgamated", 30),
        ("9000014", "9000015", "Successor - Split School", 10),
        ("9000014", "9000016", "Successor - Split School", 10),
    )
    return [Link(urn, by_urn[target], kind, days.ago(back)) for urn, target, kind, back in pairs]


def write_register_files(days: Days, folder: Path) -> tuple[Path, Path]:
    """Write the establishments and the links in the register's format; returns the two files."""
    folder.mkdir(parents=True, exist_ok=True)
    establishments, link_file = folder / "establishments.csv", folder / "links.csv"
    _write(establishments, [_row(school, days) for school in schools(days)])
    _write(link_file, [_link_row(link) for link in links(days)])
    return establishments, link_file


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    # The register publishes Windows-1252.
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _row(school: DemoSchool, days: Days) -> dict[str, str]:
    return _facts(school, days) | _place(school) | _contact(school)


def _facts(school: DemoSchool, days: Days) -> dict[str, str]:
    opens = f"01-09-{days.year + 1}" if school.status == PROPOSED else f"01-09-{1990 + int(school.urn) % 20}"
    return {
        "URN": school.urn,
        "EstablishmentName": school.name,
        "EstablishmentNumber": school.urn[-4:],
        "TypeOfEstablishment (code)": f"{school.type_code:02}",
        "TypeOfEstablishment (name)": TYPES[school.type_code],
        "EstablishmentStatus (code)": str(school.status),
        "EstablishmentStatus (name)": STATUSES[school.status],
        "OpenDate": opens,
        "CloseDate": _day(school.closed_on),
        "ReasonEstablishmentClosed (name)": "Result of closure" if school.status == CLOSED else "",
        "LastChangedDate": _day(days.ago(30)),
        "PhaseOfEducation (code)": str(school.phase[0]),
        "PhaseOfEducation (name)": school.phase[1],
        "Section41Approved (name)": school.section_41 or "Not applicable",
        "Trusts (code)": school.trust[0],
        "Trusts (name)": school.trust[1],
    }


def _place(school: DemoSchool) -> dict[str, str]:
    code, district, district_code = AUTHORITIES[school.authority]
    number = int(school.urn) - FIRST_URN + 1
    return {
        "LA (code)": code,
        "LA (name)": school.authority,
        "DistrictAdministrative (code)": district_code,
        "DistrictAdministrative (name)": district,
        "GOR (name)": "",
        "Street": f"{number} School Lane",
        "Locality": "",
        "Address3": "",
        "Town": f"{school.authority} Town",
        "County (name)": "",
        "Postcode": f"ZZ{int(code) % 10} {number // 10}{_letters(number)}",
        "UKPRN": f"9{int(school.urn):07}",
    }


def _letters(number: int) -> str:
    return f"{'ABDEFGHJLN'[number % 10]}{'PQRSTUWXYZ'[number % 7]}"


def _contact(school: DemoSchool) -> dict[str, str]:
    held = school.has_emails
    return {
        "SchoolWebsite": f"https://{school.domain}",
        "MainEmail": f"office@{school.domain}" if held else "",
        "AlternativeEmail": f"head@{school.domain}" if held else "",
    }


def _link_row(link: Link) -> dict[str, str]:
    return {
        "URN": link.urn,
        "LinkURN": link.target.urn,
        "LinkName": link.target.name,
        "LinkType": link.kind,
        "LinkEstablishedDate": _day(link.on),
    }


def _day(day: date | None) -> str:
    return day.strftime("%d-%m-%Y") if day else ""
