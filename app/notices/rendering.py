"""Turning a message into a subject and a plain text (NOT-3.4 to NOT-3.6)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.notices.wording import harmless, typed_fields
from app.settings import settings
from app.templating import TEMPLATES, academic_year, gov_date, gov_datetime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.notices.outbox import Content

SUBJECT = "Subject: "


@dataclass(frozen=True)
class Rendered:
    """What the reader gets."""

    subject: str
    body: str
    markdown: str
    """The body for senders that read it as Markdown: what somebody typed makes neither links nor layout there."""


def render(content: Content, support_email: str) -> Rendered:
    """Write an email; raises UndefinedError for a field its text uses and the message has not."""
    message = content.message()
    values = {field.name: getattr(message, field.name) for field in dataclasses.fields(message)}
    subject, body = _written(content, values, support_email)
    typed = typed_fields(type(message))
    safe = {name: harmless(value) if name in typed else value for name, value in values.items()}
    return Rendered(subject, body, body if safe == values else _written(content, safe, support_email)[1])


def _written(content: Content, values: Mapping[str, object], support_email: str) -> tuple[str, str]:
    frame: dict[str, object] = {"copy": content.copy, "unsent": content.unsent}
    frame |= {"explain_access": content.explain_access, "support_email": support_email}
    template = _environment().get_template(f"{content.text}.txt")
    first, _, rest = template.render({**values, **frame, "base_url": settings().base_url.rstrip("/")}).partition("\n")
    return first.removeprefix(SUBJECT).strip(), rest.strip() + "\n"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES / "emails"),
        autoescape=False,  # noqa: S701 - plain text; the developer mailbox escapes what it shows
        undefined=StrictUndefined,
        finalize=_one_line,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=settings().environment == "development",
    )
    made.filters |= {"gov_date": gov_date, "gov_datetime": gov_datetime, "academic_year": academic_year}
    return made


def _one_line(value: object) -> object:
    """Keep what somebody typed on one line, so that it makes neither a subject nor a paragraph of its own."""
    return " ".join(value.split()) if isinstance(value, str) else value
