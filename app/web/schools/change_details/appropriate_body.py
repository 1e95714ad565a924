"""Changing the appropriate body of one ECT (CH-05)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from litestar.exceptions import NotFoundException

from app.journeys import kinds
from app.journeys.engine import Ask, Option, Question, Row, Walk
from app.registration.changes.body_changes import BodyHolder, bodies_for
from app.registration.changes.change_appropriate_body import ChangeAppropriateBody, change_appropriate_body
from app.registration.people.school_queries import body_holders
from app.registration.people.school_queries import ect as find_ect
from app.registration.permissions import Action
from app.registration.queries import appropriate_bodies
from app.terms import ECTAtSchoolId, Refused, SchoolKind
from app.values import Form, Invalid
from app.web.journey import Journey, Refusal
from app.web.schools.change_details.common import done, locking, still
from app.web.schools.subject_journeys import NotAllowed, SubjectJourney, about

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from app.drafts.store import Draft
    from app.registration.registering.appropriate_bodies import AppropriateBody, BodyOption
    from app.registration.subjects import Subject
    from app.web.journey_pages import ConfirmationPage
    from app.web.session import Here

ACTION = Action.CHANGE_APPROPRIATE_BODY
FIRST = "change-appropriate-body"
NOT_CHANGED = "This appropriate body can no longer be chosen for them. Choose again."
TOLD = "We do not email appropriate bodies about this. {} will be able to see the ECT: make sure that it has agreed."


@dataclass(frozen=True)
class SchoolBodies:
    """The appropriate bodies, and what decides which of them this school can choose."""

    bodies: tuple[AppropriateBody, ...]
    kind: SchoolKind
    district: str | None
    today: date

    def offered(self, holders: Iterable[BodyHolder]) -> tuple[BodyOption, ...]:
        """List what can be chosen for at least one of some ECTs (ABR-02, ABR-03)."""
        return bodies_for(holders, self.bodies, self.kind, self.today, self.district)


async def school_bodies(here: Here) -> SchoolBodies:
    """Load what can be chosen at a school."""
    return SchoolBodies(await appropriate_bodies(), SchoolKind(here.school.kind), here.school.district_code, here.today)


@dataclass(frozen=True)
class BodyFacts:
    """The ECT with the appropriate body reported now, and what can be chosen."""

    person: Subject
    holder: BodyHolder
    school: SchoolBodies

    @property
    def words(self) -> str:
        """The appropriate body reported now (ABR-04)."""
        return self.holder.reported_words(self.school.today)


def ask_for_body(ask: Ask, facts: BodyFacts) -> ChangeAppropriateBody:
    """Ask for the new appropriate body."""
    stay = ECTAtSchoolId(facts.person.stay_id)
    body = ask(new_body(facts))
    return ChangeAppropriateBody(facts.holder.stay.school_id, facts.school.kind, {stay: facts.holder.reported_id}, body)


def new_body(facts: BodyFacts) -> Question[AppropriateBody]:
    """Offer what can be chosen for this ECT, without the present one (CH-05)."""
    offered = facts.school.offered([facts.holder])
    now = next((str(o.body.public_id) for o in offered if o.body.id == facts.holder.reported_id), None)
    title = f"Which appropriate body will assure {facts.person.displayed}’s induction?"
    question = body_question(
        FIRST, title, [o for o in offered if str(o.body.public_id) != now], f"On record now: {facts.words}. "
    )

    def parse(form: Form) -> AppropriateBody:
        if now is not None and form.get("appropriate_body_id") == now:
            raise Invalid(appropriate_body_id="This is their appropriate body now. Select another one")
        return question.parse(form)

    return replace(question, parse=parse)


def body_question(slug: str, title: str, offered: Iterable[BodyOption], now: str = "") -> Question[AppropriateBody]:
    """Ask for one of some appropriate bodies (ABR-03); now: what is said of the present one."""
    options = {str(option.body.public_id): option for option in offered}
    question = kinds.select(
        slug,
        title,
        "appropriate_body_id",
        [Option(value, option.words) for value, option in options.items()],
        "Select an appropriate body",
        template="journeys/change-details/appropriate-body.html",
        hint=f"{now}Agree this with the appropriate body before you change it here",
    )
    return replace(question, parse=lambda form: options[question.parse(form)].body)  # type: ignore[arg-type, return-value]


def rows(walked: Walk, facts: BodyFacts) -> list[Row]:
    """Return the old and the new body."""
    command = walked.command
    if not isinstance(command, ChangeAppropriateBody):
        return []
    return [
        Row("appropriate-body-now", "Appropriate body now", facts.words),
        Row("appropriate-body", "New appropriate body", command.body.name, FIRST),
    ]


async def perform(command: ChangeAppropriateBody, facts: BodyFacts, here: Here) -> Mapping[str, Any]:
    """Change the body; raises Refused `appropriate_body` if it can't be theirs any more."""
    changed = await change_appropriate_body(command, here.actor, here.today)
    if not changed.changed:
        raise Refused("appropriate_body", "appropriate_body_id", NOT_CHANGED)
    return {"name": facts.person.displayed, "body": command.body.name}


async def until_recorded(person: Subject, here: Here) -> None:
    """Forbid the change once an appropriate body has recorded the induction (ABR-06); raises NotAllowed."""
    (holder,) = await body_holders(here.school.id, [ECTAtSchoolId(person.stay_id)])
    if not holder.is_recorded:
        return
    found = await find_ect(here.school.id, person.public_id)
    recorded = next((i.appropriate_body_id for i in holder.induction.periods if i.finished_on is None), None)
    body = found.body(recorded) if found else None
    name = body.name if body else "the appropriate body"
    reach = (body.contact_email or body.contact_url or "") if body else ""
    raise NotAllowed(
        f"{name[:1].upper()}{name[1:]} has recorded the induction of {person.displayed}, so your school can no longer "
        "change the appropriate body.",
        f"To change it, contact the appropriate body: {name}{f', {reach}' if reach else ''}.",
    )


async def build(person: Subject, _here: Here) -> Journey[BodyFacts, ChangeAppropriateBody]:
    """Return the journey for one ECT."""

    async def load(_draft: Draft, here: Here) -> BodyFacts:
        fresh = await still(person, ACTION, here)
        await until_recorded(fresh, here)
        found = await body_holders(here.school.id, [ECTAtSchoolId(fresh.stay_id)])
        if not found:
            raise NotFoundException
        return BodyFacts(fresh, found[0], await school_bodies(here))

    async def confirmation(outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
        headline = f"{outcome['name']}’s appropriate body has been changed to {outcome['body']}"
        return done(headline, outcome, (TOLD.format(outcome["body"]),), person)

    return Journey(
        **about(person, ACTION),
        path=ask_for_body,
        load=load,
        perform=perform,
        rows=rows,
        check_title="Check the new appropriate body",
        check_button="Confirm and change the appropriate body",
        confirmation=confirmation,
        exits={},
        notices=lambda walked, _facts, _here: (TOLD.format(walked.command.body.name),),
        refusals={"appropriate_body": Refusal(FIRST, NOT_CHANGED)},
        seen=lambda facts: {"Appropriate body": facts.words},
        lock=locking(person),
    )


JOURNEY = SubjectJourney(ACTION, build, allowed=until_recorded)
