"""What a school sees of an ECT at a glance: the tag with its reason and next actions (rules §16, STA-02)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.registration.registering.start_dates import day_in_words
from app.registration.rules import ECTState, ECTStay, InductionRecord, Mentorship, ect_state, is_leaving
from app.terms import StayEndReason
from app.training.rules import Training, TrainingStatus, decisive_training, training_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

LONDON = ZoneInfo("Europe/London")

NEW_CHOICES = ("change-lead-provider", "change-training-programme", "report-leaving")
"""What a school can do when a lead provider has stopped or paused training (WDR-03)."""


@dataclass(frozen=True)
class Tag:
    """A tag with its GOV.UK colour, the sentence that says why, and the journeys that help, the next one first.

    `day` is the date that belongs to it: the last day, or the first one.
    """

    text: str
    colour: str
    reason: str
    actions: tuple[str, ...] = ()
    day: date | None = None


EMAIL_NOT_DELIVERED = Tag(
    "Email not delivered", "red", "Our last email to them could not be delivered. Check the address.", ("change-email",)
)
"""The second tag, beside any other, while an address is known to fail (STA-02, MSG-03)."""


@dataclass(frozen=True)
class ECTFacts:
    """Everything a tag or tracker needs of one ECT at a school; rows are those of this stay."""

    stay: ECTStay
    trainings: tuple[Training, ...] = ()
    mentorships: tuple[Mentorship, ...] = ()
    induction: InductionRecord = field(default_factory=InductionRecord)
    lead_provider: str = ""
    registered_on: date | None = None
    qts_awarded_on: date | None = None

    def decisive(self, today: date) -> Training | None:
        """The training that speaks for the stay (PER-20)."""
        return decisive_training(self.trainings, today)


def open_mentorship(mentorships: Iterable[Mentorship], today: date) -> Mentorship | None:
    """Find the earliest mentorship that is current or still to come (STA-02 row 9)."""
    going_on = (m for m in mentorships if not m.cancelled and m.period.is_open(today))
    return min(going_on, key=lambda mentorship: mentorship.started_on, default=None)


def london_day(moment: datetime) -> date:
    """Give the calendar day in London of a stored time (GEN-01)."""
    return moment.astimezone(LONDON).date()


def ect_tag(facts: ECTFacts, today: date) -> Tag:
    """Choose the tag of an ECT at a school; the stay is not a removed one (STA-02)."""
    steps: tuple[Callable[[ECTFacts, date], Tag | None], ...] = (
        _tag_of_end,
        _tag_of_leaving,
        _tag_of_exemption,
        _tag_of_stopped_training,
        _tag_of_missing,
        _tag_of_waiting,
    )
    found = (step(facts, today) for step in steps)
    registered = Tag("Registered", "green", "Registered, with nothing left for you to do.")
    return next((tag for tag in found if tag is not None), registered)


def _tag_of_end(facts: ECTFacts, today: date) -> Tag | None:
    stay = facts.stay
    state = ect_state(stay, facts.induction, today)
    if state is ECTState.LEFT and stay.finished_on is not None:
        return left_tag(stay.finished_on)
    if state is not ECTState.COMPLETED:
        return None
    if facts.induction.failed and not facts.induction.passed:
        return Tag("Failed induction", "magenta", "They did not pass their induction.")
    return Tag("Completed induction", "blue", "They have completed their induction.")


def left_tag(last_day: date) -> Tag:
    """Return the tag of somebody whose stay has ended (STA-02, STA-03)."""
    reason = f"Their last day at your school was {day_in_words(last_day)}."
    return Tag("Left the school", "grey", reason, day=last_day)


def leaving_tag(last_day: date, why: StayEndReason | None, advice: str) -> Tag:
    """Return the tag of somebody whose last day is today or later (STA-02, STA-03, PER-45)."""
    tag = Tag("Leaving school", "yellow", f"Their last day is {day_in_words(last_day)}.", day=last_day)
    if why is StayEndReason.JOINED_ANOTHER_SCHOOL:
        return replace(tag, reason=f"{tag.reason} Another school has registered them from the day after.")
    if why is not StayEndReason.LEFT:
        return tag
    return replace(tag, reason=f"{tag.reason} You can change or cancel this. {advice}", actions=("change-leaving",))


def _tag_of_leaving(facts: ECTFacts, today: date) -> Tag | None:
    stay = facts.stay
    if stay.finished_on is None or not is_leaving(stay, today):
        return None
    return leaving_tag(stay.finished_on, stay.end_reason, "Their mentor stays registered.")


def _tag_of_exemption(facts: ECTFacts, _today: date) -> Tag | None:
    if not facts.induction.exempt:
        return None
    reason = "Their teaching record says they do not need to complete induction."
    return Tag("Exempt from induction", "grey", reason, ("report-leaving", "registered-by-mistake"))


def _tag_of_stopped_training(facts: ECTFacts, today: date) -> Tag | None:
    training = facts.decisive(today)
    return stopped_tag(training, facts.lead_provider, NEW_CHOICES) if training is not None else None


def stopped_tag(training: Training, lead_provider: str, choices: tuple[str, ...]) -> Tag | None:
    """Return the tag of training that is withdrawn, disputed or paused, with what can be chosen instead (WDR-03)."""
    who = lead_provider or "The lead provider"
    status = training_status(training)
    if status is TrainingStatus.WITHDRAWN:
        reason = f"{who} told us{_on(training.withdrawn_at)} that it no longer trains them."
        return Tag("Action required", "red", f"{reason} Choose what happens next.", choices)
    if training.disputed:
        reason = f"You told us that training with {lead_provider or 'the lead provider'} is wrong."
        instead = tuple(choice for choice in choices if choice != "report-leaving")
        return Tag("Action required", "red", f"{reason} Choose their training.", instead)
    if status is TrainingStatus.DEFERRED:
        reason = f"{who} told us{_on(training.deferred_at)} that their training is paused."
        return Tag("Training paused", "orange", f"{reason} Tell it when they are back.", choices)
    return None


def _tag_of_missing(facts: ECTFacts, today: date) -> Tag | None:
    if open_mentorship(facts.mentorships, today) is None:
        return Tag("Action required", "red", "They need a mentor.", ("assign-mentor",))
    training = facts.decisive(today)
    if training is None or not training.period.is_open(today):
        reason = "No training is recorded for them now."
        return Tag("Action required", "red", f"{reason} Choose a training programme.", ("change-training-programme",))
    return None


def _tag_of_waiting(facts: ECTFacts, today: date) -> Tag | None:
    training = facts.decisive(today)
    if training is not None and training.requested:
        who = facts.lead_provider or "The lead provider"
        reason = f"{who} has not confirmed yet that it will train them. Contact it if this takes long."
        return Tag("Awaiting lead provider", "light-blue", reason)
    if facts.stay.period.is_future(today):
        first_day = facts.stay.started_on
        return Tag("Starting soon", "green", f"They start on {day_in_words(first_day)}.", day=first_day)
    return None


def _on(moment: datetime | None) -> str:
    return f" on {day_in_words(london_day(moment))}" if moment is not None else ""
