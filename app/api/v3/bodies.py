"""Reads the body of a call: JSON, in the envelope of API-4.3."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from litestar.exceptions import ClientException

from app.api.v3.asking import UUID_FORM
from app.problems import problem
from app.terms import Year
from app.training.provider_acts import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import Enum

    from litestar import Request

    AnyRequest = Request[Any, Any, Any]
    T = TypeVar("T", bound=Enum)

LARGEST = 1_048_576
DEEPEST = 20
ACCEPTED = re.compile(r"(?:application/(?:[a-z0-9!#$&^_.+-]+\+)?json|text/json)\s*(?:;.*)?", re.IGNORECASE | re.DOTALL)
YEAR = re.compile(r"[0-9]{4}")


async def read_body(request: AnyRequest, headers: Mapping[str, str]) -> bytes:
    """Return the bytes of a body; raises 415 for another type or encoding, 413 for more than 1 MiB (API-4.2)."""
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > LARGEST:
        raise problem(413)
    kind = headers.get("content-type", "").strip()
    if headers.get("content-encoding", "").strip() or (kind and not ACCEPTED.fullmatch(kind)):
        raise problem(415)
    try:
        body: bytes = await request.body()
    except ClientException:
        raise problem(413) from None
    if len(body) > LARGEST:
        raise problem(413)
    return body


def parse(body: bytes) -> Any:
    """Return the JSON of a body; raises `body_shape` for none and `malformed_json` (API-4.3)."""
    if not body.strip():
        raise misshapen("The body is empty.")
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
        _not_deeper(found, DEEPEST)
    except (ValueError, RecursionError):
        detail = "The body is not JSON in UTF-8 whose names are unique, nested at most 20 deep."
        raise problem(400, "malformed_json", detail) from None
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name twice")
    return made


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _not_deeper(value: Any, levels: int) -> None:
    if isinstance(value, dict | list):
        if levels == 0:
            raise ValueError("nested too deep")
        for inner in value.values() if isinstance(value, dict) else value:
            _not_deeper(inner, levels - 1)


def misshapen(detail: str) -> Exception:
    """Return the problem of a body that is JSON but not of the envelope."""
    return problem(400, "body_shape", f'{detail} Send {{"data":{{"type":"…","attributes":{{…}}}}}}.')


def attributes_of(body: bytes, known: tuple[str, ...]) -> dict[str, Any]:
    """Return the known attributes of a body; raises `body_shape` or `malformed_json` (API-4.3)."""
    document = parse(body)
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        raise misshapen("The body is not an object with an object 'data'.")
    return known_attributes(document["data"], known)


def known_attributes(data: Any, known: tuple[str, ...]) -> dict[str, Any]:
    """Return the known attributes of one resource; raises `body_shape` when there are none (API-29.2)."""
    attributes = data.get("attributes") if isinstance(data, dict) else None
    if not isinstance(attributes, dict):
        raise misshapen("'attributes' is missing or not an object.")
    found = {name: value for name, value in attributes.items() if name in known}
    if not found:
        raise misshapen(f"'attributes' holds none of {', '.join(known)}.")
    return found


def text_of(attributes: Mapping[str, Any], name: str) -> str:
    """Return an attribute's text, trimmed; empty when it is absent or of another type (API-4.4)."""
    value = attributes.get(name)
    return value.strip() if isinstance(value, str) else ""


def year_of(attributes: Mapping[str, Any]) -> Year | Unreadable:
    """Return the cohort, which may be text or a number; `blank` or `unknown` says what is wrong (API-11.2)."""
    value = attributes.get("cohort")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(value) if number else text_of(attributes, "cohort")
    if not text:
        return Unreadable.BLANK
    return Year(int(text)) if YEAR.fullmatch(text) else Unreadable.UNKNOWN


def id_of(attributes: Mapping[str, Any], name: str) -> UUID | Unreadable:
    """Return an id; `blank` or `unknown` says what is wrong."""
    text = text_of(attributes, name)
    if not text:
        return Unreadable.BLANK
    return UUID(text) if UUID_FORM.fullmatch(text) else Unreadable.UNKNOWN


def word_of(attributes: Mapping[str, Any], name: str, words: type[T], *, hyphens: bool = False) -> T | Unreadable:
    """Return the member of an enumeration; hyphens: they are written with hyphens for underscores (API-13.3)."""
    text = text_of(attributes, name)
    if not text:
        return Unreadable.BLANK
    listed = {str(word.value).replace("_", "-") if hyphens else str(word.value): word for word in words}
    return listed.get(text, Unreadable.UNKNOWN)
