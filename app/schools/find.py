"""Finding one's school without signing in (ACC-5.2 to ACC-5.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.db.engine import fetch, fetch_one
from app.terms import SchoolId
from app.values import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import asyncpg

SHORTEST, LONGEST = 2, 100
PAGE_SIZE = 20
_URN = re.compile(r"[0-9]{5,7}")
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
OPEN = """NOT (s.status_code = 2 AND (s.closed_on IS NULL OR s.closed_on < $1))
    AND s.status_code <> 4 AND (s.opened_on IS NULL OR s.opened_on <= $1)"""
"""A school that is open on the day $1 (ACC-13.3)."""
COLUMNS = """s.id, s.urn, s.name, s.street, s.locality, s.address3, s.town, s.county, s.postcode,
    s.local_authority_name, coalesce(nullif(btrim(s.primary_email), ''), nullif(btrim(s.secondary_email), '')) AS email,
    s.email_link_override, s.type_name, s.opened_on, s.closed_on,
    EXISTS (SELECT FROM school_access a WHERE a.school_id = s.id AND a.source = 'dfe_sign_in' AND a.ended_at IS NULL)
        AS has_dfe_sign_in"""


@dataclass(frozen=True)
class Sought:
    """What to look for: the first that is given counts."""

    urn: str = ""
    postcode: str = ""
    words: tuple[str, ...] = ()
    authority: str = ""


@dataclass(frozen=True)
class FoundSchool:
    """A school as the finder shows it; `email` is where its mail goes, None when the register holds no address."""

    id: SchoolId
    urn: str
    name: str
    address: tuple[str, ...]
    postcode: str
    authority: str
    email: str | None = field(repr=False)
    has_dfe_sign_in: bool
    email_link_override: str | None
    type_name: str
    opened_on: date | None
    closed_on: date | None


def parse_sought(typed: str, authority: str, words_of: Callable[[str], str]) -> Sought:
    """Return what was typed as a URN, a postcode or the words of a name (ACC-5.2); raises Invalid.

    words_of: folds a name to plain words, as the stored ones are.
    """
    text = typed.strip()
    if not text:
        raise Invalid(q="Enter a school name, URN or postcode")
    if not SHORTEST <= len(text) <= LONGEST:
        raise Invalid(q=f"Enter between {SHORTEST} and {LONGEST} characters")
    if _URN.fullmatch(text):
        return Sought(urn=text, authority=authority)
    postcode = "".join(text.split()).upper()
    if _POSTCODE.fullmatch(postcode):
        return Sought(postcode=postcode, authority=authority)
    return Sought(words=tuple(words_of(text).split()), authority=authority)


async def find_schools(sought: Sought, today: date, number: int) -> tuple[tuple[FoundSchool, ...], int]:
    """Return one page of the open schools that fit, by name, and how many there are (ACC-5.3); pages count from 1."""
    if not (sought.urn or sought.postcode or sought.words):
        return (), 0
    rows = await fetch(
        f"""SELECT {COLUMNS}, count(*) OVER () AS total FROM school s WHERE {OPEN}
            AND ($2 = '' OR s.urn = $2) AND ($3 = '' OR replace(s.postcode, ' ', '') = $3)
            AND ' ' || s.search_name LIKE ALL ($4::text[])
            AND ($5 = '' OR s.local_authority_code = $5)
        ORDER BY lower(s.name), s.name, s.postcode, s.urn LIMIT $6 OFFSET $7""",  # noqa: S608 - constants
        today,
        sought.urn,
        sought.postcode,
        [f"% {word}%" for word in sought.words],  # a folded word holds no sign of a pattern
        sought.authority,
        PAGE_SIZE,
        (number - 1) * PAGE_SIZE,
    )
    return tuple(_found(row) for row in rows), rows[0]["total"] if rows else 0


async def open_school(urn: str, today: date) -> FoundSchool | None:
    """Return an open school by its URN; None for any other, which cannot ask for access (ACC-5.3)."""
    row = await fetch_one(f"SELECT {COLUMNS} FROM school s WHERE {OPEN} AND s.urn = $2", today, urn)  # noqa: S608 - constants
    return _found(row) if row else None


async def school_of_id(school_id: SchoolId) -> FoundSchool | None:
    """Return a school whatever its state, as the page of a link names it."""
    row = await fetch_one(f"SELECT {COLUMNS} FROM school s WHERE s.id = $1", school_id)  # noqa: S608 - constants
    return _found(row) if row else None


async def authorities(today: date) -> dict[str, str]:
    """Return the local authorities that have open schools, code to name, A to Z."""
    rows = await fetch(
        f"""SELECT s.local_authority_code AS code, max(s.local_authority_name) AS name FROM school s
        WHERE {OPEN} AND s.local_authority_name <> '' GROUP BY 1 ORDER BY lower(max(s.local_authority_name))""",  # noqa: S608 - constants
        today,
    )
    return {row["code"]: row["name"] for row in rows}


def _found(row: asyncpg.Record) -> FoundSchool:
    lines = (row["street"], row["locality"], row["address3"], row["town"], row["county"])
    return FoundSchool(
        id=SchoolId(row["id"]),
        urn=row["urn"],
        name=row["name"],
        address=tuple(line for line in lines if line),
        postcode=row["postcode"] or "",
        authority=row["local_authority_name"] or "",
        email=row["email"],
        has_dfe_sign_in=row["has_dfe_sign_in"],
        email_link_override=row["email_link_override"],
        type_name=row["type_name"],
        opened_on=row["opened_on"],
        closed_on=row["closed_on"],
    )
