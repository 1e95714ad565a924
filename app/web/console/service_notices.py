"""What everybody is told: the banner, the maintenance page, and paused ways in (ADM-10.1, OPS-11, ACC-2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app import clock
from app.access.methods import PAUSED
from app.access.notices_in_force import BANNER, MAINTENANCE, Audience, Level, Notices
from app.access.pause_method import PauseMethod, pause_method, resume_method
from app.access.publish_notice import (
    EndNotice,
    PublishBanner,
    StartMaintenance,
    end_notice,
    publish_banner,
    start_maintenance,
)
from app.access.service_settings import stored_settings
from app.access.sign_in import METHODS, SignInMethod
from app.clock import LONDON
from app.console.timeline import Whose
from app.events.record import About
from app.values import Invalid, parse_both, parse_choice, parse_date, parse_text
from app.web.console import fixes
from app.web.console.asking import may
from app.web.console.done import done_here
from app.web.console.fixes import Field, Fix, Target, by_slug, without_day
from app.web.page import page
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.values import Form
    from app.web.console.done import Notification

PATH = "/admin/notices"
LONGEST = 500
END_OF_DAY = time(23, 59)
LINK = ("/", "https://")
WORDS_OF = {Level: {each.value: each.words for each in Level}, Audience: {each.value: each.words for each in Audience}}


@dataclass(frozen=True)
class Told:
    """What is told now: both notices, and the message of each method that is paused."""

    notices: Notices
    paused: Mapping[str, str]


@dataclass(frozen=True)
class MethodRow:
    """A way in, and what the sign-in page says while it is paused."""

    method: SignInMethod
    on: bool
    paused: str | None


@dataclass(frozen=True)
class NoticesPage:
    """Everything that is told now."""

    notices: Notices
    methods: tuple[MethodRow, ...]
    may_change: bool
    notification: Notification | None


def _moment(form: Form, name: str, what: str, untimed: time) -> datetime | None:
    parts = [form.get(f"{name}_{part}", "").strip() for part in ("day", "month", "year")]
    typed = form.get(f"{name}_time", "").strip()
    if not any(parts) and not typed:
        return None
    try:
        hour = time.fromisoformat(typed) if typed else untimed
    except ValueError:
        raise Invalid({f"{name}_time": "Enter a time such as 09:30"}) from None
    return datetime.combine(parse_date(form, name, what=what), hour.replace(tzinfo=None), LONDON)


def _text(form: Form) -> str:
    return " ".join(parse_text(form, "text", what="text", limit=LONGEST).split())


def _link(form: Form) -> str:
    link = form.get("link", "").strip()
    if link and (not link.startswith(LINK) or link.startswith("//") or len(link) > LONGEST or " " in link):
        raise Invalid(link="Enter an address that begins with / or https://")
    return link


def _banner(form: Form, _told: Told) -> PublishBanner:
    (text, link), (level, audience) = parse_both(
        lambda: parse_both(lambda: _text(form), lambda: _link(form)),
        lambda: parse_both(
            lambda: parse_choice(form, "level", list(WORDS_OF[Level]), "Select how important it is"),
            lambda: parse_choice(form, "audience", list(WORDS_OF[Audience]), "Select who sees it"),
        ),
    )
    starts, ends = parse_both(
        lambda: _moment(form, "starts", "first day", time(0)),
        lambda: _moment(form, "ends", "last day", END_OF_DAY),
    )
    return PublishBanner(text, link, Level(level), Audience(audience), starts or clock.now(), ends)


def _pause(method: SignInMethod) -> Fix[Told, PauseMethod]:
    return Fix(
        "",
        f"pause-{method.id.replace('_', '-')}",
        f"Pause {method.name} for {'schools' if method.audience == 'school' else 'staff'}",
        initial=lambda told: {"message": told.paused.get(method.id, "")},
        parse=lambda form, _: PauseMethod(
            method.id, " ".join(parse_text(form, "message", what="message", limit=LONGEST).split())
        ),
        run=without_day(pause_method),
        fields=(Field("message", "What the sign-in page says", "textarea"),),
    )


def _resume(method: SignInMethod) -> Fix[Told, str]:
    return Fix(
        "",
        f"resume-{method.id.replace('_', '-')}",
        f"Resume {method.name} for {'schools' if method.audience == 'school' else 'staff'}",
        possible=lambda told: "" if method.id in told.paused else "It is not paused.",
        parse=lambda _form, _told: method.id,
        run=without_day(resume_method),
    )


FIXES: Mapping[str, Fix[Told, Any]] = by_slug(
    Fix(
        "",
        "banner",
        "Publish the service banner",
        initial=lambda _: {"level": Level.INFORMATION.value, "audience": Audience.EVERYBODY.value},
        parse=_banner,
        run=without_day(publish_banner),
        choices=lambda _: {"level": WORDS_OF[Level], "audience": WORDS_OF[Audience]},
        fields=(
            Field("text", "What it says", "textarea"),
            Field("link", "Address that it leads to", hint="Begins with / or https://; may be empty"),
            Field("level", "How important is it?", "radios"),
            Field("audience", "Who sees it?", "radios"),
            Field("starts", "First day", "date", "Empty for now"),
            Field("starts_time", "From what time", hint="For example 09:30; empty for midnight", width="5"),
            Field("ends", "Last day", "date", "Empty for until it is taken away"),
            Field("ends_time", "Until what time", hint="For example 17:00; empty for the end of that day", width="5"),
        ),
    ),
    Fix(
        "",
        "end-banner",
        "Take the service banner away",
        possible=lambda told: "" if told.notices.banner else "There is none.",
        parse=lambda _form, _told: EndNotice(BANNER),
        run=without_day(end_notice),
    ),
    Fix(
        "",
        "maintenance",
        "Switch the maintenance page on",
        initial=lambda told: {"text": told.notices.maintenance},
        parse=lambda form, _: StartMaintenance(_text(form)),
        run=without_day(start_maintenance),
        fields=(
            Field("text", "What it says", "textarea", "Schools and programs can do nothing while it is on. Staff can"),
        ),
    ),
    Fix(
        "",
        "end-maintenance",
        "Switch the maintenance page off",
        possible=lambda told: "" if told.notices.maintenance else "It is not on.",
        parse=lambda _form, _told: EndNotice(MAINTENANCE),
        run=without_day(end_notice),
    ),
    *(_pause(method) for method in METHODS),
    *(_resume(method) for method in METHODS),
)


@get(PATH, opt=staff_page(nav="notices"))
async def overview(request: Request[Any, Any, Any]) -> Response[str]:
    """Show what everybody is told now."""
    told, on = await _told(), request.app.state.settings.methods
    methods = tuple(MethodRow(method, method.id in on, told.paused.get(method.id)) for method in METHODS)
    may_change = may(request, "data")
    return page(request, "console/notices.html", NoticesPage(told.notices, methods, may_change, done_here(request)))


@get(f"{PATH}/{{act:str}}", opt=staff_page("data", nav="notices"))
async def show(request: Request[Any, Any, Any], act: FromPath[str]) -> Response[str]:
    """Show the form of a change."""
    return await fixes.show(request, fixes.find(FIXES, act), await _target(act))


@post(f"{PATH}/{{act:str}}", opt=staff_page("data", nav="notices"), status_code=200)
async def submit(request: Request[Any, Any, Any], act: FromPath[str]) -> Response[str]:
    """Check a change, or make it once it is confirmed."""
    return await fixes.submit(request, fixes.find(FIXES, act), await _target(act))


async def _told() -> Told:
    stored = await stored_settings()
    return Told(Notices.from_settings(stored), stored.get(PAUSED, {}))


async def _target(act: str) -> Target[Told]:
    return Target(await _told(), "Notices", PATH, About(), Whose(), f"{PATH}/{act}")


HANDLERS = [overview, show, submit]
