"""Who can mentor whom, from when until when, and what becomes of former mentorships (rules §13.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.registration.rules import ONE_DAY, ECTStay, InductionRecord, Mentorship, MentorStay, Standing, ect_standing
from app.terms import Period, TeacherId, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date


class MentorFrom(Word):
    """When a new mentor begins while the present one has a last day (PER-62)."""

    NOW = "now"
    AFTER_PRESENT = "after_present"


@dataclass(frozen=True)
class MentoredECT:
    """An ECT at a school, as far as mentorships go: those of this stay, cancelled ones or not."""

    stay: ECTStay
    teacher_id: TeacherId
    induction: InductionRecord
    mentorships: tuple[Mentorship, ...] = ()

    @property
    def kept(self) -> tuple[Mentorship, ...]:
        """The mentorships that were not cancelled, the first one first."""
        return tuple(sorted((m for m in self.mentorships if not m.cancelled), key=lambda m: (m.started_on, m.id)))

    def present(self, today: date) -> Mentorship | None:
        """Return the mentorship of today, else the next one to come (PER-61)."""
        return next((m for m in self.kept if m.period.is_open(today)), None)

    def assignable(self, today: date) -> bool:
        """Tell whether they can be given a mentor: in progress here, starting and leaving included (PER-61)."""
        assignable = (Standing.STARTING, Standing.IN_PROGRESS, Standing.LEAVING)
        return ect_standing(self.stay, self.induction, today) in assignable


@dataclass(frozen=True)
class PossibleMentor:
    """A mentor at a school: the person and the stay."""

    stay: MentorStay
    teacher_id: TeacherId


class WhyNotMentor(Word):
    """Why somebody can't become an ECT's mentor; the first that applies (PER-61)."""

    ECT_NOT_ASSIGNABLE = "ect_not_assignable"
    OTHER_SCHOOL = "other_school"
    THEMSELF = "themself"
    LEFT = "left"
    LEAVING = "leaving"
    PRESENT = "present"
    STARTS_TOO_LATE = "starts_too_late"


def why_not_mentor(ect: MentoredECT, mentor: PossibleMentor, today: date) -> WhyNotMentor | None:
    """Say why a mentor can't become an ECT's mentor, or None if they can (PER-61).

    Not themself, not the present mentor, nobody with a last day, nobody who starts after the ECT has left.
    """
    present, last_day = ect.present(today), ect.stay.finished_on
    checks = (
        (WhyNotMentor.ECT_NOT_ASSIGNABLE, not ect.assignable(today)),
        (WhyNotMentor.OTHER_SCHOOL, mentor.stay.school_id != ect.stay.school_id),
        (WhyNotMentor.THEMSELF, mentor.teacher_id == ect.teacher_id),
        (WhyNotMentor.LEFT, mentor.stay.removed or mentor.stay.period.is_ended(today)),
        (WhyNotMentor.LEAVING, mentor.stay.finished_on is not None),
        (WhyNotMentor.PRESENT, present is not None and present.mentor_stay_id == mentor.stay.id),
        (WhyNotMentor.STARTS_TOO_LATE, last_day is not None and mentor.stay.started_on > last_day),
    )
    return next((why for why, applies in checks if applies), None)


def mentorship_start(
    ect: MentoredECT,
    mentor: MentorStay,
    today: date,
    *,
    mentor_from: MentorFrom = MentorFrom.NOW,
    moving_only_here: bool = False,
) -> date:
    """Say when a new mentorship starts: the latest of both stays' starts and today (PER-62).

    moving_only_here: in the registration of a mentor who mentors only here from now on; today is left out then
    for an ECT who never had a mentor in this stay. mentor_from counts only where `after_present` gives a day.
    """
    both = max(ect.stay.started_on, mentor.started_on)
    if moving_only_here and not ect.kept:
        return both
    after = after_present(ect, today) if mentor_from is MentorFrom.AFTER_PRESENT else None
    return max(both, today, after or today)


def after_present(ect: MentoredECT, today: date) -> date | None:
    """Give the day after the present mentorship's last day, if it has one and the ECT is still here then (PER-62)."""
    present = ect.present(today)
    if present is None or present.finished_on is None:
        return None
    after = present.finished_on + ONE_DAY
    return after if ect.stay.period.contains(after) else None


def mentorship_finish(ect: ECTStay, mentor: MentorStay) -> date | None:
    """Give the last day of a new mentorship: the earlier of both stays' last days, if any (PER-62)."""
    return min((stay.finished_on for stay in (ect, mentor) if stay.finished_on is not None), default=None)


@dataclass(frozen=True)
class MentorshipPlan:
    """A new mentorship, and what giving way to it means for the ECT's others, as they are before (PER-63)."""

    started_on: date
    finished_on: date | None
    finish: tuple[Mentorship, ...] = ()
    cancel: tuple[Mentorship, ...] = ()

    @property
    def former_ends_on(self) -> date:
        """The last day that the mentorships to finish get."""
        return self.started_on - ONE_DAY

    @property
    def replaced(self) -> tuple[Mentorship, ...]:
        """The mentorships that give way, finished ones first."""
        return self.finish + self.cancel


def plan_mentorship(mentorships: Iterable[Mentorship], new: Period) -> MentorshipPlan:
    """Plan how an ECT's mentorships give way to a new one, so that no day has two mentors (PER-60, PER-63).

    One that begins after a new one that ends stays as it is (FIX-10).
    """
    kept: Sequence[Mentorship] = [m for m in mentorships if not m.cancelled]
    before = new.started_on - ONE_DAY
    return MentorshipPlan(
        new.started_on,
        new.finished_on,
        finish=tuple(
            m for m in kept if m.started_on < new.started_on and (m.finished_on is None or m.finished_on > before)
        ),
        cancel=tuple(m for m in kept if m.started_on >= new.started_on and m.period.overlaps(new)),
    )


def has_load_note(ects: int, from_number: int) -> bool:
    """Tell whether a mentor has so many ECTs that a note is shown; nothing is blocked (PER-60)."""
    return ects >= from_number
