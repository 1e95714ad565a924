"""What programs send, as types for the published document: what is wrong in a body is judged by its rule (API-29.2)."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from app.api.v3.shapes import DeferralReason, WithdrawalReason, Year
from app.terms import ScheduleIdentifier


class ReportAttributes(Struct):
    """Which school, with which delivery partner, in which cohort (API-11.2)."""

    cohort: Year | int
    school_id: UUID
    delivery_partner_id: UUID


class ReportData(Struct):
    """A partnership that is reported."""

    attributes: ReportAttributes
    type: Any = "partnership"


class Report(Struct):
    """The report of a partnership."""

    data: ReportData


class ReportItem(Struct):
    """A partnership that is reported with others; one that is misshapen is refused by itself."""

    attributes: ReportAttributes
    type: Any = "partnership"


class BulkReport(Struct):
    """Reports of several partnerships (API-11.7)."""

    data: Annotated[list[ReportItem], Meta(min_length=1, max_length=500)]


class PartnerAttributes(Struct):
    """Which delivery partner (API-11.6)."""

    delivery_partner_id: UUID


class PartnerData(Struct):
    """A partnership with another delivery partner."""

    attributes: PartnerAttributes
    type: Any = "partnership"


class PartnerChange(Struct):
    """Another delivery partner for a partnership."""

    data: PartnerData


CourseIdentifier = Literal["ecf-induction", "ecf-mentor"]


class WithdrawAttributes(Struct):
    """In which role, and why (API-13.3)."""

    reason: WithdrawalReason
    course_identifier: CourseIdentifier


class WithdrawData(Struct):
    """A withdrawal."""

    attributes: WithdrawAttributes
    type: Any = "participant-withdraw"


class Withdraw(Struct):
    """That training has stopped."""

    data: WithdrawData


class DeferAttributes(Struct):
    """In which role, and why (API-13.3)."""

    reason: DeferralReason
    course_identifier: CourseIdentifier


class DeferData(Struct):
    """A deferral."""

    attributes: DeferAttributes
    type: Any = "participant-defer"


class Defer(Struct):
    """That training is paused."""

    data: DeferData


class ResumeAttributes(Struct):
    """In which role (API-13.6)."""

    course_identifier: CourseIdentifier


class ResumeData(Struct):
    """A resumption."""

    attributes: ResumeAttributes
    type: Any = "participant-resume"


class Resume(Struct):
    """That training goes on, or that it was stopped by mistake today."""

    data: ResumeData


class ScheduleAttributes(Struct):
    """In which role, and which schedule of which cohort (API-13.10)."""

    schedule_identifier: ScheduleIdentifier
    course_identifier: CourseIdentifier
    cohort: Year | int | UnsetType = UNSET


class ScheduleData(Struct):
    """A change of schedule."""

    attributes: ScheduleAttributes
    type: Any = "participant-change-schedule"


class ScheduleChange(Struct):
    """Another schedule, or the same one in another cohort."""

    data: ScheduleData
