"""Reading closed schools, their links and what is known about the schools around them (REF-3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.db.engine import fetch_one
from app.refdata.staging import long
from app.registration.closing_schools.closings import IN_USE
from app.registration.closing_schools.succession import Links, Node, Stated
from app.schools.queries import school_facts
from app.schools.rules import CLOSED, RefusalReason, is_not_yet_open, school_access
from app.terms import SchoolId

if TYPE_CHECKING:
    from app.policy import Policy

LISTED = f"""
    SELECT s.id, s.urn FROM school s LEFT JOIN school_closing c ON c.school_id = s.id AND c.ended_at IS NULL
    WHERE s.alias_of_school_id IS NULL AND (c.id IS NOT NULL OR (s.status_code = {CLOSED} AND {IN_USE}))
    ORDER BY s.urn::int"""  # noqa: S608 - constants
LISTED_WHEN_STORED = f"""
    SELECT s.urn FROM school s LEFT JOIN school_closing c ON c.school_id = s.id AND c.ended_at IS NULL
    LEFT JOIN school_changed n ON n.id = s.id
    WHERE s.alias_of_school_id IS NULL
        AND (c.id IS NOT NULL OR (coalesce(n.status_code, s.status_code) = {CLOSED} AND {IN_USE}))"""  # noqa: S608 - constants
ONE = """SELECT id, urn, name, status_code, closed_on, last_changed_on FROM school WHERE id = $1 FOR UPDATE"""
NODE = f"SELECT s.id, s.urn, s.status_code, {IN_USE} AS in_use FROM school s WHERE s.urn = $1"  # noqa: S608 - constants


@dataclass(frozen=True)
class ToReconcile:
    """A school that the register says is closed, or said so before."""

    id: SchoolId
    urn: str


@dataclass(frozen=True)
class StoredSchool:
    """What the register says now about one of them."""

    id: SchoolId
    urn: str
    name: str
    status_code: int
    closed_on: date | None
    last_changed_on: date | None

    @property
    def is_closed(self) -> bool:
        """Whether its status says so, whatever the date."""
        return self.status_code == CLOSED


async def schools_to_reconcile() -> list[ToReconcile]:
    """List closed schools in use, and those about which something was done, by URN (REF-3.1)."""
    return [ToReconcile(**dict(row)) for row in await long(LISTED)]


async def looked_at_when_stored(today: date) -> list[int]:
    """Return the changed schools that reconciliation will look at once they are stored, by internal id."""
    links = await due_links(today)
    around = {near for row in await long(LISTED_WHEN_STORED) for near in links.around(row["urn"])}
    rows = await long("SELECT id FROM school_changed WHERE urn = ANY($1) ORDER BY id", sorted(around))
    return [row["id"] for row in rows]


async def lock_school(school_id: SchoolId) -> StoredSchool:
    """Lock a school's row and return what the register says now."""
    row = await fetch_one(ONE, school_id)
    if row is None:
        raise LookupError("a school vanished although rows are never deleted")
    return StoredSchool(**dict(row))


async def due_links(today: date) -> Links:
    """Read all links that lead from a school to its successor, as far as they are due."""
    rows = await long(
        """SELECT urn, link_urn, link_type, established_on FROM school_link
        WHERE link_type ~* '^\\s*(successor|predecessor|merged|result)' ORDER BY urn, link_urn"""
    )
    return Links.of((Stated(**dict(row)) for row in rows), today)


async def nodes_around(urn: str, links: Links, today: date, policy: Policy) -> tuple[dict[str, Node], dict[str, int]]:
    """Return the stored schools that a decision may look at, and their internal ids, by URN."""
    nodes: dict[str, Node] = {}
    ids: dict[str, int] = {}
    for one in links.around(urn):
        row = await fetch_one(NODE, one)
        if row is None:
            continue
        facts = await school_facts(row["id"], today)
        reason = school_access(facts, today, policy).reason
        refused = reason is not None and reason not in {RefusalReason.CLOSED, RefusalReason.NOT_OPEN_YET}
        closed = row["status_code"] == CLOSED
        nodes[one] = Node(one, closed, is_not_yet_open(facts, today), row["in_use"], refused)
        ids[one] = row["id"]
    return nodes, ids
