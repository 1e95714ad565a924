"""The partnerships of a school: all of them, each with its people and history, and whether it is right (§14)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from litestar import Response, get, post
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time
from litestar.plugins.htmx import HTMXRequest  # noqa: TC002 - as above

from app.events.queries import partnership_history
from app.registration.partnerships.partnership_queries import asked_providers, partnership, partnerships
from app.registration.people.ect_shown import Line
from app.registration.people.statuses import Tag, london_day
from app.registration.registering.start_dates import day_in_words
from app.terms import Role
from app.training.challenges import CannotChallenge
from app.training.check_partnership import CheckPartnership, check_partnership
from app.web.forms import known_id, read_query
from app.web.missing import missing
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from app.events.queries import History
    from app.registration.partnerships.partnership_facts import AskedProvider, InPartnership, PartnershipShown
    from app.web.session import Here

PATH = "/school/partnerships"
OPT = school_page(gated=True, nav="partnerships")
CHECKED = "checked"


@dataclass(frozen=True)
class PartnershipCard:
    """One partnership in the list: its name and address, state, rows, and what can still be said about it."""

    name: str
    href: str
    tag: Tag
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class YearOfPartnerships:
    """The partnerships of one academic year."""

    academic_year: str
    cards: tuple[PartnershipCard, ...]


@dataclass(frozen=True)
class PartnershipsPage:
    """All partnerships by academic year, and the lead providers that have not confirmed yet (PT-01)."""

    years: tuple[YearOfPartnerships, ...]
    asked: tuple[AskedProvider, ...]


@dataclass(frozen=True)
class PartnershipPage:
    """One partnership with its people and history; ask: whether the school is asked if it is right (PT-02)."""

    name: str
    academic_year: str
    tag: Tag
    lines: tuple[Line, ...]
    path_to_partnership: str
    ects: tuple[InPartnership, ...]
    mentors: tuple[InPartnership, ...]
    before: tuple[InPartnership, ...]
    history: History
    ask: bool
    may_challenge: bool
    may_undo: bool
    newer: str
    notification: Mapping[str, Any] | None


@get(PATH, opt=OPT)
async def show_list(request: HTMXRequest) -> Response[str]:
    """Show every partnership of the school, the newest academic year first (PT-01)."""
    here = here_of(request)
    found = await partnerships(here.school.id, here.today)
    years = tuple(
        YearOfPartnerships(year, tuple(card_of(one, here) for one in ones))
        for year, ones in groupby(found, key=lambda one: one.academic_year)
    )
    asked = await asked_providers(here.school.id, here.today)
    return page(request, "schools/partnerships.html", PartnershipsPage(years, asked))


def card_of(one: PartnershipShown, here: Here) -> PartnershipCard:
    """Return what the list shows of a partnership."""
    return PartnershipCard(one.name, one.path, tag_of(one), (*lines_of(one, here), *counts_of(one)))


def tag_of(one: PartnershipShown) -> Tag:
    """Return the state of a partnership (PT-01)."""
    if one.challenged_at is None or one.challenge_reason is None:
        return Tag("Confirmed", "green", "")
    by = f"{one.challenged_by} told us" if one.challenged_by else "Your school told us"
    said = f"{by} on {day_in_words(london_day(one.challenged_at))} that this is wrong: {one.challenge_reason.words}."
    return Tag("Reported as wrong", "red", said)


def lines_of(one: PartnershipShown, here: Here) -> tuple[Line, ...]:
    """Return the rows of a partnership: who, from where, and until when the school can say that it is wrong."""
    lines = [
        Line("lead-provider", "Lead provider", one.lead_provider),
        Line("delivery-partner", "Delivery partner", one.delivery_partner),
        Line("source", "Where it comes from", one.source),
        Line("deadline", "If this is wrong", deadline(one, here)),
    ]
    if one.ends:
        following = f"{one.year + 1} to {one.year + 2}"
        lines.append(Line("ends", "Next academic year", f"They no longer work together in {following}"))
    return tuple(lines)


def deadline(one: PartnershipShown, here: Here) -> str:
    """Say until when, and how, the school can put right what is wrong (PT-01, CHL-02, CHL-04)."""
    last_day, reason = day_in_words(one.last_day(here.policy)), one.cannot_challenge(here.today, here.policy)
    if reason is None:
        return f"You can tell us this is wrong until {last_day}"
    if reason is not CannotChallenge.ALREADY_CHALLENGED:
        return f"Contact {one.lead_provider} or support"
    if one.cannot_undo(here.today, here.policy) is None:
        return f"You can take this back until {last_day}, unless {one.lead_provider} reports you again first"
    return f"{one.lead_provider} has reported you again" if one.newer else "Contact support"


def counts_of(one: PartnershipShown) -> tuple[Line, ...]:
    """Return how many ECTs and mentors are trained in it, each leading to their names."""
    found = []
    for role, label in ((Role.ECT, "ECTs"), (Role.MENTOR, "Mentors")):
        number = len(one.training(role))
        href = f"{one.path}#{label.lower()}" if number else ""
        found.append(Line(label.lower(), label, str(number), href=href))
    return tuple(found)


async def find(here: Here, partnership_id: str) -> PartnershipShown:
    """Return the partnership that an address names; raises NotFoundException for anybody else's (GEN-05)."""
    found = await partnership(here.school.id, known_id(partnership_id), here.today)
    if found is None:
        raise await missing(here, known_id(partnership_id))
    return found


@get(f"{PATH}/{{partnership_id:str}}", opt=OPT)
async def show_one(request: HTMXRequest, partnership_id: FromPath[str]) -> Response[str]:
    """Show one partnership with its people and history; looking changes nothing (PT-02, G-04)."""
    here = here_of(request)
    one = await find(here, partnership_id)
    noted = read_query(request).get("notice") == CHECKED and one.checked_at is not None
    context = PartnershipPage(
        name=one.name,
        academic_year=one.academic_year,
        tag=tag_of(one),
        lines=lines_of(one, here),
        path_to_partnership=one.path,
        ects=one.training(Role.ECT),
        mentors=one.training(Role.MENTOR),
        before=one.before(),
        history=await partnership_history(here.school.id, one.id),
        ask=one.to_check(here.today, here.policy),
        may_challenge=one.cannot_challenge(here.today, here.policy) is None,
        may_undo=one.cannot_undo(here.today, here.policy) is None,
        newer=f"{PATH}/{one.newer}" if one.newer else "",
        notification={"text": "Thank you. You have told us that this is right.", "success": True} if noted else None,
    )
    return page(request, "schools/partnership.html", context)


@post(f"{PATH}/{{partnership_id:str}}", opt=OPT, status_code=200)
async def say_right(request: HTMXRequest, partnership_id: FromPath[str]) -> Response[str]:
    """Note that the school finds the partnership right (TD-13)."""
    here = here_of(request)
    one = await find(here, partnership_id)
    await check_partnership(CheckPartnership(here.school.id, one.id), here.actor)
    return redirect(request, f"{one.path}?notice={CHECKED}")


HANDLERS = [show_list, show_one, say_right]
