"""The work queues: what needs attention, who looks after it, and what is done with it (ADM-8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app import clock
from app.console.queue_work import (
    GONE,
    AssignItems,
    DismissItems,
    ReopenItems,
    SnoozeItems,
    assign_items,
    dismiss_items,
    reopen_items,
    snooze_items,
)
from app.console.queues import QUEUES, Show, counts, items
from app.console.reasons import parse_reason
from app.terms import Refused
from app.values import Invalid, parse_both, parse_choice, parse_choices, parse_date
from app.web.console.asking import address, may, page_size, staff_of
from app.web.console.done import Notification, done_here, title_of
from app.web.forms import read_form, read_query
from app.web.page import page, redirect
from app.web.policies import staff_page
from app.web.schools.list_query import page_number
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.console.queue_of_work import Queue
    from app.console.queues import Items
    from app.values import Form

PATH = "/admin/queues"
SHOWS: Mapping[Show, str] = {
    "open": "All that are open",
    "mine": "Mine",
    "unassigned": "Nobody’s yet",
    "snoozed": "Put off",
    "dismissed": "Dismissed",
}
ACTS = {
    "take": "Look after them myself",
    "release": "Give them back",
    "snooze": "Put them off until a day",
    "dismiss": "Dismiss them: nothing is to be done unless the facts change",
}
REOPEN = {"reopen": "Bring them back"}
"""What else can be done with items that are put off or dismissed."""
DONE = {
    "take": "You look after what was ticked now.",
    "release": "What was ticked is nobody’s now.",
    "snooze": "What was ticked is put off.",
    "dismiss": "What was ticked is dismissed.",
    "reopen": "What was ticked is back.",
    "gone": GONE,
}

ABOUT_PERSON = {
    "q-01": ("move-training", "change-training"),
    "q-03": ("induction", "appropriate-body"),
    "q-04": ("refresh", "last-day", "merge"),
    "q-07": ("email",),
    "q-10": ("induction",),
    "q-11": ("merge",),
    "q-13": ("change-training",),
    "q-16": ("last-day", "training-year"),
}
"""What each queue offers to put right about the person of an item, by slugs (ADM-8.2)."""
ABOUT_SCHOOL = {
    "q-06": ("succession",),
    "q-07": ("induction-tutor",),
    "q-08": ("induction-tutor",),
    "q-09": ("email-link", "people-with-access"),
    "q-12": ("access",),
}
"""The same about the school of an item."""
ACT_AS = frozenset({"q-02", "q-08", "q-13"})
"""Queues whose items may be settled by acting for the school (ADM-7.1, ADM-8.2)."""


@dataclass(frozen=True)
class QueuesPage:
    """Every queue with the number of its open items."""

    queues: tuple[tuple[Queue, int], ...]


@dataclass(frozen=True)
class QueuePage:
    """One queue: its items, and the form for those that are ticked."""

    queue: Queue
    found: Items
    today: date
    shows: Mapping[Show, str]
    show: Show
    page_href: str
    may_act: bool
    acts: Mapping[str, str]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    notification: Notification | None
    person_fixes: tuple[tuple[str, str], ...]
    """Slug and title of what can be put right about the person of an item (ADM-6.1)."""
    school_fixes: tuple[tuple[str, str], ...]
    """The same about its school."""
    acts_for_school: bool


@get(PATH, opt=staff_page(nav="queues"))
async def overview(request: Request[Any, Any, Any]) -> Response[str]:
    """List the queues with how many items are open (ADM-8.2)."""
    numbers = await counts(visit_of(request).standing.policy, clock.today())
    shown = QueuesPage(tuple((queue, numbers[slug]) for slug, queue in QUEUES.items()))
    return page(request, "console/queues.html", shown)


@get(f"{PATH}/{{queue:str}}", opt=staff_page(nav="queues"))
async def show(request: Request[Any, Any, Any], queue: FromPath[str]) -> Response[str]:
    """List the items of a queue, the oldest first (ADM-8.2)."""
    return await _shown(request, _find(queue), {}, {})


@post(f"{PATH}/{{queue:str}}", opt=staff_page("support", nav="queues"), status_code=200)
async def act(request: Request[Any, Any, Any], queue: FromPath[str]) -> Response[str]:
    """Take, give back, put off or dismiss the items that are ticked (ADM-8.1, ADM-8.2)."""
    found, form = _find(queue), await read_form(request, many=["items", "seen"])
    try:
        done = await _acted(request, found, form)
    except Invalid as invalid:
        return await _shown(request, found, form, invalid.errors)
    except Refused as refused:
        if refused.code == "gone":
            return redirect(request, f"{PATH}/{found.slug}?done=gone")
        return await _shown(request, found, form, {refused.field: refused.message})
    return redirect(request, f"{PATH}/{found.slug}?done={done}")


def _find(slug: str) -> Queue:
    if slug not in QUEUES:
        raise NotFoundException
    return QUEUES[slug]


async def _shown(
    request: Request[Any, Any, Any], queue: Queue, values: Mapping[str, str], errors: Mapping[str, str]
) -> Response[str]:
    query, today, staff = read_query(request), clock.today(), staff_of(request)
    wanted: Show = next((show for show in get_args(Show) if show == query.get("show")), "open")
    policy = visit_of(request).standing.policy
    number, size = page_number(query.get("page", "")), page_size(query)
    shown = QueuePage(
        queue=queue,
        found=await items(queue, wanted, staff.id, policy, today, page=number, size=size),
        today=today,
        shows=SHOWS,
        show=wanted,
        page_href=address(f"{PATH}/{queue.slug}", query, ("show", "size")),
        may_act=may(request, "support"),
        acts=REOPEN | ACTS if wanted in {"snoozed", "dismissed"} else ACTS,
        values=values,
        errors=errors,
        notification=_done(query.get("done", "")) or done_here(request),
        person_fixes=_titled(ABOUT_PERSON.get(queue.slug, ())),
        school_fixes=_titled(ABOUT_SCHOOL.get(queue.slug, ())),
        acts_for_school=queue.slug in ACT_AS,
    )
    return page(request, "console/queue.html", shown, status=422 if errors else 200)


def _done(said: str) -> Notification | None:
    return Notification(DONE[said], success=said != "gone") if said in DONE else None


def _titled(slugs: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((slug, title_of(slug)) for slug in slugs)


async def _acted(request: Request[Any, Any, Any], queue: Queue, form: Form) -> str:
    keys, act_on = parse_both(
        lambda: parse_choices(form, "items", form.get("items", "").split("\n"), "Tick at least one item"),
        lambda: parse_choice(form, "act", [*ACTS, *REOPEN], "Select what to do with them"),
    )
    if not any(keys):
        raise Invalid(items="Tick at least one item")
    staff, policy, today = staff_of(request), visit_of(request).standing.policy, clock.today()
    if act_on in {"take", "release"}:
        mine = act_on == "take"
        command = AssignItems(queue, keys, staff.id if mine else None, staff.name if mine else "")
        await assign_items(command, policy, staff.actor)
    elif act_on == "reopen":
        await reopen_items(ReopenItems(queue, keys), policy, staff.actor)
    elif act_on == "snooze":
        day, reason = parse_both(lambda: parse_date(form, "until", what="day"), lambda: parse_reason(form))
        await snooze_items(SnoozeItems(queue, keys, day, reason), policy, staff.actor, today)
    else:
        await dismiss_items(
            DismissItems(queue, keys, form.get("seen", "").split("\n"), parse_reason(form)), policy, staff.actor
        )
    return act_on


HANDLERS = [overview, show, act]
