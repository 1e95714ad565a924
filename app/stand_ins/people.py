"""The people file of the `trs` stand-in: its shape, its cross-references, what it means (EXT-6.8, EXT-6.9)."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, ValidationInfo

from app.stand_ins.faults import COMMON, Fault
from app.stand_ins.files import Day, Digits, Mistakes, Part, Text, check, day

if TYPE_CHECKING:
    from collections.abc import Iterator

CATEGORIES = {
    "prohibition": UUID("b2b19019-b165-47a3-8745-3297ff152581"),
    "council_prohibition": UUID("70b7d473-2ec8-4643-bfd4-d4ab9a9a0988"),
    "restriction": UUID("790410c1-b884-4cdd-8db9-64a042ab54ae"),
    "failed_induction": UUID("0ae0707b-1503-477d-bc0f-1505ed95dbdf"),
    "section_128": UUID("38df5a00-94ab-486f-8905-d5b2eac04000"),
    "no_prohibition_decision": UUID("227b75e5-bb98-496c-8860-1baea37aa5c6"),
    "council_decision": UUID("06d98708-b52d-496a-aaa7-c1d7d2ca8b24"),
}
SECTIONS = ("alerts", "induction", "qts")
ANSWERS = (
    *COMMON,
    "wrong_route",
    "missing_section",
    "null_section",
    "unknown_enum",
    "other_trn",
    "redirect_elsewhere",
)
DEFAULT_KEY = "stand-in-trs-key"
_RAW = "raw:"
_NEEDED = ("first_name", "last_name", "date_of_birth")

InductionStatus = Literal["None", "RequiredToComplete", "Exempt", "InProgress", "Passed", "Failed", "FailedInWales"]


def _category(value: object) -> UUID:
    if isinstance(value, UUID):
        return value
    if isinstance(value, str) and value in CATEGORIES:
        return CATEGORIES[value]
    try:
        return UUID(str(value))
    except ValueError:
        raise ValueError("not a category or its id") from None


def _end_date(value: object, info: ValidationInfo) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and value.startswith(_RAW):
        return value.removeprefix(_RAW)
    return day(value, info.context["today"] if info.context else date.min).isoformat()


def _held(value: object) -> object:
    return {"holds_from": value} if isinstance(value, (str, date)) else value


class Key(Part):
    """An API key and the roles it has."""

    key: Text
    roles: list[Literal["GetPerson", "SetCpdInduction"]]


class Quota(Part):
    """How many requests a key may send in a window of seconds."""

    requests: int = Field(ge=1)
    seconds: int = Field(ge=1)


class Name(Part):
    """A name somebody had before."""

    first_name: Text
    middle_name: Text = ""
    last_name: Text


class Held(Part):
    """A qualified status: since when, and by which routes."""

    holds_from: Day
    routes: list[Text] = Field(default_factory=list)


class Induction(Part):
    """Induction as recorded; dates are sent as given, consistent or not."""

    status: InductionStatus = "RequiredToComplete"
    start_date: Day | None = None
    completed_date: Day | None = None
    exemption_reasons: list[Text] = Field(default_factory=list)


class Alert(Part):
    """An alert; its end date is the text sent."""

    category: Annotated[UUID, BeforeValidator(_category)]
    type: Text | None = None
    details: Text | None = None
    start_date: Day | None = None
    end_date: Annotated[str | None, BeforeValidator(_end_date)] = None


class Person(Part):
    """One record; only an active one has more than its TRN."""

    trn: Digits
    first_name: Text = ""
    middle_name: Text = ""
    last_name: Text = ""
    date_of_birth: Day | None = None
    national_insurance_number: Text | None = None
    employment_national_insurance_numbers: list[Text] = Field(default_factory=list)
    email_address: Text | None = None
    previous_names: list[Name] = Field(default_factory=list)
    qts: Annotated[Held | None, BeforeValidator(_held)] = None
    eyts: Annotated[Held | None, BeforeValidator(_held)] = None
    qtls_status: Literal["None", "Expired", "Active"] = "None"
    induction: Induction = Induction()
    alerts: list[Alert] = Field(default_factory=list)
    state: Literal["active", "deactivated", "merged"] = "active"
    merged_into: Digits | None = None
    faults: list[Fault] = Field(default_factory=list)

    def numbers(self) -> frozenset[str]:
        """Return every National Insurance number of the person, folded for comparison."""
        own = [self.national_insurance_number] if self.national_insurance_number else []
        return frozenset(folded(number) for number in [*own, *self.employment_national_insurance_numbers])


class PeopleFile(Part):
    """The whole file."""

    format: Literal[1]
    keys: list[Key] = Field(default_factory=lambda: [Key(key=DEFAULT_KEY, roles=["GetPerson", "SetCpdInduction"])])
    quota: Quota | None = None
    people: list[Person]
    faults: list[Fault] = Field(default_factory=list)


def folded(number: str) -> str:
    """Return a National Insurance number without case, spaces and hyphens."""
    return re.sub(r"[\s\-]", "", number).upper()


def read_people(content: object, as_of: date) -> PeopleFile:
    """Check the content of a people file; dates count from `as_of`. Raises Mistakes with every one of them."""
    read, lines = check(PeopleFile, content, as_of)
    lines += list(_across(content))
    if not isinstance(read, PeopleFile) or lines:
        raise Mistakes(lines)
    return read


def _across(content: object) -> Iterator[str]:
    """Find what no single value shows: it looks at raw content, so that it can run beside other mistakes."""
    people = _parts(content, "people")
    yield from _repeated(people)
    survivors = {_name(person, "trn"): _name(person, "merged_into") for _, person in people}
    for number, person in people:
        yield from _state(f"people[{number}]", person, survivors)
        yield from _fault_answers(f"people[{number}].", person)
    yield from _fault_answers("", content)


def _parts(content: object, name: str) -> list[tuple[int, dict[str, Any]]]:
    found = content.get(name) if isinstance(content, dict) else None
    listed = found if isinstance(found, list) else []
    return [(number, part) for number, part in enumerate(listed) if isinstance(part, dict)]


def _name(person: dict[str, Any], key: str) -> str | None:
    value = person.get(key)
    return None if value is None else str(value)


def _repeated(people: list[tuple[int, dict[str, Any]]]) -> Iterator[str]:
    first: dict[str, int] = {}
    for number, person in people:
        trn = _name(person, "trn")
        if trn is not None and first.setdefault(trn, number) != number:
            yield f"people[{number}].trn: already used by people[{first[trn]}]"


def _state(where: str, person: dict[str, Any], survivors: dict[str | None, str | None]) -> Iterator[str]:
    state, survivor = person.get("state", "active"), _name(person, "merged_into")
    if state == "active":
        yield from (f"{where}.{name}: required" for name in _NEEDED if _is_empty(person, name))
    if state != "merged":
        if survivor is not None:
            yield f"{where}.merged_into: only for a merged record"
    elif survivor is None:
        yield f"{where}.merged_into: required"
    elif survivor not in survivors:
        yield f"{where}.merged_into: no such person in this file"
    elif _comes_round(_name(person, "trn"), survivors):
        yield f"{where}.merged_into: a loop"


def _is_empty(person: dict[str, Any], name: str) -> bool:
    """Tell whether a needed value is not there; a null name is already told as "not text"."""
    return name not in person or person[name] == "" or (name == "date_of_birth" and person[name] is None)


def _comes_round(trn: str | None, survivors: dict[str | None, str | None]) -> bool:
    seen = {trn}
    following = survivors.get(trn)
    while following is not None and following not in seen:
        seen.add(following)
        following = survivors.get(following)
    return following is not None


def _fault_answers(where: str, holder: object) -> Iterator[str]:
    for number, fault in _parts(holder, "faults"):
        answer, section = fault.get("answer"), fault.get("section")
        if answer is not None and answer not in ANSWERS:
            yield f"{where}faults[{number}].answer: not one of {', '.join(ANSWERS)}"
        if section is not None and section not in SECTIONS:
            yield f"{where}faults[{number}].section: not one of {', '.join(SECTIONS)}"


def read_faults(content: object, as_of: date) -> list[Fault]:
    """Check a list of faults given while running; raises Mistakes."""
    return read_people({"format": 1, "people": [], "faults": content}, as_of).faults
