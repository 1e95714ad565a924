"""The second phase of a register run: people follow their schools, one transaction each (REF-3.1 to REF-3.11)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import DatabaseUnavailable, fetch
from app.db.service_settings import policy_in_force
from app.db.transaction import transaction
from app.policy import Policy
from app.refdata.follow_up import follow_up
from app.refdata.succession_facts import due_links, lock_school, nodes_around, schools_to_reconcile
from app.registration.closing_schools.close_school import CloseSchool, close_school
from app.registration.closing_schools.closings import (
    HAPPENED_AFTERWARDS,
    Closing,
    Item,
    closing_in_force,
    end_closing,
    note_closing,
    raise_item,
    settle_items,
    settle_kept,
)
from app.registration.closing_schools.continue_at_successor import ContinueAtSuccessor, continue_at_successor
from app.registration.closing_schools.decide_succession import UNDECIDED
from app.registration.closing_schools.renumber_school import RenumberSchool, renumber_school
from app.registration.closing_schools.stays_beyond import read_beyond
from app.registration.closing_schools.succession import (
    KEPT_AFTERWARDS,
    UNDECIDED_TOO_LONG,
    WAITED_TOO_LONG,
    Act,
    Decision,
    decide,
    effective_close_date,
)
from app.terms import ClosingState, RegisterItemKind, SchoolId

if TYPE_CHECKING:
    from datetime import date

    from app.refdata.progress import Progress
    from app.refdata.report import Report
    from app.refdata.succession_facts import StoredSchool, ToReconcile
    from app.registration.closing_schools.succession import Links
    from app.terms import Actor

log = logging.getLogger("register.refdata")
TAKE_UPLIFTS = """UPDATE school_uplift u SET school_id = $1, updated_at = $3 WHERE school_id = $2 AND NOT EXISTS (
    SELECT FROM school_uplift own WHERE own.school_id = $1 AND own.contract_period_year = u.contract_period_year)"""
"""What was loaded for the number that a school now has."""
PENDING = frozenset({ClosingState.WAITING, ClosingState.UNDECIDED})


@dataclass(frozen=True)
class Round:
    """What all schools of one reconciliation share."""

    links: Links
    policy: Policy
    actor: Actor
    today: date


@dataclass(frozen=True)
class Known:
    """A decision about one school, with the internal ids of the schools it names."""

    decision: Decision
    ids: dict[str, int]

    @property
    def successor_id(self) -> SchoolId | None:
        """The school it is done with."""
        return SchoolId(self.ids[self.decision.successor]) if self.decision.successor else None


async def reconcile(actor: Actor, today: date, report: Report, progress: Progress) -> None:
    """Do for every closed school what its links say, each in a transaction of its own and by URN.

    Stopped at any moment it goes on with the next run: what is done is noted with the school. A fault stays with its
    school and goes before staff (REF-3.11). Every act is a line of the report.
    """
    progress.phase("reconciling closed schools")
    schools = await schools_to_reconcile()
    links, policy = await due_links(today), await policy_in_force()
    shared = Round(links, policy, actor, today)
    for number, school in enumerate(schools, 1):
        done = await _alone(school, shared)
        if done:
            report.changes.append(f"{done[0]} {school.urn}{': ' if done[1] else ''}{done[1]}")
            report.counts[f"schools_{done[0]}"] = report.counts.get(f"schools_{done[0]}", 0) + 1
        progress.at(number, number / len(schools))
    async with transaction():
        await settle_kept(today)


async def _alone(school: ToReconcile, shared: Round) -> tuple[str, str] | None:
    """Reconcile one school so that a fault rolls back that school alone (REF-3.11)."""
    try:
        async with transaction():
            done = await _one(school, shared)
            await settle_items(school.id, [RegisterItemKind.FAULT], HAPPENED_AFTERWARDS)
            return done
    except DatabaseUnavailable:
        raise
    except Exception as fault:
        log.exception("reconciling a school failed", extra={"fields": {"urn": school.urn}})
        reason = f"{type(fault).__name__}: {fault}"[:500]
        async with transaction():
            await raise_item(Item(school.id, RegisterItemKind.FAULT, reason), shared.today)
        return "failed", type(fault).__name__


async def _one(school: ToReconcile, shared: Round) -> tuple[str, str] | None:
    closing, stored = await closing_in_force(school.id), await lock_school(school.id)
    if closing is not None and (closing.state not in PENDING or not stored.is_closed):
        return await follow_up(closing, stored, shared, await _decided(stored, shared))
    if not stored.is_closed:
        return None
    last_day = _last_day(stored, closing, shared.today)
    new = closing or Closing(school.id, school.urn, last_day, ClosingState.WAITING, shared.today)
    if closing is None and stored.closed_on is None and stored.last_changed_on is None:
        await note_closing(new)
        await raise_item(Item(school.id, RegisterItemKind.CLOSE_DATE_MISSING), shared.today)
    if shared.today <= last_day:
        return None
    return await _act(replace(new, closed_on=last_day), await _decided(stored, shared), shared)


def _last_day(stored: StoredSchool, closing: Closing | None, today: date) -> date:
    """Return the close date; without one in the register, what was taken for it first stands (REF-3.3)."""
    if stored.closed_on is None and closing is not None:
        return closing.closed_on
    return effective_close_date(stored.closed_on, stored.last_changed_on, today)


async def _decided(stored: StoredSchool, shared: Round) -> Known:
    nodes, ids = await nodes_around(stored.urn, shared.links, shared.today, shared.policy)
    return Known(decide(stored.urn, shared.links, nodes), ids)


async def _act(closing: Closing, known: Known, shared: Round) -> tuple[str, str] | None:
    decision = known.decision
    match decision.act:
        case Act.CLOSE:
            return await _close(closing, decision, shared)
        case Act.CONTINUE:
            return await _continue(closing, known, shared)
        case Act.RENUMBER:
            return await _renumber(closing, known, shared)
        case Act.WAIT:
            return await _wait(closing, known, shared)
        case Act.DECIDE:
            return await _undecided(closing, decision, shared)


async def _close(closing: Closing, decision: Decision, shared: Round) -> tuple[str, str]:
    ended = await close_school(CloseSchool(closing.school_id, closing.closed_on), shared.actor)
    await note_closing(replace(closing, state=ClosingState.CLOSED, acted_on=shared.today))
    await settle_items(closing.school_id, UNDECIDED, HAPPENED_AFTERWARDS)
    if decision.item is not None:
        detail = {"targets": list(decision.targets), "people": ended.people}
        kept = shared.today + KEPT_AFTERWARDS
        await raise_item(Item(closing.school_id, decision.item, detail=detail, keep_until=kept), shared.today)
    return "closed", f"{ended.people} people, {ended.drafts} drafts"


async def _continue(closing: Closing, known: Known, shared: Round) -> tuple[str, str]:
    successor = known.successor_id
    assert successor is not None  # noqa: S101 - the decision names it
    command = ContinueAtSuccessor(closing.school_id, successor, closing.closed_on)
    ended = await continue_at_successor(command, shared.actor, shared.today)
    await note_closing(_followed(closing, ClosingState.CONTINUED, known, shared))
    await settle_items(closing.school_id, UNDECIDED, HAPPENED_AFTERWARDS)
    return "continued", f"{ended.people} people at {known.decision.successor}"


async def _renumber(closing: Closing, known: Known, shared: Round) -> tuple[str, str]:
    successor = known.successor_id
    assert successor is not None  # noqa: S101 - the decision names it
    await note_closing(_followed(closing, ClosingState.RENUMBERED, known, shared))
    await end_closing(closing.school_id, ClosingState.RENUMBERED, shared.today)
    await settle_items(closing.school_id, UNDECIDED, HAPPENED_AFTERWARDS)
    command = RenumberSchool(closing.school_id, successor, closing.closed_on)
    await renumber_school(command, shared.actor, shared.today)
    await fetch(TAKE_UPLIFTS, closing.school_id, successor, clock.now())
    return "renumbered", f"now {known.decision.successor}"


def _followed(closing: Closing, state: ClosingState, known: Known, shared: Round) -> Closing:
    successor = known.decision.successor
    return replace(
        closing, state=state, successor_id=known.successor_id, successor_urn=successor, acted_on=shared.today
    )


async def _wait(closing: Closing, known: Known, shared: Round) -> tuple[str, str] | None:
    """Note that the successor has to open first; staff are told after 28 days (REF-3.4 d)."""
    waiting = replace(_followed(closing, ClosingState.WAITING, known, shared), acted_on=None)
    is_new = await _note_if_new(waiting)
    await settle_items(closing.school_id, set(UNDECIDED) - {RegisterItemKind.SUCCESSOR_NOT_OPEN}, HAPPENED_AFTERWARDS)
    if shared.today - closing.noted_on > WAITED_TOO_LONG:
        detail = {"targets": [known.decision.successor]}
        await raise_item(Item(closing.school_id, RegisterItemKind.SUCCESSOR_NOT_OPEN, detail=detail), shared.today)
    return ("waiting", f"for {known.decision.successor}") if is_new else None


async def _undecided(closing: Closing, decision: Decision, shared: Round) -> tuple[str, str] | None:
    """Leave it to staff; after 56 days without a decision everybody's time ends (REF-3.6)."""
    if shared.today - closing.closed_on > UNDECIDED_TOO_LONG:
        done = await _close(closing, Decision(Act.CLOSE), shared)
        kept = shared.today + KEPT_AFTERWARDS
        ended = Item(closing.school_id, RegisterItemKind.ENDED_UNDECIDED, keep_until=kept)
        await raise_item(ended, shared.today)
        return done
    undecided = replace(closing, state=ClosingState.UNDECIDED, successor_id=None, successor_urn=None)
    is_new = await _note_if_new(undecided)
    item = decision.item or RegisterItemKind.SEVERAL_SUCCESSORS
    await settle_items(closing.school_id, set(UNDECIDED) - {item}, HAPPENED_AFTERWARDS)
    people = len(await read_beyond(closing.school_id, closing.closed_on))
    detail = {"targets": list(decision.targets), "people": people}
    await raise_item(Item(closing.school_id, item, detail=detail), shared.today)
    return ("undecided", item.words) if is_new else None


async def _note_if_new(closing: Closing) -> bool:
    """Store what is waited for, unless it stands there already (REF-1.4)."""
    if await closing_in_force(closing.school_id) == closing:
        return False
    await note_closing(closing)
    return True
