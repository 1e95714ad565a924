"""Registered by mistake: whether it can be undone here, and undoing it (journeys section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from app.journeys import kinds
from app.journeys.engine import Ask, Option, Row, Walk
from app.registration.leaving.removal import Blocker, removal_blocker
from app.registration.leaving.remove_registration import (
    RemoveRegistration,
    lock_removal,
    removal_facts,
    remove_registration,
    stays_ended_by,
)
from app.registration.permissions import Action
from app.registration.registering.start_dates import day_in_words
from app.registration.whole_stay import WholeStay, whole_stay
from app.terms import RemovalReason, Role
from app.training.rules import decisive_training
from app.web.journey import Journey, Refusal
from app.web.journey_pages import ConfirmationPage
from app.web.schools.subject_journeys import NotAllowed, SubjectJourney, about, handlers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.drafts.store import Draft
    from app.registration.subjects import Subject
    from app.web.session import Here

SLUG = Action.REGISTERED_BY_MISTAKE.value
MEANWHILE = (
    "changed_meanwhile",
    "mentor_changed_meanwhile",
    "training_changed_meanwhile",
    "already_registered_elsewhere",
)
REASONS = {
    RemovalReason.WRONG_PERSON: "We registered the wrong person",
    RemovalReason.DUPLICATE: "They are registered already",
    RemovalReason.NOT_STARTING: "They are not starting at our school after all",
}
INSTEAD = {
    Action.REPORT_LEAVING: "Report that they are leaving",
    Action.CHANGE_LEAVING: "Change or cancel the last day you reported",
}
REGISTER = {Role.ECT: ("Register another ECT", "/school/register-ect")}
REGISTER[Role.MENTOR] = ("Register another mentor", "/school/register-mentor")


@dataclass(frozen=True)
class MistakeFacts:
    """The stay with everything in it, and how many stays elsewhere its registration had closed."""

    stay: WholeStay
    closed_elsewhere: int


async def load_facts(person: Subject, _draft: Draft, _here: Here) -> MistakeFacts:
    """Read the stay afresh."""
    stay = await whole_stay(person.role, person.stay_id)
    return MistakeFacts(stay, len(await stays_ended_by(stay)))


def path(ask: Ask, facts: MistakeFacts) -> RemoveRegistration:
    """Ask why the registration was a mistake (UM-02)."""
    stay = facts.stay
    question = kinds.radios(
        SLUG,
        f"Why was {stay.name} registered by mistake?",
        "removal_reason",
        [Option(reason.value, words) for reason, words in REASONS.items()],
        "Select why the registration was a mistake",
        row="reason",
        label="Reason",
        why="Use this only if the registration should never have been made. If they were at your school and are "
        "leaving, report that they are leaving instead.",
    )
    return RemoveRegistration(stay.role, stay.trn, stay.id, stay.school_id, RemovalReason(ask(question)))


def rows(walked: Walk, facts: MistakeFacts) -> list[Row]:
    """Return who is removed and why, what is cancelled, and whom else that affects (UM-02)."""
    stay = facts.stay
    found = [
        Row("name", "Name", stay.name),
        Row("start-date", "Start date", day_in_words(stay.started_on)),
        Row("reason", "Reason", REASONS[walked.command.reason], SLUG),
    ]
    if cancelled := [row.words for row in stay.trainings if not row.cancelled]:
        found.append(Row("cancelled", "What is cancelled", "", lines=tuple(w[:1].upper() + w[1:] for w in cancelled)))
    people = _people_concerned(stay)
    if people:
        label = "Mentor who no longer mentors them" if stay.role is Role.ECT else "ECTs who lose their mentor"
        found.append(Row("people", label, "", lines=people))
    return found


def _people_concerned(stay: WholeStay) -> tuple[str, ...]:
    kept = [row for row in stay.mentorships if not row.cancelled]
    names = [row.mentor.displayed if stay.role is Role.ECT else row.ect.displayed for row in kept]
    return tuple(dict.fromkeys(names))


def notices(_walked: Walk, facts: MistakeFacts, _here: Here) -> tuple[str, ...]:
    """Say that the record disappears from lists, and what an earlier school gets back (UM-02)."""
    said = [f"{facts.stay.name} will no longer be in your lists, searches or exports."]
    said.append("Nothing is deleted, and you can register them again at any time.")
    if facts.closed_elsewhere:
        said.append("Their registration at their earlier school is put back to how it was, and that school is told.")
    return tuple(said)


async def perform(command: RemoveRegistration, _facts: MistakeFacts, here: Here) -> Mapping[str, Any]:
    """Remove the registration."""
    removed = await remove_registration(command, here.actor, here.today, here.policy)
    return {"name": removed.name, "restored": removed.restored, "not_restored": removed.not_restored}


async def confirmation(person: Subject, outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
    """Say what was removed, who is told, and where to go on (UM-02)."""
    name = outcome["name"]
    told = [f"{name} gets an email that says their registration at your school was removed."]
    if outcome["restored"]:
        told.append("Their earlier school is told that they are shown there again.")
    if outcome["not_restored"]:
        told.append("Support looks at their registration at an earlier school, which could not be put back whole.")
    links = (("Go to your home page", "/school/home"), REGISTER[person.role])
    return ConfirmationPage(f"The registration of {name} was removed", outcome, tuple(told), {"links": links})


async def while_it_can_be_undone(person: Subject, here: Here) -> None:
    """Refuse when a fact prevents it, naming that fact and what can be done instead (PER-50, PER-52)."""
    stay = await whole_stay(person.role, person.stay_id)
    blocker = removal_blocker(await removal_facts(stay), here.today, here.policy)
    if blocker is None:
        return
    decisive = decisive_training(stay.trainings, here.today)
    provider = next((row.lead_provider for row in stay.trainings if decisive and row.id == decisive.id), None)
    of_body = blocker in {Blocker.INDUCTION, Blocker.OUTCOME}
    of_provider = f"Their lead provider is {provider}. It can correct what it has recorded." if provider else ""
    raise NotAllowed(
        f"You cannot remove the registration of {person.displayed} here, because {words_of(blocker, here)}.",
        "The appropriate body can correct what it has recorded." if of_body else of_provider,
        [(words, f"{person.record}/{action.value}") for action, words in INSTEAD.items() if person.may(action)],
    )


def words_of(blocker: Blocker, here: Here) -> str:
    """Return a blocking fact in words; how long ago is too long can be changed by staff."""
    if blocker is Blocker.ENDED:
        return f"they left {here.policy.undo_after_end_days} days ago or longer"
    return blocker.words


async def build(person: Subject, _here: Here) -> Journey[MistakeFacts, RemoveRegistration]:
    """Give the journey that removes a registration (UM-01, UM-02)."""
    return Journey(
        **about(person, Action.REGISTERED_BY_MISTAKE),
        path=path,
        load=partial(load_facts, person),
        perform=perform,
        rows=rows,
        notices=notices,
        check_title=f"Check before you remove the registration of {person.displayed}",
        check_button="Confirm and remove the registration",
        confirmation=partial(confirmation, person),
        exits={},
        lock=lock_removal,
        refusals={
            code: Refusal(SLUG, "The record changed meanwhile. Check if it can still be removed.")
            for code in (*MEANWHILE, *(blocker.value for blocker in Blocker))
        },
    )


JOURNEY = SubjectJourney(Action.REGISTERED_BY_MISTAKE, build, allowed=while_it_can_be_undone)
HANDLERS = [handler for role in Role for handler in handlers(role, (JOURNEY,))]
