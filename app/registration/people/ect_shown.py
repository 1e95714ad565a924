"""What a school reads about an ECT, row by row: appropriate body, providers, mentors (RC-02a, RC-02b, WDR-02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from app.registration.people.statuses import NEW_CHOICES, london_day
from app.registration.registering.appropriate_bodies import BodySource, body_shown, induction_start
from app.registration.registering.start_dates import day_in_words
from app.registration.rules import ECTState
from app.terms import InductionOutcome, WithdrawalReason, Word
from app.training.periods import academic_year
from app.training.rules import TrainingStatus, training_status

if TYPE_CHECKING:
    from datetime import datetime

    from app.policy import Policy
    from app.registration.people.ect_facts import Body, ECTAtSchool, PersonAtSchool, TrainingRow
    from app.registration.rules import Mentorship
    from app.terms import DeferralReason

NOT_REPORTED = "Not reported"
"""What a missing value reads (RC-04)."""
PERIOD_OF_LEAVE = "a period of leave"


@dataclass(frozen=True)
class Line:
    """One row about a person: its fixed key (contract, section 6), label, value and a hint below it.

    about: the record of whom the value names. The page adds the address that it leads to, and that of the journey
    that changes it with the word to press.
    """

    key: str
    label: str
    value: str
    hint: str = ""
    about: UUID | None = None
    href: str = ""
    change: str = ""
    action: str = "Change"


def body_line(ect: ECTAtSchool, today: date) -> Line:
    """Return the appropriate body with where it is known from (ABR-06, ABR-04)."""
    shown = body_shown(ect.stay, ect.reported_body_id, ect.induction.periods)
    body = ect.body(shown.appropriate_body_id)
    if body is None:
        return Line("appropriate-body", "Appropriate body", NOT_REPORTED)
    hint = "Awaiting confirmation by the appropriate body"
    if shown.source is BodySource.RECORDED:
        hint = "Recorded by the appropriate body. Contact it if this is wrong"
    if body.has_ended(today):
        hint = f"{hint}. It is no longer an appropriate body"
    return Line("appropriate-body", "Appropriate body", body.name, hint)


def shown_body(ect: ECTAtSchool) -> Body | None:
    """Return the appropriate body that is shown for an ECT (ABR-06)."""
    shown = body_shown(ect.stay, ect.reported_body_id, ect.induction.periods)
    return ect.body(shown.appropriate_body_id)


def induction_start_line(ect: ECTAtSchool) -> Line:
    """Return when the induction started (ABR-07)."""
    started_on = induction_start(ect.induction)
    value = day_in_words(started_on) if started_on else "Not yet reported by the appropriate body"
    return Line("induction-start-date", "Induction start date", value)


def outcome_line(ect: ECTAtSchool) -> Line:
    """Return how the induction ended, if it did."""
    induction = ect.induction
    if not (induction.passed or induction.failed):
        return Line("induction-outcome", "Outcome", "Exempt from induction" if induction.exempt else "Not yet recorded")
    outcomes = (InductionOutcome.PASS, InductionOutcome.FAIL)
    recorded = next((period.finished_on for period in induction.periods if period.outcome in outcomes), None)
    day = recorded or ect.induction_completed_on
    words = "Passed" if induction.passed else "Failed"
    return Line("induction-outcome", "Outcome", f"{words} on {day_in_words(day)}" if day else words)


def training_lines(ect: ECTAtSchool, today: date) -> tuple[Line, ...]:
    """Return programme, lead provider and delivery partner of the decisive training (RC-02b)."""
    row = ect.decisive(today)
    if row is None:
        return (
            Line("training-programme", "Training programme", NOT_REPORTED),
            Line("lead-provider", "Lead provider", NOT_REPORTED),
        )
    funding = "Not funded by DfE" if row.self_funded else ""
    return Line("training-programme", "Training programme", row.training.programme.words, funding), *provider_lines(row)


def provider_lines(row: TrainingRow) -> tuple[Line, ...]:
    """Return lead provider and delivery partner of a training; none for school-led or withdrawn (RC-02b, WDR-03)."""
    training = row.training
    if not training.provider_led or training_status(training) is TrainingStatus.WITHDRAWN:
        return ()
    hint, partner, partner_hint = _provider_words(row)
    provider = Line("lead-provider", "Lead provider", row.lead_provider or NOT_REPORTED, hint)
    if not partner:
        return (provider,)
    return provider, Line("delivery-partner", "Delivery partner", partner, partner_hint)


def _provider_words(row: TrainingRow) -> tuple[str, str, str]:
    training = row.training
    if training.disputed:
        return f"You told us{_on(row.challenged_at)} that this is wrong. Choose a lead provider", "", ""
    if training.deferred_at is not None:
        return f"Paused{_since(training.deferred_at)}", row.delivery_partner or "", ""
    if training.requested:
        hint = f"Awaiting confirmation{_since(training.requested_at)}"
        return hint, "To be confirmed by the lead provider", "Contact the lead provider if this takes long"
    return (
        f"Confirmed{_since(training.confirmed_at)}",
        row.delivery_partner or "",
        "Contact the lead provider to change it",
    )


def continues_line(row: TrainingRow) -> Line | None:
    """Return which year's partnership a training carries on, if it does (RC-02)."""
    if row.continues_from is None:
        return None
    return Line("continues-from", "Continues from", f"Academic year {academic_year(row.continues_from)}")


