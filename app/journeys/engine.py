"""A journey is a function that asks questions; walking it decides the page, the path and the end.

The function runs from the top on every request with the answers so far. Where it stops is the page
the user is on; what it returns is the command they decided on; what it raises is a dead end (DRF-03).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from app.values import Form, Invalid

A = TypeVar("A")
F_contra = TypeVar("F_contra", contravariant=True)
C_co = TypeVar("C_co", covariant=True)


@dataclass(frozen=True)
class Option:
    """One thing that can be chosen: its value, its words, and a hint under it."""

    value: str
    text: str
    hint: str = ""
    rows: tuple[tuple[str, str], ...] = ()


class LaterOptions(Sequence[Option]):
    """Options that are made when a page shows them; to check an answer, a long list of them is not needed."""

    def __init__(self, make: Callable[[], Sequence[Option]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Sequence[Option]:
        return self._make()

    def __getitem__(self, index: Any) -> Any:
        return self._made[index]

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True)
class Question(Generic[A]):
    """One page that asks for one answer.

    slug: last segment of its address, and the name of its template when it has one of its own.
    parse: pure; from what was typed to the typed answer, or Invalid.
    row: its key on check answers, "" for no row; label: the words beside it.
    fields: the names of the form fields kept; keep: what is kept beside them, such as what was shown.
    many: those of the fields that take several values, which stand one a line.
    """

    slug: str
    title: str
    parse: Callable[[Form], A]
    fields: tuple[str, ...]
    row: str = ""
    label: str = ""
    show: Callable[[A], str] = str
    kind: str = "text"
    template: str = ""
    hint: str = ""
    why: str = ""
    options: Sequence[Option] = ()
    initial: Form = field(default_factory=dict)
    keep: Callable[[A], Form] = lambda _: {}
    details: Mapping[str, Any] = field(default_factory=dict)
    many: tuple[str, ...] = ()


class Ask(Protocol):
    """What a journey is handed to ask its questions with."""

    def __call__(self, question: Question[A]) -> A:
        """Return the answer, or stop the walk here."""

    def passed(self, question: Question[Any]) -> None:
        """Put a page on the path whose answer is kept elsewhere, such as an identity already matched."""


class JourneyFunction(Protocol[F_contra, C_co]):
    """A journey: plain and synchronous, so that it can't reach a database."""

    def __call__(self, ask: Ask, facts: F_contra, /) -> C_co:
        """Ask what must be asked and return the command."""


@dataclass
class Exit(Exception):
    """A dead end: a page that says why it stops (G-08). It is left only by changing an earlier answer.

    blocks: for good (RE-27); refusal: the code of a refusal that says the same at a submit, where the answer that
    no longer holds is asked again instead (DRF-12). stands: what a list of unfinished work says of it.
    """

    slug: str
    details: Mapping[str, Any] = field(default_factory=dict)
    blocks: bool = False
    refusal: str = ""
    stands: str | None = None

    def __str__(self) -> str:
        return self.slug


@dataclass(frozen=True)
class Step:
    """A page of the path that has been passed, with its typed answer."""

    question: Question[Any]
    answer: Any
    answered: bool = True


@dataclass(frozen=True)
class Walk:
    """Where a journey stands: what has been passed, and the question, dead end or command it came to.

    changed: why the stored answer of `stopped` no longer holds (DRF-05), field to message.
    """

    trail: tuple[Step, ...]
    stopped: Question[Any] | None = None
    exit: Exit | None = None
    command: Any = None
    changed: Mapping[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Tell whether nothing is left to ask."""
        return self.stopped is None and self.exit is None

    @property
    def next_slug(self) -> str:
        """Return the last segment of the page the user is on."""
        if self.stopped is not None:
            return self.stopped.slug
        return self.exit.slug if self.exit is not None else "check-answers"

    def question(self, slug: str) -> Question[Any] | None:
        """Return the reachable question of an address: on the trail, or where the walk stopped."""
        if self.stopped is not None and self.stopped.slug == slug:
            return self.stopped
        return next((step.question for step in self.trail if step.question.slug == slug), None)

    def answer(self, slug: str) -> Any:
        """Return the typed answer of a page on the trail, or None."""
        return next((step.answer for step in self.trail if step.question.slug == slug), None)

    def before(self, slug: str) -> str | None:
        """Return the page before an address on the path, or None for the first."""
        slugs = [step.question.slug for step in self.trail]
        index = slugs.index(slug) if slug in slugs else len(slugs)
        return slugs[index - 1] if index else None


class _Stopped(Exception):
    def __init__(self, question: Question[Any], changed: Mapping[str, str]) -> None:
        self.question, self.changed = question, changed


class _Asking:
    def __init__(self, answers: Mapping[str, Form]) -> None:
        self.answers, self.trail = answers, list[Step]()

    def __call__(self, question: Question[A]) -> A:
        form = self.answers.get(question.slug)
        if form is None:
            raise _Stopped(question, {})
        try:
            answer = question.parse(form)
        except Invalid as invalid:
            raise _Stopped(question, invalid.errors) from None
        self.trail.append(Step(question, answer))
        return answer

    def passed(self, question: Question[Any]) -> None:
        self.trail.append(Step(question, None, answered=False))


def walk(journey: JourneyFunction[Any, Any], answers: Mapping[str, Form], facts: Any) -> Walk:
    """Run a journey with the answers so far; answers off the path are ignored (DRF-03, DRF-04, DRF-05)."""
    asking = _Asking(answers)
    try:
        command = journey(asking, facts)
    except _Stopped as stopped:
        return Walk(tuple(asking.trail), stopped=stopped.question, changed=stopped.changed)
    except Exit as dead_end:
        return Walk(tuple(asking.trail), exit=dead_end)
    return Walk(tuple(asking.trail), command=command)


@dataclass(frozen=True)
class Row:
    """One row of check answers; change: the slug of the page that changes it, "" for none.

    lines, links: several values instead of one; a link is its words and its address.
    about: what the link changes, where that is not the label as it reads inside a sentence, as with a name.
    """

    key: str
    label: str
    value: str
    change: str = ""
    lines: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    about: str = ""


def rows_of(steps: Sequence[Step]) -> list[Row]:
    """Return the rows of check answers that the questions themselves describe (DRF-06)."""
    return [
        Row(
            step.question.row,
            step.question.label or step.question.title,
            step.question.show(step.answer),
            step.question.slug,
        )
        for step in steps
        if step.question.row and step.answered
    ]


def kept_form(question: Question[A], form: Form, answer: A) -> dict[str, str]:
    """Return what a draft keeps of a page: its own fields as typed, and what it showed."""
    return {name: form[name] for name in question.fields if name in form} | dict(question.keep(answer))
