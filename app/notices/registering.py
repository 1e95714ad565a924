"""The emails about registering ECTs and mentors (rules section 20: M-01 to M-06)."""

from __future__ import annotations

from dataclasses import dataclass

from app.notices.kinds import (
    Count,
    DisplayName,
    PlainDate,
    Programme,
    ProviderName,
    SchoolName,
    ServiceLink,
    TrainingAmount,
)
from app.notices.message import Message, listed


@listed
@dataclass(frozen=True)
class RegisteredAsECTProviderLed(Message):
    """To the ECT, with a copy to who registered them."""

    id = "M-01"
    text = "M-01-provider-led"
    name: DisplayName
    school: SchoolName
    started_on: PlainDate
    lead_provider: ProviderName


@listed
@dataclass(frozen=True)
class RegisteredAsECTSchoolLed(Message):
    """To the ECT, with a copy to who registered them."""

    id = "M-01"
    text = "M-01-school-led"
    name: DisplayName
    school: SchoolName
    started_on: PlainDate


@listed
@dataclass(frozen=True)
class TransferredAsECT(Message):
    """To an ECT who was at another school before, instead of M-01, with a copy to who registered them."""

    id = "M-02"
    text = "M-02"
    name: DisplayName
    school: SchoolName
    started_on: PlainDate
    programme: Programme
    """The words of the training programme, such as "provider-led"."""


@listed
@dataclass(frozen=True)
class RegisteredAsMentor(Message):
    """To the mentor, with a copy to who registered them; not to the school's induction tutor (NOT-3.7)."""

    id = "M-03"
    text = "M-03"
    name: DisplayName
    school: SchoolName
    amount: TrainingAmount


@listed
@dataclass(frozen=True)
class TransferredAsMentorOnlyHere(Message):
    """To a mentor who was at another school before and is at none now, instead of M-03, with a copy."""

    id = "M-04"
    text = "M-04-only-here"
    name: DisplayName
    school: SchoolName
    started_on: PlainDate
    amount: TrainingAmount


@listed
@dataclass(frozen=True)
class TransferredAsMentorAlsoElsewhere(Message):
    """To a mentor who goes on at another school, instead of M-03, with a copy."""

    id = "M-04"
    text = "M-04-also-elsewhere"
    name: DisplayName
    school: SchoolName
    started_on: PlainDate
    amount: TrainingAmount


@listed
@dataclass(frozen=True)
class ECTRegisteredElsewhere(Message):
    """To the earlier school's contact; the new school is never named (NOT-3.3)."""

    id = "M-05"
    text = "M-05"
    name: DisplayName
    last_day: PlainDate


@listed
@dataclass(frozen=True)
class MentorRegisteredElsewhere(Message):
    """To the earlier school's contact; the new school is never named (NOT-3.3)."""

    id = "M-06"
    text = "M-06"
    name: DisplayName
    last_day: PlainDate
    ects: Count
    """How many ECTs need a mentor from then on."""
    link: ServiceLink
