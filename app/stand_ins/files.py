"""Data files of stand-ins: reading them, and saying every mistake with its place (EXT-6.4)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_TODAY = re.compile(r"today(?:([+-])([0-9]{1,5}))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {
    "missing": "required",
    "extra_forbidden": "unknown key",
    "list_type": "not a list",
    "int_type": "not a whole number",
    "int_parsing": "not a whole number",
    "model_type": "not a set of keys and values",
    "model_attributes_type": "not a set of keys and values",
}


@dataclass
class Mistakes(Exception):
    """Everything wrong with a data file, each `place: what is wrong`."""

    lines: list[str]

    def __str__(self) -> str:
        return "\n".join(self.lines)


class Unreadable(Exception):
    """The file is missing, not UTF-8, or neither YAML nor JSON; says which, never what is in it."""


class Part(BaseModel):
    """A part of a data file: unknown keys and wrong types are mistakes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def read_file(path: Path) -> Any:
    """Read a data file: `.json`, else YAML. Raises Unreadable."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unreadable(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path} is not UTF-8") from None
    try:
        return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"{path} is not JSON: line {error.lineno}") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f": line {mark.line + 1}" if mark else ""
        raise Unreadable(f"{path} is not YAML{place}") from None


def check(shape: type[Part], content: object, as_of: date) -> tuple[Part | None, list[str]]:
    """Check content against its shape; returns what was read, or every mistake."""
    try:
        return shape.model_validate(content, context={"today": as_of}), []
    except ValidationError as error:
        return None, [f"{place(found['loc'])}: {_words(found)}" for found in error.errors(include_url=False)]


def place(steps: Iterable[int | str]) -> str:
    """Write a place as `people[3].alerts[0].end_date`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".") or "file"


def day(value: object, today: date) -> date:
    """Read a date as data files write it: `YYYY-MM-DD`, `today`, `today+N`, `today-N`."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and (moved := _TODAY.fullmatch(value)):
        days = int(moved[2] or 0)
        return today + timedelta(days=-days if moved[1] == "-" else days)
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError("not a date")


def _day(value: object, info: ValidationInfo) -> date:
    return day(value, info.context["today"] if info.context else date.min)


def _text(value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise ValueError("a number; write it as text in quotes")  # noqa: TRY004 - pydantic collects ValueErrors
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004
    return value


def _seven_digits(value: str) -> str:
    if not re.fullmatch(r"[0-9]{7}", value):
        raise ValueError("not seven digits")
    return value


Text = Annotated[str, BeforeValidator(_text)]
Digits = Annotated[Text, AfterValidator(_seven_digits)]
Day = Annotated[date, BeforeValidator(_day)]


def _words(found: Any) -> str:
    kind, message = found["type"], found["msg"]
    if kind == "literal_error":
        return f"not one of {found['ctx']['expected']}"
    return _WORDS.get(kind) or str(message).removeprefix("Value error, ")
