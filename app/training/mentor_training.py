"""Whether somebody gets training as a mentor, with whom and from when (rules §14, ARR-11, CP-07, SCD-03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.terms import LeadProviderId, MentorIneligibleReason, Period, Role, ScheduleIdentifier, TeacherId, Word
from app.training.arrangements import (
    Arrangement,
    LeadProvider,
    ProviderFacts,
    mentor_arrangement,
    selectable_lead_providers,
)
from app.training.periods import (
    Calendar,
    CannotFile,
    EarlierMentorship,
    RegistrationPeriod,
    computed_schedule,
    is_replacement,
    schedule_for,
)
from app.training.rules import Training, latest_provider_led_training, latest_training

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from app.terms import SchoolPartnershipId


class Coming(Word):
    """How a mentor comes to an ECT of this school (MFT-03)."""

    MOVING = "moving", "registered here, new to mentoring or nowhere else from then on"
    ALSO_ELSEWHERE = "also_elsewhere", "registered here and going on elsewhere"
    HERE = "here", "a mentor of this school already"


class WhyNone(Word):
    """Why a mentor gets no training; the first that applies."""

    SCHOOL = "school", "training of mentors is not available to your school"
    NOT_FUNDABLE = "not_fundable", "they cannot have more funded training"
    NO_ECT = "no_ect", "training can follow once they mentor a provider-led ECT"
    SCHOOL_LED = "school_led", "no ECT they mentor here is on a provider-led programme"
    ALSO_ELSEWHERE = "also_elsewhere", "they also mentor at another school and have had mentor training"
    ALREADY_TRAINED = "already_trained", "they have had mentor training before"
    OVERLAPS = "overlaps", "they still have mentor training at another school on that day"


@dataclass(frozen=True)
class MentorHistory:
    """A person as a mentor so far, with their training at every school; unknown people have none (MFT-01)."""

    teacher_id: TeacherId | None = None
    trainings: tuple[Training, ...] = ()
    ineligible_reason: MentorIneligibleReason | None = None
    ineligible_on: date | None = None

    @property
    def fundable(self) -> bool:
        """Whether training of theirs can be paid for; the date plays no part (MFT-01)."""
        return self.ineligible_reason is None

    @property
    def completed_on(self) -> date | None:
        """The day they completed mentor training, when that is why they can have no more (MFT-08)."""
        return (
            self.ineligible_on if self.ineligible_reason is not MentorIneligibleReason.STARTED_NOT_COMPLETED else None
        )

    @property
    def latest(self) -> Training | None:
        """Their latest-starting mentor training at any school; None if they never had any (CP-07)."""
        return latest_training(self.trainings, Role.MENTOR)

    @property
    def periods(self) -> tuple[Period, ...]:
        """The days on which they have mentor training."""
        return tuple(t.period for t in self.trainings if t.role is Role.MENTOR and not t.cancelled)


@dataclass(frozen=True)
class ECTToMentor:
    """An ECT of this school: the training that speaks for their stay, and whoever mentored them before, anywhere."""

    decisive: Training | None = None
    earlier: tuple[EarlierMentorship, ...] = ()

    @property
    def provider_led(self) -> bool:
        """Whether a lead provider trains the ECT."""
        return self.decisive is not None and self.decisive.provider_led


@dataclass(frozen=True)
class MentorTrainingFacts:
    """Everything a mentor's training depends on.

    started_on: the first day of their stay here; closes_elsewhere: "only at your school" (PER-12), so that no training
    elsewhere goes on; school_trains: whether the school's level allows mentor training (SCH-02).
    """

    history: MentorHistory
    ects: tuple[ECTToMentor, ...]
    coming: Coming
    started_on: date
    providers: ProviderFacts
    calendar: Calendar
    closes_elsewhere: bool = False
    school_trains: bool = True


@dataclass(frozen=True)
class TrainingOffer:
    """Training that is offered: filed in R, from a day, with one of the lead providers contracted in R.

    inheritable: the distinct lead providers of the ECTs that can be the mentor's too (MFT-06, MFT-07);
    earlier: the latest training of somebody returning, and own its lead provider where that is another choice (MFT-05).
    """

    registration: RegistrationPeriod
    starts_on: date
    lead_providers: tuple[LeadProvider, ...]
    inheritable: tuple[LeadProvider, ...] = ()
    earlier: Training | None = None
    own: LeadProvider | None = None

    @property
    def proposed(self) -> LeadProvider | None:
        """The lead provider proposed outright: the only one that can be inherited (MFT-07)."""
        return self.inheritable[0] if len(self.inheritable) == 1 else None

    @property
    def returning(self) -> bool:
        """Whether they had mentor training before (MFT-05)."""
        return self.earlier is not None

    @property
    def funded(self) -> bool:
        """Whether mentor training of that year is funded; it decides about wording only (MFT-03)."""
        return self.registration.period.mentor_funding_enabled


@dataclass(frozen=True)
class MentorTraining:
    """Training decided on: what one new row of a mentor is made of."""

    arrangement: Arrangement
    registration: RegistrationPeriod
    schedule: ScheduleIdentifier
    starts_on: date


def training_offer(facts: MentorTrainingFacts, today: date) -> TrainingOffer | WhyNone | CannotFile:
    """Say whether training is offered to a mentor, or why not (MFT-02, MFT-03, MFT-09)."""
    why = _why_none(facts)
    if why is not None:
        return why
    latest = facts.history.latest
    registration = facts.calendar.registration_period_for_mentor(latest, _day_here(facts, today), today)
    if isinstance(registration, CannotFile):
        return registration
    starts_on = _starts_on(facts, registration, today)
    if not facts.closes_elsewhere and _overlaps(facts.history, starts_on):
        return WhyNone.OVERLAPS
    inheritable = _inheritable(facts, registration)
    return TrainingOffer(
        registration, starts_on, _offered(facts, registration), inheritable, latest, _own(facts, registration)
    )


def _why_none(facts: MentorTrainingFacts) -> WhyNone | None:
    trained = facts.history.latest is not None
    checks = (
        (WhyNone.SCHOOL, not facts.school_trains),
        (WhyNone.NOT_FUNDABLE, not facts.history.fundable),
        (WhyNone.NO_ECT, not facts.ects),
        (WhyNone.SCHOOL_LED, not any(ect.provider_led for ect in facts.ects)),
        (WhyNone.ALSO_ELSEWHERE, trained and facts.coming is Coming.ALSO_ELSEWHERE),
        (WhyNone.ALREADY_TRAINED, trained and facts.coming is Coming.HERE),
    )
    return next((why for why, applies in checks if applies), None)


def _day_here(facts: MentorTrainingFacts, today: date) -> date:
    return max(today, facts.started_on) if facts.coming is Coming.HERE else facts.started_on


def _starts_on(facts: MentorTrainingFacts, registration: RegistrationPeriod, today: date) -> date:
    """At registration never before R's first day; by assigning, from today or the mentor's own start (MFT-09)."""
    day = _day_here(facts, today)
    return day if facts.coming is Coming.HERE else max(day, registration.period.started_on)


def _overlaps(history: MentorHistory, starts_on: date) -> bool:
    return any(period.overlaps(Period(starts_on)) for period in history.periods)


def _offered(facts: MentorTrainingFacts, registration: RegistrationPeriod) -> tuple[LeadProvider, ...]:
    """List the lead providers contracted in R, those of the ECTs first (ARR-02, RM-14)."""
    of_ects = {ect.decisive.lead_provider_id for ect in facts.ects if ect.decisive is not None}
    selectable = selectable_lead_providers(facts.providers, registration.year)
    return tuple(sorted(selectable, key=lambda provider: provider.id not in of_ects))


def _inheritable(facts: MentorTrainingFacts, registration: RegistrationPeriod) -> tuple[LeadProvider, ...]:
    """List the ECTs' lead providers that are contracted in R and whose training goes on undisputed (MFT-06)."""
    wanted = {ect.decisive.lead_provider_id for ect in facts.ects if ect.decisive and _goes_on(ect.decisive)}
    selectable = selectable_lead_providers(facts.providers, registration.year)
    return tuple(provider for provider in selectable if provider.id in wanted)