def mentor_lines(ect: ECTAtSchool, today: date) -> tuple[Line, ...]:
    """Return the mentor now or next, and later ones with dates; for an ECT in progress without one, that (LS-06)."""
    rows = ect.mentorships_from(today)
    if not rows:
        return (Line("mentor", "Mentor", "No mentor yet"),) if ect.state(today) is ECTState.IN_PROGRESS else ()
    first, *later = rows
    lines = [
        Line("mentor", "Mentor", first.mentor.displayed, mentorship_days(first.mentorship), first.mentor_public_id)
    ]
    lines += [
        Line(
            "later-mentor", "Later mentor", row.mentor.displayed, mentorship_days(row.mentorship), row.mentor_public_id
        )
        for row in later
    ]
    return tuple(lines)


def mentorship_days(mentorship: Mentorship) -> str:
    """Return from when, and until when if known, somebody mentors."""
    start, end = mentorship.started_on, mentorship.finished_on
    return f"From {day_in_words(start)}" + (f" to {day_in_words(end)}" if end else "")


class Stop(Word):
    """Why the training that speaks for a stay needs the school's attention (WD-01, WD-02, CHL-03)."""

    WITHDRAWN = "withdrawn"
    DISPUTED = "disputed"
    PAUSED = "paused"


@dataclass(frozen=True)
class Stopped:
    """How training was stopped, paused or called wrong: by whom, when, and the reason that is shown."""

    stop: Stop
    lead_provider: str
    on: date | None
    reason: str = ""
    why: WithdrawalReason | None = None

    def choices(self, *, mentor: bool) -> tuple[str, ...]:
        """Return the journeys to offer, the most likely one first; mentors cannot be school-led (WD-01 to WD-03)."""
        other, school_led, left = NEW_CHOICES
        order = [other, school_led, left]
        if self.stop is Stop.DISPUTED:
            order.remove(left)
        elif self.why in GONE:
            order = [left, other, school_led]
        elif self.why is WithdrawalReason.SWITCHED_TO_SCHOOL_LED:
            order = [school_led, other, left]
        return tuple(choice for choice in order if not (mentor and choice == school_led))


GONE = frozenset({WithdrawalReason.MOVED_SCHOOL, WithdrawalReason.LEFT_TEACHING_PROFESSION})
"""Reasons that say the person may not be at the school any more (WD-01)."""


def stopped(person: PersonAtSchool, today: date, policy: Policy) -> Stopped | None:
    """Return how the decisive training was stopped, if it was (WD-01 to WD-03)."""
    row = person.decisive(today)
    if row is None:
        return None
    training, provider = row.training, row.lead_provider or ""
    status = training_status(training)
    if status is TrainingStatus.WITHDRAWN:
        reason = stop_reason(row, policy)
        return Stopped(Stop.WITHDRAWN, provider, _day(training.withdrawn_at), reason, row.withdrawal_reason)
    if training.disputed:
        return Stopped(Stop.DISPUTED, provider, _day(row.challenged_at))
    if status is TrainingStatus.DEFERRED:
        return Stopped(Stop.PAUSED, provider, _day(training.deferred_at), stop_reason(row, policy))
    return None


def stop_reason(row: TrainingRow, policy: Policy) -> str:
    """Return the reason of the mark that counts, in the words a school may see (WDR-01, WDR-02)."""
    if training_status(row.training) is TrainingStatus.WITHDRAWN:
        return row.withdrawal_reason.words if row.withdrawal_reason else ""
    return deferral_words(row.deferral_reason, policy) if row.deferral_reason else ""


def deferral_words(reason: DeferralReason, policy: Policy) -> str:
    """Return a reason for pausing; the private ones are all the same (WDR-02)."""
    return PERIOD_OF_LEAVE if reason in policy.deferral_reasons_hidden else reason.words


def _day(moment: datetime | None) -> date | None:
    return london_day(moment) if moment else None


def _since(moment: datetime | None) -> str:
    return f" since {day_in_words(london_day(moment))}" if moment else ""


def _on(moment: datetime | None) -> str:
    return f" on {day_in_words(london_day(moment))}" if moment else ""
