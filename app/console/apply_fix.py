"""Trying out and applying what staff put right: the very operation, undone or kept (ADM-1.3, ADM-1.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from app.console.events import StaffFixApplied
from app.db.transaction import current_unit, transaction
from app.events.record import because, record
from app.events.words import change_lines
from app.notices.outbox import Mail, watching

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from app.console.reasons import Reason
    from app.events.record import About
    from app.terms import Actor

    Run = Callable[[], Awaitable[object]]


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
            effect = Effect(touched, tuple(watch.queued))
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


async def apply_change(run: Run, reason: Reason, held: Collection[str] = ()) -> object:
    """Run an operation of staff in one transaction; its own events keep the reason (ADM-1.2, ADM-1.6).

    Returns what the operation returns.
    """
    async with transaction():
        with because(reason.note, reason.ticket), watching(held):
            return await run()


async def apply_fix(command: ApplyFix, run: Run, actor: Actor) -> None:
    """Run an operation of staff with its reason on record, in one transaction (ADM-1.2, ADM-1.6, ADM-16.1)."""
    async with transaction():
        with watching(command.held) as watch:
            await run()
        reason = command.reason
        held = ", ".join(sorted(watch.held_back))
        record(StaffFixApplied(command.about, command.fix, command.title, reason.note, reason.ticket, held), actor)
