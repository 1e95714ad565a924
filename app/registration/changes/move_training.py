"""Support moves training to another partnership or academic year: one transaction (FIX-07, FIX-08)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.events.record import record
from app.registration.changes.training_change_facts import hold_change
from app.registration.queries import person
from app.terms import TRN, Refused, Role, SchoolId, TeacherId, TrainingPeriodId, TrainingProgramme, Year
from app.training.change_decisions import ChangeDecided
from app.training.change_events import (
    Providers,
    TeacherTrainingLeadProviderUpdated,
    TeacherTrainingPeriodContractPeriodChanged,
)
from app.training.change_training import Trained, change_training
from app.training.frozen_years import Refiled, remember_frozen_year
from app.training.moves import Filing, can_move, current_or_next, other_partnerships, other_years, plan_move
from app.training.periods import Calendar, RegistrationPeriod
from app.training.queries import SchoolProviders, calendar, school_providers
from app.training.rules import Training

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor


@dataclass(frozen=True)
class PersonToMove:
    """Somebody with every training of theirs, what the schools of open ones may choose, and the frozen years."""

    teacher_id: TeacherId
    trn: TRN
    trainings: tuple[Training, ...]
    schools: Mapping[SchoolId, SchoolProviders]
    calendar: Calendar
    frozen_years: Mapping[Role, Year | None]
    today: date

    def partnerships(self) -> dict[TrainingPeriodId, tuple[Filing, ...]]:
        """Return where each training that can be moved within its year may go (FIX-07)."""
        return {
            training.id: other_partnerships(training, self._at(training), self.calendar)
            for training in self.trainings
            if can_move(training, self.today)
        }

    def years(self) -> dict[TrainingPeriodId, tuple[Filing, ...]]:
        """Return where the current and the next training may go in other years (FIX-08)."""
        return {
            training.id: other_years(
                training,
                self._at(training),
                self.calendar,
                self.trainings,
                self.frozen_years[training.role],
                self.today,
            )
            for training in current_or_next(self.trainings, self.today)
        }

    def training(self, training_id: TrainingPeriodId) -> Training:
        """Return one training of theirs; raises Refused `changed_meanwhile` for none."""
        found = next((training for training in self.trainings if training.id == training_id), None)
        if found is None:
            raise Refused("changed_meanwhile")
        return found

    def _at(self, training: Training) -> SchoolProviders:
        assert training.school_id is not None  # noqa: S101 - every stored training has one
        return self.schools[training.school_id]


@dataclass(frozen=True)
class MoveTraining:
    """Which training of whom is filed where from now on, as it was offered; whole: from its beginning (FIX-05)."""

    trn: TRN
    training_id: TrainingPeriodId
    school_id: SchoolId
    filing: Filing
    whole: bool = False


async def person_to_move(trn: TRN, today: date) -> PersonToMove:
    """Read what moving a person's training depends on; raises LookupError for an unknown TRN."""
    known = await person(trn)
    teacher = known.teacher
    if teacher is None:
        raise LookupError("nobody with this TRN is known")
    movable = {t.school_id for t in known.trainings if t.school_id is not None and can_move(t, today)}
    schools = {at: await school_providers(at, provider_led_offered=True) for at in sorted(movable)}
    frozen = {Role.ECT: teacher.ect_payments_frozen_year, Role.MENTOR: teacher.mentor_payments_frozen_year}
    return PersonToMove(teacher.id, trn, known.trainings, schools, await calendar(), frozen, today)


async def move_training(command: MoveTraining, actor: Actor, today: date) -> None:
    """File training elsewhere from today, or from its start if that is to come (FIX-07, FIX-08, CP-10).

    Raises Refused `changed_meanwhile`, and writes nothing, when this is not offered any more.
    """
    async with transaction():
        await hold_change([command.trn], command.school_id, command.filing.arrangement, [command.filing.year])
        mover = await person_to_move(command.trn, today)
        training = mover.training(command.training_id)
        offered = (*mover.partnerships().get(training.id, ()), *mover.years().get(training.id, ()))
        if command.filing not in offered or training.stay_id is None:
            raise Refused("changed_meanwhile")
        trained = Trained(training.role, training.stay_id, mover.teacher_id, command.school_id)
        change = _decided(training, command, today)
        await change_training(change, trained, actor, today)
        _record(training, command, trained, mover, change.plan.starts_on, actor)
        remembered = mover.frozen_years[training.role]
        move = Refiled(mover.teacher_id, training.role, training.year, command.filing.year, remembered)
        await remember_frozen_year(move, today)


def _decided(training: Training, command: MoveTraining, today: date) -> ChangeDecided:
    filing = command.filing
    return ChangeDecided(
        plan_move(training, today, whole=command.whole),
        TrainingProgramme.PROVIDER_LED,
        filing.arrangement,
        RegistrationPeriod(filing.period, decided_by=training),
        filing.schedule,
        training.self_funded,
    )


def _record(  # noqa: PLR0917 - what the events name
    training: Training, command: MoveTraining, trained: Trained, mover: PersonToMove, from_day: date, actor: Actor
) -> None:
    filing = command.filing
    partner, provider = filing.arrangement.delivery_partner, filing.arrangement.lead_provider
    about = replace(trained.about(), lead_provider_id=provider.id, delivery_partner_id=partner.id if partner else None)
    if training.year is not None and filing.year != training.year:
        changed = TeacherTrainingPeriodContractPeriodChanged(
            about, training.year, filing.year, filing.schedule.value, provider.name, from_day
        )
        record(changed, actor)
    if provider.id != training.lead_provider_id:
        names = mover.schools[command.school_id].facts
        old = Providers(
            names.lead_providers[training.lead_provider_id].name if training.lead_provider_id else None,
            names.delivery_partners[training.delivery_partner_id].name if training.delivery_partner_id else None,
        )
        new = Providers(provider.name, partner.name if partner else None)
        record(TeacherTrainingLeadProviderUpdated(about, old, new, filing.year, from_day), actor)
