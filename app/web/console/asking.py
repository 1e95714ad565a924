"""Who asks in the console, and what every list of it reads from its address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from app.values import PARTS, Invalid, parse_date
from app.web.schools.list_query import page_number
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from litestar import Request

    from app.access.queries import User

T = TypeVar("T")
PAGE_SIZES = (20, 50, 100)
LONGEST_DAY = 30


def staff_of(request: Request[Any, Any, Any]) -> User:
    """Return the member of staff who asks; the route's policy lets nobody else in."""
    user = visit_of(request).visitor.user
    if user is None:
        raise LookupError("the route's policy lets nobody in who is not signed in")
    return user


def may(request: Request[Any, Any, Any], *roles: str) -> bool:
    """Tell whether whoever asks has one of these roles (ADM-1.1)."""
    return any(role in staff_of(request).staff_roles for role in roles)


def page_size(query: Mapping[str, str]) -> int:
    """Return how many rows of a list stand on a page (ADM-1.7)."""
    typed = query.get("size", "")
    return next((size for size in PAGE_SIZES if str(size) == typed), PAGE_SIZES[0])


def day_in(query: Mapping[str, str], name: str) -> date | None:
    """Return the day that an address gives, as 1/9/2025 or 2025-09-01; None for none and for what is no day."""
    typed = query.get(name, "").strip()
    parts = typed.replace("/", " ").replace("-", " ").replace(".", " ").split()
    if len(parts) != len(PARTS):
        return None
    year_first = len(parts[0]) == len("2025")
    try:
        return parse_date(
            {f"day_{part}": value for part, value in zip(PARTS[::-1] if year_first else PARTS, parts, strict=True)},
            "day",
            what="day",
        )
    except Invalid:
        return None


def unread_days(query: Mapping[str, str]) -> tuple[str, ...]:
    """Say of the days `since` and `until` of an address which are no days and so count as not given."""
    typed = {name: query.get(name, "").strip() for name in ("since", "until")}
    return tuple(
        f"“{value[:LONGEST_DAY]}” is no day, so it was left out. Enter a day such as 1/9/2025"
        for name, value in typed.items()
        if value and day_in(query, name) is None
    )


def paged(every: Sequence[T], query: Mapping[str, str]) -> tuple[tuple[T, ...], int, int]:
    """Return the rows of the page of a list that its address asks for, its number, and how many there are."""
    size = page_size(query)
    pages = max(1, -(-len(every) // size))
    number = min(max(page_number(query.get("page", "")), 1), pages)
    return tuple(every[(number - 1) * size : number * size]), number, pages


def address(path: str, kept: Mapping[str, str], names: tuple[str, ...]) -> str:
    """Return the address of a list before the number of its page, with what was asked for kept (ADM-1.7)."""
    given = urlencode({name: kept[name] for name in names if kept.get(name)})
    return f"{path}?{given}&page=" if given else f"{path}?page="
