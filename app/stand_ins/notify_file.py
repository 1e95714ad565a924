"""The file of the `notify` stand-in: its key, its templates, where receipts go (EXT-6.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field

from app.stand_ins.faults import COMMON, Fault
from app.stand_ins.files import Mistakes, Part, Text, check

if TYPE_CHECKING:
    from datetime import date

SERVICE_ID = "5f3c2c1e-8f0a-4a57-9a3e-0d7b1c9e4a11"
SECRET = "9b1d6f3a-2c4e-4f8b-8a6d-7e5c3b2a1f00"  # noqa: S105 - opens nothing but the stand-in
DEFAULT_KEY = f"stand-in-{SERVICE_ID}-{SECRET}"
ANSWERS = (*COMMON, "daily_limit")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _uuid(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        raise ValueError("not a UUID") from None


def _on_this_machine(value: str) -> str:
    if urlsplit(value).hostname not in LOOPBACK:
        raise ValueError("not an address of this machine")
    return value


class Template(Part):
    """A template, and the fields that a request must fill."""

    id: Annotated[Text, AfterValidator(_uuid)]
    name: Text
    fields: list[Text] = Field(default_factory=list)


class Receipts(Part):
    """Where to post receipts, with which token, and how long after a mail was taken."""

    url: Annotated[Text, AfterValidator(_on_this_machine)]
    token: Text
    delay_ms: int = Field(0, ge=0, le=600_000)


class File(Part):
    """The whole file; without templates any template id will do."""

    format: Literal[1]
    key: Text = DEFAULT_KEY
    templates: list[Template] = Field(default_factory=list)
    receipts: Receipts | None = None
    faults: list[Fault] = Field(default_factory=list)

    @property
    def service_id(self) -> str:
        """Return the service id in the key."""
        return self.key[-73:-37]

    @property
    def secret(self) -> str:
        """Return the secret in the key."""
        return self.key[-36:]


class _Given(Part):
    faults: list[Fault]


def read(content: object, as_of: date) -> File:
    """Read the content of a file; raises Mistakes."""
    found, mistakes = check(File, content, as_of)
    if not isinstance(found, File):
        raise Mistakes(mistakes)
    _refuse_unknown(found.faults)
    if not all(_is_uuid(part) for part in (found.service_id, found.secret)):
        raise Mistakes(["key: not a name, a service id and a secret, joined by hyphens"])
    return found


def read_faults(content: object, as_of: date) -> list[Fault]:
    """Read a list of faults; raises Mistakes."""
    found, mistakes = check(_Given, {"faults": content}, as_of)
    if not isinstance(found, _Given):
        raise Mistakes(mistakes)
    _refuse_unknown(found.faults)
    return found.faults


def _refuse_unknown(faults: list[Fault]) -> None:
    unknown = [fault.answer for fault in faults if fault.answer and fault.answer not in ANSWERS]
    if unknown:
        raise Mistakes([f"answer: {answer} is not an answer of this stand-in" for answer in unknown])


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
