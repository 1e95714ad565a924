"""Changes of an event in words: which fact, from what, to what (HI-01)."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from app.terms import ChallengeReason, DeferralReason, TrainingProgramme, WithdrawalReason, WorkingPattern

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LABELS = {
    "name": "Name",
    "email": "Email address",
    "last_day": "Last day",
    "finished_on": "Last day of training",
    "started_on": "First day",
    "working_pattern": "Working pattern",
    "appropriate_body": "Appropriate body",
    "training_programme": "Training programme",
    "programme": "Training programme",
    "lead_provider": "Lead provider",
    "delivery_partner": "Delivery partner",
    "mentor": "Mentor",
    "challenge_reason": "What is wrong",
    "trn": "TRN",
    "ect_first_eligible_at": "First eligible for funding as an ECT",
    "mentor_first_eligible_at": "First eligible for funding as a mentor",
    "ect_payments_frozen_year": "Came as an ECT from the frozen year",
    "mentor_payments_frozen_year": "Came as a mentor from the frozen year",
    "mentor_ineligible_on": "Not fundable as a mentor since",
    "mentor_ineligible_reason": "Not fundable as a mentor because",
}
NONE = "none"
PERIOD_OF_LEAVE = "a period of leave"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {word.value: word.words for words in (WorkingPattern, TrainingProgramme) for word in words}
_REASONS = {
    "withdrawal_reason": WithdrawalReason,
    "deferral_reason": DeferralReason,
    "challenge_reason": ChallengeReason,
}


def change_lines(changes: Mapping[str, Any], hidden: Collection[DeferralReason]) -> tuple[str, ...]:
    """Return one sentence for each fact that changed, in the order of its name; private reasons stay so (WDR-02)."""
    return tuple(_line(field, change, hidden) for field, change in sorted(changes.items()))


def _line(field: str, change: Mapping[str, Any], hidden: Collection[DeferralReason]) -> str:
    label = LABELS.get(field) or field.replace("_", " ").capitalize()
    old, new = (_words(field, change.get(side), hidden) for side in ("old", "new"))
    return f"{label}: was {old}, now {new}"


def _words(field: str, value: Any, hidden: Collection[DeferralReason]) -> str:
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or NONE
    text = str(value)
    if field in _REASONS:
        reason = _REASONS[field](text)
        return PERIOD_OF_LEAVE if reason in hidden else reason.words
    if _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return f"{day.day} {day:%B %Y}"
    return _WORDS.get(text, text)
