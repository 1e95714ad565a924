"""What assigning mentors may need to know, loaded before it is walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from litestar.exceptions import NotFoundException

from app.registration.mentorships.mentorship_queries import mentoring_at
from app.registration.mentorships.mentorship_rules import WhyNotMentor
from app.registration.registering.start_dates import day_in_words
from app.schools.rules import offers_mentor_training
from app.training.mentor_training import Coming, MentorTrainingFacts
from app.training.queries import school_providers
from app.web.schools.mentor_training import WhoseTraining

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from app.policy import Policy
    from app.registration.mentorships.mentorship_queries import ECTHere, MentorHere, Mentoring
    from app.registration.subjects import Subject
    from app.schools.rules import SchoolLevel
    from app.terms import SchoolId
    from app.training.periods import Calendar
    from app.training.queries import SchoolProviders
    from app.web.session import Here

T = TypeVar("T")


@dataclass(frozen=True)
class SchoolMentoring:
    """The people of a school, and what the training of its mentors depends on."""

    school_id: SchoolId
    today: date
    policy: Policy
    calendar: Calendar
    level: SchoolLevel
    people: Mentoring
    providers: SchoolProviders

    def training_of(self, mentor: MentorHere, ects: Collection[ECTHere]) -> WhoseTraining:
        """Return what a mentor's training depends on who is given these ECTs (MFT-03)."""
        facts = MentorTrainingFacts(
            mentor.history,
            tuple(ect.to_train_for(self.today) for ect in ects),
            Coming.HERE,
            mentor.mentor.stay.started_on,
            self.providers.facts,
            self.calendar,
            school_trains=offers_mentor_training(self.level),
        )
        return WhoseTraining(mentor.displayed, facts, self.providers, self.policy, self.today)

    def ect_of(self, person: Subject) -> ECTHere:
        """Return the ECT that a journey is about; raises NotFoundException when they have been gone for long."""
        return found(self.people.ect(person.public_id))

    def mentor_of(self, person: Subject) -> MentorHere:
        """Return the mentor that a journey is about; raises NotFoundException when they have been gone for long."""
        return found(self.people.mentor(person.public_id))


def found(row: T | None) -> T:
    """Return somebody who is there; raises NotFoundException."""
    if row is None:
        raise NotFoundException
    return row


async def load_mentoring(here: Here) -> SchoolMentoring:
    """Load everything that assigning may need to know, in two statements."""
    return SchoolMentoring(
        here.school.id,
        here.today,
        here.policy,
        here.calendar,
        here.level,
        await mentoring_at(here.school.id, here.today),
        await school_providers(here.school.id, provider_led_offered=True),
    )


def present_words(ect: ECTHere, today: date) -> str:
    """Return who mentors an ECT now or next, with the days (CON-01)."""
    present = ect.mentored.present(today)
    if present is None:
        return "No mentor yet"
    end = f" to {day_in_words(present.finished_on)}" if present.finished_on else ""
    return f"{ect.mentor_of(present)}, from {day_in_words(present.started_on)}{end}"


def why_not_words(why: WhyNotMentor, ect: ECTHere, mentor: MentorHere) -> str:
    """Say why somebody who could be chosen can't be any more (rules of field errors, section 18)."""
    who, whom, last_day = mentor.displayed, ect.displayed, mentor.mentor.stay.finished_on
    return {
        WhyNotMentor.ECT_NOT_ASSIGNABLE: f"{whom} has left, completed their induction or is exempt, so needs no mentor",
        WhyNotMentor.OTHER_SCHOOL: f"{who} is not a mentor at your school",
        WhyNotMentor.THEMSELF: f"{whom} cannot mentor themself",
        WhyNotMentor.LEFT: f"{who} has left your school",
        WhyNotMentor.LEAVING: f"{who} leaves on {day_in_words(last_day)}" if last_day else "",
        WhyNotMentor.PRESENT: f"{who} is {whom}’s mentor already",
        WhyNotMentor.STARTS_TOO_LATE: f"{who} starts after {whom} has left",
    }[why]
