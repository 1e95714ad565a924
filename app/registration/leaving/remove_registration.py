"""Removing a registration that was a mistake, and giving an earlier school its person back (PER-50, PER-51)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.documents import document
from app.db.engine import fetch, fetch_one
from app.db.sight import across_schools
from app.db.survivors import with_merged
from app.db.transaction import transaction
from app.events.record import record
from app.registration.leaving import leaving_messages as messages
from app.registration.leaving.leaving_events import TeacherLeavingCancelled, TeacherRegistrationRemoved
from app.registration.leaving.removal import RemovalFacts, removal_blocker, support_blocker
from app.registration.leaving.report_leaving import own_stay
from app.registration.people.school_queries import INDUCTION
from app.registration.queries import email_in_use
from app.registration.remove_stay import remove_stay
from app.registration.reopen_stay import closing_of, later_stay_from, reopen_rows
from app.registration.rules import ONE_DAY, InductionRecord
from app.registration.whole_stay import whole_stay
from app.teachers.locks import lock_person
from app.terms import ConfirmationSource, Refused, Role

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.registration.support_rights import BySupport
    from app.registration.whole_stay import WholeStay
    from app.terms import TRN, Actor, RemovalReason, SchoolId, TeacherId

PROVIDER_ACTS = (
    "teacher_training_withdrawn",
    "teacher_training_deferred",
    "teacher_training_stop_undone",
    "teacher_training_resumed",
    "teacher_schedule_changed",
)
ACTED = f"""SELECT EXISTS (SELECT FROM event JOIN {with_merged("$1")} one ON one.id = event.teacher_id
    WHERE training_period_id = ANY($2) AND actor_kind = 'lead_provider' AND kind = ANY($3)) AS acted,
    (SELECT trs_induction_completed_date FROM teacher WHERE id = $1) AS completed_on"""  # noqa: S608 - constants
INDUCTION_OF = f"SELECT {INDUCTION} FROM (SELECT $1::bigint AS teacher_id) e JOIN teacher t ON t.id = e.teacher_id"  # noqa: S608 - constants
ENDED_BY = {
    Role.ECT: """SELECT id FROM ect_at_school_period WHERE ended_by_stay_id = $1 AND school_id <> $2
        AND removed_at IS NULL AND end_reason = 'joined_another_school' ORDER BY id""",
    Role.MENTOR: """SELECT id FROM mentor_at_school_period WHERE ended_by_stay_id = $1 AND school_id <> $2
        AND removed_at IS NULL AND end_reason = 'joined_another_school' ORDER BY id""",
}
ADDRESSES = {
    Role.ECT: "SELECT email FROM ect_at_school_period WHERE ended_by_stay_id = $1",
    Role.MENTOR: "SELECT email FROM mentor_at_school_period WHERE ended_by_stay_id = $1",
}
RESTORE = {
    Role.ECT: """UPDATE ect_at_school_period SET finished_on = $2, end_reason = $3, ended_by_stay_id = NULL,
        updated_at = $4, version = version + 1 WHERE id = $1""",
    Role.MENTOR: """UPDATE mentor_at_school_period SET finished_on = $2, end_reason = $3, ended_by_stay_id = NULL,
        updated_at = $4, version = version + 1 WHERE id = $1""",
}


@dataclass(frozen=True)
class RemoveRegistration:
    """Which stay of the school was registered by mistake, and why."""

    role: Role
    trn: TRN
    stay_id: int
    school_id: SchoolId
    reason: RemovalReason
    support: BySupport | None = None


@dataclass(frozen=True)
class Removed:
    """What was removed; restored, not_restored: stays at other schools that are as before, or that support checks."""

    name: str
    restored: int
    not_restored: int


async def removal_facts(stay: WholeStay) -> RemovalFacts:
    """Read what may prevent removing a stay (PER-50)."""
    acted = await fetch_one(ACTED, stay.teacher_id, [row.id for row in stay.trainings], list(PROVIDER_ACTS))
    report = ConfirmationSource.LEAD_PROVIDER_REPORT
    return RemovalFacts(
        stay.period,
        stay.registered_at,
        tuple(row.confirmed_at for row in stay.trainings if row.confirmed_at and row.confirmation_source is report),
        bool(acted and acted["acted"]) or any(row.stopped for row in stay.trainings),
        any(row.latest_declaration_on is not None for row in stay.trainings),
        await induction_record(stay.teacher_id) if stay.role is Role.ECT else InductionRecord(),
        acted["completed_on"] if acted and stay.role is Role.ECT else None,
    )


async def induction_record(teacher_id: TeacherId) -> InductionRecord:
    """Return what is stored of a teacher's induction."""
    return await document(InductionRecord, INDUCTION_OF, teacher_id) or InductionRecord()


