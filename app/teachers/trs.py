"""The port to the Teaching Record System: what may be asked, and every answer there can be (EXT-2.1).

No method raises for anything the network or the other side does: each returns one of a closed set
of outcomes, which callers match exhaustively.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from app.terms import TRN, FailureCause, TRSInductionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from app.teachers.prohibition import Alert
    from app.values import DateOfBirth, NationalInsuranceNumber


@dataclass(frozen=True)
class TeachingRecord:
    """All that leaves the adapter about a person (EXT-2.1); `read_at` follows the service clock."""

    trn: TRN
    first_name: str
    last_name: str
    induction_status: TRSInductionStatus
    induction_start_date: date | None
    induction_completed_date: date | None
    qts_awarded_on: date | None
    alerts: tuple[Alert, ...]
    read_at: datetime


@dataclass(frozen=True)
class Matched:
    """TRN and second fact belong to one active person."""

    record: TeachingRecord


@dataclass(frozen=True)
class Found:
    """The record of somebody already matched."""

    record: TeachingRecord


@dataclass(frozen=True)
class SecondFactDiffers:
    """The TRN is known; the date of birth or number given is not that person's."""


@dataclass(frozen=True)
class NotFound:
    """Nobody has that TRN."""


@dataclass(frozen=True)
class Deactivated:
    """The record is no longer in use and was not merged."""


@dataclass(frozen=True)
class Merged:
    """The record was merged; `into` is the survivor's TRN, shown to staff only."""

    into: TRN


@dataclass(frozen=True)
class Unavailable:
    """No answer that can be used; `retry_after` in seconds when the other side named a time."""

    cause: FailureCause
    retry_after: int | None = None


@dataclass(frozen=True)
class NotMatched:
    """One of several pairs of TRN and date of birth belongs to nobody; why is not known without asking further."""


@dataclass(frozen=True)
class InductionChange:
    """What support recorded of an induction, and when it was decided (EXT-2.24)."""

    status: TRSInductionStatus
    started_on: date | None
    completed_on: date | None
    decided_at: datetime


@dataclass(frozen=True)
class Accepted:
    """The teaching record says so now, or said so before."""


@dataclass(frozen=True)
class Superseded:
    """The teaching record holds a newer decision."""


@dataclass(frozen=True)
class Rejected:
    """The teaching record refuses it for good, with this code of its own."""

    code: int


@dataclass(frozen=True)
class Stopped:
    """Our key may not write: nothing is sent until that is mended."""

    cause: FailureCause = FailureCause.MISCONFIGURED


WriteOutcome: TypeAlias = Accepted | Superseded | Rejected | Unavailable | Stopped
MatchOutcome: TypeAlias = Matched | SecondFactDiffers | NotFound | Deactivated | Merged | Unavailable
ReadOutcome: TypeAlias = Found | NotFound | Deactivated | Merged | Unavailable
ManyOutcome: TypeAlias = "Mapping[TRN, Matched | NotMatched] | Unavailable"
MOST_AT_ONCE = 100
"""So many pairs go into one question (EXT-2.7)."""


class TeachingRecords(Protocol):
    """The Teaching Record System as this service needs it; a TRN is seven ASCII digits."""

    async def match_by_date_of_birth(self, trn: TRN, date_of_birth: DateOfBirth) -> MatchOutcome:
        """Find whether the person with this TRN was born on this day (EXT-2.2, steps A1 and A2)."""
        ...

    async def match_by_national_insurance_number(self, trn: TRN, number: NationalInsuranceNumber) -> MatchOutcome:
        """Find whether this number belongs to the person with this TRN (EXT-2.2, step B)."""
        ...

    async def match_many(self, pairs: Mapping[TRN, DateOfBirth]) -> ManyOutcome:
        """Find which of at most 100 people were born on the day given, in one question (EXT-2.7)."""
        ...

    async def read(self, trn: TRN) -> ReadOutcome:
        """Read the record of somebody matched before (EXT-2.2, step C)."""
        ...

    async def set_induction(self, trn: TRN, change: InductionChange) -> WriteOutcome:
        """Tell of an induction; the same change may be sent again (EXT-2.24)."""
        ...
