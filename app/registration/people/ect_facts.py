"""What is read of the ECTs of one school: a light row of each, and everything about some of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app.registration.people.statuses import ECTFacts, Tag, ect_tag, london_day
from app.registration.rules import ECTState, ECTStay, InductionRecord, Mentorship, Standing, ect_standing, ect_state
from app.teachers.rules import display_name, teaching_record_name
from app.terms import (
    TRN,
    AppropriateBodyId,
    ConfirmationSource,
    DeferralReason,
    RemovalReason,
    SchoolId,
    TeacherId,
    WithdrawalReason,
    WorkingPattern,
    Year,
)
from app.training.rules import Training, decisive_training

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class PersonName:
    """The names of a teacher as stored."""

    trs_first_name: str
    trs_last_name: str
    corrected_name: str | None = None

    @property
    def displayed(self) -> str:
        """The name shown everywhere (NAM-01)."""
        return display_name(self.corrected_name, self.trs_first_name, self.trs_last_name)

    @property
    def on_record(self) -> str:
        """The name on the teaching record when it differs from the one shown, else an empty text."""
        return teaching_record_name(self.trs_first_name, self.trs_last_name) if self.corrected_name else ""


@dataclass(frozen=True)
class ListedECT:
    """One ECT of a school as far as tabs, search and order depend on it.

    mentored: an open mentorship; awaiting: the training going on is only requested.
    """

    stay: ECTStay
    public_id: UUID
    trn: TRN
    name: PersonName
    search_name: str
    induction: InductionRecord
    mentored: bool
    awaiting: bool

    def state(self, today: date) -> ECTState:
        """Say what state they are in (STA-01)."""
        return ect_state(self.stay, self.induction, today)


@dataclass(frozen=True)
class Body:
    """An appropriate body by name, with its last day as one and how to reach it."""

    id: AppropriateBodyId
    name: str
    active_to: date | None = None
    contact_email: str | None = None
    contact_url: str | None = None

    def has_ended(self, today: date) -> bool:
        """Tell whether it is no longer an appropriate body (ABR-04)."""
        return self.active_to is not None and self.active_to < today


@dataclass(frozen=True)
class TrainingRow:
    """A training with the names and reasons that are shown."""

    training: Training
    lead_provider: str | None = None
    delivery_partner: str | None = None
    self_funded: bool = False
    source: ConfirmationSource | None = None
    continues_from: Year | None = None
    challenged_at: datetime | None = None
    withdrawal_reason: WithdrawalReason | None = None
    deferral_reason: DeferralReason | None = None


@dataclass(frozen=True)
class MentorshipRow:
    """A mentorship with the mentor's name and record, and when the mentor was reported as leaving."""

    mentorship: Mentorship
    mentor: PersonName
    mentor_public_id: UUID
    leaving_reported_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PersonAtSchool:
    """What a school sees of an ECT and of a mentor alike; the trainings are those of this stay.

    email_failed_at: when the last email to the address bounced, unless one arrived since (MSG-03).
    """

    teacher_id: TeacherId
    public_id: UUID
    trn: TRN
    name: PersonName
    email: str
    registered_at: datetime
    registered_by: str | None = None
    removed_at: datetime | None = None
    removal_reason: RemovalReason | None = None
    email_failed_at: datetime | None = None
    leaving_reported_by: SchoolId | None = None
    trainings: tuple[TrainingRow, ...] = ()

    @property
    def displayed(self) -> str:
        """The name shown everywhere (NAM-01)."""
        return self.name.displayed

    @property
    def registered_on(self) -> date:
        """The day in London on which they were registered."""
        return london_day(self.registered_at)

    def decisive(self, today: date) -> TrainingRow | None:
        """Return the training that speaks for the stay (PER-20)."""
        chosen = decisive_training((row.training for row in self.trainings), today)
        return next((row for row in self.trainings if row.training is chosen), None)


@dataclass(frozen=True, kw_only=True)
class ECTAtSchool(PersonAtSchool):
    """Everything a school sees of one ECT; rows are those of this stay, and the inductions those of the person."""

    stay: ECTStay
    induction: InductionRecord
    induction_completed_on: date | None = None
    qts_awarded_on: date | None = None
    working_pattern: WorkingPattern | None = None
    reported_body_id: AppropriateBodyId | None = None
    bodies: tuple[Body, ...] = ()
    mentorships: tuple[MentorshipRow, ...] = ()

    def state(self, today: date) -> ECTState:
        """Say what state they are in (STA-01)."""
        return ect_state(self.stay, self.induction, today)

    def facts(self, today: date) -> ECTFacts:
        """Return what tag and tracker are made of."""
        decisive = self.decisive(today)
        return ECTFacts(
            stay=self.stay,
            trainings=tuple(row.training for row in self.trainings),
            mentorships=tuple(row.mentorship for row in self.mentorships),
            induction=self.induction,
            lead_provider=(decisive.lead_provider or "") if decisive else "",
            registered_on=self.registered_on,
            qts_awarded_on=self.qts_awarded_on,
        )

    def standing(self, today: date) -> Standing:
        """Say which column of the permissions applies (PRM-01)."""
        return ect_standing(self.stay, self.induction, today)

    def tag(self, today: date) -> Tag:
        """Return the tag, its reason and next actions (STA-02)."""
        return ect_tag(self.facts(today), today)

    def body(self, body_id: AppropriateBodyId | None) -> Body | None:
        """Return an appropriate body that the person or the stay names."""
        return next((body for body in self.bodies if body.id == body_id), None)

    def mentorships_from(self, today: date) -> tuple[MentorshipRow, ...]:
        """Return the mentorships that are current or still to come, the first one first."""
        going_on = (row for row in self.mentorships if row.mentorship.period.is_open(today))
        return _by_start(row for row in going_on if not row.mentorship.cancelled)


def _by_start(rows: Iterable[MentorshipRow]) -> tuple[MentorshipRow, ...]:
    return tuple(sorted(rows, key=lambda row: (row.mentorship.started_on, row.mentorship.id)))
