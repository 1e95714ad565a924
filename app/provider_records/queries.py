"""Reading what a lead provider is shown: a list, or one resource, each in one statement (API-26.2).

What a resource says is not decided here but by functions of the database (migration 0069, `DOCUMENTS`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.db.engine import fetch, fetch_one
from app.provider_records.asked import BY_CREATION, Filters, Listed, Offset, ResourceType
from app.terms import TeacherId

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.provider_records.asked import Order, Page
    from app.terms import LeadProviderId

COLUMNS = {"created_at": "created_second", "updated_at": "updated_second"}
"""Times are ordered as they are shown, by whole seconds (API-7.7)."""
KEPT = """SELECT r.id, NULL::text AS body, r.resource_id{keys}
    FROM provider_record r WHERE r.lead_provider_id = {viewer} AND r.resource_type = '{kind}' AND r.listed
        AND r.valid_from <= $2 AND r.valid_until >= $2"""
SHARED = """ AND NOT EXISTS (SELECT FROM provider_record o WHERE o.resource_type = 'school' AND o.lead_provider_id = $1
        AND o.resource_id = r.resource_id AND o.cohort = r.cohort)"""
STALE = """SELECT r.id, r.body, r.resource_id{keys}
    FROM stale_provider_records($1, '{kind}', $2) r WHERE true"""
STAMPED = """replace({body}, '"{name}":"@"', '"{name}":"' || shown_time(k.{name}) || '"')"""
PAGE = """WITH page AS MATERIALIZED ({rows} ORDER BY {order} {limit})
    SELECT convert_to({body}, 'UTF8') AS body{position}
    FROM page p CROSS JOIN LATERAL (SELECT * FROM provider_record r WHERE r.id = p.id OFFSET 0) k ORDER BY {final}"""
"""Rows are looked up one by one: a page is small against the table, whatever was guessed about it."""
POSITION = ", CASE WHEN row_number() OVER (ORDER BY {final}) = {size} THEN ARRAY[{keys}] END AS position"
"""Of one row only: to read the keys of each would take as long as the text."""


@dataclass
class Statement:
    """A statement in the making: its conditions, and the values they name."""

    values: list[Any]
    order: Order = ()
    conditions: list[str] = field(default_factory=list)

    def put(self, value: object) -> str:
        """Add a value; returns its place."""
        self.values.append(value)
        return f"${len(self.values)}"

    def where(self, condition: str, value: object) -> None:
        """Add a condition, in which {} stands for the value."""
        self.conditions.append(condition.format(self.put(value)))


async def records_page(  # noqa: PLR0917 - a list is asked for by all of these
    lead_provider_id: LeadProviderId,
    kind: ResourceType,
    filters: Filters,
    order: Order,
    page: Page,
    today: date,
) -> Listed:
    """Return a page of a list as it is on a day (API-7): what the lead provider is shown, in the order asked for.

    Every order is total. A day that nobody has settled yet is worked out while reading (API-18.5).
    """
    made = Statement([lead_provider_id, today], order or BY_CREATION)
    _narrow(made, kind, filters)
    if isinstance(page, Offset):
        rows = await fetch(_page(made, kind, page.limit, page.offset), *made.values)
        return Listed([row["body"] for row in rows])
    if page.position is not None:
        made.conditions.append(_beyond(made, page.position))
    rows = await fetch(_page(made, kind, page.limit + 1, position_of=page.limit), *made.values)
    more = len(rows) > page.limit
    return Listed(
        [row["body"] for row in rows[: page.limit]], tuple(rows[page.limit - 1]["position"]) if more else None
    )


async def one_record(
    lead_provider_id: LeadProviderId, kind: ResourceType, resource_id: UUID, today: date, cohort: int | None = None
) -> bytes | None:
    """Return one resource as it is on a day, as JSON, or None when the lead provider is not shown it (API-1.4).

    cohort: of a school, the one it is shown for; None for everything else.
    """
    made = Statement([lead_provider_id, today])
    made.where("r.resource_id = {}", resource_id)
    if cohort is not None:
        made.where("r.cohort = {}", cohort)
    row = await fetch_one(_page(made, kind, 1), *made.values)
    return row["body"] if row else None


async def shown_to_each(kind: ResourceType, subject: TeacherId, today: date) -> list[tuple[str, bytes]]:
    """Return name and JSON for each lead provider that is shown a person on a day, as the API answers it (ADM-3.2)."""
    body = STAMPED.format(body="coalesce(p.body, k.body)", name="updated_at")
    kept = KEPT.format(viewer="lp.id", kind=kind.value, keys="")
    stale = STALE.format(kind=kind.value, keys="").replace("$1", "lp.id")
    rows = await fetch(
        f"""SELECT lp.name, convert_to({body}, 'UTF8') AS body FROM lead_provider lp
        CROSS JOIN LATERAL ({kept} AND r.subject_id = $1 UNION ALL {stale}) p
        JOIN provider_record k ON k.id = p.id WHERE k.subject_id = $1 ORDER BY lower(lp.name), k.resource_id""",  # noqa: S608 - constants
        subject,
        today,
    )
    return [(row["name"], row["body"]) for row in rows]


async def participant_id(lead_provider_id: LeadProviderId, resource_id: UUID) -> TeacherId | None:
    """Return the internal id of a participant by the id that the lead provider is shown, or None (API-1.4)."""
    row = await fetch_one(
        """SELECT subject_id FROM provider_record
        WHERE resource_type = 'participant' AND resource_id = $2 AND lead_provider_id = $1 AND listed""",
        lead_provider_id,
        resource_id,
    )
    return TeacherId(row["subject_id"]) if row else None


def _narrow(made: Statement, kind: ResourceType, filters: Filters) -> None:
    if kind is ResourceType.SCHOOL:
        (cohort,) = filters.cohorts or (0,)
        made.where("r.cohort = {}", cohort)
    elif filters.cohorts is not None:
        made.where("r.cohorts && {}::int[]", filters.cohorts)
    if filters.urn is not None:
        made.where("r.urn = {}", filters.urn)
    if filters.updated_since is not None:
        made.where("r.updated_at >= {}", filters.updated_since)
        made.where("r.updated_second >= date_trunc('second', {}::timestamptz)", filters.updated_since)
    if filters.delivery_partner_ids is not None:
        made.where("r.delivery_partner_public_id = ANY ({}::uuid[])", filters.delivery_partner_ids)
    if filters.training_statuses is not None:
        made.where("r.statuses && {}::text[]", filters.training_statuses)
    if filters.from_participant_ids is not None:
        made.where("r.from_ids && {}::uuid[]", filters.from_participant_ids)


def _page(made: Statement, kind: ResourceType, size: int, offset: int = 0, position_of: int | None = None) -> str:
    """Return the statement: keys first, then the text of those rows with its stamps (API-18.1, API-16.1).

    position_of: the number of the row whose position is told.
    """
    body = STAMPED.format(body="coalesce(p.body, k.body)", name="updated_at")
    if kind is ResourceType.EXPRESSION_OF_INTEREST:
        body = STAMPED.format(body=body, name="created_at")
    columns = [*(COLUMNS[name] for name, _ in made.order), "resource_id"]
    final = ", ".join(f"p.{key}" for key in _keys(made.order))
    told = ", ".join(f"p.{column}::text" for column in columns)
    position = POSITION.format(final=final, size=made.put(position_of), keys=told) if position_of else ""
    whole = f"LIMIT {made.put(size)}" + (f" OFFSET {made.put(offset)}" if offset else "")
    part = f"ORDER BY {', '.join(_keys(made.order))} LIMIT {made.put(size + offset)}"
    rows = _rows(made, kind, part)
    order = ", ".join(_keys(made.order))
    return PAGE.format(rows=rows, body=body, position=position, order=order, limit=whole, final=final)


def _keys(order: Order) -> list[str]:
    """Return what a list is ordered by; the id comes last, so that every order is total (API-7.7)."""
    return [*(f"{COLUMNS[name]}{' DESC' if descending else ''}" for name, descending in order), "resource_id"]


def _rows(made: Statement, kind: ResourceType, limit: str) -> str:
    """Return the parts of a list: records of the lead provider, shared ones, and those that the day has overtaken.

    limit: no more of each part are looked at, in the order of the list, than the page may need.
    """
    where = "".join(f" AND {condition}" for condition in made.conditions)
    # no other columns than are asked for, so that the index of the order has them all
    keys = "".join(f", r.{COLUMNS[name]}" for name, _ in made.order)
    parts = [KEPT.format(viewer="$1", kind=kind.value, keys=keys) + where]
    if kind is ResourceType.SCHOOL:
        parts.append(KEPT.format(viewer="0", kind=kind.value, keys=keys) + SHARED + where)
    parts.append(STALE.format(kind=kind.value, keys=keys) + where)
    return " UNION ALL ".join(f"({part} {limit})" for part in parts)


def _beyond(made: Statement, position: tuple[str, ...]) -> str:
    """Return the condition that a row comes after a position: by the first key in which the two differ."""
    columns = [(f"r.{COLUMNS[name]}", "<" if descending else ">") for name, descending in made.order]
    columns.append(("r.resource_id", ">"))
    places = [made.put(datetime.fromisoformat(text)) for text in position[:-1]]
    places.append(f"{made.put(position[-1])}::uuid")
    if not any(descending for _, descending in made.order):
        # compared as a whole, so that the index leads to the place even among rows of one second
        return f"({', '.join(column for column, _ in columns)}) > ({', '.join(places)})"
    keys = [(column, sign, place) for (column, sign), place in zip(columns, places, strict=True)]
    ways = [
        " AND ".join([*(f"{column} = {place}" for column, _, place in keys[:index]), f"{column} {sign} {place}"])
        for index, (column, sign, place) in enumerate(keys)
    ]
    first, sign, place = keys[0]
    return f"{first} {sign}= {place} AND ({' OR '.join(f'({way})' for way in ways)})"
