"""What changes in the register after something was done about a closed school (REF-3.7 to REF-3.9)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.registration.closing_schools.close_school import CloseSchool, close_school
from app.registration.closing_schools.closings import (
    HAPPENED_AFTERWARDS,
    Item,
    end_closing,
    note_closing,
    raise_item,
    settle_items,
)
from app.registration.closing_schools.continue_at_successor import ContinueAtSuccessor, continue_at_successor
from app.registration.closing_schools.decide_succession import UNDECIDED
from app.registration.closing_schools.restore_school import RestoreSchool, restore_school
from app.registration.closing_schools.succession import CAN_BE_RESTORED, LATE_SUCCESSOR, Act
from app.terms import ClosingState, RegisterItemKind

if TYPE_CHECKING:
    from datetime import date

    from app.refdata.reconcile import Known, Round
    from app.refdata.succession_facts import StoredSchool
    from app.registration.closing_schools.closings import Closing

Done = tuple[str, str] | None


class _DependsOnIt(Exception):
    """Rolls back a correction that something later depends on."""


async def follow_up(closing: Closing, stored: StoredSchool, shared: Round, known: Known) -> Done:
    """Do what follows now for a school about which something was done before; None when nothing does."""
    if not stored.is_closed:
        return await _reopened(closing, shared)
    if stored.closed_on is not None and stored.closed_on != closing.closed_on:
        return await _moved(closing, stored, shared)
    if closing.state is ClosingState.CLOSED and known.decision.act in {Act.CONTINUE, Act.RENUMBER}:
        return await _late_successor(closing, known, shared)
    if closing.state is ClosingState.CONTINUED and not _still_follows(closing, stored, shared):
        await raise_item(Item(closing.school_id, RegisterItemKind.LINK_WITHDRAWN), shared.today)
    return None


def _still_follows(closing: Closing, stored: StoredSchool, shared: Round) -> bool:
    return closing.successor_urn is None or closing.successor_urn in shared.links.around(stored.urn)


async def _reopened(closing: Closing, shared: Round) -> Done:
    """Give everybody their dates back within 31 days of the closing run; later staff decide (REF-3.7)."""
    await end_closing(closing.school_id, ClosingState.REOPENED, shared.today)
    await settle_items(closing.school_id, UNDECIDED, HAPPENED_AFTERWARDS)
    if closing.acted_on is None:
        return "reopened", ""
    in_time = shared.today - closing.acted_on <= CAN_BE_RESTORED
    if closing.state is not ClosingState.CLOSED or not in_time:
        await raise_item(Item(closing.school_id, RegisterItemKind.RESTORE), shared.today)
        return "reopened", "staff decide"
    restored = await restore_school(_restoring(closing), shared.actor, shared.today)
    if restored.not_restored:
        detail = {"people": len(restored.not_restored)}
        await raise_item(Item(closing.school_id, RegisterItemKind.RESTORE, detail=detail), shared.today)
    return "reopened", f"{restored.restored} people"


def _restoring(closing: Closing) -> RestoreSchool:
    return RestoreSchool(closing.school_id, closing.closed_on, closing.acted_on or closing.noted_on)


async def _late_successor(closing: Closing, known: Known, shared: Round) -> Done:
    """Let those go on at a successor that is named only now, as if it had been named before (REF-3.8)."""
    successor = known.successor_id
    if successor is None or closing.acted_on is None:
        return None
    if shared.today - closing.acted_on > LATE_SUCCESSOR:
        detail = {"targets": [known.decision.successor]}
        await raise_item(Item(closing.school_id, RegisterItemKind.LATE_SUCCESSOR, detail=detail), shared.today)
        return None
    await restore_school(_restoring(closing), shared.actor, shared.today)
    command = ContinueAtSuccessor(closing.school_id, successor, closing.closed_on)
    ended = await continue_at_successor(command, shared.actor, shared.today)
    await note_closing(
        replace(
            closing,
            state=ClosingState.CONTINUED,
            successor_id=successor,
            successor_urn=known.decision.successor,
            acted_on=shared.today,
        )
    )
    return "continued", f"{ended.people} people at {known.decision.successor}"


async def _moved(closing: Closing, stored: StoredSchool, shared: Round) -> Done:
    """Move the dates with the close date, unless something later depends on them (REF-3.9)."""
    closed_on = stored.closed_on or closing.closed_on
    can_move = closing.state is ClosingState.CLOSED and closed_on < shared.today
    moved = await _move(closing, closed_on, shared) if can_move else None
    if moved is not None:
        return "moved", f"{moved} people, last day {closed_on}"
    detail = {"was": closing.closed_on.isoformat(), "now": closed_on.isoformat()}
    await raise_item(Item(closing.school_id, RegisterItemKind.CLOSE_DATE_MOVED, detail=detail), shared.today)
    return None


async def _move(closing: Closing, closed_on: date, shared: Round) -> int | None:
    """End everybody's time on another day; returns for how many, or None when something depends on the former day."""
    with suppress(_DependsOnIt):
        async with transaction():
            restored = await restore_school(_restoring(closing), shared.actor, shared.today)
            if restored.not_restored:
                raise _DependsOnIt
            ended = await close_school(CloseSchool(closing.school_id, closed_on, tell=False), shared.actor)
            await note_closing(replace(closing, closed_on=closed_on))
            return ended.people
    return None
