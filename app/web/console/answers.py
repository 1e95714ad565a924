"""What was entered in a form of the console, in words, for its check page (ADM-1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.templating import gov_date
from app.values import Invalid, parse_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.values import Form
    from app.web.console.fixes import Field


def entered_in(
    fields: Iterable[Field], choices: Mapping[str, Mapping[str, str]], form: Form
) -> tuple[tuple[str, str], ...]:
    """Return each question of a form that was answered, and its answer in words."""
    answers = ((field.label, _answer(field, choices.get(field.name, {}), form)) for field in fields)
    return tuple((label, answer) for label, answer in answers if answer)


def first_asked(fields: Iterable[Field], form: Form, passed_by: Iterable[str]) -> str:
    """Return the control beside which a sentence about the whole form stands: the first that may be answered anew."""
    shown = tuple(field for field in fields if field.kind != "hidden")
    dates = {field.name: f"{field.name}_day" for field in shown if field.kind == "date"}
    asked = [field.name for field in shown] or list(form)
    left_out = {*passed_by, "seen", "from", "form_id", "note", "ticket"}
    return next((dates.get(name, name) for name in asked if name not in left_out), "note")


def chosen_in(query: Mapping[str, str], choices: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return what an address chooses of what there is to choose."""
    return {name: query[name] for name, options in choices.items() if query.get(name) in options}


def wants_change(form: Form) -> bool:
    """Tell whether the check page leads back to its form, with everything that was entered (ADM-1.3)."""
    return form.get("change") == "yes"


def _answer(field: Field, options: Mapping[str, str], form: Form) -> str:
    match field.kind:
        case "hidden":
            return ""
        case "date":
            try:
                return gov_date(parse_date(form, field.name, what="day"))
            except Invalid:
                return ""
        case "radios" | "select" | "checkboxes":
            return "\n".join(options[value] for value in form.get(field.name, "").split("\n") if value in options)
        case _:
            return form.get(field.name, "").strip()
