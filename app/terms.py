"""The words of the field: closed lists, typed ids, date ranges, authors and refusals."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NewType, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

TRN = NewType("TRN", str)
"""Teacher reference number: exactly seven ASCII digits."""
URN = NewType("URN", str)
"""Unique reference number of a school: five to seven digits."""

TeacherId = NewType("TeacherId", int)
SchoolId = NewType("SchoolId", int)
UserId = NewType("UserId", int)
ECTAtSchoolId = NewType("ECTAtSchoolId", int)
MentorAtSchoolId = NewType("MentorAtSchoolId", int)
TrainingPeriodId = NewType("TrainingPeriodId", int)
MentorshipPeriodId = NewType("MentorshipPeriodId", int)
SchoolPartnershipId = NewType("SchoolPartnershipId", int)
LeadProviderId = NewType("LeadProviderId", int)
DeliveryPartnerId = NewType("DeliveryPartnerId", int)
AppropriateBodyId = NewType("AppropriateBodyId", int)
Year = NewType("Year", int)
"""A contract period, named by the calendar year in which it starts."""


class Word(StrEnum):
    """An enumeration whose members carry the words shown to people."""

    words: str

    def __new__(cls, value: str, words: str = "") -> Self:
        """Make a member of its value and words."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words or value.replace("_", " ")
        return member


class TrainingProgramme(Word):
    PROVIDER_LED = "provider_led", "Provider-led"
    SCHOOL_LED = "school_led", "School-led"


class WorkingPattern(Word):
    FULL_TIME = "full_time", "Full time"
    PART_TIME = "part_time", "Part time"


class Role(Word):
    ECT = "ect", "ECT"
    MENTOR = "mentor", "mentor"


class IdentityMatch(Word):
    DATE_OF_BIRTH = "date_of_birth", "date of birth"
    NATIONAL_INSURANCE_NUMBER = "national_insurance_number", "National Insurance number"


class AppropriateBodyType(Word):
    TEACHING_SCHOOL_HUB = "teaching_school_hub"
    NATIONAL = "national", "national body"
    LOCAL_AUTHORITY = "local_authority"


class SchoolKind(Word):
    STATE_FUNDED = "state_funded"
    INDEPENDENT = "independent"
    BRITISH_SCHOOL_OVERSEAS = "british_school_overseas"
    OTHER = "other"


class TRSInductionStatus(Word):
    NONE = "None"
    REQUIRED_TO_COMPLETE = "RequiredToComplete", "required to complete"
    IN_PROGRESS = "InProgress", "in progress"
    PASSED = "Passed", "passed"
    FAILED = "Failed", "failed"
    FAILED_IN_WALES = "FailedInWales", "failed in Wales"
    EXEMPT = "Exempt", "exempt"


