"""What a school may change in somebody's training, and what that decides: R, offers, schedule (PER-30 to PER-34)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.terms import Period, Refused, Role, ScheduleIdentifier, SchoolPartnershipId, TrainingProgramme, Year
from app.training.arrangements import (
    Arrangement,
    ProviderFacts,
    arrangements,
    mentor_arrangement,
    selectable_lead_providers,
    still_holds,
)
from app.training.changes import TrainingPlan, plan_change
from app.training.periods import Calendar, CannotFile, RegistrationPeriod, computed_schedule, schedule_for
from app.training.rules import Training, decisive_training, latest_provider_led_training, latest_training

NO_SCHEDULE = "no_schedule"


@dataclass(frozen=True)
class TrainingChangeFacts:
    """Everything that a change of one person's training at one school depends on.

    stay_id, stay: theirs as ECT or mentor at the school, as `role` says; trainings: those of the person everywhere;
    ect_partnerships: those of the ECTs whom a mentor supports here (ARR-11).
    programmes: what this school may choose (SCH-02); unfunded: whether provider-led training is then self-funded.
    first_day: on which support has the change take effect, today or earlier; None for as soon as it can (FIX-09).
    """

    today: date
    role: Role
    stay_id: int
    stay: Period
    trainings: tuple[Training, ...]
    calendar: Calendar
    providers: ProviderFacts
    schedules: frozenset[tuple[Year, ScheduleIdentifier]]
    schedule_months: Mapping[int, str]
    programmes: tuple[TrainingProgramme, ...] = tuple(TrainingProgramme)
    unfunded: bool = False
    ect_partnerships: tuple[SchoolPartnershipId, ...] = ()
    first_day: date | None = None

    @property
    def day(self) -> date:
        """The day on which the change takes effect, as far as it can."""
        return self.first_day or self.today

    @property
    def here(self) -> tuple[Training, ...]:
        """The trainings of this stay."""
        return tuple(t for t in self.trainings if (t.role, t.stay_id) == (self.role, self.stay_id))

    @property
    def elsewhere(self) -> tuple[Training, ...]:
        """The trainings in the same role outside this stay; cancelled ones are left out."""
        others = (t for t in self.trainings if t.role is self.role and t.stay_id != self.stay_id)
        return tuple(t for t in others if not t.cancelled)

    @property
    def decisive(self) -> Training | None:
        """The training that speaks for the stay (PER-20)."""
        return decisive_training(self.here, self.day)

    def plan(self, programme: TrainingProgramme) -> TrainingPlan:
        """Plan what becomes of the rows when the programme, or the lead provider, is chosen anew."""
        return plan_change(self.stay, self.here, programme, self.day, self.elsewhere)


@dataclass(frozen=True)
class ChangeDecided:
    """A change as it would be saved now: rows, programme, and for provider-led training where it is filed."""

    plan: TrainingPlan
    programme: TrainingProgramme
    arrangement: Arrangement | None = None
    registration: RegistrationPeriod | None = None
    schedule: ScheduleIdentifier | None = None
    self_funded: bool = False


def has_lead_provider(facts: TrainingChangeFacts) -> bool:
    """Tell whether there is a lead provider to change: the decisive training is provider-led (PER-30, MFT-11)."""
    return facts.decisive is not None and facts.decisive.provider_led


def lead_provider_period(facts: TrainingChangeFacts) -> RegistrationPeriod:
    """Find R for another lead provider; raises Refused `cannot_file_yet` (CP-08, CP-11)."""
    decisive = facts.decisive
    latest = latest_training(facts.trainings, Role.MENTOR) if facts.role is Role.MENTOR else None
    if latest is not None:
        return _filed(facts.calendar.registration_period_for_mentor_change(latest))
    if decisive is None:
        raise Refused("no_lead_provider")
    return _filed(facts.calendar.period_or_successor(decisive, facts.today))


def provider_led_period(facts: TrainingChangeFacts) -> RegistrationPeriod:
    """Find R for changing an ECT to provider-led; raises Refused `cannot_file_yet` (CP-08, CP-11)."""
    latest = latest_provider_led_training(facts.trainings, Role.ECT)
    starts_on = facts.plan(TrainingProgramme.PROVIDER_LED).starts_on
    return _filed(facts.calendar.registration_period_for_provider_led(latest, starts_on, facts.today))


def _filed(found: RegistrationPeriod | CannotFile) -> RegistrationPeriod:
    if isinstance(found, CannotFile):
        raise Refused("cannot_file_yet", details={"why": found.value})
    return found


def other_arrangements(facts: TrainingChangeFacts, registration: RegistrationPeriod) -> tuple[Arrangement, ...]:
    """List what may be chosen in R instead of the present lead provider (PER-30, ARR-02, ARR-03, ARR-11)."""
    return tuple(a for a in offered(facts, registration) if not is_present(facts, a))


def offered(facts: TrainingChangeFacts, registration: RegistrationPeriod) -> tuple[Arrangement, ...]:
    """List everything there is in R, the present lead provider included."""
    if facts.role is Role.ECT:
        return arrangements(facts.providers, registration)
    providers = selectable_lead_providers(facts.providers, registration.year)
    return tuple(_of_mentor(facts, registration, provider.id) for provider in providers)


def _of_mentor(facts: TrainingChangeFacts, registration: RegistrationPeriod, provider_id: int) -> Arrangement:
    year, shared = registration.year, set(facts.ect_partnerships)
    with_it = [p for p in facts.providers.partnerships if (p.lead_provider_id, p.year) == (provider_id, year)]
    of_ect = next((p.id for p in with_it if p.id in shared and not p.challenged), None)
    provider = next(p for p in facts.providers.lead_providers.values() if p.id == provider_id)
    return mentor_arrangement(facts.providers, year, provider.id, of_ect)


def is_present(facts: TrainingChangeFacts, arrangement: Arrangement) -> bool:
    """Tell whether an arrangement is with the lead provider they have already (PER-30)."""
    return facts.decisive is not None and facts.decisive.lead_provider_id == arrangement.lead_provider.id


def programmes_to_change_to(facts: TrainingChangeFacts) -> tuple[TrainingProgramme, ...]:
    """List the programmes an ECT can change to: another than now, either without any training (CH-08, SCH-02)."""
    present = facts.decisive.programme if facts.decisive is not None else None
    return tuple(programme for programme in facts.programmes if programme is not present)


def decide_lead_provider(facts: TrainingChangeFacts, arrangement: Arrangement) -> ChangeDecided:
    """Decide a change of lead provider; raises Refused where nothing can be filed or begin (PER-30, PER-31)."""
    registration = lead_provider_period(facts)
    plan = facts.plan(TrainingProgramme.PROVIDER_LED)
    schedule = _provider_led(facts, plan, registration, arrangement)
    self_funded = facts.decisive is not None and facts.decisive.self_funded
    return ChangeDecided(plan, TrainingProgramme.PROVIDER_LED, arrangement, registration, schedule, self_funded)


def decide_programme(
    facts: TrainingChangeFacts, programme: TrainingProgramme, arrangement: Arrangement | None
) -> ChangeDecided:
    """Decide a change of programme; raises Refused where nothing can be filed or begin (PER-32, PER-33)."""
    plan = facts.plan(programme)
    if arrangement is None:
        _check_room(facts, plan)
        return ChangeDecided(plan, programme)
    registration = provider_led_period(facts)
    schedule = _provider_led(facts, plan, registration, arrangement)
    return ChangeDecided(plan, programme, arrangement, registration, schedule, facts.unfunded)


def _provider_led(
    facts: TrainingChangeFacts, plan: TrainingPlan, registration: RegistrationPeriod, arrangement: Arrangement
) -> ScheduleIdentifier:
    _check_room(facts, plan)
    now = (a for a in offered(facts, registration) if a.value == arrangement.value)
    if not still_holds(arrangement.shown, next(now, None)):
        raise Refused("choice_changed", "provider_choice")
    found = schedule_for(
        registration,
        latest_provider_led_training(facts.trainings, facts.role),
        {identifier for year, identifier in facts.schedules if year == registration.year},
        computed_schedule(plan.starts_on, facts.today, facts.schedule_months),
    )
    if found is None:
        raise Refused("cannot_file_yet", details={"why": NO_SCHEDULE})
    return found


def _check_room(facts: TrainingChangeFacts, plan: TrainingPlan) -> None:
    """Refuse training that could not begin before the stay ends, or that another school's stands in the way of."""
    if facts.first_day is not None:
        _check_first_day(facts, plan, facts.first_day)
    if not plan.fits:
        raise Refused("no_days_left")
    if any(training.period.overlaps(plan.period) for training in facts.elsewhere):
        raise Refused("trained_elsewhere")


def _check_first_day(facts: TrainingChangeFacts, plan: TrainingPlan, first_day: date) -> None:
    """Refuse a first day outside the stay, after today, of other training that stays, or declared already (FIX-09)."""
    if not facts.stay.contains(first_day) or first_day > facts.today:
        raise Refused("first_day_outside", "first_day")
    if plan.starts_on != first_day:
        raise Refused("training_in_the_way", "first_day", details={"training": _in_the_way(facts, plan, first_day)})
    gone = plan.cancel if not plan.in_place or plan.decisive is None else (plan.decisive,)
    ended = plan.finish.latest_declaration_on if plan.finish is not None else None
    if any(row.latest_declaration_on is not None for row in gone) or (ended is not None and ended >= first_day):
        raise Refused("declared_since", "first_day")


def _in_the_way(facts: TrainingChangeFacts, plan: TrainingPlan, first_day: date) -> Training | None:
    changed = {row.id for row in (*plan.cancel, *([plan.finish] if plan.finish else []))}
    rows = (row for row in (*facts.here, *facts.elsewhere) if not row.cancelled and row.id not in changed)
    return next((row for row in rows if row.period.overlaps(Period(first_day, None))), None)
