"""Changing how an ECT works: full or part time (CH-04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.journeys import kinds
from app.journeys.engine import Ask, Question, Row, Walk
from app.registration.changes.change_working_pattern import ChangeWorkingPattern, change_working_pattern
from app.registration.people.ect_shown import NOT_REPORTED
from app.registration.people.school_queries import ect as find_ect
from app.registration.permissions import Action
from app.terms import ECTAtSchoolId, WorkingPattern
from app.web.journey import Journey
from app.web.schools.change_details.common import done, locking, still
from app.web.schools.subject_journeys import SubjectJourney, about

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.drafts.store import Draft
    from app.registration.subjects import Subject
    from app.web.journey_pages import ConfirmationPage
    from app.web.session import Here

ACTION = Action.CHANGE_WORKING_PATTERN
FIRST = "change-working-pattern"
WHY = "Lead providers and appropriate bodies can adapt training and induction for people who work part time."


@dataclass(frozen=True)
class PatternFacts:
    """The ECT and how they work now, as far as reported."""

    person: Subject
    now: WorkingPattern | None

    @property
    def words(self) -> str:
        """How they work now."""
        return self.now.words if self.now else NOT_REPORTED


def ask_for_pattern(ask: Ask, facts: PatternFacts) -> ChangeWorkingPattern:
    """Ask for the new working pattern."""
    return ChangeWorkingPattern(ECTAtSchoolId(facts.person.stay_id), ask(new_pattern(facts)))


def new_pattern(facts: PatternFacts) -> Question[WorkingPattern]:
    """Offer the patterns that differ from the one on record; both where none is (CH-04)."""
    return kinds.words(
        FIRST,
        f"How does {facts.person.displayed} work as an ECT?",
        "working_pattern",
        [pattern for pattern in WorkingPattern if pattern is not facts.now],
        "Select how they work as an ECT",
        why=f"On record now: {facts.words.lower()}.",
        hint=f"Someone who is full time at your school but part time as an ECT is part time. {WHY}",
    )


def rows(walked: Walk, facts: PatternFacts) -> list[Row]:
    """Return the old and the new pattern."""
    command = walked.command
    if not isinstance(command, ChangeWorkingPattern):
        return []
    return [
        Row("working-pattern-now", "Working pattern now", facts.words),
        Row("working-pattern", "New working pattern", command.working_pattern.words, FIRST),
    ]


async def perform(command: ChangeWorkingPattern, facts: PatternFacts, here: Here) -> Mapping[str, Any]:
    """Change the pattern, and keep what the confirmation says."""
    await change_working_pattern(command, here.actor, here.today)
    return {"name": facts.person.displayed, "pattern": command.working_pattern.words.lower()}


async def build(person: Subject, _here: Here) -> Journey[PatternFacts, ChangeWorkingPattern]:
    """Return the journey for one ECT."""

    async def load(_draft: Draft, here: Here) -> PatternFacts:
        fresh = await still(person, ACTION, here)
        found = await find_ect(here.school.id, fresh.public_id)
        return PatternFacts(fresh, found.working_pattern if found else None)

    async def confirmation(outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
        told = "We do not email anybody about this. Lead providers and appropriate bodies will be able to see it."
        return done(f"{outcome['name']} now works {outcome['pattern']} as an ECT", outcome, (told,), person)

    return Journey(
        **about(person, ACTION),
        path=ask_for_pattern,
        load=load,
        perform=perform,
        rows=rows,
        check_title="Check the new working pattern",
        check_button="Confirm and change the working pattern",
        confirmation=confirmation,
        exits={},
        notices=lambda _walked, _facts, _here: (f"{WHY} They will be able to see the change.",),
        seen=lambda facts: {"Working pattern": facts.words},
        lock=locking(person),
    )


JOURNEY = SubjectJourney(ACTION, build)
