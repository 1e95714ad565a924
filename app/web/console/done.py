"""What the page says that somebody comes back to after they have put something right (ADM-1.3, ADM-6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.web.forms import read_query

if TYPE_CHECKING:
    from litestar import Request

_TITLES: dict[str, str] = {}
_SAID: dict[str, str] = {}
GONE = "gone"
"""What an address says when a form is confirmed whose subject is not there any more."""


@dataclass(frozen=True)
class Notification:
    """The banner of a page."""

    text: str
    success: bool = True


def can_be_done(slug: str, title: str, said: str = "") -> None:
    """Have every page of the console know what an address means that says `done` and this slug."""
    _TITLES[slug] = title
    _SAID[slug] = said or f"{title}: saved"


def title_of(slug: str) -> str:
    """Return what a slug stands for; raises KeyError for none."""
    return _TITLES[slug]


def done_here(request: Request[Any, Any, Any]) -> Notification | None:
    """Return what has just been put right, as the address says; None for nothing."""
    said = _SAID.get(read_query(request).get("done", ""))
    return Notification(f"{said}.") if said else None


can_be_done(GONE, "Nothing", "This was done already, here or by somebody else")