def _goes_on(training: Training) -> bool:
    return training.provider_led and not training.stopped and not training.disputed


def _own(facts: MentorTrainingFacts, registration: RegistrationPeriod) -> LeadProvider | None:
    """Find the lead provider a returning mentor had, if contracted in R and not the ECT's anyway (MFT-05)."""
    latest = facts.history.latest
    inheritable = {provider.id for provider in _inheritable(facts, registration)}
    if latest is None or latest.lead_provider_id in inheritable:
        return None
    selectable = selectable_lead_providers(facts.providers, registration.year)
    return next((provider for provider in selectable if provider.id == latest.lead_provider_id), None)


def offered_arrangement(
    facts: MentorTrainingFacts, registration: RegistrationPeriod, lead_provider_id: LeadProviderId
) -> Arrangement:
    """Find what training with an offered lead provider means: the ECT's partnership before the newest (ARR-11)."""
    return mentor_arrangement(
        facts.providers, registration.year, lead_provider_id, _partnership(facts, registration, lead_provider_id)
    )


def _partnership(
    facts: MentorTrainingFacts, registration: RegistrationPeriod, lead_provider_id: LeadProviderId
) -> SchoolPartnershipId | None:
    decisive = (ect.decisive for ect in facts.ects if ect.decisive is not None)
    with_it = (t for t in decisive if (t.lead_provider_id, t.year) == (lead_provider_id, registration.year))
    return next((t.partnership_id for t in with_it if t.partnership_id is not None and not t.disputed), None)


def mentor_schedule(
    facts: MentorTrainingFacts,
    offer: TrainingOffer,
    available: Container[ScheduleIdentifier],
    schedule_months: Mapping[int, str],
    today: date,
) -> ScheduleIdentifier | None:
    """Choose a mentor's schedule in R; None is a fault of the data (SCD-01 to SCD-04)."""
    replaces = any(is_replacement(facts.history.teacher_id, e.earlier) for e in facts.ects if e.provider_led)
    computed = computed_schedule(offer.starts_on, today, schedule_months, replacement=replaces)
    latest = latest_provider_led_training(facts.history.trainings, Role.MENTOR)
    return schedule_for(offer.registration, latest, available, computed)


def decided(
    facts: MentorTrainingFacts, offer: TrainingOffer, lead_provider_id: LeadProviderId, schedule: ScheduleIdentifier
) -> MentorTraining:
    """Return the training with a lead provider that was chosen among those offered."""
    arrangement = offered_arrangement(facts, offer.registration, lead_provider_id)
    return MentorTraining(arrangement, offer.registration, schedule, offer.starts_on)


def why_in_words(why: WhyNone, history: MentorHistory) -> str:
    """Say why there is no training, with the day for somebody who completed it (MFT-08); "" where nothing is said."""
    if why is WhyNone.SCHOOL:
        return ""
    if why is WhyNone.NOT_FUNDABLE and history.completed_on is not None:
        day = history.completed_on
        return f"they completed mentor training on {day.day} {day:%B %Y}"
    return why.words
