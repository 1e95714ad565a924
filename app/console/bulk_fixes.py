"""The fixes that many people can have at once: what each does for one of them (ADM-6.2).

The operations are those of the fix of one person, so that no rule stands here a second time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.access.rate_limit import count
from app.console import person_queries
from app.registration.changes.change_body_by_support import ChangeBodyBySupport, change_body_by_support
from app.registration.changes.move_training import MoveTraining, move_training, person_to_move
from app.registration.queries import appropriate_bodies
from app.registration.refresh_teaching_record import RefreshTeachingRecord, refresh_teaching_record
from app.settings import settings
from app.teachers.trs import TeachingRecords, Unavailable
from app.terms import TRN, Actor, ECTAtSchoolId, Role, TeacherId

if TYPE_CHECKING:
    from app.training.moves import Filing
    from app.training.rules import Training

Run = Callable[[], Awaitable[None]]
ONCE_IN = timedelta(minutes=1)


@dataclass(frozen=True)
class ForOne:
    """One of many: whom, what was entered, who asked, on which day; applying: not only trying it out."""

    trn: TRN
    teacher_id: TeacherId
    fields: Mapping[str, str]
    actor: Actor
    today: date
    trs: TeachingRecords | None
    applying: bool


@dataclass(frozen=True)
class Cannot:
    """Why it cannot be done for one of them."""

    why: str


@dataclass(frozen=True)
class BulkFix:
    """A fix for many; prepare reads what one of them depends on, in no transaction, and returns what is to run."""

    id: str
    slug: str
    title: str
    prepare: Callable[[ForOne], Awaitable[Run | Cannot]]
    asks_outside: bool = False


async def _refresh(one: ForOne) -> Run | Cannot:
    """FIX-13."""
    if one.trs is None:
        return Cannot("There is no teaching record system to ask")
    if one.applying and await count("staff_refresh", str(one.teacher_id), 1, ONCE_IN, settings().secret()):
        return Cannot("Their record was read within the last minute")
    outcome = await one.trs.read(one.trn)
    if isinstance(outcome, Unavailable):
        return Cannot("The teaching record did not answer")
    command = RefreshTeachingRecord(one.trn, outcome, settings().prohibition_categories)

    async def run() -> None:
        await refresh_teaching_record(command, one.actor, one.today)

    return run


async def _change_body(one: ForOne) -> Run | Cannot:
    """FIX-03: of the registration as an ECT that goes on, or else of the newest."""
    person = await person_queries.person_by_trn(one.trn)
    if person is None:
        return Cannot(UNKNOWN)
    if any(induction.finished_on is None for induction in person.inductions):
        return Cannot("An appropriate body has recorded their induction, and that counts")
    stay = next((stay for stay in person.stays if stay.role is Role.ECT and stay.removed_at is None), None)
    if stay is None:
        return Cannot("They are not registered as an ECT")
    key = one.fields.get("appropriate_body", "")
    body = next((body for body in await appropriate_bodies() if str(body.public_id) == key), None)
    if body is None:
        return Cannot("There is no such appropriate body")
    any_body = one.fields.get("for_the_record") == "yes"
    command = ChangeBodyBySupport(ECTAtSchoolId(stay.id), stay.school_id, stay.school_kind, body, any_body)

    async def run() -> None:
        await change_body_by_support(command, one.actor, one.today)

    return run


async def _move(one: ForOne, wanted: Callable[[Filing], bool], *, years: bool) -> Run | Cannot:
    try:
        mover = await person_to_move(one.trn, one.today)
    except LookupError:
        return Cannot(UNKNOWN)
    offers = mover.years() if years else mover.partnerships()
    moves: list[tuple[Training, Filing]] = []
    for training_id, filings in offers.items():
        fitting = [filing for filing in filings if wanted(filing)]
        if len(fitting) > 1:
            return Cannot("There is more than one way to file their training. Put it right one by one")
        moves += [(mover.training(training_id), filing) for filing in fitting]
    if not moves:
        return Cannot("No training of theirs can be moved there")

    async def run() -> None:
        for training, filing in moves:
            if training.school_id is not None:
                command = MoveTraining(one.trn, training.id, training.school_id, filing)
                await move_training(command, one.actor, one.today)

    return run


async def _move_partnership(one: ForOne) -> Run | Cannot:
    """FIX-07: to the partnership with one lead provider and delivery partner, of the same school and year."""

    def wanted(filing: Filing) -> bool:
        arrangement = filing.arrangement
        partner = arrangement.delivery_partner
        return str(arrangement.lead_provider.public_id) == one.fields.get("lead_provider") and (
            partner is not None and partner.name == one.fields.get("delivery_partner")
        )

    return await _move(one, wanted, years=False)


async def _move_year(one: ForOne) -> Run | Cannot:
    """FIX-08."""
    return await _move(one, lambda filing: str(filing.year) == one.fields.get("year"), years=True)


UNKNOWN = "Nobody with this TRN is known here"
BULK_FIXES: dict[str, BulkFix] = {
    fix.slug: fix
    for fix in (
        BulkFix("FIX-03", "appropriate-body", "Change the appropriate body of many", _change_body),
        BulkFix("FIX-07", "partnership", "Move the training of many to another partnership", _move_partnership),
        BulkFix("FIX-08", "training-year", "Move the training of many to another academic year", _move_year),
        BulkFix("FIX-13", "refresh", "Refresh many from the teaching record", _refresh, asks_outside=True),
    )
}
"""By how addresses name them."""
BY_ID = {fix.id: fix for fix in BULK_FIXES.values()}
