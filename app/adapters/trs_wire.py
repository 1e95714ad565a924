"""The wire of the Teaching Record System: requests, and what each answer means (EXT-2.2 to EXT-2.13).

Decoders declare only what the service uses: what is not needed is never an object in memory (EXT-1.8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import (
    UTC,
    date,
)
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import quote
from uuid import UUID  # noqa: TC003 - read when messages are decoded

import msgspec

from app import clock
from app.adapters.http import SERVER_FAULTS, Answer, Failed, Request
from app.teachers.prohibition import Alert
from app.teachers.trs import (
    MOST_AT_ONCE,
    Accepted,
    Deactivated,
    Found,
    Matched,
    Merged,
    NotFound,
    NotMatched,
    Rejected,
    SecondFactDiffers,
    Stopped,
    Superseded,
    TeachingRecord,
    Unavailable,
)
from app.terms import TRN, FailureCause, TRSInductionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.teachers.trs import InductionChange, ManyOutcome, WriteOutcome
    from app.values import DateOfBirth, NationalInsuranceNumber

FIND = "find_persons"
GET = "get_person"
NO_SUCH_PERSON = 10001
PERSON_DEACTIVATED = 10058
SET_INDUCTION = "set_induction"
NEWER_DECISION = 10033
REFUSED_FOR_GOOD = frozenset(range(10034, 10040))
"""No qualified teacher status, or a status or dates that it does not take (EXT-2.24)."""
_KEY_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_TRN = re.compile(r"[0-9]{7}")
_SURVIVOR = re.compile(r"/v3/persons/([0-9]{7})")
_SECTIONS = "include=Alerts,Induction"


@dataclass(frozen=True)
class NoResult:
    """An empty find: the TRN is unknown, not active, or has another date of birth (EXT-2.3)."""


W = TypeVar("W")
Problem: TypeAlias = NotFound | Deactivated | Merged | Unavailable


class _Wire(msgspec.Struct, rename="camel"):
    pass


class _Category(_Wire):
    alert_category_id: UUID


class _AlertType(_Wire):
    alert_category: _Category


class _Alert(_Wire):
    alert_type: _AlertType
    end_date: str | None = None


class _Induction(_Wire):
    status: TRSInductionStatus
    start_date: date | None = None
    completed_date: date | None = None


class _Qualified(_Wire):
    holds_from: date


class _Person(_Wire):
    trn: str
    first_name: str
    last_name: str
    induction: _Induction
    alerts: list[_Alert]
    qts: _Qualified | None = None


class _Result(_Person, kw_only=True):
    date_of_birth: date


class _Results(_Wire):
    total: int
    results: list[_Result]


class _Known(_Wire):
    trn: str


class _Trouble(_Wire):
    error_code: int | None = None


def find(trn: TRN, date_of_birth: DateOfBirth) -> Request:
    """Make the request of step A1: both facts in the body, none in the address."""
    return find_many({trn: date_of_birth})


def find_many(pairs: Mapping[TRN, DateOfBirth]) -> Request:
    """Make the request about several people, each once; raises ValueError for none and for more than 100 (EXT-2.7)."""
    if not 1 <= len(pairs) <= MOST_AT_ONCE:
        raise ValueError(f"one question is about 1 to {MOST_AT_ONCE} people (EXT-2.7)")
    persons = [{"trn": _checked(trn), "dateOfBirth": born.reveal().isoformat()} for trn, born in pairs.items()]
    return Request(FIND, "POST", "/v3/persons/find", msgspec.json.encode({"persons": persons}))


def probe(trn: TRN) -> Request:
    """Make the request of step A2: is there such a person at all?"""
    return Request(GET, "GET", f"/v3/persons/{_checked(trn)}")


def get(trn: TRN) -> Request:
    """Make the request of step C: the record of somebody matched before."""
    return Request(GET, "GET", f"/v3/persons/{_checked(trn)}?{_SECTIONS}")


def get_with_number(trn: TRN, number: NationalInsuranceNumber) -> Request:
    """Make the request of step B, the only one that carries a personal fact in its address (EXT-2.4)."""
    encoded = quote(number.reveal(), safe="")
    return Request(GET, "GET", f"/v3/persons/{_checked(trn)}?{_SECTIONS}&nationalInsuranceNumber={encoded}")


def put_induction(trn: TRN, change: InductionChange) -> Request:
    """Make the request that tells of an induction; the decision counts, not the sending (EXT-2.24)."""
    facts = {
        "status": change.status.value,
        "startDate": change.started_on and change.started_on.isoformat(),
        "completedDate": change.completed_on and change.completed_on.isoformat(),
        "modifiedOn": change.decided_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    body = msgspec.json.encode({name: value for name, value in facts.items() if value is not None})
    return Request(SET_INDUCTION, "PUT", f"/v3/persons/{_checked(trn)}/cpd-induction", body)


def read_put_induction(answer: Answer | Failed) -> WriteOutcome:
    """Read the answer to that: done, overtaken, refused for good, our key refused, or none (EXT-2.24)."""
    if isinstance(answer, Failed):
        return Unavailable(answer.cause)
    if answer.status == HTTPStatus.NO_CONTENT:
        return Accepted()
    code = _error_code(answer)
    if (answer.status, code) == (HTTPStatus.CONFLICT, NEWER_DECISION):
        return Superseded()
    if answer.status == HTTPStatus.BAD_REQUEST and code in REFUSED_FOR_GOOD:
        return Rejected(code)
    if isinstance(_problem(answer), NotFound | Deactivated | Merged):
        return Rejected(code or NO_SUCH_PERSON)
    cause = _cause(answer.status, code)
    return Stopped() if cause is FailureCause.MISCONFIGURED else Unavailable(cause, answer.retry_after)


def read_find(answer: Answer | Failed, trn: TRN, date_of_birth: DateOfBirth) -> Matched | NoResult | Unavailable:
    """Read the answer of A1: exactly the person asked for, nobody, or something that is no answer."""
    found = _decode(answer, _Results)
    if not isinstance(found, _Results):
        return _only_unavailable(found)
    if found.total != len(found.results) or found.total > 1:
        return Unavailable(FailureCause.CONTRACT)
    if not found.results:
        return NoResult()
    person = found.results[0]
    if person.trn != trn or person.date_of_birth != date_of_birth.reveal():
        return Unavailable(FailureCause.CONTRACT)
    return Matched(_record(trn, person))


def read_find_many(answer: Answer | Failed, pairs: Mapping[TRN, DateOfBirth]) -> ManyOutcome:
    """Read the answer about several people by TRN: its order means nothing, and nobody may be in it twice (EXT-2.7)."""
    found = _decode(answer, _Results)
    if not isinstance(found, _Results):
        return _only_unavailable(found)
    by_trn = {TRN(person.trn): person for person in found.results}
    as_asked = all(trn in pairs and person.date_of_birth == pairs[trn].reveal() for trn, person in by_trn.items())
    if found.total != len(found.results) or len(by_trn) != len(found.results) or not as_asked:
        return Unavailable(FailureCause.CONTRACT)
    return {trn: Matched(_record(trn, by_trn[trn])) if trn in by_trn else NotMatched() for trn in pairs}


def read_probe(answer: Answer | Failed, trn: TRN) -> SecondFactDiffers | Problem:
    """Read the answer of A2, asked only after an empty find."""
    person = _decode(answer, _Known)
    if isinstance(person, _Known):
        return SecondFactDiffers() if person.trn == trn else Unavailable(FailureCause.CONTRACT)
    return person


def read_get(answer: Answer | Failed, trn: TRN) -> Found | Problem:
    """Read the answer of C."""
    person = _decode(answer, _Person)
    if isinstance(person, _Person):
        return Found(_record(trn, person)) if person.trn == trn else Unavailable(FailureCause.CONTRACT)
    return person


def read_get_with_number(answer: Answer | Failed, trn: TRN) -> Matched | SecondFactDiffers | Problem:
    """Read the answer of B, where "no such person" may also mean another number."""
    outcome = read_get(answer, trn)
    if isinstance(outcome, Found):
        return Matched(outcome.record)
    return SecondFactDiffers() if isinstance(outcome, NotFound) else outcome


def _checked(trn: TRN) -> str:
    if not _TRN.fullmatch(trn):
        raise ValueError("a TRN is seven ASCII digits (EXT-2.6)")
    return trn


def _decode(answer: Answer | Failed, shape: type[W]) -> W | Problem:
    if isinstance(answer, Failed):
        return Unavailable(answer.cause)
    if answer.status != HTTPStatus.OK:
        return _problem(answer)
    if answer.content_type != "application/json":
        return Unavailable(FailureCause.CONTRACT)
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Unavailable(FailureCause.CONTRACT)


def _problem(answer: Answer) -> Problem:
    if answer.status == HTTPStatus.PERMANENT_REDIRECT:
        return _merged(answer)
    code = _error_code(answer)
    if (answer.status, code) == (HTTPStatus.NOT_FOUND, NO_SUCH_PERSON):
        return NotFound()
    if (answer.status, code) == (HTTPStatus.GONE, PERSON_DEACTIVATED):
        return Deactivated()
    return Unavailable(_cause(answer.status, code), answer.retry_after)


def _cause(status: int, code: int | None) -> FailureCause:
    # A missing route or version is a bare 404: it must never pass for "no such person" (EXT-2.12).
    if status in _KEY_REFUSED or (status, code) == (HTTPStatus.NOT_FOUND, None):
        return FailureCause.MISCONFIGURED
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return FailureCause.RATE_LIMITED
    return FailureCause.SERVER_ERROR if status >= SERVER_FAULTS else FailureCause.CONTRACT


def _merged(answer: Answer) -> Merged | Unavailable:
    survivor = _SURVIVOR.fullmatch(answer.location)
    return Merged(TRN(survivor[1])) if survivor else Unavailable(FailureCause.CONTRACT)


def _error_code(answer: Answer) -> int | None:
    try:
        return msgspec.json.decode(answer.body, type=_Trouble).error_code if answer.is_json else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _only_unavailable(problem: Problem) -> Unavailable:
    """A find speaks of nobody in particular: gone, merged or unknown is no answer to it."""
    return problem if isinstance(problem, Unavailable) else Unavailable(FailureCause.CONTRACT)


def _record(trn: TRN, person: _Person) -> TeachingRecord:
    return TeachingRecord(
        trn=trn,
        first_name=person.first_name,
        last_name=person.last_name,
        induction_status=person.induction.status,
        induction_start_date=person.induction.start_date,
        induction_completed_date=person.induction.completed_date,
        qts_awarded_on=person.qts.holds_from if person.qts else None,
        alerts=tuple(_alert(alert) for alert in person.alerts),
        read_at=clock.now(),
    )


def _alert(alert: _Alert) -> Alert:
    return Alert(alert.alert_type.alert_category.alert_category_id, alert.end_date)
