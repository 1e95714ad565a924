"""The Teaching Record System as the stand-in plays it (EXT-6.7), over the people of one file."""

from __future__ import annotations

import contextlib
import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from app import clock
from app.stand_ins import server
from app.stand_ins.faults import Faults
from app.stand_ins.files import day
from app.stand_ins.inductions import Refusal, set_induction
from app.stand_ins.people import folded, read_faults, read_people
from app.stand_ins.records import as_person, as_result
from app.stand_ins.server import Said, as_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import date, datetime

    from app.stand_ins.faults import Fault
    from app.stand_ins.people import PeopleFile, Person
    from app.stand_ins.records import Json
    from app.stand_ins.server import Asked

VERSION = "20260120"
MOST_PAIRS = 500
_PERSON = re.compile(r"/v3/persons/([^/]+)")
_INDUCTION = re.compile(r"/v3/persons/([^/]+)/cpd-induction")
_FIND = "/v3/persons/find"
_SECTIONS = {"Alerts", "Induction", "PreviousNames"}
_SECTION_FAULTS = {"missing_section", "null_section"}


class TRS:
    """One set of people behind the routes of the real system."""

    name = "trs"

    def __init__(self, content: object, as_of: date) -> None:
        self._as_of = as_of
        self.replace(content)

    @property
    def records(self) -> int:
        """Return how many people it knows."""
        return len(self._people)

    @property
    def content(self) -> object:
        """Return the people file as it was given."""
        return self._content

    def replace(self, content: object) -> None:
        """Serve other people from now on; raises Mistakes."""
        self._file: PeopleFile = read_people(content, self._as_of)
        self._content = content
        self._people = {person.trn: person for person in self._file.people}
        self._faults = Faults(self._file.faults)
        self._own_faults = {person.trn: Faults(person.faults) for person in self._file.people if person.faults}
        self._quotas: dict[str, tuple[float, int]] = {}
        self._decided: dict[str, datetime] = {}

    def faults(self) -> list[dict[str, object]]:
        """Return the faults in force, beside those that belong to people."""
        return self._faults.listed()

    def set_faults(self, content: object) -> None:
        """Have these faults from now on; raises Mistakes."""
        self._faults = Faults(read_faults(content, self._as_of))

    def facts(self, asked: Asked) -> Mapping[str, frozenset[str]]:
        """Return what faults are matched on: operation, path, and every TRN asked about."""
        if asked.path == _FIND:
            operation, trns = "find_persons", frozenset(trn for trn, _ in _pairs(asked))
        else:
            named = _PERSON.fullmatch(asked.path)
            told = _INDUCTION.fullmatch(asked.path)
            operation, trns = ("get_person", frozenset({named[1]})) if named else ("unknown", frozenset[str]())
            operation, trns = ("set_induction", frozenset({told[1]})) if told else (operation, trns)
        return {"operation": frozenset({operation}), "path": frozenset({asked.path}), "trn": trns}

    def meet(self, facts: Mapping[str, frozenset[str]]) -> Fault | None:
        """Return the fault in force for everybody, else one of a person asked about."""
        own = (self._own_faults[trn] for trn in sorted(facts["trn"]) if trn in self._own_faults)
        return self._faults.meet(facts) or next((fault for faults in own if (fault := faults.meet(facts))), None)

    def answer(self, asked: Asked, fault: Fault | None) -> Said:
        """Answer as the real system does, unless a fault of its own stands in the way."""
        return _barred(fault) or self._refusal(asked) or self._routed(asked, fault)

    def _refusal(self, asked: Asked) -> Said | None:
        if asked.headers.get("x-api-version") != VERSION:
            return Said(HTTPStatus.NOT_FOUND, content_type="")
        given = asked.headers.get("authorization", "").removeprefix("Bearer ")
        key = next((key for key in self._file.keys if key.key == given), None)
        if key is None:
            return _unauthorised()
        if ("SetCpdInduction" if _INDUCTION.fullmatch(asked.path) else "GetPerson") not in key.roles:
            return _forbidden()
        return self._over_quota(given)

    def _over_quota(self, key: str) -> Said | None:
        quota = self._file.quota
        if quota is None:
            return None
        now = time.monotonic()
        since, count = self._quotas.get(key, (now, 0))
        if now - since >= quota.seconds:
            since, count = now, 0
        self._quotas[key] = (since, count + 1)
        return _rate_limited(round(quota.seconds - (now - since)) or 1) if count >= quota.requests else None

    def _routed(self, asked: Asked, fault: Fault | None) -> Said:
        if asked.path == _FIND and asked.method == "POST":
            return self._find(asked, fault)
        named = _PERSON.fullmatch(asked.path)
        if named and asked.method == "GET":
            return self._get(named[1], parse_qs(asked.query), fault)
        told = _INDUCTION.fullmatch(asked.path)
        if told and asked.method == "PUT":
            return self._set_induction(told[1], asked)
        return Said(HTTPStatus.NOT_FOUND, content_type="")

    def _set_induction(self, trn: str, asked: Asked) -> Said:
        person = self._people.get(trn)
        if person is None or person.state != "active":
            return _unknown(trn)
        told = set_induction(person, asked.content(), self._decided.get(trn))
        if isinstance(told, Refusal):
            return _problem(told.status, told.title, told.code)
        self._people[trn], self._decided[trn] = told.person, told.at
        return Said(HTTPStatus.NO_CONTENT, content_type="")

    def _find(self, asked: Asked, fault: Fault | None) -> Said:
        pairs = _pairs(asked)
        if not _well_formed(asked) or len(pairs) > MOST_PAIRS:
            return _problem(HTTPStatus.BAD_REQUEST, "One or more validation errors occurred.", errors=_PAIRS_WRONG)
        first: dict[str, str] = {}
        for trn, born_on in pairs:
            first.setdefault(trn, born_on)
        found = [self._people[trn] for trn, born_on in first.items() if self._was_born(trn, born_on)]
        results = [_spoil(as_result(person), fault) for person in found]
        return as_json(HTTPStatus.OK, {"total": len(results), "results": results})

    def _was_born(self, trn: str, born_on: str) -> bool:
        person = self._people.get(trn)
        if person is None or person.state != "active" or person.date_of_birth is None:
            return False
        return person.date_of_birth.isoformat() == born_on

    def _get(self, trn: str, query: Mapping[str, list[str]], fault: Fault | None) -> Said:
        person = self._people.get(trn)
        if person is None:
            return _unknown(trn)
        if person.state == "merged":
            survivor = f"/v3/persons/{self._survivor(person).trn}"
            return Said(HTTPStatus.PERMANENT_REDIRECT, content_type="", headers=(("location", survivor),))
        if person.state == "deactivated":
            return _problem(HTTPStatus.GONE, "Person is deactivated.", 10058, f"TRN {trn} is deactivated.")
        number = query.get("nationalInsuranceNumber", [None])[0]
        if number is not None and folded(number) not in person.numbers():
            return _unknown(f"{trn} and National Insurance number {number}")
        return as_json(HTTPStatus.OK, _spoil(as_person(person, _included(query)), fault))

    def _survivor(self, person: Person) -> Person:
        while person.merged_into is not None:
            person = self._people[person.merged_into]
        return person


