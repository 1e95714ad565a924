"""The pages of one person (ADM-3.1 to ADM-3.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app import clock
from app.console import person_queries
from app.console.attention import attention
from app.console.people_queries import people
from app.console.timeline import Whose
from app.console.view_record import ViewRecord, view_record
from app.provider_records.asked import ResourceType
from app.provider_records.queries import shown_to_each
from app.web.console import email_holder, person_shown, refresh_person, timelines
from app.web.console.asking import may, staff_of
from app.web.console.done import done_here
from app.web.console.fixes import by_slug
from app.web.console.offers import offered, offered_on
from app.web.console.people import PATH
from app.web.console.person_fixes import FIXES
from app.web.forms import known_id
from app.web.page import page
from app.web.policies import staff_page
from app.web.session import visit_of

if TYPE_CHECKING:
    from app.console.attention import Attention
    from app.console.person_queries import LookUpFile, MessageFile, PersonFile
    from app.registration.people.ect_shown import Line
    from app.registration.people.statuses import Tag
    from app.web.console.done import Notification
    from app.web.console.person_shown import Card
    from app.web.console.timelines import TimelineView

TABS = {
    "": "Overview",
    "schools": "Schools",
    "training": "Training",
    "induction": "Induction",
    "emails": "Emails",
    "look-ups": "Look-ups",
    "timeline": "Timeline",
}
ON_TAB = {"induction": ("induction",), "training": ("change-training",)}
"""What a tab offers to put right besides what stands on its cards, by slugs."""


@dataclass(frozen=True)
class TabLink:
    """One tab of a page."""

    text: str
    href: str
    current: bool


@dataclass(frozen=True, kw_only=True)
class Top:
    """What stands above every tab (ADM-3.1)."""

    name: str
    on_record: str
    trn: str
    roles: tuple[str, ...]
    tag: Tag | None
    notes: tuple[str, ...]
    """What staff must know first: merged, anonymised, not found any more."""
    attention: tuple[Attention, ...]
    """Open items of work queues that name them."""
    tabs: tuple[TabLink, ...]
    tab: str
    path_to_person: str
    merged_into: tuple[str, str] | None
    """Address and name of the record that goes on instead."""
    notification: Notification | None
    """What staff have just put right."""


@dataclass(frozen=True, kw_only=True)
class OverviewPage(Top):
    """Where somebody is, what the teaching record says and what is unfinished."""

    registrations: tuple[Line, ...]
    teaching_record: tuple[Line, ...]
    drafts: tuple[Line, ...]
    fixes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """What is wrong, with address and title of what this member of staff can put right about it (ADM-6.1)."""


@dataclass(frozen=True, kw_only=True)
class CardsPage(Top):
    """Cards, the newest first, or the sentence that says there are none."""

    cards: tuple[Card, ...]
    nothing: str
    fixes: tuple[tuple[str, str], ...]
    """What can be put right that no card stands for."""
    seen: tuple[tuple[str, str], ...]
    """Each lead provider that sees them, with what the API answers it."""


@dataclass(frozen=True, kw_only=True)
class EmailsPage(Top):
    """The newest emails about somebody."""

    messages: tuple[MessageFile, ...]
    most: int
    may_send: bool


@dataclass(frozen=True, kw_only=True)
class LookUpsPage(Top):
    """Look-ups of their TRN that led to nothing."""

    look_ups: tuple[LookUpFile, ...]


@dataclass(frozen=True, kw_only=True)
class TimelinePage(Top):
    """What happened to them."""

    view: TimelineView


@get(f"{PATH}/{{person_id:str}}", opt=staff_page(nav="people"))
async def overview(request: Request[Any, Any, Any], person_id: FromPath[str]) -> Response[str]:
    """Show where a person is and what the teaching record says (ADM-3.1, ADM-3.2)."""
    person = await opened(request, person_id)
    shown = OverviewPage(
        **await top(request, person, ""),
        fixes=fixes_of(request, person),
        registrations=person_shown.registration_lines(person, clock.today()),
        teaching_record=(*person_shown.teaching_record_lines(person), *person_shown.merged_lines(person)),
        drafts=person_shown.draft_lines(person, clock.now()),
    )
    return page(request, "console/person-overview.html", shown)


@get(f"{PATH}/{{person_id:str}}/schools", opt=staff_page(nav="people"))
async def schools(request: Request[Any, Any, Any], person_id: FromPath[str]) -> Response[str]:
    """Show every registration, removed ones too (ADM-3.2)."""
    person = await opened(request, person_id)
    return await _cards(request, person, "schools", person_shown.stay_cards(person), "They were never registered.")


@get(f"{PATH}/{{person_id:str}}/training", opt=staff_page(nav="people"))
async def training(request: Request[Any, Any, Any], person_id: FromPath[str]) -> Response[str]:
    """Show every training, cancelled ones too (ADM-3.2)."""
    person = await opened(request, person_id)
    cards = person_shown.training_cards(person)
    seen = person_shown.seen_by_providers(await shown_to_each(ResourceType.PARTICIPANT, person.id, clock.today()))
    return await _cards(request, person, "training", cards, "No training is recorded.", seen)


@get(f"{PATH}/{{person_id:str}}/induction", opt=staff_page(nav="people"))
async def induction(request: Request[Any, Any, Any], person_id: FromPath[str]) -> Response[str]:
    """Show every period of induction that a body recorded (ADM-3.2)."""
    person = await opened(request, person_id)
    nothing = "No appropriate body has recorded an induction period."
    return await _cards(request, person, "induction", person_shown.induction_cards(person), nothing)


@get(f"{PATH}/{{person_id:str}}/emails", opt=staff_page(nav="people"))
async def emails(request: Request[Any, Any, Any], person_id: FromPath[str]) -> Response[str]:
    """Show the newest emails about a person (ADM-3.2)."""
    person = await opened(request, person_id)
    messages = await person_queries.messages_about(person.id)
    shown = EmailsPage(
        **await top(request, person, "emails"),
        messages=messages,
        most=person_queries.MOST_MESSAGES,
        may_send=may(request, "support"),
    )
    return page(request, "console/person-emails.html", shown)


@get(f"{PATH}/{{person_id:str}}/look-ups", opt=staff_page(nav="people"))
async def look_ups(request: Request[Any, Any, Any], person_id: FromPath[str]) -> Response[str]:
    """Show look-ups of a person's TRN that led to nothing (IDN-06)."""
    person = await opened(request, person_id)
    found = await person_queries.refused_look_ups_of(person.trn)
    return page(
        request, "console/person-look-ups.html", LookUpsPage(**await top(request, person, "look-ups"), look_ups=found)
    )


