"""Looking after mail and jobs: retry, discard, restart, run now (ADM-14.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.console.job_health import job_health
from app.console.look_after_jobs import DiscardJob, RetryJob, RunJob, discard_job, retry_job, run_job_now
from app.console.timeline import Whose
from app.events.record import About
from app.notices.look_after_mail import DiscardMail, RetryMail, discard_mail, restart_sender, retry_mail
from app.values import parse_choice
from app.web.console import fixes
from app.web.console.done import GONE
from app.web.console.fixes import Field, Fix, Target, by_slug, without_day
from app.web.console.jobs import PATH
from app.web.forms import read_form
from app.web.page import redirect
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.console.job_health import JobHealth, ParkedJob, ParkedMail, Stopped
    from app.terms import Actor
    from app.values import Form

AnyRequest = Request[Any, Any, Any]
POLICY = staff_page("data", nav="jobs")
RETRY, DISCARD = "retry", "discard"
ACTS = {RETRY: "Try it again", DISCARD: "Give it up: it is never sent or done"}
ACT = Field("act", "What should happen to it?", "radios")


def _act(form: Form) -> str:
    return parse_choice(form, "act", list(ACTS), "Select what should happen to it")


async def _look_after_mail(command: RetryMail | DiscardMail, actor: Actor, _today: date) -> None:
    if isinstance(command, RetryMail):
        await retry_mail(command, actor)
    else:
        await discard_mail(command, actor)


async def _look_after_job(command: RetryJob | DiscardJob, actor: Actor, _today: date) -> None:
    if isinstance(command, RetryJob):
        await retry_job(command, actor)
    else:
        await discard_job(command, actor)


async def _restart(_command: Stopped, actor: Actor, _today: date) -> None:
    await restart_sender(actor)


def _mail_command(form: Form, mail: ParkedMail) -> RetryMail | DiscardMail:
    return RetryMail(mail.id) if _act(form) == RETRY else DiscardMail(mail.id)


def _job_command(form: Form, job: ParkedJob) -> RetryJob | DiscardJob:
    return RetryJob(job.id) if _act(form) == RETRY else DiscardJob(job.id)


FIXES: Mapping[str, Fix[Any, Any]] = by_slug(
    Fix(
        "",
        "mail",
        "Retry or discard a mail",
        parse=_mail_command,
        run=_look_after_mail,
        choices=lambda _: {"act": ACTS},
        fields=(ACT,),
        done="The mail is tried again, or discarded",
        may_hold=False,
    ),
    Fix(
        "",
        "queue",
        "Retry or discard a job",
        parse=_job_command,
        run=_look_after_job,
        choices=lambda _: {"act": ACTS},
        fields=(ACT,),
        done="The job is tried again, or discarded",
    ),
    Fix(
        "",
        "run",
        "Run a job now",
        parse=lambda _, job: RunJob(job.name),
        run=without_day(run_job_now),
        done="The job is in the queue of the worker",
    ),
    Fix(
        "",
        "sender",
        "Restart the sender",
        parse=lambda _, stop: stop,
        run=_restart,
        done="The sender is tried again",
    ),
)


@get(f"{PATH}/{{what:str}}/{{key:str}}", opt=POLICY)
async def show_change(request: AnyRequest, what: FromPath[str], key: FromPath[str]) -> Response[str]:
    """Ask what should happen, and why."""
    fix = fixes.find(FIXES, what)
    return await fixes.show(request, fix, await _target(what, key))


@post(f"{PATH}/{{what:str}}/{{key:str}}", opt=POLICY, status_code=200)
async def submit_change(request: AnyRequest, what: FromPath[str], key: FromPath[str]) -> Response[str]:
    """Check it, or do it once it is confirmed."""
    fix = fixes.find(FIXES, what)
    try:
        target = await _target(what, key)
    except NotFoundException:
        if (await read_form(request)).get("confirm") == "yes":
            return redirect(request, f"{PATH}?done={GONE}")
        raise
    return await fixes.submit(request, fix, target)


async def _target(what: str, key: str) -> Target[Any]:
    found = _named(await job_health(), what, key)
    if found is None:
        raise NotFoundException
    name, subject = found
    return Target(subject, name, PATH, About(), Whose(), f"{PATH}/{what}/{key}")


def _named(health: JobHealth, what: str, key: str) -> tuple[str, Any] | None:
    """Return name and subject of what an address means; None when it is not there, or not there any more."""
    named: dict[str, dict[str, tuple[str, Any]]] = {
        "mail": {str(mail.id): (f"{mail.words} to {mail.domain}", mail) for mail in health.parked_mails},
        "queue": {str(job.id): (job.task.replace("_", " "), job) for job in health.parked_jobs},
        "run": {job.name: (job.name.replace("_", " ").capitalize(), job) for job in health.jobs},
        "sender": {"restart": ("Mail", health.stopped)} if health.stopped else {},
    }
    return named[what].get(key)


HANDLERS = [show_change, submit_change]
