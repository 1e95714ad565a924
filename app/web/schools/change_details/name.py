"""Changing the name of an ECT or mentor (CH-01, CH-02)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.drafts import store
from app.journeys.engine import Ask, Exit, Option, Question, Row, Walk
from app.registration.changes.change_name import ChangeName, NameReason, change_name
from app.registration.leaving.removal import Blocker, removal_blocker
from app.registration.leaving.remove_registration import removal_facts
from app.registration.permissions import Action
from app.registration.whole_stay import whole_stay
from app.teachers.rules import needs_same_person_question
from app.training.rules import decisive_training
from app.values import Form, Invalid, normalised_name, parse_both, parse_choice, parse_name
from app.web.journey import Asked, Journey
from app.web.page import redirect
from app.web.schools.change_details.common import ABOUT_NAME, done, locking, still
from app.web.schools.person_questions import confirm_name
from app.web.schools.subject_journeys import SubjectJourney, about

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response

    from app.drafts.store import Draft
    from app.registration.subjects import Subject
    from app.web.journey_pages import ConfirmationPage
    from app.web.session import Here

ACTION = Action.CHANGE_NAME
FIRST = "change-name"
FIELDS = ("reason", "new_name")
EXITS = {
    NameReason.DIFFERENT_PERSON: "not-for-replacing",
    NameReason.SHOULD_NOT_BE_REGISTERED: "not-for-removing",
}
"""Reasons that are for something else, and the page that says what (NAM-05)."""


@dataclass(frozen=True)
class NameFacts:
    """The person; when they should not be registered here, what prevents removing them, and their lead provider."""

    person: Subject
    blocker: Blocker | None = None
    lead_provider: str = ""


def ask_for_name(ask: Ask, facts: NameFacts) -> ChangeName:
    """Ask why and for the new name; a very different one is confirmed (NAM-04, NAM-05)."""
    person = facts.person
    reason, name = ask(new_name(person))
    if name is None:
        raise Exit(EXITS[reason], elsewhere(facts))
    if needs_same_person_question(person.displayed, name):
        ask(confirm_name(person.displayed, name, person.trn))
    return ChangeName(person.role, person.stay_id, name, reason)


def new_name(person: Subject) -> Question[tuple[NameReason, str | None]]:
    """Ask for reason and new name; without a name where the reason is for something else."""

    def parse(form: Form) -> tuple[NameReason, str | None]:
        if form.get("reason") in {reason.value for reason in EXITS}:
            return NameReason(form["reason"]), None
        return parse_both(lambda: parse_reason(form), lambda: parse_new_name(form, person))

    return Question(
        FIRST,
        f"Change the name of {person.displayed}",
        parse,
        FIELDS,
        row="name",
        label="New name",
        show=lambda answer: answer[1] or answer[0].words,
        template="journeys/change-name/change-name.html",
        why=ABOUT_NAME,
        options=tuple(Option(reason.value, reason.words) for reason in NameReason),
        details={"now": person.displayed, "on_record": person.name.on_record},
        keep=lambda answer: {} if answer[1] else {"new_name": ""},
    )


def parse_reason(form: Form) -> NameReason:
    """Return why the name is changed (NAM-05)."""
    options = [reason.value for reason in NameReason]
    return NameReason(parse_choice(form, "reason", options, "Select why you want to change the name"))


def parse_new_name(form: Form, person: Subject) -> str:
    """Return the new name, which differs from the one shown (VAL-05, NAM-06)."""
    name = parse_name(form, "new_name", "new full name")
    if name == normalised_name(person.displayed):
        raise Invalid(new_name="Enter a name that is different from the one shown now")
    return name


async def ask_again(asked: Asked[NameFacts], form: Form) -> None:
    """Ask again about the same person whenever the new name changes (NAM-04)."""
    if asked.draft.answers.get(FIRST, {}).get("new_name", "") != form.get("new_name", ""):
        await store.forget_answer(asked.draft, "confirm-name")


async def settle_same_person(asked: Asked[NameFacts], form: Form) -> Response[str] | None:
    """Drop a name that is another person's, and ask again (RE-08)."""
    if form.get("same_person") != "no":
        return None
    await store.forget_answer(asked.draft, FIRST)
    return redirect(asked.request, f"{asked.facts.person.record}/{FIRST}/{asked.draft.id}/{FIRST}")


def elsewhere(facts: NameFacts) -> dict[str, Any]:
    """Return what to do instead, as far as it is open for this person (CH-02, PER-50)."""
    person = facts.person
    mistake = person.may(Action.REGISTERED_BY_MISTAKE) and facts.blocker is None
    return {
        "name": person.displayed,
        "role": person.role.words,
        "report_leaving": f"{person.record}/report-leaving" if person.may(Action.REPORT_LEAVING) else "",
        "registered_by_mistake": f"{person.record}/registered-by-mistake" if mistake else "",
        "why_not": facts.blocker.words if facts.blocker else "",
        "lead_provider": facts.lead_provider,
        "register": f"/school/register-{person.role.value}",
    }


async def load_facts(draft: Draft, person: Subject, here: Here) -> NameFacts:
    """Load what prevents removing a registration only where the answer asks for that (PER-50)."""
    if draft.answers.get(FIRST, {}).get("reason") != NameReason.SHOULD_NOT_BE_REGISTERED:
        return NameFacts(person)
    stay = await whole_stay(person.role, person.stay_id)
    blocker = removal_blocker(await removal_facts(stay), here.today, here.policy)
    decisive = decisive_training(stay.trainings, here.today)
    provider = next((row.lead_provider for row in stay.trainings if row is decisive), None)
    return NameFacts(person, blocker, provider or "")


def rows(walked: Walk, facts: NameFacts) -> list[Row]:
    """Return the old and the new name."""
    command = walked.command
    if not isinstance(command, ChangeName):
        return []
    return [
        Row("name-now", "Name now", facts.person.displayed),
        Row("name", "New name", command.new_name, FIRST),
        Row("reason", "Reason", command.reason.words, FIRST),
    ]


async def perform(command: ChangeName, _facts: NameFacts, here: Here) -> Mapping[str, Any]:
    """Change the name, and keep both for the confirmation."""
    await change_name(command, here.actor, here.today)
    return {"name": command.new_name}


async def build(person: Subject, _here: Here) -> Journey[NameFacts, ChangeName]:
    """Return the journey for one person."""

    async def load(draft: Draft, here: Here) -> NameFacts:
        return await load_facts(draft, await still(person, ACTION, here), here)

    async def confirmation(outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
        told = "We do not email anybody about this. Appropriate bodies and lead providers will be able to see the name."
        return done(f"The name has been changed to {outcome['name']}", outcome, (told, ABOUT_NAME), person)

    return Journey(
        **about(person, ACTION),
        path=ask_for_name,
        load=load,
        perform=perform,
        rows=rows,
        check_title="Check the new name",
        check_button="Confirm and change the name",
        confirmation=confirmation,
        exits={slug: f"journeys/change-name/{slug}.html" for slug in EXITS.values()},
        notices=lambda _walked, _facts, _here: (ABOUT_NAME,),
        hooks={FIRST: ask_again, "confirm-name": settle_same_person},
        seen=lambda facts: {"Name": facts.person.displayed},
        lock=locking(person),
    )


JOURNEY = SubjectJourney(ACTION, build)
