"""What is read before somebody's training changes, on the pages and again in the operation (CON-03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.engine import fetch
from app.registration.queries import KnownPerson, person
from app.schools.rules import is_self_funded, offers_mentor_training, programmes_for_ects_here
from app.teachers.locks import lock_people
from app.terms import TRN, Refused, Role, SchoolId, SchoolPartnershipId, TeacherId, TrainingProgramme
from app.training.change_decisions import TrainingChangeFacts
from app.training.change_training import Trained
from app.training.locks import lock_partnerships
from app.training.queries import calendar, school_providers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from app.policy import Policy
    from app.registration.rules import ECTStay, MentorStay
    from app.schools.rules import SchoolLevel
    from app.terms import Year
    from app.training.arrangements import Arrangement


@dataclass(frozen=True)
class Terms:
    """What the level of a school and the settings in force mean for changes of training (SCH-02, SCD-02)."""

    programmes: tuple[TrainingProgramme, ...]
    unfunded: bool
    trains_mentors: bool
    schedule_months: Mapping[int, str]


@dataclass(frozen=True)
class WhoseTraining:
    """Whose training is changed: a person at a school, in a role."""

    role: Role
    school_id: SchoolId
    trn: TRN
    stay_id: int


@dataclass(frozen=True)
class PersonInTraining:
    """A person with everything stored about them, and what a change of their training depends on."""

    trained: Trained
    known: KnownPerson
    facts: TrainingChangeFacts


def terms_of(level: SchoolLevel, policy: Policy) -> Terms:
    """Return what a school may do for people who are there already."""
    return Terms(
        programmes_for_ects_here(level, policy),
        is_self_funded(level, TrainingProgramme.PROVIDER_LED),
        offers_mentor_training(level),
        policy.schedule_months,
    )


async def hold_change(
    people: Iterable[TRN], school_id: SchoolId, arrangement: Arrangement | None, years: Iterable[Year]
) -> None:
    """Hold everything a change touches until the transaction ends, in the one order of all operations (CON-03).

    First the partnerships with the chosen lead provider in the years that are filed in, then the people.
    """
    if arrangement is not None:
        for year in sorted(set(years)):
            await lock_partnerships(arrangement.lead_provider.id, school_id, year)
    await lock_people(people)


async def person_in_training(
    who: WhoseTraining, terms: Terms, today: date, first_day: date | None = None
) -> PersonInTraining:
    """Read a person and what their school may choose; raises Refused `changed_meanwhile` when their stay is gone.

    first_day: on which support has a change take effect (FIX-09).
    """
    known = await person(who.trn)
    stays: tuple[ECTStay | MentorStay, ...] = known.ect_stays if who.role is Role.ECT else known.mentor_stays
    stay = next((s for s in stays if s.id == who.stay_id and s.school_id == who.school_id and not s.removed), None)
    if stay is None or known.teacher is None:
        raise Refused("changed_meanwhile")
    providers = await school_providers(who.school_id, provider_led_offered=True)
    facts = TrainingChangeFacts(
        today=today,
        role=who.role,
        stay_id=who.stay_id,
        stay=stay.period,
        trainings=known.trainings,
        calendar=await calendar(),
        providers=providers.facts,
        schedules=providers.schedules,
        schedule_months=terms.schedule_months,
        programmes=terms.programmes,
        unfunded=terms.unfunded,
        ect_partnerships=await _partnerships_of_ects(who, today) if who.role is Role.MENTOR else (),
        first_day=first_day,
    )
    return PersonInTraining(Trained(who.role, who.stay_id, TeacherId(known.teacher.id), who.school_id), known, facts)


async def _partnerships_of_ects(who: WhoseTraining, today: date) -> tuple[SchoolPartnershipId, ...]:
    """Return the unchallenged partnerships that the mentor's ECTs here are trained in (ARR-11)."""
    rows = await fetch(
        """SELECT p.id FROM mentorship_period m
        JOIN training_period tp ON tp.ect_at_school_period_id = m.ect_at_school_period_id
        JOIN school_partnership p ON p.id = tp.school_partnership_id
        WHERE m.mentor_at_school_period_id = $1 AND m.cancelled_at IS NULL AND tp.cancelled_at IS NULL
            AND p.challenged_at IS NULL AND coalesce(m.finished_on, 'infinity') >= $2
            AND coalesce(tp.finished_on, 'infinity') >= $2
        ORDER BY m.started_on, m.id, tp.started_on""",
        who.stay_id,
        today,
    )
    return tuple(SchoolPartnershipId(row["id"]) for row in rows)
