"""How the `trs` stand-in is told of an induction: what it refuses, and what it then says (EXT-2.24, EXT-6.7)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.stand_ins.people import Person

DATES = {
    "RequiredToComplete": (False, False),
    "InProgress": (True, False),
    "Passed": (True, True),
    "Failed": (True, True),
}
"""Whether each status has a start and a completion."""


@dataclass(frozen=True)
class Refusal:
    """What it says instead."""

    status: HTTPStatus
    title: str
    code: int | None = None


@dataclass(frozen=True)
class Decided:
    """The person with what was told, and when that was decided."""

    person: Person
    at: datetime


def set_induction(person: Person, content: Any, decided: datetime | None) -> Decided | Refusal:
    """Return the person as they are once told, or what is wrong with it.

    decided: when what it holds was decided, None while nobody told it anything.
    """
    facts: dict[str, Any] = content if isinstance(content, dict) else {}
    wanted = DATES.get(str(facts.get("status")))
    modified_on = _moment(facts.get("modifiedOn"))
    if wanted is None or modified_on is None:
        return Refusal(HTTPStatus.BAD_REQUEST, "One or more validation errors occurred.")
    if person.qts is None:
        return Refusal(HTTPStatus.BAD_REQUEST, "Person does not have QTS.", 10034)
    start, completed = _day(facts.get("startDate")), _day(facts.get("completedDate"))
    for day, is_wanted, missing, unwanted in ((start, wanted[0], 10035, 10036), (completed, wanted[1], 10037, 10038)):
        if is_wanted is not (day is not None):
            return Refusal(HTTPStatus.BAD_REQUEST, "Dates do not fit the status.", missing if is_wanted else unwanted)
    if start and ((completed and completed < start) or start < person.qts.holds_from):
        return Refusal(HTTPStatus.BAD_REQUEST, "Dates are not possible.", 10039)
    if decided is not None and modified_on < decided:
        return Refusal(HTTPStatus.CONFLICT, "There is a newer decision.", 10033)
    stays_exempt = person.induction.status == "Exempt" and facts["status"] == "InProgress"
    said = {"status": "Exempt" if stays_exempt else facts["status"], "start_date": start, "completed_date": completed}
    return Decided(person.model_copy(update={"induction": person.induction.model_copy(update=said)}), modified_on)


def _moment(text: object) -> datetime | None:
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(str(text))
        return moment if moment.tzinfo else None
    return None


def _day(text: object) -> date | None:
    with contextlib.suppress(ValueError):
        return date.fromisoformat(str(text))
    return None
