"""What is read of the mentors of one school: a light row of each, and everything about some of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from app.registration.people.ect_facts import PersonAtSchool, PersonName
from app.registration.people.mentor_statuses import Mentored, MentorFacts, MentorState, mentor_state, mentor_tag
from app.registration.rules import InductionRecord, MentorStay, Standing, ect_standing
from app.terms import TRN, MentorIneligibleReason

if TYPE_CHECKING:
    from app.registration.people.statuses import Tag


@dataclass(frozen=True)
class ListedMentor:
    """One mentor of a school as far as tabs, search and order depend on them; `ects`: going on or to come."""

    stay: MentorStay
    public_id: UUID
    trn: TRN
    name: PersonName
    search_name: str
    ects: tuple[Mentored, ...] = ()

    def mentoring(self, today: date) -> int:
        """Count the ECTs in progress whom they mentor, or will (STA-03)."""
        return MentorFacts(self.stay, self.ects).mentoring(today)


@dataclass(frozen=True)
class MentoredRow:
    """A mentorship with the ECT's name and the id of their record."""

    mentored: Mentored
    ect: PersonName
    ect_public_id: UUID


@dataclass(frozen=True, kw_only=True)
class MentorAtSchool(PersonAtSchool):
    """Everything a school sees of one mentor; rows are those of this stay.

    trained_before: mentor training at any school, ever, that was not cancelled (MFT-03).
    """

    stay: MentorStay
    ineligible_on: date | None = None
    ineligible_reason: MentorIneligibleReason | None = None
    trained_before: bool = False
    mentorships: tuple[MentoredRow, ...] = ()

    def facts(self, today: date) -> MentorFacts:
        """Return what tag, training text and tracker are made of."""
        decisive = self.decisive(today)
        return MentorFacts(
            stay=self.stay,
            ects=tuple(row.mentored for row in self.mentorships),
            trainings=tuple(row.training for row in self.trainings),
            lead_provider=(decisive.lead_provider or "") if decisive else "",
            ineligible_on=self.ineligible_on,
            ineligible_reason=self.ineligible_reason,
            trained_before=self.trained_before,
            registered_on=self.registered_on,
        )

    def state(self, today: date) -> MentorState:
        """Say what state they are in (STA-03)."""
        return mentor_state(self.stay, self.facts(today).mentoring(today), today)

    def standing(self, today: date) -> Standing:
        """Say which column of the permissions applies; their own induction plays no part (PRM-02)."""
        return ect_standing(self.stay, InductionRecord(), today)

    def tag(self, today: date) -> Tag:
        """Return the tag, its reason and next actions (STA-03)."""
        return mentor_tag(self.facts(today), today)

    def mentored_now(self, today: date) -> tuple[MentoredRow, ...]:
        """Return the mentorships of ECTs in progress that go on or are still to come, by name (LS-07)."""
        rows = (row for row in self.mentorships if row.mentored.counts(today))
        return tuple(sorted(rows, key=lambda row: (row.ect.displayed, row.mentored.mentorship.started_on)))

    def mentored_before(self, today: date) -> tuple[MentoredRow, ...]:
        """Return the other mentorships here, the newest first (RC-03)."""
        return tuple(row for row in reversed(self.mentorships) if not row.mentored.counts(today))
