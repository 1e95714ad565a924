"""The fields of an email as a reader sees them, and typed text that can make neither links nor layout (NOT-2.3)."""

from __future__ import annotations

import dataclasses
import re
import typing
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from app.notices.kinds import TYPED, FieldKind, kind_of
from app.notices.message import TEXTS
from app.templating import academic_year, gov_date, gov_datetime

if TYPE_CHECKING:
    from app.notices.message import Message

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_BRACKET = re.compile(r"[\[\]]")
_STARTS_A_BLOCK = re.compile(r"\s*(?:[#^*+>-]|[0-9]+[.)]\s)")


@cache
def kinds_of(text: str) -> dict[str, FieldKind | None]:
    """Return the kind of each field of the email with a text."""
    return {name: kind_of(hint) for name, hint in typing.get_type_hints(TEXTS[text], include_extras=True).items()}


def typed_fields(message: type[Message]) -> tuple[str, ...]:
    """Return the names of the fields that hold what somebody typed."""
    kinds = kinds_of(message.text)
    return tuple(field.name for field in dataclasses.fields(message) if kinds[field.name] in TYPED)


def fields_in_words(message: Message, base_url: str) -> dict[str, str]:
    """Return every field in words: dates in full, lists one to a line, links with the address of the service."""
    kinds = kinds_of(message.text)
    values = {field.name: getattr(message, field.name) for field in dataclasses.fields(message)}
    return {name: _in_words(value, kinds[name], base_url) for name, value in values.items()}


def harmless(value: object) -> object:
    """Return what somebody typed so that a reader of Markdown makes no link, heading or list of it."""
    if isinstance(value, tuple):
        return tuple(harmless(one) for one in value)
    if not isinstance(value, str):
        return value
    plain = _BRACKET.sub(lambda found: f"\\{found[0]}", _SCHEME.sub("", value))
    return f"\\{plain.lstrip()}" if _STARTS_A_BLOCK.match(plain) else plain


def _in_words(value: object, kind: FieldKind | None, base_url: str) -> str:
    match value:
        case bool():
            words = "yes" if value else "no"
        case datetime():
            words = gov_datetime(value)
        case date():
            words = gov_date(value)
        case int() if kind is FieldKind.ACADEMIC_YEAR:
            words = academic_year(value)
        case tuple():
            words = "\n".join(f"* {' '.join(str(one).split())}" for one in value)
        case _:
            words = f"{base_url if kind is FieldKind.SERVICE_LINK else ''}{' '.join(str(value).split())}"
    return words
