"""When a school may say that a registration was a mistake, and which fact prevents it (PER-50)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.registration.rules import InductionRecord
from app.terms import Period, Word

if TYPE_CHECKING:
    from app.policy import Policy
    from app.registration.support_rights import BySupport


class Blocker(Word):
    """What prevents it, in the order in which it is said."""

    OUTCOME = "outcome", "their induction has been passed or failed"
    ENDED = "ended", "they left more than two weeks ago"
    INDUCTION = "induction", "an appropriate body has recorded their induction at your school"
    DECLARATION = "declaration", "their lead provider has declared training that they did"
    PROVIDER_ACTED = "provider_acted", "their lead provider has changed, paused or stopped their training"
    CONFIRMED = "confirmed", "their lead provider has confirmed that it trains them"


@dataclass(frozen=True)
class RemovalFacts:
    """One stay, as far as removing it goes.

    reported_at: when trainings of the stay were confirmed by a lead provider's report; acted: a lead provider withdrew,
    paused, resumed or rescheduled one of them, ever; declared: a declaration that is not voided lies on one of them.
    induction: of a mentor empty; completed_on: the day on which it ended, according to the teaching record.
    """

    period: Period
    registered_at: datetime
    reported_at: tuple[datetime, ...] = ()
    acted: bool = False
    declared: bool = False
    induction: InductionRecord = field(default_factory=InductionRecord)
    completed_on: date | None = None

    @property
    def outcome_inside(self) -> bool:
        """Whether the induction was passed or failed while the stay lasted, which nobody removes (FIX-11)."""
        here = (period.finished_on for period in self.induction.periods if period.outcome is not None)
        days = (*here, self.completed_on if self.induction.passed or self.induction.failed else None)
        return any(day is not None and self.period.contains(day) for day in days)


def removal_blocker(facts: RemovalFacts, today: date, policy: Policy) -> Blocker | None:
    """Find the first fact that prevents removing a registration, or None (PER-50).

    What was confirmed already when it was registered does not prevent it.
    """
    induction = facts.induction
    checks = (
        (Blocker.OUTCOME, induction.passed or induction.failed),
        (Blocker.ENDED, ended_long_ago(facts.period, today, policy)),
        (Blocker.INDUCTION, any(facts.period.contains(period.started_on) for period in induction.periods)),
        (Blocker.DECLARATION, facts.declared),
        (Blocker.PROVIDER_ACTED, facts.acted),
        (Blocker.CONFIRMED, any(at > facts.registered_at for at in facts.reported_at)),
    )
    return next((blocker for blocker, applies in checks if applies), None)


def support_blocker(facts: RemovalFacts, today: date, policy: Policy, support: BySupport) -> Blocker | None:
    """Find what prevents support from removing a registration, or None (FIX-11).

    An outcome inside the stay always does; what closes it to schools does without a ticket and the agreement of the
    lead provider or appropriate body.
    """
    if facts.outcome_inside:
        return Blocker.OUTCOME
    return None if support.ticket and support.agreed else removal_blocker(facts, today, policy)


def ended_long_ago(period: Period, today: date, policy: Policy) -> bool:
    """Tell whether a stay ended so long ago that its registration is no mistake any more (PER-50)."""
    return period.finished_on is not None and (today - period.finished_on).days >= policy.undo_after_end_days
