"""Saying that a partnership is wrong, and taking that back (journeys, section 14)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from litestar.plugins.htmx import HTMXRequest  # noqa: TC002 - handlers' signatures are read at run time

from app.drafts.start_draft import start_draft
from app.drafts.store import NewDraft
from app.journeys import kinds
from app.journeys.engine import Ask, Question, Row, Walk
from app.registration.registering.start_dates import day_in_words
from app.terms import ChallengeReason, DraftKind, Role
from app.training.challenge_partnership import ChallengePartnership, challenge_partnership
from app.training.challenges import CannotChallenge, CannotUndo
from app.training.undo_challenge import UndoChallenge, undo_challenge
from app.web import journeys
from app.web.journey import Journey, Refusal
from app.web.journey_draft import find_and_read, stand
from app.web.journey_pages import ConfirmationPage
from app.web.page import page
from app.web.schools.partnerships import OPT, PATH, find
from app.web.schools.subject_journeys import CHANGED, FORBIDDEN, is_submitted, routes
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from litestar import Response

    from app.drafts.store import Draft
    from app.registration.partnerships.partnership_facts import InPartnership, PartnershipShown
    from app.web.schools.subject_journeys import Act
    from app.web.session import Here

CHALLENGE, UNDO = "challenge", "undo-challenge"
MEANWHILE = "This changed while you were working. Look at the partnership again"


@dataclass(frozen=True)
class PartnershipFacts:
    """The partnership, for the school it belongs to."""

    one: PartnershipShown
    here: Here


@dataclass(frozen=True)
class CannotPage:
    """Why something cannot be done with a partnership now, and where to go on (CHL-02, CHL-04)."""

    title: str
    name: str
    reason: str
    partnership: str
    links: tuple[tuple[str, str], ...]


async def load(one: PartnershipShown, _draft: Draft, here: Here) -> PartnershipFacts:
    """Read the partnership afresh."""
    return PartnershipFacts(await find(here, str(one.public_id)), here)


def about(one: PartnershipShown, name: str) -> dict[str, Any]:
    """Return the fields of a journey that follow from the partnership it is about."""
    return {
        "name": f"partnership-{name}",
        "base": f"{one.path}/{name}",
        "kind": DraftKind.CHANGE,
        "load": partial(load, one),
        "about": one.id,
        "cancel": one.path,
        "cancel_text": "Cancel and go back to the partnership",
        "subject": lambda _facts, _walked: one.name,
        "templates": CHANGED,
        "exits": {},
        "refusals": {code.value: Refusal(name, MEANWHILE) for code in (*CannotChallenge, *CannotUndo)},
    }


def challenge_path(ask: Ask, facts: PartnershipFacts) -> ChallengePartnership:
    """Ask what is wrong (PT-03)."""
    one = facts.one
    question = kinds.words(
        CHALLENGE,
        f"What is wrong with this partnership for {one.academic_year}?",
        "challenge_reason",
        ChallengeReason,
        "Select what is wrong with the partnership",
        row="challenge-reason",
        label="What is wrong",
        why=f"{one.lead_provider} is told what you answer, so that it can put its records right.",
    )
    return ChallengePartnership(facts.here.school.id, one.id, ask(question))


def challenge_rows(walked: Walk, facts: PartnershipFacts) -> list[Row]:
    """Return the partnership, the reason and the people it concerns (PT-03)."""
    one, people = facts.one, facts.one.training()
    rows = [*_of(one), Row("challenge-reason", "What is wrong", walked.command.reason.words, CHALLENGE)]
    if people:
        rows.append(Row("people", "People affected", "", lines=names(people)))
    return rows


def _of(one: PartnershipShown) -> list[Row]:
    return [
        Row("academic-year", "Academic year", one.academic_year),
        Row("lead-provider", "Lead provider", one.lead_provider),
        Row("delivery-partner", "Delivery partner", one.delivery_partner),
    ]


def names(people: tuple[InPartnership, ...]) -> tuple[str, ...]:
    """Return the names of people, mentors as such."""
    return tuple(f"{p.name.displayed}{' (mentor)' if p.role is Role.MENTOR else ''}" for p in people)


def challenge_notices(walked: Walk, facts: PartnershipFacts, _here: Here) -> tuple[str, ...]:
    """Say what follows (CHL-03)."""
    one = facts.one
    said = [f"The partnership no longer counts as confirmed, and {one.lead_provider} is emailed what is wrong."]
    if one.training():
        said.append(
            "The people affected stay registered. You will be asked to choose a lead provider for each of them."
        )
    if walked.command.reason is ChallengeReason.NO_ECTS_THIS_YEAR:
        said.append(
            f"We also note that you expect no new ECTs in {one.academic_year}. You can change that on your home page."
        )
    return tuple(said)


async def perform_challenge(command: ChallengePartnership, facts: PartnershipFacts, here: Here) -> Mapping[str, Any]:
    """Challenge, and keep what the confirmation shows."""
    await challenge_partnership(command, here.actor, here.today, here.policy)
    one = facts.one
    choose = [[f"Choose a lead provider for {p.name.displayed}", p.change] for p in one.training()]
    return {"lead_provider": one.lead_provider, "last_day": day_in_words(one.last_day(here.policy)), "choose": choose}


async def challenge_confirmation(one: PartnershipShown, outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
    """Say who is told, how to take it back, and for whom a lead provider is to be chosen (PT-03)."""
    provider = outcome["lead_provider"]
    told = (
        f"{provider} gets an email that says what is wrong.",
        f"You can take this back until {outcome['last_day']}, unless {provider} reports your school again first.",
    )
    links = (*map(tuple, outcome["choose"]), ("Take this back", f"{one.path}/{UNDO}"), ("See all partnerships", PATH))
    return ConfirmationPage("You have told us that this partnership is wrong", outcome, told, {"links": links})


def challenge(one: PartnershipShown) -> Journey[PartnershipFacts, ChallengePartnership]:
    """Return the journey of saying that a partnership is wrong (PT-03)."""
    return Journey(
        path=challenge_path,
        perform=perform_challenge,
        rows=challenge_rows,
        notices=challenge_notices,
        check_title="Check what you are telling us",
        check_button="Confirm that this partnership is wrong",
        confirmation=partial(challenge_confirmation, one),
        **about(one, CHALLENGE),
    )


def undo_path(ask: Ask, facts: PartnershipFacts) -> UndoChallenge:
    """Ask once, on a page that says who is back and who is not (PT-04)."""
    one = facts.one
    question: Question[bool] = Question(
        UNDO,
        "Is this partnership right after all?",
        lambda _form: True,
        (),
        template="journeys/partnership/undo-challenge.html",
        details={"held": one, "back": names(one.training()), "moved_on": names(one.moved_on())},
    )
    ask(question)
    return UndoChallenge(facts.here.school.id, one.id)


async def perform_undo(command: UndoChallenge, facts: PartnershipFacts, here: Here) -> Mapping[str, Any]:
    """Take the challenge back, and keep who is back and who is not."""
    await undo_challenge(command, here.actor, here.today, here.policy)
    one = facts.one
    kept = {"back": names(one.training()), "moved_on": names(one.moved_on())}
    return {"lead_provider": one.lead_provider, "name": one.name, **kept}


async def undo_confirmation(one: PartnershipShown, outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
    """Say who is told, who is back and who has other training meanwhile (PT-04)."""
    told = [f"{outcome['lead_provider']} gets an email that says the partnership counts as confirmed again."]
    if outcome["back"]:
        told.append(f"Confirmed again with {outcome['name']}: {', '.join(outcome['back'])}.")
    if outcome["moved_on"]:
        told.append(f"You chose other training meanwhile, which stays as it is: {', '.join(outcome['moved_on'])}.")
    links = (("Go to the partnership", one.path), ("See all partnerships", PATH))
    return ConfirmationPage("The partnership counts as confirmed again", outcome, tuple(told), {"links": links})


def undo(one: PartnershipShown) -> Journey[PartnershipFacts, UndoChallenge]:
    """Return the journey of taking a challenge back (PT-04)."""
    return Journey(
        path=undo_path,
        perform=perform_undo,
        rows=lambda _walked, facts: _of(facts.one),
        check_title="Check what you are telling us",
        check_button="Confirm that this partnership is right",
        confirmation=partial(undo_confirmation, one),
        **about(one, UNDO),
    )


async def undo_at_once(journey: Journey[Any, Any], request: HTMXRequest) -> Response[str]:
    """Submit with the one answer there is: the page has shown everything that a check page would (PT-04)."""
    here = here_of(request)
    made = NewDraft(journey.kind, journey.name, here.school.id, {UNDO: {}}, about=journey.about)
    draft_id = await start_draft(made, here.actor, here.policy)
    draft, beside = await find_and_read(journey, here, str(draft_id))
    return await journeys.submit(await stand(journey, request, here, draft, beside))


def cannot_challenge(one: PartnershipShown, here: Here) -> CannotPage | None:
    """Return the page that says why a partnership cannot be challenged now (CHL-02)."""
    reason, last_day = one.cannot_challenge(here.today, here.policy), day_in_words(one.last_day(here.policy))
    if reason is None:
        return None
    if reason is CannotChallenge.ALREADY_CHALLENGED:
        link = ("Take this back", f"{one.path}/{UNDO}")
        links = (link,) if one.cannot_undo(here.today, here.policy) is None else ()
        said = "Your school has told us already that this partnership is wrong."
        return CannotPage("You have told us that this is wrong", one.name, said, one.path, links)
    said = f"You could tell us until {last_day} that this partnership is wrong."
    if reason is CannotChallenge.DECLARATIONS:
        said = f"{one.lead_provider} has declared training in this partnership, so it can no longer be said here."
    said = f"{said} Contact {one.lead_provider} or support if it is."
    return CannotPage("You cannot tell us here that this is wrong", one.name, said, one.path, ())


def cannot_undo(one: PartnershipShown, here: Here) -> CannotPage | None:
    """Return the page that says why a challenge cannot be taken back now (CHL-04)."""
    reason = one.cannot_undo(here.today, here.policy)
    title = "You cannot take this back"
    if reason is None:
        return None
    if reason is CannotUndo.NOT_CHALLENGED:
        return CannotPage(title, one.name, "This partnership counts as confirmed.", one.path, ())
    if reason is CannotUndo.REPORTED_AGAIN:
        said = f"{one.lead_provider} has reported your school again since you told us that this partnership is wrong."
        return CannotPage(title, one.name, said, one.path, (("See the newer partnership", f"{PATH}/{one.newer}"),))
    said = f"You could take this back until {day_in_words(one.last_day(here.policy))}. Contact support."
    return CannotPage(title, one.name, said, one.path, ())


def handlers(
    name: str,
    build: Callable[[PartnershipShown], Journey[Any, Any]],
    cannot: Callable[[PartnershipShown, Here], CannotPage | None],
    **more: Any,
) -> list[Any]:
    """Return the routes of a journey about a partnership; one that cannot be done says why (G-02)."""

    async def handle(request: HTMXRequest, act: Act) -> Response[str]:
        here = here_of(request)
        one = await find(here, request.path_params["partnership_id"])
        refusal = cannot(one, here)
        if refusal is not None and not await is_submitted(request, name, one.id):
            return page(request, "schools/partnership-not-allowed.html", refusal, status=FORBIDDEN)
        return await act(build(one), request)

    return routes(f"{PATH}/{{partnership_id:str}}/{name}", OPT, handle, **more)


HANDLERS = [
    *handlers(CHALLENGE, challenge, cannot_challenge),
    *handlers(UNDO, undo, cannot_undo, answer_first=undo_at_once),
]
