"""Job and outbox health: what waits, what failed, and how every job and outside system does (ADM-14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app import clock
from app.console.job_health import SIGN_IN, job_health, worst
from app.db.migrations import at_head
from app.refdata.health import register_health
from app.web.console.asking import may
from app.web.console.done import done_here
from app.web.page import page
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from app.console.job_health import Colour, Job, JobHealth
    from app.refdata.health import RegisterHealth
    from app.web.console.done import Notification

PATH = "/admin/jobs"
BREAKERS = {
    "closed": ("Working", "green"),
    "trial": ("Being tried again", "orange"),
    "open": ("Not asked for now, after failures", "red"),
}
"""What the breaker of an outside system says, and the colour of it."""
TAGS = {"green": "green", "amber": "orange", "red": "red", "unknown": "grey"}
SYSTEMS = {
    "trs": "Teaching records",
    "dfe_sign_in": "DfE Sign-in",
    "dfe_sign_in_api": "DfE Sign-in, role checks",
    "notify": "GOV.UK Notify",
}


@dataclass(frozen=True)
class JobRow:
    """A job as a row of the table."""

    job: Job
    next_due: datetime
    colour: Colour


@dataclass(frozen=True)
class JobsPage:
    """Everything about mail, jobs and outside systems at a glance."""

    now: datetime
    health: JobHealth
    state: Colour
    mail_colour: Colour
    rows: tuple[JobRow, ...]
    systems: tuple[tuple[str, Any], ...]
    """Name of each outside system, with how it answered this process lately."""
    register: RegisterHealth
    tags: Mapping[str, str]
    breakers: Mapping[str, tuple[str, str]]
    at_head: bool
    build: str
    may_act: bool
    waiting: tuple[tuple[str, int, str], ...]
    """Priority, number and age of the oldest of the mail that waits."""
    notification: Notification | None


@get(PATH, opt=staff_page(nav="jobs"))
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Show everything on one page (ADM-14.1)."""
    health, now, register = await job_health(), clock.now(), await register_health()
    rows = tuple(JobRow(job, job.next_due(now), job.colour(now)) for job in health.jobs)
    mail = health.mail_colour(now)
    states = request.app.state.dependencies()
    shown = JobsPage(
        now=now,
        health=health,
        state=worst(mail, register.state, *(row.colour for row in rows)),
        mail_colour=mail,
        rows=rows,
        systems=tuple((SYSTEMS.get(name, name), state) for name, state in states.items()),
        register=register,
        tags=TAGS,
        breakers=BREAKERS,
        at_head=await at_head(),
        build=request.app.state.build,
        waiting=tuple(
            (
                "Signing in" if depth.priority == SIGN_IN else str(depth.priority),
                depth.number,
                in_words(now - depth.oldest) if depth.oldest else "Not due yet",
            )
            for depth in health.depths
        ),
        notification=done_here(request),
        may_act=may(request, "data"),
    )
    return page(request, "console/jobs.html", shown)


def in_words(age: timedelta) -> str:
    """Return an age in the largest unit that it fills."""
    seconds = max(0, int(age.total_seconds()))
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            number = seconds // length
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


HANDLERS = [show]
