"""Answering the questions of a journey as somebody might who tries everything."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import note

from app.journeys.engine import Exit, kept_form
from app.values import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.journeys.engine import Question
    from app.values import Form

T = TypeVar("T")
ADDRESSES = ("one@play.example", "two@play.example", "Two@Play.example", "three@play.example", "alice@ash.example")
NEW_NAMES = ("Ann Ash-Field", "Zoë Unlike", "Ben Box", "ANN ASH")
TRIES = 3


class Draw:
    """Draws one thing after the other; the same seed draws the same. What was drawn is told when a game fails."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)  # noqa: S311 - games, not secrets

    def __call__(self, things: Sequence[T], label: str) -> T:
        """Draw one of some things."""
        drawn = self.random.choice(things)
        note(f"    {label}: {drawn}")
        return drawn


class Answering:
    """Answers whatever is asked, and keeps what a draft would keep; `given` are answers settled beforehand."""

    def __init__(self, draw: Draw, today: date, given: Mapping[str, Form] | None = None) -> None:
        self.draw, self.today = draw, today
        self.answers: dict[str, Form] = dict(given or {})

    def __call__(self, question: Question[Any]) -> Any:
        """Return the answer to a question, or give up after a few."""
        for _ in range(TRIES):
            form = self.answers.get(question.slug) or self._form(question)
            try:
                answer = question.parse(form)
            except Invalid:
                continue
            kept = self.answers[question.slug] = kept_form(question, form, answer)
            assert question.parse(kept) == answer, question.slug
            if question.row:
                question.show(answer)
            return answer
        raise Exit(question.slug)

    def passed(self, question: Question[Any]) -> None:
        """Identity is settled beforehand."""
        raise AssertionError(question.slug)

    def _form(self, question: Question[Any]) -> Form:
        """Fill in every field; a new kind of field has to be added here."""
        form: dict[str, str] = {}
        for field in question.fields:
            if field.endswith("_day"):
                form |= self._date(field.removesuffix("_day"))
            elif not field.endswith(("_month", "_year")):
                form[field] = self._value(field, question)
        return form

    def _value(self, field: str, question: Question[Any]) -> str:
        fixed = FIXED.get(field)
        if fixed is not None:
            return self.draw(fixed, field)
        offered = [option.value for option in question.options]
        assert question.options or question.kind != "text", f"nobody knows how to answer {question.slug}: {field}"
        if not offered:
            raise Exit(question.slug)
        if field in question.many:
            return "\n".join(value for value in offered if self.draw(HALF, field))
        return self.draw(offered, field)

    def _date(self, prefix: str) -> Form:
        day = self.today + timedelta(days=self.draw(DAYS, prefix))
        return {f"{prefix}_day": str(day.day), f"{prefix}_month": str(day.month), f"{prefix}_year": str(day.year)}


HALF = (True, False)
DAYS = (*(0, 1, 2, 3, -1, -2, -3, 7, 30, 60, 110, 122, 200, -14, -15, -60, -300, -600) * 4, *range(-90, 91))
"""How far from today: the edges of the rules more often than chance would."""

FIXED: dict[str, tuple[str, ...]] = {
    "name_is_correct": ("yes", "yes", "no"),
    "corrected_name": NEW_NAMES,
    "new_name": NEW_NAMES,
    "transferring_in": ("yes", "yes", "yes", "no"),
    "seen": ("yes",),
    "same_person": ("yes",),
    "email": ADDRESSES,
    "leaving_action": ("change_date", "cancel"),
    "mentor_from": ("", "now", "after_present"),
    "reason": ("name_changed", "entered_incorrectly"),
}
