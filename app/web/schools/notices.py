"""What others did to a school's people and partnerships (NOT-6.1, UP-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post

from app import clock
from app.access.mark_notices_read import MarkNoticesRead, mark_notices_read
from app.access.preferences import NoticeGroup
from app.registration.home.school_notices import Asked, notices
from app.terms import Role
from app.web.forms import read_form, read_query
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.schools.list_query import page_number
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.registration.home.school_notices import NoticePage, SchoolNotice
    from app.web.session import Here

PATH = "/school/notices"
RECORDS = {Role.ECT: "/school/ects", Role.MENTOR: "/school/mentors"}
FILTERS = {"": "All", "unread": "Not read yet", **{group.value: group.words for group in NoticeGroup}}


@dataclass(frozen=True)
class NoticeLine:
    """One notice: what happened, where it leads, when and by whom."""

    kind: str
    text: str
    href: str
    at: datetime
    by: str
    unread: bool
    done: bool


@dataclass(frozen=True)
class FilterLink:
    """One way to narrow the list."""

    text: str
    href: str
    current: bool


@dataclass(frozen=True)
class NoticesPage:
    """One page of notices; newest: the number of the newest event seen, for marking all as read."""

    lines: tuple[NoticeLine, ...]
    filters: tuple[FilterLink, ...]
    newest: int
    any_unread: bool
    page_number: int
    pages: int
    page_href: str


@get(PATH, opt=school_page(gated=True))
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Show all notices, newest first, narrowed and paged."""
    here, query = here_of(request), read_query(request)
    wanted = query.get("filter", "") if query.get("filter", "") in FILTERS else ""
    group = next((group for group in NoticeGroup if group.value == wanted), None)
    asked = Asked(here.school.id, here.user.id, group, unread=wanted == "unread")
    size, number = here.policy.page_size, page_number(query.get("page", ""))
    found = await notices(asked, here.today, clock.now(), size, number)
    pages = max(1, -(-found.total // size))
    if number > pages:
        return redirect(request, address(wanted))
    return page(request, "schools/notices.html", notices_page(found, here, wanted, number, pages))


@post(f"{PATH}/read", opt=school_page(gated=True), status_code=303)
async def mark_read(request: Request[Any, Any, Any]) -> Response[str]:
    """Mark everything that the page showed, and everything before it, as read."""
    here, typed = here_of(request), (await read_form(request)).get("up_to", "")
    if typed.isascii() and typed.isdigit() and len(typed) < 19:  # noqa: PLR2004 - fits a bigint
        await mark_notices_read(MarkNoticesRead(here.user.id, here.school.id, int(typed)))
    return redirect(request, PATH)


def notices_page(found: NoticePage, here: Here, wanted: str, number: int, pages: int) -> NoticesPage:
    """Return the context of the page."""
    lines = tuple(line_of(notice, here) for notice in found.notices)
    filters = tuple(FilterLink(text, address(name), name == wanted) for name, text in FILTERS.items())
    start = address(wanted)
    joiner = "&" if "?" in start else "?"
    unread = any(line.unread for line in lines)
    return NoticesPage(lines, filters, found.newest, unread, number, pages, f"{start}{joiner}page=")


def line_of(notice: SchoolNotice, here: Here) -> NoticeLine:
    """Return a notice as the user sees it; no other school is named (EVT-02)."""
    event = notice.event
    return NoticeLine(
        notice.notice,
        notice.text,
        record_of(notice),
        event.recorded_at,
        event.by(here.school.id),
        unread=not notice.read and not notice.settled,
        done=notice.settled,
    )


def record_of(notice: SchoolNotice) -> str:
    """Return the page of what a notice is about; none for what has no page."""
    if notice.person is not None:
        return f"{RECORDS[notice.person.role]}/{notice.person.public_id}"
    if notice.partnership is not None:
        return f"/school/partnerships/{notice.partnership}"
    return "/school/induction-tutor" if notice.notice == "tutor_changed" else ""


def address(wanted: str) -> str:
    """Return the address of the list, narrowed."""
    query: Mapping[str, str] = {"filter": wanted} if wanted else {}
    return f"{PATH}?{urlencode(query)}" if query else PATH


HANDLERS = [show, mark_read]
