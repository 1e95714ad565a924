"""The usual kinds of question, so that a journey only says what is particular to it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from app.journeys.engine import Option, Question
from app.values import parse_choice, parse_choices, parse_date, parse_email

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from app.terms import Word
    from app.values import Form

W = TypeVar("W", bound="Word")


def radios(slug: str, title: str, field: str, options: Iterable[Option], message: str, **more: Any) -> Question[str]:
    """Return a question with one radio per option; its answer is the option's value (GEN-06)."""
    offered = tuple(options)
    parse = partial(parse_choice, field=field, options=[option.value for option in offered], message=message)
    words = {option.value: option.text for option in offered}
    usual = {"kind": "radios", "options": offered, "show": lambda a: words[a]}
    return Question(slug, title, parse, (field,), **{**usual, **more})


def checkboxes(
    slug: str, title: str, field: str, options: Iterable[Option], message: str = "", **more: Any
) -> Question[tuple[str, ...]]:
    """Return a question with one checkbox per option; its answer is what is ticked, in the order of the options.

    message: what is said when nothing is ticked; "" where nothing may be (GEN-06).
    """
    offered = tuple(options)
    parse = partial(parse_choices, field=field, options=[option.value for option in offered], message=message)
    words = {option.value: option.text for option in offered}
    usual = {
        "kind": "checkboxes",
        "options": offered,
        "show": lambda ticked: ", ".join(words[value] for value in ticked),
        "many": (field,),
    }
    return Question(slug, title, parse, (field,), **{**usual, **more})


def words(slug: str, title: str, field: str, values: Iterable[W], message: str, **more: Any) -> Question[W]:
    """Return a question whose options are members of an enumeration, shown by their words."""
    offered = tuple(values)
    options = tuple(Option(value.value, value.words) for value in offered)

    def parse(form: Form) -> W:
        chosen = parse_choice(form, field, [value.value for value in offered], message)
        return next(value for value in offered if value.value == chosen)

    usual = {"kind": "radios", "options": options, "show": lambda a: a.words}
    return Question(slug, title, parse, (field,), **{**usual, **more})


def yes_or_no(
    slug: str, title: str, field: str, message: str, *, yes: str = "Yes", no: str = "No", **more: Any
) -> Question[bool]:
    """Return a question answered by yes or no."""
    options = (Option("yes", yes), Option("no", no))

    def parse(form: Form) -> bool:
        return parse_choice(form, field, ["yes", "no"], message) == "yes"

    usual = {"kind": "radios", "options": options, "show": lambda answer: yes if answer else no}
    return Question(slug, title, parse, (field,), **{**usual, **more})


def dates(slug: str, title: str, prefix: str, what: str, **more: Any) -> Question[date]:
    """Return a question for a date in three boxes (VAL-02)."""
    usual = {"kind": "date", "parse": partial(parse_date, prefix=prefix, what=what)}
    fields = (f"{prefix}_day", f"{prefix}_month", f"{prefix}_year")
    return Question(slug, title, fields=fields, **{**usual, **more})


def email(slug: str, title: str, field: str = "email", **more: Any) -> Question[str]:
    """Return a question for an email address (VAL-06)."""
    return Question(slug, title, partial(parse_email, field=field), (field,), **{"kind": "email", **more})


def select(slug: str, title: str, field: str, options: Iterable[Option], message: str, **more: Any) -> Question[str]:
    """Return a question with one list to choose from, searchable by typing where JavaScript runs."""
    return radios(slug, title, field, options, message, **{"kind": "select", **more})
