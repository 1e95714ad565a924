"""What the registration of a mentor may need to know, loaded before it is walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.registration.mentorships.mentorship_queries import ECTHere, MentorHere, Mentoring, mentoring_at
from app.registration.mentorships.mentorship_rules import PossibleMentor
from app.registration.people.ect_facts import PersonName
from app.registration.registering.mentor_start_dates import MentorStartFacts, open_stay_here
from app.registration.rules import MentorStay
from app.schools.rules import offers_mentor_training
from app.terms import DraftKind, MentorAtSchoolId, Role, TeacherId
from app.training.mentor_training import Coming, MentorTrainingFacts
from app.web.schools.identity.facts import Matched, ReadBeside, Registering, RegistrationFacts, registration_facts
from app.web.schools.mentor_training import WhoseTraining

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from app.drafts.store import Draft
    from app.web.session import Here

MENTOR = Registering(
    Role.MENTOR,
    DraftKind.REGISTER_MENTOR,
    "/school/register-mentor",
    "find-mentor",
    "review-mentor",
    "mentor",
    "the mentor",
)
NOBODY = 0
"""The id of somebody, or of a stay, that is not stored yet."""


@dataclass(frozen=True)
class MentorStart:
    """From when they mentor here; only_here: nowhere else from then on; elsewhere: they go on at another school."""

    on: date
    only_here: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, kw_only=True)
class RegisterMentorFacts(RegistrationFacts):
    """Everything the journey may need to know; for_ect: the stay of the ECT the draft was started from (RM-01)."""

    registering: Registering = MENTOR
    people: Mentoring
    for_ect: int | None = None

    @property
    def ect(self) -> ECTHere | None:
        """The ECT the draft was started from, unless it was not, or they are gone."""
        return next((ect for ect in self.people.ects if ect.mentored.stay.id == self.for_ect), None)

    def record(self, matched: Matched) -> MentorHere | None:
        """Return the mentor of this school whom somebody found is already (RM-19)."""
        stay = open_stay_here(matched.known.mentor_stays, self.school.id, self.today)
        return next((m for m in self.people.mentors if stay and m.mentor.stay.id == stay.id), None)

    def start_facts(self, matched: Matched, *, only_here: bool) -> MentorStartFacts:
        """Return what the start date of somebody depends on (PER-11)."""
        known = matched.known
        return MentorStartFacts(self.school.id, self.calendar, known.mentor_stays, known.trainings, only_here)

    def mentor(self, matched: Matched, name: str, start: MentorStart) -> MentorHere:
        """Return the mentor that somebody found would be, before anything is stored."""
        teacher = matched.known.teacher
        stay = MentorStay(MentorAtSchoolId(NOBODY), self.school.id, start.on)
        return MentorHere(
            PossibleMentor(stay, teacher.id if teacher else TeacherId(NOBODY)),
            UUID(int=NOBODY),
            matched.trn,
            PersonName(matched.snapshot.first_name, matched.snapshot.last_name, name),
            matched.known.as_mentor,
        )

    def training_of(self, mentor: MentorHere, ects: Collection[ECTHere], start: MentorStart) -> WhoseTraining:
        """Return what the training of a mentor of these ECTs depends on (MFT-03)."""
        facts = MentorTrainingFacts(
            mentor.history,
            tuple(ect.to_train_for(self.today) for ect in ects),
            Coming.ALSO_ELSEWHERE if start.elsewhere else Coming.MOVING,
            start.on,
            self.providers.facts,
            self.calendar,
            closes_elsewhere=start.only_here,
            school_trains=offers_mentor_training(self.school.level),
        )
        return WhoseTraining(mentor.displayed, facts, self.providers, self.policy, self.today)


async def load_facts(draft: Draft, here: Here, *beside: Any) -> RegisterMentorFacts:
    """Load everything the journey may need to know about a draft, in a fixed number of statements."""
    fields = await registration_facts(draft, here, ReadBeside(*beside), provider_led_offered=True)
    people = await mentoring_at(here.school.id, here.today)
    return RegisterMentorFacts(**fields, people=people, for_ect=draft.for_ect_stay_id)
