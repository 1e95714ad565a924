"""Events of registering and leaving (EVT-03)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from app.events.record import Event, catalogued
from app.terms import StayEndReason
from app.training.events import day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.registration.leaving.last_days import RowBefore


@catalogued
@dataclass(frozen=True)
class TeacherRegisteredAsECT(Event):
    """An ECT was registered (PER-03)."""

    kind = "teacher_registered_as_ect"
    name: str
    started_on: date
    email: str
    working_pattern: str
    appropriate_body: str
    programme: str
    identity_match: str
    transfer: bool
    arrangement: str | None = None

    def sentence(self) -> str:
        """Say who was registered from when."""
        return f"{self.name} registered as an ECT from {day(self.started_on)}"


@catalogued
@dataclass(frozen=True)
class TeacherRegisteredAsMentor(Event):
    """A mentor was registered (RM-23)."""

    kind = "teacher_registered_as_mentor"
    name: str
    started_on: date
    email: str
    identity_match: str
    transfer: bool
    arrangement: str | None = None

    def sentence(self) -> str:
        """Say who was registered from when."""
        return f"{self.name} registered as a mentor from {day(self.started_on)}"


@catalogued
@dataclass(frozen=True)
class TeacherNameUpdatedByUser(Event):
    """A name was corrected, at registration or later (NAM-01)."""

    kind = "teacher_name_updated_by_user"
    old_name: str
    new_name: str
    reason: str

    def sentence(self) -> str:
        """Say what it is now."""
        return f"Name changed from {self.old_name} to {self.new_name}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the old and the new name."""
        return {"name": (self.old_name, self.new_name)}


@catalogued
@dataclass(frozen=True)
class TeacherNameFlagged(Event):
    """A large correction was put on support's list (NAM-04)."""

    kind = "teacher_name_flagged"
    trs_name: str
    old_name: str
    new_name: str

    def sentence(self) -> str:
        """Say what happens with it."""
        return f"Name change to {self.new_name} will be looked at by DfE support"


BECAUSE = {
    StayEndReason.JOINED_ANOTHER_SCHOOL.value: ": registered by another school",
    StayEndReason.INDUCTION_COMPLETED.value: ": induction has ended",
    StayEndReason.SCHOOL_CLOSED.value: ": the school closed",
}


@dataclass(frozen=True)
class LastDay(Event):
    """A stay gets a last day; rows: what inside it ends with that or on that day anyway, as it was before (PER-40)."""

    name: str
    last_day: date
    former_last_day: date | None
    why: str
    former_why: str | None = None
    rows: tuple[RowBefore, ...] = ()

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the former and the new last day."""
        return {"last_day": (self.former_last_day, self.last_day)}

    def metadata(self) -> dict[str, Any]:
        """Return what is kept, rows spelled out."""
        return super().metadata() | {"rows": [asdict(row) for row in self.rows]}


@dataclass(frozen=True)
class _LeftSchool(LastDay):
    def sentence(self) -> str:
        because = BECAUSE.get(self.why, "")
        return f"{self.name}’s last day is {day(self.last_day)}{because}"


@catalogued
@dataclass(frozen=True)
class TeacherLeftSchoolAsECT(_LeftSchool):
    """An ECT's stay was given its last day; never says where they went (PER-40)."""

    kind = "teacher_left_school_as_ect"


@catalogued
@dataclass(frozen=True)
class TeacherLeftSchoolAsMentor(_LeftSchool):
    """A mentor's stay was given its last day; never says where they went (PER-40)."""

    kind = "teacher_left_school_as_mentor"


@dataclass(frozen=True)
class _Mentorship(Event):
    ect: str
    mentor: str
    on: date

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        return {}


@catalogued
@dataclass(frozen=True)
class TeacherFinishesMentoring(_Mentorship):
    """A mentorship was finished, as the mentor's history tells it."""

    kind = "teacher_finishes_mentoring"

    def sentence(self) -> str:
        """Say when it ends."""
        return f"{self.mentor} mentors {self.ect} until {day(self.on)}"


@catalogued
@dataclass(frozen=True)
class TeacherFinishesBeingMentored(_Mentorship):
    """A mentorship was finished, as the ECT's history tells it."""

    kind = "teacher_finishes_being_mentored"

    def sentence(self) -> str:
        """Say when it ends."""
        return f"{self.ect} is mentored by {self.mentor} until {day(self.on)}"


@catalogued
@dataclass(frozen=True)
class MentorshipCancelled(Event):
    """A mentorship never took effect."""

    kind = "mentorship_cancelled"
    ect: str
    mentor: str
    started_on: date
    finished_on: date | None
    why: str

    def sentence(self) -> str:
        """Say what never began."""
        return f"{self.mentor} will not mentor {self.ect} from {day(self.started_on)}"
