"""What the address of a list asks for; it survives paging and the way to a record and back (LS-02)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlencode

from app.registration.people.ect_list import Show
from app.registration.people.people_list import LONGEST_SEARCH, Sort
from app.terms import Word
from app.web.forms import read_query

if TYPE_CHECKING:
    from typing import Any

    from litestar import Request

W = TypeVar("W", bound=Word)
MOST_DIGITS = 6


@dataclass(frozen=True)
class ListQuery(Generic[W]):
    """The parameters of a list with its tabs; no tab means the first that is not empty."""

    tab: W | None = None
    q: str = ""
    sort: Sort = Sort.DEFAULT
    show: Show = Show.ALL
    page: int = 1

    def query(self) -> str:
        """Return the part of an address after "?", without what is as it would be anyway; may be empty."""
        given = {
            "tab": self.tab or "",
            "q": self.q,
            "sort": self.sort if self.sort is not Sort.DEFAULT else "",
            "filter": self.show if self.show is not Show.ALL else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        return urlencode({name: str(value) for name, value in given.items() if value})

    def on(self, path: str) -> str:
        """Return the address of a page that keeps these parameters."""
        query = self.query()
        return f"{path}?{query}" if query else path


def list_query(request: Request[Any, Any, Any], tabs: type[W]) -> ListQuery[W]:
    """Read the parameters; an unknown value counts as none (LS-02)."""
    query = read_query(request)
    return ListQuery(
        tab=_word(tabs, query.get("tab", "")),
        q=query.get("q", "")[:LONGEST_SEARCH],
        sort=_word(Sort, query.get("sort", "")) or Sort.DEFAULT,
        show=_word(Show, query.get("filter", "")) or Show.ALL,
        page=page_number(query.get("page", "")),
    )


def page_number(typed: str) -> int:
    """Return the number of a page from 1; anything unreadable is the first."""
    readable = typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS
    return max(1, int(typed)) if readable else 1


def _word(kind: type[W], typed: str) -> W | None:
    return next((word for word in kind if word.value == typed), None)
