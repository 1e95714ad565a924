"""Writing a change of training: rows that end, never begin or become another, and the row that follows (PER-31)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.events.record import About, record
from app.terms import Role, SchoolId, TeacherId
from app.training.attach import NOT_ATTACHED, Attachment, assigned, attach
from app.training.end_training import cancel_training, finish_training
from app.training.events import TeacherScheduleAssignedToTrainingPeriod
from app.training.start_training import NewTraining, start_training

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor
    from app.training.change_decisions import ChangeDecided
    from app.training.rules import Training

REPLACED = "replaced"
"""Why a row ends in a change: another takes its place."""


@dataclass(frozen=True)
class Trained:
    """Whose training changes: a person in a role at a school."""

    role: Role
    stay_id: int
    teacher_id: TeacherId
    school_id: SchoolId

    def about(self, training: Training | None = None) -> About:
        """Return what an event of theirs is about."""
        return About(
            school_id=self.school_id,
            teacher_id=self.teacher_id,
            ect_at_school_period_id=self.stay_id if self.role is Role.ECT else None,
            mentor_at_school_period_id=self.stay_id if self.role is Role.MENTOR else None,
            training_period_id=training.id if training else None,
            school_partnership_id=training.partnership_id if training else None,
            lead_provider_id=training.lead_provider_id if training else None,
            delivery_partner_id=training.delivery_partner_id if training else None,
        )


async def change_training(change: ChangeDecided, person: Trained, actor: Actor, today: date) -> None:
    """Write a decided change inside the caller's transaction, with an event for each row (PER-31 to PER-33, ARR-09).

    A row that is changed in place keeps its dates and gets its new provider, partnership and schedule.
    """
    await _finish(change, person, actor)
    await _cancel(change, person, actor)
    attachment = await _attach(change, person, actor, today)
    if change.plan.in_place:
        await _change_in_place(change, person, attachment, actor)
    else:
        await start_training(_new_row(change, person, attachment), actor)


async def _attach(change: ChangeDecided, person: Trained, actor: Actor, today: date) -> Attachment:
    if change.arrangement is None or change.registration is None:
        return NOT_ATTACHED
    return await attach(change.arrangement, person.school_id, change.registration.year, actor, today)


def _new_row(change: ChangeDecided, person: Trained, attachment: Attachment) -> NewTraining:
    return NewTraining(
        person.role,
        person.stay_id,
        person.teacher_id,
        person.school_id,
        change.programme,
        change.plan.starts_on,
        change.arrangement,
        attachment,
        change.registration.year if change.registration else None,
        change.schedule,
        change.self_funded,
        change.plan.ends_on,
    )


async def _finish(change: ChangeDecided, person: Trained, actor: Actor) -> None:
    row, last_day = change.plan.finish, change.plan.last_day
    if row is None:
        return
    await finish_training(row, last_day, REPLACED, person.about(row), actor)


async def _cancel(change: ChangeDecided, person: Trained, actor: Actor) -> None:
    for row in change.plan.cancel:
        await cancel_training(row, change.plan.why(row), person.about(row), actor)


async def _change_in_place(change: ChangeDecided, person: Trained, attachment: Attachment, actor: Actor) -> None:
    row, arrangement, registration = change.plan.decisive, change.arrangement, change.registration
    assert row is not None and arrangement is not None and registration is not None  # noqa: S101, PT018 - a plan in place has them
    now, attached = clock.now(), attachment.partnership_id is not None
    await fetch(
        """UPDATE training_period SET lead_provider_id = $2, contract_period_year = $3, school_partnership_id = $4,
            schedule_id = (SELECT id FROM schedule WHERE contract_period_year = $3 AND identifier = $5),
            requested_at = $6, confirmed_at = $7, confirmation_source = $8, updated_at = $9 WHERE id = $1""",
        row.id,
        arrangement.lead_provider.id,
        registration.year,
        attachment.partnership_id,
        change.schedule,
        None if attached else now,
        now if attached else None,
        attachment.source.value if attachment.source else None,
        now,
    )
    partner = arrangement.delivery_partner if attached else None
    about = replace(
        person.about(row),
        school_partnership_id=attachment.partnership_id,
        lead_provider_id=arrangement.lead_provider.id,
        delivery_partner_id=partner.id if partner else None,
    )
    if attachment.source is not None:
        record(assigned(arrangement, about, attachment.source), actor)
    if change.schedule is not None and (change.schedule, registration.year) != (row.schedule, row.year):
        record(TeacherScheduleAssignedToTrainingPeriod(about, change.schedule.value, registration.year), actor)
