"""Generated files: the tables, the school register's two files, and the teaching records (REF-7.1, REF-7.4)."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.national.happenings import COLUMNS, event_rows
from app.national.names import names_of_schools
from app.national.schools import KINDS, PHASES, TYPES
from app.national.size import dealt
from app.national.tables import TABLES, TIMES, postcode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from app.national.country import Country
    from app.national.schools import School

FIRST_CLOSED_URN = 500_000
CLOSED, LINKS = 22_000, 34_000
"""Further closed schools and links of the register, for 25,000 schools."""
OPEN_CODE, CLOSED_CODE = "1", "2"
BORN = "1990-01-01"
HEADERS = (
    *("URN", "EstablishmentName", "TypeOfEstablishment (code)", "TypeOfEstablishment (name)"),
    *("EstablishmentStatus (code)", "EstablishmentStatus (name)", "LA (code)", "LA (name)", "CloseDate"),
    *("LastChangedDate", "PhaseOfEducation (code)", "PhaseOfEducation (name)", "Postcode"),
    *("DistrictAdministrative (code)", "DistrictAdministrative (name)", "MainEmail"),
)
LINK_HEADERS = ("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate")


def write_files(country: Country, folder: Path) -> dict[str, str]:
    """Write every file, and return the SHA-256 of each by name."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        _write(folder / f"{table.name}.csv", (*TIMES, *table.columns), table.stamped(country))
    _write(folder / "event.csv", COLUMNS, event_rows(country))
    write_register(country, folder)
    _write_teaching_records(country, folder / "teaching-records.json")
    return {path.name: _digest(path) for path in sorted(folder.iterdir())}


def write_register(country: Country, folder: Path) -> tuple[Path, Path]:
    """Write establishments and links as the school register publishes them; returns both paths (REF-2.2)."""
    establishments, links = folder / "establishments.csv", folder / "links.csv"
    _write(establishments, HEADERS, _establishments(country), "cp1252")
    _write(links, LINK_HEADERS, _links(country), "cp1252")
    return establishments, links


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[Any]], encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return ";".join(value) if isinstance(value, list) else value


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _establishments(country: Country) -> Iterator[tuple[str, ...]]:
    """Yield the schools of the tables, names with stray spaces, then many that closed long ago."""
    changed = _day(country.size.ago(30))
    for school in country.schools:
        name = f" {school.name.replace(' ', '  ', 1)}" if school.id % 100 == 0 else school.name
        status = (CLOSED_CODE, "Closed") if school.closed_on else (OPEN_CODE, "Open")
        place = f"E{school.district + 1:08}", f"District {school.district + 1}", f"office@{school.domain}"
        yield (
            *(school.urn, name, f"{school.type_code:02}", f"Type {school.type_code}", *status),
            *(f"{200 + school.authority}", f"Authority {school.authority + 1}", _day(school.closed_on), changed),
            *(str(PHASES[school.kind]), school.kind, postcode(school) or "", *place),
        )
    yield from _closed(country, changed)


def _closed(country: Country, changed: str) -> Iterator[tuple[str, ...]]:
    stream, count = country.size.stream("closed"), country.size.schools * CLOSED // 25_000
    kinds = dealt(stream, count, KINDS)
    for number, (kind, name) in enumerate(zip(kinds, names_of_schools(stream, kinds), strict=True)):
        code = stream.choice(TYPES[kind])
        closed_on = country.size.ago(1_000 + stream.randrange(6_000))
        yield (
            *(str(FIRST_CLOSED_URN + number), name, f"{code:02}", f"Type {code}", CLOSED_CODE, "Closed"),
            *(f"{200 + number % 152}", f"Authority {number % 152 + 1}", _day(closed_on), changed),
            *(str(PHASES[kind]), kind, "", f"E{number % 300 + 1:08}", f"District {number % 300 + 1}", ""),
        )


def _links(country: Country) -> Iterator[tuple[str, ...]]:
    """Yield successions among closed schools into open ones: plain, in chains, split, and loops."""
    stream, size = country.size.stream("links"), country.size
    closed = size.schools * CLOSED // 25_000
    targets = [school for school in country.schools if school.closed_on is None]
    seen: set[tuple[str, str]] = set()
    wanted = size.schools * LINKS // 25_000
    while len(seen) < wanted:
        urn, kind = str(FIRST_CLOSED_URN + stream.randrange(closed)), stream.random()
        other = _target(stream, urn, kind, closed, targets)
        if (urn, other) in seen or urn == other:
            continue
        seen.add((urn, other))
        name = "Successor - Split School" if kind < 0.1 else "Successor - merged" if kind < 0.3 else "Successor"  # noqa: PLR2004
        yield urn, other, "", name, _day(size.ago(2_000 + stream.randrange(2_000)))


def _target(stream: Any, urn: str, kind: float, closed: int, targets: list[School]) -> str:
    """Return where a link leads: one in five to the next closed school, so that chains and a few loops come about."""
    if kind >= 0.8:  # noqa: PLR2004 - a share
        return str(FIRST_CLOSED_URN + (int(urn) - FIRST_CLOSED_URN + 1 - 2 * (stream.random() < 0.1)) % closed)  # noqa: PLR2004
    return str(stream.choice(targets).urn)


def _day(day: date | None) -> str:
    return day.strftime("%d-%m-%Y") if day else ""


def teaching_records(country: Country) -> dict[str, Any]:
    """Return the people of the teaching record stand-in: one for every TRN."""
    return {"format": 1, "people": [_record(one) for one in country.people.teachers]}


def _record(one: Any) -> dict[str, Any]:
    induction: dict[str, Any] = {"status": "RequiredToComplete"}
    if one.completed_on:
        induction = {
            "status": "Passed",
            "start_date": one.started_on.isoformat(),
            "completed_date": one.completed_on.isoformat(),
        }
    qualified = (one.started_on - timedelta(days=60)).isoformat() if one.started_on else "2012-07-01"
    return {
        "trn": one.trn,
        "first_name": one.first,
        "last_name": one.last,
        "date_of_birth": BORN,
        "qts": qualified,
        "induction": induction,
    }


def _write_teaching_records(country: Country, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(teaching_records(country), file, ensure_ascii=False, indent=0, sort_keys=True)