class TellingState(Word):
    """What became of a change that the teaching record is told (EXT-2.24)."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"


class TRSAnswer(Word):
    FOUND = "found"
    NOT_FOUND = "not_found"
    DEACTIVATED = "deactivated"
    MERGED = "merged"


class FailureCause(Word):
    """Why an outside system gave no answer that can be used (EXT-1.2)."""

    TIMEOUT = "timeout", "did not answer in time"
    CONNECT = "connect", "could not be reached"
    SERVER_ERROR = "server_error", "reported a fault of its own"
    RATE_LIMITED = "rate_limited", "asked us to slow down"
    CONTRACT = "contract", "answered in an unexpected form"
    MISCONFIGURED = "misconfigured", "refused our key, version or address"
    BREAKER_OPEN = "breaker_open", "is being given a pause after repeated failures"


class WithdrawalReason(Word):
    LEFT_TEACHING_PROFESSION = "left_teaching_profession", "left teaching"
    MOVED_SCHOOL = "moved_school", "moved school"
    MENTOR_NO_LONGER_BEING_MENTOR = "mentor_no_longer_being_mentor", "no longer a mentor"
    SWITCHED_TO_SCHOOL_LED = "switched_to_school_led", "now school-led"
    CHANGED_LEAD_PROVIDER = "changed_lead_provider"
    OTHER = "other", "another reason"


class DeferralReason(Word):
    BEREAVEMENT = "bereavement"
    LONG_TERM_SICKNESS = "long_term_sickness"
    PARENTAL_LEAVE = "parental_leave"
    CAREER_BREAK = "career_break"
    OTHER = "other", "another reason"


class ConfirmationSource(Word):
    LEAD_PROVIDER_REPORT = "lead_provider_report"
    EXISTING_PARTNERSHIP = "existing_partnership"
    CARRIED_FORWARD = "carried_forward"
    SUPPORT = "support"


class StayEndReason(Word):
    LEFT = "left"
    JOINED_ANOTHER_SCHOOL = "joined_another_school"
    INDUCTION_COMPLETED = "induction_completed"
    SCHOOL_CLOSED = "school_closed"
    SUPPORT = "support", "decided by DfE support"


class CancellationReason(Word):
    REPLACED_BEFORE_CONFIRMATION = "replaced_before_confirmation"
    REPLACED_BEFORE_START = "replaced_before_start"
    STAY_ENDED_FIRST = "stay_ended_first"
    REGISTRATION_REMOVED = "registration_removed"
    SUPPORT = "support", "decided by DfE support"


class RemovalReason(Word):
    WRONG_PERSON = "wrong_person"
    DUPLICATE = "duplicate"
    NOT_STARTING = "not_starting"
    INDUCTION_COMPLETED = "induction_completed"
    SCHOOL_CLOSED = "school_closed"
    SUPPORT = "support", "decided by DfE support"


class ClosingState(Word):
    """What became of a school that the register says is closed (REF-3.4 to REF-3.9)."""

    WAITING = "waiting", "waiting for its successor to open"
    UNDECIDED = "undecided", "for support to decide"
    CLOSED = "closed", "everybody's time there has ended"
    CONTINUED = "continued", "everybody goes on at the successor"
    RENUMBERED = "renumbered", "goes on under another URN"
    REOPENED = "reopened", "open again"


class RegisterQueue(Word):
    """The work queue of staff that an item of the register is in (ADM-7)."""

    SUCCESSION = "Q-06", "School succession to decide"
    ODD_VALUE = "Q-12", "Odd register values"


class RegisterItemKind(Word):
    """Why a school needs somebody of staff to look at it (REF-2.10, REF-3.3 to REF-3.11)."""

    SEVERAL_SUCCESSORS = "several_successors", "several schools follow it"
    SUCCESSOR_UNKNOWN = "successor_unknown", "the register does not have the school that follows it"
    CHAIN_TOO_LONG = "chain_too_long", "the schools that follow it lead in a circle or too far"
    SUCCESSOR_NOT_OPEN = "successor_not_open", "the school that follows it has not opened for 28 days"
    SUCCESSOR_CLOSED = "successor_closed", "the school that follows it has closed as well"
    ENDED_UNDECIDED = "ended_undecided", "ended without a decision"
    RESTORE = "restore", "open again; not everything that had ended could be restored"
    LATE_SUCCESSOR = "late_successor", "a school that follows it was named after everybody's time there had ended"
    CLOSE_DATE_MOVED = "close_date_moved", "the close date was changed after people had moved"
    LINK_WITHDRAWN = "link_withdrawn", "the school that people moved to is no longer named as its successor"
    FAULT = "fault", "something went wrong"
    TYPE_UNKNOWN = "type_unknown", "unknown type of establishment"
    CLOSE_DATE_MISSING = "close_date_missing", "closed without any date"
    UKPRN_REPEATED = "ukprn_repeated", "another school has the same UKPRN"
    STATUS_UNKNOWN = "status_unknown", "unknown status"
    ABSENT = "absent", "missing from the register for more than 30 days"


class MentorIneligibleReason(Word):
    COMPLETED_DECLARATION_RECEIVED = "completed_declaration_received"
    COMPLETED_DURING_EARLY_ROLL_OUT = "completed_during_early_roll_out"
    STARTED_NOT_COMPLETED = "started_not_completed"


class ChallengeReason(Word):
    AGREED_WITH_ANOTHER_LEAD_PROVIDER = (
        "agreed_with_another_lead_provider",
        "We have agreed to work with another lead provider",
    )
    AGREEMENT_NOT_CONFIRMED = "agreement_not_confirmed", "We have not agreed to work with this lead provider yet"
    LEAD_PROVIDER_NOT_RECOGNISED = "lead_provider_not_recognised", "We do not recognise this lead provider"
    NO_ECTS_THIS_YEAR = "no_ects_this_year", "We have no early career teachers this academic year"
    LOOKS_LIKE_A_MISTAKE = "looks_like_a_mistake", "It looks like a mistake"


class PartnershipOrigin(Word):
    REPORTED = "reported"
    CARRIED_FORWARD = "carried_forward"
    SUPPORT = "support"


class ExpectingECTs(Word):
    YES = "yes", "Yes"
    NO = "no", "No"
    NOT_SURE = "not_sure", "Not sure"


class DraftKind(Word):
    REGISTER_ECT = "register_ect"
    REGISTER_MENTOR = "register_mentor"
    CHANGE = "change"


class DraftState(Word):
    OPEN = "open"
    SUBMITTED = "submitted"
    DELETED = "deleted"
    EXPIRED = "expired"
    BLOCKED = "blocked"


class LookupOutcome(Word):
    MATCHED = "matched"
    TRN_NOT_FOUND = "trn_not_found"
    DATE_OF_BIRTH_MISMATCH = "date_of_birth_mismatch"
    NATIONAL_INSURANCE_NUMBER_MISMATCH = "national_insurance_number_mismatch"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"


class InductionOutcome(Word):
    PASS = "pass"  # noqa: S105 - a word, not a secret
    FAIL = "fail"


class ScheduleIdentifier(StrEnum):
    STANDARD_SEPTEMBER = "ecf-standard-september"
    STANDARD_JANUARY = "ecf-standard-january"
    STANDARD_APRIL = "ecf-standard-april"
    EXTENDED_SEPTEMBER = "ecf-extended-september"
    EXTENDED_JANUARY = "ecf-extended-january"
    EXTENDED_APRIL = "ecf-extended-april"
    REDUCED_SEPTEMBER = "ecf-reduced-september"
    REDUCED_JANUARY = "ecf-reduced-january"
    REDUCED_APRIL = "ecf-reduced-april"
    REPLACEMENT_SEPTEMBER = "ecf-replacement-september"
    REPLACEMENT_JANUARY = "ecf-replacement-january"
    REPLACEMENT_APRIL = "ecf-replacement-april"


class ActorKind(Word):
    SCHOOL_USER = "school_user", "your school"
    STAFF = "staff", "DfE support"
    STAFF_FOR_SCHOOL = "staff_for_school", "DfE support on behalf of the school"
    APPROPRIATE_BODY_USER = "appropriate_body_user", "appropriate body"
    LEAD_PROVIDER = "lead_provider", "lead provider"
    OPERATOR = "operator", "DfE support"
    SYSTEM = "system", "this service"


@dataclass(frozen=True)
class Actor:
    """Who does something, as they were called at that time, and for which school (EVT-01)."""

    kind: ActorKind
    name: str = ""
    email: str = ""
    user_id: UserId | None = None
    school_id: SchoolId | None = None


SYSTEM = Actor(ActorKind.SYSTEM, "Register early career teachers")


@dataclass(frozen=True)
class Period:
    """A range of days that includes both ends; no finish means unfinished (GEN-02, GEN-03)."""

    started_on: date
    finished_on: date | None = None

    def contains(self, day: date) -> bool:
        """Tell whether the day lies in the range."""
        return self.started_on <= day and (self.finished_on is None or day <= self.finished_on)

    def overlaps(self, other: Period) -> bool:
        """Tell whether the two ranges share a day; equal ends do."""
        return (other.finished_on is None or self.started_on <= other.finished_on) and (
            self.finished_on is None or other.started_on <= self.finished_on
        )

    def is_future(self, today: date) -> bool:
        """Tell whether the range starts after today."""
        return self.started_on > today

    def is_ended(self, today: date) -> bool:
        """Tell whether the last day is before today."""
        return self.finished_on is not None and self.finished_on < today

    def is_open(self, today: date) -> bool:
        """Tell whether the range is current or future."""
        return not self.is_ended(today)


@dataclass
class Refused(Exception):
    """A rule says no: a code for the page, the field it concerns, and a message for the reader.

    Nothing was written when it is raised (GEN-07); web turns it into an exit page, a field error
    or a return to the earliest affected step (DRF-12), the API into its error document.
    """

    code: str
    field: str = ""
    message: str = ""
    details: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code
