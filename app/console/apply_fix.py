"""Trying out and applying what staff put right: the very operation, undone or kept (ADM-1.3, ADM-1.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from app.console.events import StaffFixApplied
from app.console.timeline import since
from app.db.engine import fetch
from app.db.transaction import current_unit, transaction
from app.events.record import because, record
from app.events.words import change_lines
from app.notices.outbox import Mail, watching
from app.notices.school_notices import TOLD_OF_SUPPORT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from app.console.reasons import Reason
    from app.console.timeline import Happening, Whose
    from app.events.record import About
    from app.terms import Actor, TeacherId

    Run = Callable[[], Awaitable[object]]

FORM = re.compile(r"[0-9a-f]{16}")
CONFIRMED = "SELECT FROM event WHERE id > $1 AND metadata ->> 'form' = $2 LIMIT 1"


@dataclass(frozen=True)
class Touched:
    """One record that changes: what happens to it, and each fact before and after."""

    sentence: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """Everything that a change would do."""

    touched: tuple[Touched, ...]
    mails: tuple[Mail, ...]
    noticed: bool = False
    """Whether a school is told of it by a notice."""


class _Undo(Exception):
    """Ends a transaction that was only tried out."""


async def try_out(run: Run) -> Effect:
    """Run an operation, note what it does, and undo it; raises what the operation raises (ADM-1.3)."""
    effect = Effect((), ())
    try:
        async with transaction():
            with watching() as watch:
                await run()
            events = [event for event, *_ in current_unit().collected]
            touched = tuple(
                Touched(
                    event.sentence(),
                    (
                        *change_lines({name: {"old": a, "new": b} for name, (a, b) in event.changes().items()}, ()),
                        *event.beside(),
                    ),
                )
                for event in events
            )
            noticed = any(event.kind in TOLD_OF_SUPPORT and event.about.school_id is not None for event in events)
            effect = Effect(touched, tuple(watch.queued), noticed)
            _undo()
    except _Undo:
        return effect


def _undo() -> NoReturn:
    raise _Undo


@dataclass(frozen=True)
class ApplyFix:
    """Which fix is applied to what, why, and which emails are held back, each as `Mail.key`."""

    fix: str
    title: str
    about: About
    reason: Reason
    held: Collection[str] = ()


class ChangedMeanwhile(Exception):
    """Others changed the record since the form was opened, so that nothing was saved (ADM-1.4)."""

    def __init__(self, changed: tuple[Happening, ...]) -> None:
        super().__init__("the record has changed since the form was opened")
        self.changed = changed


class DoneAlready(Exception):
    """This very check page was confirmed before, so that nothing is done once more (ADM-1.4)."""


@dataclass(frozen=True)
class Seen:
    """Whose record a form was about, the newest event when it was opened, and what names its check page."""

    whose: Whose
    event: int
    form: str = ""

    @classmethod
    def of(cls, whose: Whose, text: str, form: str = "") -> Seen:
        """Return it with the number that a form gives; what is no number is before everything."""
        readable = text.isascii() and text.isdigit() and len(text) < len(str(2**63))
        return cls(whose, int(text) if readable else 0, form if FORM.fullmatch(form) else "")

    def with_people(self, others: Collection[TeacherId]) -> Seen:
        """Return it for more people."""
        return replace(self, whose=replace(self.whose, teacher_ids=(*self.whose.teacher_ids, *others)))

    async def demand_once(self) -> None:
        """Raise DoneAlready when this check page was confirmed before: the events of that keep its name."""
        if self.form and await fetch(CONFIRMED, self.event, self.form):
            raise DoneAlready

    async def hold(self) -> None:
        """Have a second press of the same button wait until the first is done, and raise DoneAlready then."""
        if self.form:
            await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"form {self.form}")
            await self.demand_once()

    async def demand(self) -> None:
        """Raise ChangedMeanwhile when anything happened since."""
        changed = await since(self.whose, self.event)
        if changed:
            raise ChangedMeanwhile(changed)


async def apply_change(run: Run, reason: Reason, held: Collection[str] = (), seen: Seen | None = None) -> object:
    """Run an operation of staff in one transaction; its own events keep the reason (ADM-1.2, ADM-1.6).

    Returns what the operation returns; raises ChangedMeanwhile, and DoneAlready for a form that was confirmed before.
    """
    async with transaction():
        await _hold(seen)
        with because(reason.note, reason.ticket, seen.form if seen else ""), watching(held):
            done = await run()
        await _demand(seen)
        return done


async def _hold(seen: Seen | None) -> None:
    if seen is not None:
        await seen.hold()


async def _demand(seen: Seen | None) -> None:
    """Look once more: the operation waited for whoever held the record, and what they did is to be seen by now."""
    if seen is not None:
        await seen.demand()


async def apply_fix(command: ApplyFix, run: Run, actor: Actor, seen: Seen | None = None) -> None:
    """Run an operation of staff with its reason on record, in one transaction (ADM-1.2, ADM-1.6, ADM-16.1).

    Raises ChangedMeanwhile, and writes nothing, when others changed the record since the form was opened (ADM-1.4).
    """
    async with transaction():
        await _hold(seen)
        with watching(command.held) as watch:
            await run()
        await _demand(seen)
        reason = command.reason
        held = ", ".join(sorted(watch.held_back))
        applied = StaffFixApplied(command.about, command.fix, command.title, reason.note, reason.ticket, held)
        with because(reason.note, reason.ticket, seen.form if seen else ""):
            record(applied, actor)