async def stays_ended_by(stay: WholeStay) -> tuple[WholeStay, ...]:
    """Return the stays at other schools that a registration has closed (PER-05, PER-12)."""
    with across_schools("UM-02"):
        rows = await fetch(ENDED_BY[stay.role], stay.id, stay.school_id)
        return tuple([await whole_stay(stay.role, row["id"]) for row in rows])


async def lock_removal(command: RemoveRegistration) -> None:
    """Hold the person, and the addresses of the stays that come back, until the transaction ends (EML-02)."""
    rows = await fetch(ADDRESSES[command.role], command.stay_id)
    await lock_person(command.trn, *(row["email"] for row in rows))


async def remove_registration(command: RemoveRegistration, actor: Actor, today: date, policy: Policy) -> Removed:
    """Remove a registration and put back what it had closed at other schools, with events and messages.

    Raises Refused: `changed_meanwhile` when it was removed already, or the value of the `Blocker` that prevents it.
    What cannot be put back whole is counted in the event, for support. Implements PER-50, PER-51, M-09, and for
    support FIX-11.
    """
    async with transaction():
        await lock_removal(command)
        stay = await own_stay(command.role, command.stay_id, command.school_id)
        facts = await removal_facts(stay)
        blocker = (
            removal_blocker(facts, today, policy)
            if command.support is None
            else support_blocker(facts, today, policy, command.support)
        )
        if blocker is not None:
            raise Refused(blocker.value, "removal_reason", blocker.words)
        earlier = await stays_ended_by(stay)
        rows = await remove_stay(stay, command.reason, actor)
        whole = [await _put_back(stay, one, actor, today) for one in earlier]
        removed = Removed(stay.name, whole.count(True), whole.count(False))
        said = (stay.name, stay.role.value, command.reason.value, stay.started_on, stay.finished_on)
        record(TeacherRegistrationRemoved(stay.about, *said, rows, removed.restored, removed.not_restored), actor)
        await messages.registration_removed(stay, actor)
        return removed


async def _put_back(removed: WholeStay, earlier: WholeStay, actor: Actor, today: date) -> bool:
    """Give an earlier stay its former dates; returns whether everything is as it was.

    It stays closed when it was changed since, or when somebody else has its address by now (EML-01).
    """
    closing = await closing_of(earlier)
    former, later = closing.former_last_day, await later_stay_from(earlier)
    changed = earlier.finished_on != removed.started_on - ONE_DAY
    changed = changed or await email_in_use(earlier.email, earlier.trn, today)
    if changed or (later is not None and (former is None or former >= later)):
        return False
    reopened = await reopen_rows(earlier, closing, former, actor)
    why = closing.former_why.value if former and closing.former_why else None
    await fetch(RESTORE[earlier.role], earlier.id, former, why, clock.now())
    record(
        TeacherLeavingCancelled(
            earlier.about, earlier.name, earlier.finished_on, former, reopened.restored, reopened.not_restored
        ),
        actor,
    )
    await messages.earlier_registration_restored(earlier)
    return not reopened.not_restored