_PAIRS_WRONG = {"persons": [f"At most {MOST_PAIRS} pairs of a TRN and a valid date of birth."]}


def _pairs(asked: Asked) -> list[tuple[str, str]]:
    content = asked.content()
    persons = content.get("persons") if isinstance(content, dict) else None
    listed = [person for person in persons if isinstance(person, dict)] if isinstance(persons, list) else []
    return [(str(person.get("trn")), str(person.get("dateOfBirth"))) for person in listed]


def _well_formed(asked: Asked) -> bool:
    content = asked.content()
    if not isinstance(content, dict) or not isinstance(content.get("persons"), list):
        return False
    return all(_is_day(born_on) for _, born_on in _pairs(asked))


def _is_day(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return day(text, clock.today()).isoformat() == text
    return False


def _included(query: Mapping[str, list[str]]) -> set[str]:
    """Read `include`: a repeated parameter counts once, an unknown name loses them all (EXT-2.6)."""
    names = set(query.get("include", [""])[0].split(","))
    return names if names <= _SECTIONS else set()


def _spoil(person: Json, fault: Fault | None) -> Json:
    kind = fault.answer if fault else None
    if fault and fault.section in person and kind in _SECTION_FAULTS:
        rest = {name: value for name, value in person.items() if name != fault.section}
        return rest if kind == "missing_section" else {**rest, fault.section: None}
    induction: Any = person.get("induction")
    if kind == "unknown_enum" and induction:
        return {**person, "induction": {**induction, "status": "Paused"}}
    return {**person, "trn": "0000000"} if kind == "other_trn" else person


def _barred(fault: Fault | None) -> Said | None:
    match fault.answer if fault else None:
        case "unauthorised":
            return _unauthorised()
        case "forbidden":
            return _forbidden()
        case "rate_limited":
            return _rate_limited(fault.retry_after if fault else None)
        case "wrong_route":
            return Said(HTTPStatus.NOT_FOUND, content_type="")
        case "redirect_elsewhere":
            elsewhere = ("location", "https://elsewhere.example/v3/persons/0000000")
            return Said(HTTPStatus.PERMANENT_REDIRECT, content_type="", headers=(elsewhere,))
    return None


def _unauthorised() -> Said:
    return _problem(HTTPStatus.UNAUTHORIZED, "Unauthorized")


def _forbidden() -> Said:
    return _problem(HTTPStatus.FORBIDDEN, "Forbidden", 10040, "The key lacks the role for this.")


def _unknown(whom: str) -> Said:
    return _problem(HTTPStatus.NOT_FOUND, "Person not found.", 10001, f"No person with TRN {whom}.")


def _rate_limited(retry_after: int | None) -> Said:
    wait = () if retry_after is None else (("retry-after", str(retry_after)),)
    return Said(HTTPStatus.TOO_MANY_REQUESTS, content_type="", headers=wait)


def _problem(
    status: int,
    title: str,
    code: int | None = None,
    detail: str | None = None,
    errors: Mapping[str, object] | None = None,
) -> Said:
    fields = {"title": title, "status": int(status), "detail": detail, "errorCode": code, "errors": errors}
    said = as_json(status, {name: value for name, value in fields.items() if value is not None})
    return Said(said.status, said.body, "application/problem+json; charset=utf-8")


@contextlib.asynccontextmanager
async def running_stand_in(content: object, *, as_of: date | None = None, port: int = 0) -> AsyncIterator[str]:
    """Serve these people in the running event loop; gives the address. Raises Mistakes, OSError."""
    async with server.running(TRS(content, as_of or clock.today()), port) as url:
        yield url
