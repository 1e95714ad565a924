"""The calendar of reminders: each run with its preview or its result, put off or cancelled (ADM-10.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app import clock
from app.console.timeline import Whose
from app.events.record import About
from app.registration.home.change_reminder_run import CancelRun, PostponeRun, cancel_run, postpone_run
from app.registration.home.preview_reminders import Preview, failed_mails, preview
from app.registration.home.reminder_days import Reminder
from app.registration.home.reminder_recipients import Day, PlannedRun, every_run
from app.training.queries import calendar
from app.values import parse_date
from app.web.console import fixes
from app.web.console.asking import address, paged
from app.web.console.done import done_here
from app.web.console.fixes import Field, Fix, Target, by_slug
from app.web.console.offers import offered_below
from app.web.forms import read_query
from app.web.page import page
from app.web.policies import staff_page
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.values import Form
    from app.web.console.done import Notification

PATH = "/admin/reminders"
WORDS = {
    Reminder.OPENED: "Registration is open",
    Reminder.NOBODY_REGISTERED: "Nobody registered yet",
    Reminder.PEOPLE_WAITING: "People for whom something is missing",
    Reminder.START_OF_TERM: "Start of term",
}
STATES = {"planned": ("Planned", "blue"), "sent": ("Sent", "green"), "cancelled": ("Cancelled", "grey")}


@dataclass(frozen=True)
class Shown:
    """A run as pages show it."""

    found: PlannedRun

    @property
    def key(self) -> str:
        """Return how addresses name it."""
        return f"{self.found.run.reminder.value.lower()}-{self.found.run.planned_on.isoformat()}"

    @property
    def words(self) -> str:
        """Return what it is about."""
        return f"{WORDS[self.found.run.reminder]} ({self.found.run.reminder.value})"

    @property
    def state(self) -> tuple[str, str]:
        """Return its state as a tag."""
        return STATES[self.found.state]


@dataclass(frozen=True)
class RemindersPage:
    """The runs to come, or those that went."""

    runs: tuple[Shown, ...]
    past: bool
    total: int
    page_number: int
    pages: int
    page_href: str
    notification: Notification | None


@dataclass(frozen=True)
class ReminderPage:
    """One run, and whom it would go to if it went now."""

    shown: Shown
    preview: Preview | None
    failed: int
    fixes: tuple[tuple[str, str], ...]
    notification: Notification | None


def _why_not(shown: Shown) -> str:
    return "" if shown.found.state == "planned" else "The run has gone or is cancelled."


def _postponed(form: Form, shown: Shown) -> PostponeRun:
    run = shown.found.run
    return PostponeRun(run.reminder.value, run.planned_on, parse_date(form, "until", what="day"))


FIXES: Mapping[str, Fix[Shown, Any]] = by_slug(
    Fix(
        "",
        "postpone",
        "Put the run off",
        possible=_why_not,
        parse=_postponed,
        run=postpone_run,
        fields=(Field("until", "Day on which it goes instead", "date", "At most 90 days ahead"),),
    ),
    Fix(
        "",
        "cancel",
        "Cancel the run",
        possible=_why_not,
        parse=lambda _, shown: CancelRun(shown.found.run.reminder.value, shown.found.run.planned_on),
        run=cancel_run,
    ),
)


@get(PATH, opt=staff_page(nav="reminders"))
async def overview(request: Request[Any, Any, Any]) -> Response[str]:
    """List the runs to come in their order, or those that are over, the newest first."""
    query, today = read_query(request), clock.today()
    past = query.get("show") == "past"
    every = [Shown(found) for found in await _runs(request)]
    over = [shown for shown in every if (shown.found.state == "sent" or shown.found.runs_on < today) == past]
    listed = sorted(over, key=lambda shown: (shown.found.runs_on, shown.key), reverse=past)
    runs, number, pages = paged(listed, query)
    href = address(PATH, query, ("show", "size"))
    context = RemindersPage(runs, past, len(listed), number, pages, href, done_here(request))
    return page(request, "console/reminders.html", context)


@get(f"{PATH}/{{run:str}}", opt=staff_page(nav="reminders"))
async def show(request: Request[Any, Any, Any], run: FromPath[str]) -> Response[str]:
    """Show a run: its result, or the number of schools that it would go to now and some of them."""
    shown = await _shown(request, run)
    policy, found = visit_of(request).standing.policy, None
    if shown.found.state == "planned":
        found = await preview(shown.found.run, Day(clock.today(), policy, await calendar()))
    offered = offered_below(request, "data", FIXES, shown, f"{PATH}/{shown.key}")
    failed = await failed_mails(shown.found)
    return page(request, "console/reminder.html", ReminderPage(shown, found, failed, offered, done_here(request)))


@get(f"{PATH}/{{run:str}}/{{act:str}}", opt=staff_page("data", nav="reminders"))
async def show_change(request: Request[Any, Any, Any], run: FromPath[str], act: FromPath[str]) -> Response[str]:
    """Show the form that puts a run off or cancels it."""
    return await fixes.show(request, fixes.find(FIXES, act), _target(await _shown(request, run), act))


@post(f"{PATH}/{{run:str}}/{{act:str}}", opt=staff_page("data", nav="reminders"), status_code=200)
async def submit_change(request: Request[Any, Any, Any], run: FromPath[str], act: FromPath[str]) -> Response[str]:
    """Check the change, or make it once it is confirmed."""
    return await fixes.submit(request, fixes.find(FIXES, act), _target(await _shown(request, run), act))


async def _runs(request: Request[Any, Any, Any]) -> list[PlannedRun]:
    return await every_run(await calendar(), visit_of(request).standing.policy)


async def _shown(request: Request[Any, Any, Any], key: str) -> Shown:
    for found in await _runs(request):
        shown = Shown(found)
        if shown.key == key:
            return shown
    raise NotFoundException


def _target(shown: Shown, act: str) -> Target[Shown]:
    run = shown.found.run
    whose = Whose(facts={"reminder": run.reminder.value, "planned_on": run.planned_on.isoformat()})
    path = f"{PATH}/{shown.key}"
    return Target(shown, shown.words, path, About(), whose, f"{path}/{act}")


HANDLERS = [overview, show, show_change, submit_change]
