"""Reads the query of a call: filters, sorting and pages (API-7)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote
from uuid import UUID

from app.problems import bad_parameter, problem
from app.provider_records.asked import BY_CREATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.provider_records.asked import Order, SortKey

FILTERS = (
    "cohort",
    "urn",
    "updated_since",
    "delivery_partner_id",
    "training_status",
    "from_participant_id",
    "participant_id",
    "type",
)
PAGES = ("page", "per_page", "after")
SORTS = ("created_at", "updated_at")
LISTS = {"cohort", "delivery_partner_id", "training_status", "from_participant_id", "type"}
"""Filters of several values; two different values of any other are a mistake (API-7.4)."""
USUAL_SIZE, LARGEST_SIZE = 100, 3_000
NAME = re.compile(r"(?P<top>[^\[\]]+)(?P<rest>(?:\[[^\[\]]*\])*)")
WHOLE = re.compile(r"[0-9]{1,9}")
UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?", re.ASCII
)


@dataclass(frozen=True)
class Asked:
    """What stands in a query, sorted by name; `pairs` as they came, for the address of the next page."""

    pairs: tuple[tuple[str, str], ...] = ()
    filters: Mapping[str, list[str]] = field(default_factory=dict)
    pages: Mapping[str, list[str]] = field(default_factory=dict)
    sorts: tuple[str, ...] = ()
    others: Mapping[str, list[str]] = field(default_factory=dict)
    lenient: bool = False


def read_query(query: bytes, *, lenient: bool = False, others: Iterable[str] = ()) -> Asked:
    """Sort a query by name; raises the problem of an unknown name or a wrong shape (API-7.2, API-7.4).

    lenient: unknown names are passed by (API-7.3); others: top-level names that this address knows.
    """
    pairs = tuple(parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="replace"))
    found: dict[str, dict[str, list[str]]] = {"filter": {}, "page": {}}
    sorts: list[str] = []
    more: dict[str, list[str]] = {}
    for name, value in pairs:
        top, parts = _parts(name)
        if top in found:
            known = FILTERS if top == "filter" else PAGES
            key = _key(top, parts, known, lenient=lenient)
            if key:
                found[top].setdefault(key, []).append(value)
        elif top == "sort" and not parts:
            sorts.append(value)
        elif top in others and not parts:
            more.setdefault(top, []).append(value)
        elif not lenient:
            raise bad_parameter("parameter_unknown", "The query holds a parameter that is not known here.", "")
    return Asked(pairs, found["filter"], found["page"], tuple(sorts), more, lenient)


def _parts(name: str) -> tuple[str, list[str]]:
    match = NAME.fullmatch(name)
    if match is None:
        return name, []
    return match["top"], re.findall(r"\[([^\[\]]*)\]", match["rest"])


def _key(top: str, parts: list[str], known: tuple[str, ...], *, lenient: bool) -> str:
    """Return the name in the brackets; empty for one that is passed by."""
    if not parts or len(parts) > 2 or (len(parts) == 2 and parts[1]) or not parts[0]:  # noqa: PLR2004 - a name and []
        raise bad_parameter(
            "filter_shape", f"Write '#/{top}' with one name in brackets, such as {top}[{known[0]}].", top
        )
    if parts[0] in known:
        return parts[0]
    if lenient:
        return ""
    raise bad_parameter("parameter_unknown", f"The query holds a '#/{top}' that is not known.", top)


def single(asked: Mapping[str, list[str]], name: str, top: str = "filter", *, trim: bool = True) -> str | None:
    """Return a value that may stand once; None when it is absent. Raises for two that differ (API-7.4)."""
    values = list(dict.fromkeys(value.strip() if trim else value for value in asked.get(name, ())))
    if len(values) > 1:
        raise bad_parameter("parameter_repeated", f"'#/{name}' came twice with different values.", f"{top}/{name}")
    return values[0] if values else None


def items(asked: Mapping[str, list[str]], name: str) -> tuple[str, ...] | None:
    """Return the items of a list, without spaces and blanks; None when nothing was asked (API-7.1)."""
    found = [item.strip() for value in asked.get(name, ()) for item in value.split(",")]
    kept = tuple(dict.fromkeys(item for item in found if item))
    return kept or None


def years(asked: Mapping[str, list[str]]) -> tuple[int, ...] | None:
    """Return the years of a list of cohorts; what is not all digits is dropped (API-7.5)."""
    listed = items(asked, "cohort")
    return None if listed is None else tuple(int(item) for item in listed if WHOLE.fullmatch(item))


def one_year(asked: Mapping[str, list[str]]) -> int | None:
    """Return the one year that schools are asked for; None for text that names none.

    Raises `filter_required` when it is absent, `value_invalid` for several (API-7.5).
    """
    text = single(asked, "cohort")
    if not text:
        detail = "Send '#/cohort', the year in which the contract period starts, such as filter[cohort]=2025."
        raise bad_parameter("filter_required", detail, "filter/cohort")
    if "," in text:
        raise bad_parameter("value_invalid", "Send one year in '#/cohort'.", "filter/cohort")
    return int(text) if WHOLE.fullmatch(text) else None


def uuids(asked: Mapping[str, list[str]], name: str) -> tuple[UUID, ...] | None:
    """Return the ids of a list; what is no UUID is dropped (API-7.6)."""
    listed = items(asked, name)
    return None if listed is None else tuple(UUID(item) for item in listed if UUID_FORM.fullmatch(item))


def since(asked: Mapping[str, list[str]]) -> datetime | None:
    """Return from when changes are asked for; raises `date_invalid` (API-7.6)."""
    text = single(asked, "updated_since")
    if not text:
        return None
    if "%" in text:
        text = unquote(text)
    if not TIME.fullmatch(text):
        raise _no_date()
    try:
        moment = datetime.fromisoformat(text.upper().replace(",", "."))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _no_date() from None


def _no_date() -> Exception:
    detail = "'#/updated_since' is not an ISO 8601 date-time, such as 2025-09-01T00:00:00Z. Write + as %2B."
    return problem(400, "date_invalid", detail, pointer="#/query/filter/updated_since")


def order(asked: Asked) -> Order:
    """Return (field, descending) of each sort key; created_at when nothing is asked (API-7.7)."""
    values = list(dict.fromkeys(asked.sorts))
    if len(values) > 1:
        raise bad_parameter("parameter_repeated", "'#/sort' came twice with different values.", "sort")
    keys: list[SortKey] = []
    for item in values[0].split(",") if values and values[0].strip() else ():
        name = item.strip().removeprefix("+").removeprefix("-")
        fits = name in SORTS and item.strip()[: -len(name)] in {"", "+", "-"}
        if fits and name not in {key for key, _ in keys}:
            keys.append((cast("Any", name), item.strip().startswith("-")))
        elif not asked.lenient:
            detail = "Sort by created_at, updated_at or both, each once, with - before a name for the newest first."
            raise bad_parameter("sort_invalid", detail, "sort")
    return tuple(keys) or BY_CREATION


@dataclass(frozen=True)
class Page:
    """Which part of a list: so many rows, from a place on, or after a cursor (None for the first page)."""

    size: int
    number: int = 1
    keyset: bool = False
    cursor: str | None = None

    @property
    def offset(self) -> int:
        """How many rows stand before it."""
        return (self.number - 1) * self.size


def page(asked: Asked) -> Page:
    """Read which page is asked for; raises `page_invalid` (API-7.8, API-7.9)."""
    number = _whole(asked, "page")
    size = min(_whole(asked, "per_page") or USUAL_SIZE, LARGEST_SIZE)
    after = single(asked.pages, "after", "page")
    if after is None:
        return Page(size, number or 1)
    if number is not None:
        detail = "Send either page[page] or page[after], not both."
        raise problem(400, "page_invalid", detail, pointer="#/query/page/page")
    return Page(size, keyset=True, cursor=after or None)


def _whole(asked: Asked, name: str) -> int | None:
    text = single(asked.pages, name, "page", trim=False)
    if text is None:
        return None
    if not WHOLE.fullmatch(text) or int(text) == 0:
        detail = f"page[{name}] is a whole number from 1, of at most 9 digits."
        raise problem(400, "page_invalid", detail, pointer=f"#/query/page/{name}")
    return int(text)
