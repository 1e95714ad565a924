"""Fills in and follows the forms of a journey as they stand on its pages, up to the one that saves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from lxml import html

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.web.conftest import Browser

LONGEST = 12
"""More pages than any journey has."""
IDS = re.compile("[0-9a-f]{8}-[0-9a-f-]{27}")
ON_A_DAY = {"_day": "19", "_month": "12", "_year": "2025"}
SAID = {
    "email": "somebody.new@ash.example",
    "induction_tutor_email": "tutor.new@ash.example",
    "induction_tutor_name": "Nia New",
    "name": "Noor Newman",
    "new_name": "Ella Ashby-Field",
    "message": "Please help.",
    "start_date_day": "3",
    "start_date_month": "11",
}
"""What is typed where any text would not do."""
PREFERRED = {"name_changed", "change_date", "provider_led", "yes", "accept", "choose", "start"}
"""Options that lead on rather than to a dead end."""


@dataclass(frozen=True)
class Field:
    """One field of a form; options: the values that can be chosen, none where text is typed."""

    name: str
    options: tuple[str, ...] = ()
    value: str = ""


@dataclass(frozen=True)
class PostedForm:
    """A form of a page, and what a browser that fills it in would send."""

    url: str
    fields: tuple[Field, ...]
    hidden: Mapping[str, str]

    def filled(self) -> dict[str, str]:
        """Return every field with something that is taken."""
        return {**self.hidden, **{field.name: _filling(field) for field in self.fields}}

    @property
    def shape(self) -> str:
        """Return its address without ids."""
        return IDS.sub("_", self.url)

    @property
    def saves(self) -> bool:
        """Whether posting it confirms a journey."""
        return self.url.endswith("/check-answers")


def _filling(field: Field) -> str:
    if field.options:
        return next((option for option in field.options if option in PREFERRED), field.options[0])
    part = next((day for ending, day in ON_A_DAY.items() if field.name.endswith(ending)), "")
    return SAID.get(field.name) or field.value or part


def main_form(text: str, url: str) -> PostedForm | None:
    """Return the form with the most fields in the main part of a page; None where nothing is posted."""
    found = [_form(form, url) for form in html.fromstring(text).xpath("//main//form[@method='post']")]
    return max(found, key=lambda form: len(form.fields), default=None)


def _form(form: Any, url: str) -> PostedForm:
    fields: dict[str, Field] = {}
    hidden: dict[str, str] = {}
    for control in form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name] | .//button[@name]"):
        name, kind = control.get("name"), control.get("type", "")
        if kind == "hidden":
            hidden[name] = control.get("value", "")
        elif kind in {"radio", "checkbox"} or control.tag == "button":
            known = fields.get(name, Field(name))
            fields[name] = Field(name, (*known.options, control.get("value", "")))
        elif control.tag == "select":
            options = [option.get("value", "") for option in control.xpath(".//option")]
            fields[name] = Field(name, tuple(option for option in options if option))
        else:
            fields[name] = Field(name, value=control.get("value") or "")
    return PostedForm(urljoin(url, form.get("action") or url), tuple(fields.values()), hidden)


async def journey(browser: Browser, start: str) -> AsyncIterator[PostedForm]:
    """Go through a journey; gives the form of each page, of check answers too, which is not sent."""
    answer, seen = await browser.get(start), set[str]()
    for _ in range(LONGEST):
        while answer.status_code in {302, 303}:
            answer = await browser.get(answer.headers["location"])
        form = main_form(answer.text, urlsplit(str(answer.url)).path) if answer.status_code == 200 else None
        if form is None or form.url in seen:
            return
        seen.add(form.url)
        yield form
        if form.saves:
            return
        answer = await browser.send("POST", form.url, data=form.filled())
        assert answer.status_code != 422, (form.url, form.filled(), browser.text())
    raise AssertionError(f"{start} does not end")
