"""Whether a school may still say that a partnership is wrong, or take that back (rules §12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.clock import LONDON
from app.terms import Word
from app.values import add_months

if TYPE_CHECKING:
    from datetime import datetime

    from app.policy import Policy
    from app.terms import Year

ONE_DAY = timedelta(days=1)


class CannotChallenge(Word):
    """Why a school cannot say that a partnership is wrong (CHL-02)."""

    ALREADY_CHALLENGED = "already_challenged"
    TOO_LATE = "too_late"
    DECLARATIONS = "declarations"


class CannotUndo(Word):
    """Why a school cannot take a challenge back (CHL-04)."""

    NOT_CHALLENGED = "not_challenged"
    REPORTED_AGAIN = "reported_again"
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class Challengeable:
    """What decides about a challenge and its undoing.

    `declared`: a declaration not voided lies on a training attached; `reported_again`: the lead provider has
    reported the school for the year since the challenge, with another delivery partner.
    """

    year: Year
    reported_at: datetime
    challenged: bool = False
    declared: bool = False
    reported_again: bool = False


def last_challenge_day(reported_at: datetime, year: Year, policy: Policy) -> date:
    """Return the last day on which a partnership can be challenged: the later of two bounds (CHL-01)."""
    after_report = reported_at.astimezone(LONDON).date() + timedelta(days=policy.challenge_days)
    first_month = date(year, policy.academic_year_start.month, 1)
    return max(after_report, add_months(first_month, policy.challenge_months) - ONE_DAY)


def cannot_challenge(
    partnership: Challengeable, today: date, policy: Policy, *, late: bool = False
) -> CannotChallenge | None:
    """Say why a partnership cannot be challenged today; None if it can (CHL-02).

    late: whether it may be after the last day, for support (FIX-17).
    """
    if partnership.challenged:
        return CannotChallenge.ALREADY_CHALLENGED
    if not late and today > last_challenge_day(partnership.reported_at, partnership.year, policy):
        return CannotChallenge.TOO_LATE
    return CannotChallenge.DECLARATIONS if partnership.declared else None


def cannot_undo(partnership: Challengeable, today: date, policy: Policy, *, late: bool = False) -> CannotUndo | None:
    """Say why a challenge cannot be taken back today; None if it can (CHL-04).

    late: whether it may be after the last day, for support (FIX-17).
    """
    if not partnership.challenged:
        return CannotUndo.NOT_CHALLENGED
    if partnership.reported_again:
        return CannotUndo.REPORTED_AGAIN
    if not late and today > last_challenge_day(partnership.reported_at, partnership.year, policy):
        return CannotUndo.TOO_LATE
    return None
