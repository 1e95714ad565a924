"""Every email there is: its id, its priority and its fields (rules section 20, notifications section 4, MSG-02)."""

from __future__ import annotations

from dataclasses import dataclass

from app.notices.kinds import (
    AcademicYear,
    ChallengeWords,
    ConfirmedPeople,
    Count,
    DisplayName,
    PlainDate,
    ProviderName,
    SchoolName,
    SchoolURN,
    ServiceLink,
    Tense,
    YesOrNo,
)
from app.notices.message import TEXTS, Message, Priority, listed
from app.notices.registering import (
    ECTRegisteredElsewhere,
    MentorRegisteredElsewhere,
    RegisteredAsECTProviderLed,
    RegisteredAsECTSchoolLed,
    RegisteredAsMentor,
    TransferredAsECT,
    TransferredAsMentorAlsoElsewhere,
    TransferredAsMentorOnlyHere,
)

__all__ = [
    "TEXTS",
    "ECTRegisteredElsewhere",
    "MentorRegisteredElsewhere",
    "Message",
    "Priority",
    "RegisteredAsECTProviderLed",
    "RegisteredAsECTSchoolLed",
    "RegisteredAsMentor",
    "TransferredAsECT",
    "TransferredAsMentorAlsoElsewhere",
    "TransferredAsMentorOnlyHere",
    "listed",
]
"""What other modules enter in the catalogue is taken from here too."""


@listed
@dataclass(frozen=True)
class LeavingReported(Message):
    """To an ECT or mentor whose leaving was reported, with a copy to who reported it."""

    id = "M-07"
    text = "M-07"
    name: DisplayName
    school: SchoolName
    last_day: PlainDate
    tense: Tense


@listed
@dataclass(frozen=True)
class MentorLeavesECTs(Message):
    """To the school's contact, when a mentor leaves ECTs without a mentor."""

    id = "M-07"
    text = "M-07-tutor"
    name: DisplayName
    last_day: PlainDate
    ects: Count
    link: ServiceLink


@listed
@dataclass(frozen=True)
class LeavingAmended(Message):
    """To an ECT or mentor whose last day was changed, with a copy to who changed it."""

    id = "M-08"
    text = "M-08-amended"
    name: DisplayName
    school: SchoolName
    last_day: PlainDate


@listed
@dataclass(frozen=True)
class LeavingCancelled(Message):
    """To an ECT or mentor who is no longer shown as leaving, with a copy to who changed that."""

    id = "M-08"
    text = "M-08-cancelled"
    name: DisplayName
    school: SchoolName


@listed
@dataclass(frozen=True)
class RegistrationRemoved(Message):
    """To an ECT or mentor whose registration was a mistake, with a copy to who removed it."""

    id = "M-09"
    text = "M-09"
    name: DisplayName
    school: SchoolName


@listed
@dataclass(frozen=True)
class EarlierRegistrationRestored(Message):
    """To the earlier school's contact; the school that had registered the person by mistake is never named."""

    id = "M-09"
    text = "M-09-earlier-school"
    name: DisplayName
    school: SchoolName


@listed
@dataclass(frozen=True)
class NamedAsInductionTutor(Message):
    """To the new induction tutor."""

    id = "M-10"
    text = "M-10"
    name: DisplayName
    school: SchoolName


@listed
@dataclass(frozen=True)
class ReplacedAsInductionTutor(Message):
    """To the outgoing induction tutor, when the address differs."""

    id = "M-11"
    text = "M-11"
    name: DisplayName
    school: SchoolName
    keeps_access: YesOrNo = True


@listed
@dataclass(frozen=True)
class TrainingStopped(Message):
    """To the school: the lead provider no longer trains somebody; never why."""

    id = "M-12"
    text = "M-12-stopped"
    name: DisplayName
    lead_provider: ProviderName
    on: PlainDate
    link: ServiceLink


@listed
@dataclass(frozen=True)
class TrainingPaused(Message):
    """To the school: the lead provider paused somebody's training; never why."""

    id = "M-12"
    text = "M-12-paused"
    name: DisplayName
    lead_provider: ProviderName
    on: PlainDate
    link: ServiceLink