@get(f"{PATH}/{{person_id:str}}/timeline", opt=staff_page(nav="people"))
async def timeline(request: Request[Any, Any, Any], person_id: FromPath[str]) -> Response[str]:
    """Show everything that happened to a person under any record of theirs (ADM-3.2, ADM-3.3)."""
    person = await opened(request, person_id)
    path = f"{PATH}/{person.public_id}/timeline"
    others = await person_queries.same_person(person.id)
    merged = {str(public_id) for public_id in others.values()}
    view = await timelines.view(request, Whose((person.id, *others)), path, merged)
    return page(
        request, "console/person-timeline.html", TimelinePage(**await top(request, person, "timeline"), view=view)
    )


WRONG = {
    "Name or email address": ("name", "email", "email-holder"),
    "Registration at a school": ("start-date", "last-day", "working-pattern", "remove-registration"),
    "Training": ("change-training", "move-training", "training-year"),
    "Mentor": ("mentorship",),
    "Induction and appropriate body": ("appropriate-body", "induction"),
}
"""What is wrong -> the slugs of what puts it right; everything else concerns the record as a whole."""
THE_RECORD = "The record itself"


def fixes_of(
    request: Request[Any, Any, Any], person: PersonFile
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return what can be wrong about a person, each with what whoever asks can put right about it (ADM-6.1)."""
    heading_of = {slug: heading for heading, slugs in WRONG.items() for slug in slugs}
    found: dict[str, list[tuple[str, str]]] = {heading: [] for heading in (*WRONG, THE_RECORD)}
    for href, title in _every_fix(request, person):
        slug = href.partition("?")[0].rpartition("/")[2]
        found[heading_of.get(slug, THE_RECORD)].append((href, title))
    return tuple((heading, tuple(links)) for heading, links in found.items() if links)


def _every_fix(request: Request[Any, Any, Any], person: PersonFile) -> tuple[tuple[str, str], ...]:
    path = f"{PATH}/{person.public_id}"
    others = ((f"{path}/fixes/{refresh_person.SLUG}", refresh_person.TITLE), (email_holder.PATH, email_holder.TITLE))
    return (*offered(request, FIXES, person, path), *(others if may(request, "support") else ()))


async def opened(request: Request[Any, Any, Any], person_id: str) -> PersonFile:
    """Return a person whom staff open, which is noted; raises NotFoundException for an unknown id (ADM-1.9)."""
    person = await person_queries.person(known_id(person_id))
    if person is None:
        raise NotFoundException
    await view_record(ViewRecord("Person", teacher_id=person.id), staff_of(request).actor)
    return person


async def top(request: Request[Any, Any, Any], person: PersonFile, tab: str) -> dict[str, Any]:
    """Return the fields of what stands above every tab."""
    found = await people([person.id])
    base = f"{PATH}/{person.public_id}"
    tabs = tuple(TabLink(text, f"{base}/{key}" if key else base, key == tab) for key, text in TABS.items())
    return {
        "name": person.name.displayed,
        "on_record": person.name.on_record,
        "trn": person.trn,
        "roles": person.roles,
        "tag": found[0].tag(clock.today()) if found else None,
        "notes": person_shown.notes(person),
        "attention": await attention(person.id, visit_of(request).standing.policy, clock.today()),
        "tabs": tabs,
        "tab": TABS[tab],
        "path_to_person": base,
        "merged_into": (f"{PATH}/{person.merged_into.public_id}", person.merged_into.name.displayed)
        if person.merged_into
        else None,
        "notification": done_here(request),
    }


async def _cards(  # noqa: PLR0917 - what a page of cards shows
    request: Request[Any, Any, Any],
    person: PersonFile,
    tab: str,
    cards: tuple[Card, ...],
    nothing: str,
    seen: tuple[tuple[str, str], ...] = (),
) -> Response[str]:
    path = f"{PATH}/{person.public_id}"
    back = f"{path}/{tab}"
    beside = offered(request, by_slug(*(FIXES[slug] for slug in ON_TAB.get(tab, ()))), person, path, back)
    shown = CardsPage(
        **await top(request, person, tab),
        cards=tuple(replace(card, fixes=offered_on(request, FIXES, person, path, back, card.key)) for card in cards),
        nothing=nothing,
        fixes=beside,
        seen=seen,
    )
    return page(request, "console/person-cards.html", shown)


HANDLERS = [overview, schools, training, induction, emails, look_ups, timeline]
