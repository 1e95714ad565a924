"""Queries to support, and what people think of the service (ADM-15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.console.statistics import rounded
from app.console.support_queries import STATES, FeedbackFilter, SupportQuery, feedback, queries
from app.console.timeline import Whose
from app.events.record import About
from app.support.close_query import CloseQuery, close_query
from app.support.rules import without_secrets
from app.web.console import fixes
from app.web.console.asking import address, day_in, may, paged, unread_days
from app.web.console.done import done_here
from app.web.console.exporting import file_address
from app.web.console.fixes import Fix, Target, without_day
from app.web.csv_file import csv_file
from app.web.forms import known_id, read_query
from app.web.page import page
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.console.support_queries import Opinion, Week
    from app.web.console.done import Notification

AnyRequest = Request[Any, Any, Any]
QUERIES, FEEDBACK = "/admin/support-queries", "/admin/feedback"
SHOWN = {"open": "Not closed", **STATES}
SCORES = {"5": "Very satisfied", "4": "Satisfied", "3": "Neither", "2": "Dissatisfied", "1": "Very dissatisfied"}
ASKED = ("since", "until", "score", "page-asked", "size")
LONGEST = 200


@dataclass(frozen=True)
class QueriesPage:
    """Queries to support in a state."""

    found: tuple[SupportQuery, ...]
    total: int
    page_number: int
    pages: int
    page_href: str
    values: Mapping[str, str]
    states: Mapping[str, str]


@dataclass(frozen=True)
class QueryPage:
    """One query; its text hides what looks like a secret until somebody opens it."""

    query: SupportQuery
    message: str
    masked: bool
    may_close: bool
    notification: Notification | None


@dataclass(frozen=True)
class ConsoleFeedbackPage:
    """Opinions and the average of each week."""

    opinions: tuple[Opinion, ...]
    total: int
    page_number: int
    pages: int
    page_href: str
    file_href: str
    weeks: tuple[tuple[Week, str], ...]
    values: Mapping[str, str]
    scores: Mapping[str, str]
    pages_asked: Mapping[str, str]
    unread: tuple[str, ...]


@get(QUERIES, opt=staff_page(nav="queues"))
async def show_queries(request: AnyRequest) -> Response[str]:
    """List queries, the newest first; those that are not closed unless another state is asked for (ADM-15.1)."""
    query = read_query(request)
    state = query.get("state", "open")
    every = await queries(state if state in SHOWN else "open")
    rows, number, pages = paged(every, query)
    href = address(QUERIES, query, ("state", "size"))
    return page(
        request, "console/support-queries.html", QueriesPage(rows, len(every), number, pages, href, query, SHOWN)
    )


@get(f"{QUERIES}/{{query_id:str}}", opt=staff_page(nav="queues"))
async def show_query(request: AnyRequest, query_id: FromPath[str]) -> Response[str]:
    """Show a query with links to whom it is about; secrets in its text are hidden until it is opened (ADM-15.1)."""
    query = await _query(query_id)
    masked = query.holds_secrets and read_query(request).get("text") != "all"
    shown = QueryPage(
        query=query,
        message=without_secrets(query.message) if masked else query.message,
        masked=masked,
        may_close=may(request, "support") and query.state != "closed",
        notification=done_here(request),
    )
    return page(request, "console/support-query.html", shown)


CLOSE: Fix[SupportQuery, CloseQuery] = Fix(
    "",
    "close-query",
    "Close the query",
    possible=lambda query: "It is closed already." if query.state == "closed" else "",
    parse=lambda _, query: CloseQuery(query.public_id),
    run=without_day(close_query),
    done="The query is closed",
)


@get(f"{QUERIES}/{{query_id:str}}/close", opt=staff_page("support", nav="queues"))
async def show_close(request: AnyRequest, query_id: FromPath[str]) -> Response[str]:
    """Ask how the query was answered."""
    return await fixes.show(request, CLOSE, _target(await _query(query_id)))


@post(f"{QUERIES}/{{query_id:str}}/close", opt=staff_page("support", nav="queues"), status_code=200)
async def submit_close(request: AnyRequest, query_id: FromPath[str]) -> Response[str]:
    """Check closing a query, or close it once it is confirmed (ADM-15.1)."""
    return await fixes.submit(request, CLOSE, _target(await _query(query_id)))


def _target(query: SupportQuery) -> Target[SupportQuery]:
    path = f"{QUERIES}/{query.public_id}"
    return Target(query, query.subject.words, path, About(), Whose(), f"{path}/close")


async def _query(query_id: str) -> SupportQuery:
    found = await queries(public_id=known_id(query_id))
    if not found:
        raise NotFoundException
    return found[0]


@get(FEEDBACK, opt=staff_page(nav="statistics"))
async def show_feedback(request: AnyRequest) -> Response[str]:
    """List opinions by date, score and page, with the average of each week (ADM-15.2)."""
    query = read_query(request)
    found = await feedback(_wanted(query))
    rows, number, pages = paged(found.opinions, query)
    shown = ConsoleFeedbackPage(
        opinions=rows,
        total=len(found.opinions),
        page_number=number,
        pages=pages,
        page_href=address(FEEDBACK, query, ASKED),
        file_href=file_address(f"{FEEDBACK}/file", query, ASKED),
        weeks=tuple((week, rounded(week.average)) for week in found.weeks),
        values=query,
        scores=SCORES,
        pages_asked={name: name for name in found.pages},
        unread=unread_days(query),
    )
    return page(request, "console/feedback.html", shown)


@get(f"{FEEDBACK}/file", opt=staff_page(nav="statistics"))
async def feedback_file(request: AnyRequest) -> Response[Any]:
    """Give the opinions that are asked for as a file; nothing in it says whose they are (ADM-15.2)."""
    found = await feedback(_wanted(read_query(request)))
    rows = [
        (opinion.at.isoformat(), str(opinion.satisfaction), opinion.page or "", opinion.comments or "")
        for opinion in found.opinions
    ]
    return csv_file("feedback.csv", ("given_at", "satisfaction", "page", "comments"), rows)


def _wanted(query: Mapping[str, str]) -> FeedbackFilter:
    score = query.get("score", "")
    return FeedbackFilter(
        since=day_in(query, "since"),
        until=day_in(query, "until"),
        score=int(score) if score in SCORES else None,
        page=query.get("page-asked", "")[:LONGEST],
    )


HANDLERS = [show_queries, show_query, show_close, submit_close, show_feedback, feedback_file]