@listed
@dataclass(frozen=True)
class TrainingConfirmed(Message):
    """To the school, once for a day: whom lead providers confirmed, each with provider and partner."""

    id = "M-13"
    text = "M-13"
    priority = Priority.SUMMARY
    confirmed: ConfirmedPeople
    link: ServiceLink


@listed
@dataclass(frozen=True)
class PartnershipReported(Message):
    """To the school: a lead provider reported a partnership, also again after a challenge."""

    id = "M-20"
    text = "M-20"
    lead_provider: ProviderName
    delivery_partner: ProviderName
    academic_year: AcademicYear
    last_challenge_day: PlainDate
    link: ServiceLink


@listed
@dataclass(frozen=True)
class PartnershipStillOpen(Message):
    """To the school, some days after M-20: there is still time to say that the partnership is wrong."""

    id = "M-21"
    text = "M-21"
    priority = Priority.SUMMARY
    lead_provider: ProviderName
    delivery_partner: ProviderName
    academic_year: AcademicYear
    last_challenge_day: PlainDate
    link: ServiceLink


@listed
@dataclass(frozen=True)
class PartnershipChallenged(Message):
    """To the lead provider: a school said that a partnership is wrong."""

    id = "M-22"
    text = "M-22-challenged"
    school: SchoolName
    urn: SchoolURN
    delivery_partner: ProviderName
    academic_year: AcademicYear
    because: ChallengeWords


@listed
@dataclass(frozen=True)
class PartnershipChallengeUndone(Message):
    """To the lead provider: the school took its challenge back."""

    id = "M-22"
    text = "M-22-undone"
    school: SchoolName
    urn: SchoolURN
    delivery_partner: ProviderName
    academic_year: AcademicYear


@listed
@dataclass(frozen=True)
class EmailAddressChanged(Message):
    """To the new address of an ECT or mentor."""

    id = "M-15"
    text = "M-15"
    name: DisplayName
    school: SchoolName


@listed
@dataclass(frozen=True)
class PartnershipNotReused(Message):
    """To the previous lead provider, whose pair with the school's delivery partner has ended."""

    id = "M-23"
    text = "M-23"
    school: SchoolName
    urn: SchoolURN
    academic_year: AcademicYear


@listed
@dataclass(frozen=True)
class DraftExpiresSoon(Message):
    """To the person who last saved an unfinished registration."""

    id = "M-30"
    text = "M-30"
    name: DisplayName
    deleted_on: PlainDate
    link: ServiceLink


@listed
@dataclass(frozen=True)
class RegistrationOpened(Message):
    """To the person who asked to be told."""

    id = "M-32"
    text = "M-32"
    name: DisplayName
    academic_year: AcademicYear
    link: ServiceLink


@listed
@dataclass(frozen=True)
class ChoicesEnded(Message):
    """To the school: a year has opened for which something of its last choices cannot be chosen."""

    id = "M-48"
    text = "M-48"
    priority = Priority.SUMMARY
    school: SchoolName
    ended: ProviderName
    """The appropriate body, the lead provider, or lead provider and delivery partner."""
    academic_year: AcademicYear
    link: ServiceLink


@listed
@dataclass(frozen=True)
class AccessRemoved(Message):
    """To a user whose access to a school was ended."""

    id = "M-73"
    text = "M-73"
    name: DisplayName
    school: SchoolName


@listed
@dataclass(frozen=True)
class SchoolClosedForGood(Message):
    """To everybody of a school that closed without a successor."""

    id = "M-83"
    text = "M-83-closed"
    school: SchoolName
    last_day: PlainDate
    people: Count


@listed
@dataclass(frozen=True)
class SchoolContinued(Message):
    """To everybody of a closed school and of the school where its people go on."""

    id = "M-83"
    text = "M-83-continued"
    school: SchoolName
    new_school: SchoolName
    last_day: PlainDate
    people: Count
    link: ServiceLink


@listed
@dataclass(frozen=True)
class SchoolRenumbered(Message):
    """To everybody of a school that goes on under another number, and perhaps another name."""

    id = "M-83"
    text = "M-83-renumbered"
    school: SchoolName
    new_school: SchoolName
    last_day: PlainDate
    link: ServiceLink
