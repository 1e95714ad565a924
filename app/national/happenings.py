"""The audit trail of the invented people: what registering them would have recorded, in order of time (REF-7.3)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from app.events.record import GENESIS, SUBJECTS, About, Event, canonical, hash_of, row_of
from app.national.size import History
from app.national.tables import email_of, first_users
from app.registration.events import (
    TeacherFinishesBeingMentored,
    TeacherFinishesMentoring,
    TeacherLeftSchoolAsECT,
    TeacherLeftSchoolAsMentor,
    TeacherRegisteredAsECT,
    TeacherRegisteredAsMentor,
)
from app.registration.mentorships.mentorship_events import TeacherStartsBeingMentored, TeacherStartsMentoring
from app.terms import SYSTEM, Actor, ActorKind, UserId, Year
from app.training.events import (
    TeacherFinishesTrainingPeriod,
    TeacherFundingEligibilitySet,
    TeacherScheduleAssignedToTrainingPeriod,
    TeacherStartsTrainingPeriod,
    TrainingPeriodAssignedToSchoolPartnership,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from app.national.country import Country
    from app.national.mentoring import Mentorship
    from app.national.people import Stay
    from app.national.training import Training

    # when, its order of making, and what makes its event: events themselves are made one at a time
    Happening = tuple[datetime, int, int, Callable[..., Event], Any]

COLUMNS = (
    *("id", "kind", "recorded_at", "business_date", "actor_kind", "actor_name", "actor_email", "actor_id"),
    *SUBJECTS,
    *("sentence", "changes", "metadata", "prev_hash", "hash"),
)
DAY = timedelta(days=1)


def event_rows(country: Country) -> Iterator[tuple[Any, ...]]:
    """Yield every event of the history asked for, chained by hashes as `register audit verify` demands."""
    if country.size.history is History.NONE:
        return
    users, previous, latest = first_users(country), GENESIS, country.size.moment
    for number, (at, _, school, make, what) in enumerate(sorted(_happenings(country), key=_order), 1):
        user = users.get(school)
        actor = Actor(ActorKind.SCHOOL_USER, "School office", "", UserId(user)) if user else SYSTEM
        moment = min(at, latest)
        row = row_of(number, make(what, country), actor, moment, moment.date())
        row["prev_hash"] = previous
        previous = row["hash"] = hash_of(previous, row)
        row["changes"], row["metadata"] = canonical(row["changes"]), canonical(row["metadata"])
        yield tuple(row[name] for name in COLUMNS)


def _order(happening: Happening) -> tuple[datetime, int]:
    return happening[0], happening[1]


def _happenings(country: Country) -> Iterator[Happening]:
    is_full = country.size.history is History.FULL
    for number, (at, school, make, what) in enumerate(_all(country, is_full=is_full)):
        yield at, number, school, make, what


def _all(country: Country, *, is_full: bool) -> Iterator[tuple[datetime, int, Callable[..., Event], Any]]:
    for stay in country.people.ect_stays:
        yield from _of_stay(stay, _registered_ect, _left_ect)
        if is_full:
            yield _at(stay.started_on), stay.school.id, _eligible, stay
    for stay in country.people.mentor_stays:
        yield from _of_stay(stay, _registered_mentor, _left_mentor)
    for training in country.trained.trainings:
        yield from _of_training(training, is_full=is_full)
    for one in country.mentorships:
        for make in (_mentored, _mentors):
            yield _at(one.started_on - 10 * DAY), one.ect.school.id, make, one
        if is_full and one.finished_on:
            for make in (_no_more_mentored, _no_more_mentors):
                yield _at(one.finished_on), one.ect.school.id, make, one


def _of_stay(
    stay: Stay, registered: Callable[..., Event], left: Callable[..., Event]
) -> Iterator[tuple[datetime, int, Callable[..., Event], Any]]:
    yield _at(stay.started_on - 20 * DAY), stay.school.id, registered, stay
    if stay.finished_on:
        yield _at(stay.finished_on), stay.school.id, left, stay


def _of_training(training: Training, *, is_full: bool) -> Iterator[tuple[datetime, int, Callable[..., Event], Any]]:
    school, at = training.stay.school.id, training.requested_at or _at(training.started_on - 20 * DAY)
    if training.provider and is_full:
        yield at, school, _scheduled, training
    yield at, school, _training_starts, training
    if training.confirmed_at:
        yield training.confirmed_at, school, _confirmed, training
    if training.finished_on and is_full:
        yield _at(training.finished_on), school, _training_ends, training


def _at(day: date) -> datetime:
    return datetime.combine(day, time(10), UTC)


def _about_stay(stay: Stay, *, is_ect: bool) -> dict[str, Any]:
    role = "ect" if is_ect else "mentor"
    return {"school_id": stay.school.id, "teacher_id": stay.teacher.id, f"{role}_at_school_period_id": stay.id}


def _registered_ect(stay: Stay, country: Country) -> Event:
    body = country.reference.bodies[stay.school.body - 1].name
    return TeacherRegisteredAsECT(
        About(**_about_stay(stay, is_ect=True)),
        name=stay.teacher.name,
        started_on=stay.started_on,
        email=email_of(stay.teacher),
        working_pattern="full_time",
        appropriate_body=body,
        programme="provider_led",
        identity_match="date_of_birth",
        transfer=stay.started_on != stay.teacher.started_on,
    )


def _registered_mentor(stay: Stay, _: Country) -> Event:
    return TeacherRegisteredAsMentor(
        About(**_about_stay(stay, is_ect=False)),
        name=stay.teacher.name,
        started_on=stay.started_on,
        email=email_of(stay.teacher),
        identity_match="date_of_birth",
        transfer=False,
    )


def _left_ect(stay: Stay, _: Country) -> Event:
    return TeacherLeftSchoolAsECT(
        About(**_about_stay(stay, is_ect=True)), stay.teacher.name, _last_day(stay), None, stay.why or ""
    )


def _left_mentor(stay: Stay, _: Country) -> Event:
    return TeacherLeftSchoolAsMentor(
        About(**_about_stay(stay, is_ect=False)), stay.teacher.name, _last_day(stay), None, stay.why or ""
    )


def _last_day(stay: Stay) -> date:
    return stay.finished_on or stay.started_on


def _eligible(stay: Stay, _: Country) -> Event:
    return TeacherFundingEligibilitySet(About(**_about_stay(stay, is_ect=True)), "ect")


def _about_training(training: Training) -> About:
    stay = _about_stay(training.stay, is_ect=training.role == "ect")
    return About(**stay, training_period_id=training.id, lead_provider_id=training.provider)


def _provider(training: Training, country: Country) -> str:
    return country.reference.providers[(training.provider or 1) - 1].name


def _scheduled(training: Training, _: Country) -> Event:
    return TeacherScheduleAssignedToTrainingPeriod(
        _about_training(training), training.schedule or "", Year(training.year or 0)
    )


def _training_starts(training: Training, country: Country) -> Event:
    if training.provider is None:
        return TeacherStartsTrainingPeriod(_about_training(training), "school_led", training.started_on)
    provider, year = _provider(training, country), Year(training.year or 0)
    return TeacherStartsTrainingPeriod(
        _about_training(training), "provider_led", training.started_on, None, provider, None, year
    )


def _confirmed(training: Training, country: Country) -> Event:
    partner = training.partnership.partner if training.partnership else 1
    name = country.reference.partners[partner - 1].name
    return TrainingPeriodAssignedToSchoolPartnership(
        _about_training(training), _provider(training, country), name, "lead_provider_report"
    )


def _training_ends(training: Training, _: Country) -> Event:
    ends = training.finished_on or training.started_on
    return TeacherFinishesTrainingPeriod(_about_training(training), ends, None, "stay_ended")


def _of_pair(one: Mentorship, *, is_ect: bool) -> About:
    stay = one.ect if is_ect else one.mentor
    return About(**_about_stay(stay, is_ect=is_ect), mentorship_period_id=one.id)


def _mentored(one: Mentorship, _: Country) -> Event:
    return TeacherStartsBeingMentored(
        _of_pair(one, is_ect=True), one.ect.teacher.name, one.mentor.teacher.name, one.started_on
    )


def _mentors(one: Mentorship, _: Country) -> Event:
    return TeacherStartsMentoring(
        _of_pair(one, is_ect=False), one.ect.teacher.name, one.mentor.teacher.name, one.started_on
    )


def _no_more_mentored(one: Mentorship, _: Country) -> Event:
    return TeacherFinishesBeingMentored(
        _of_pair(one, is_ect=True), one.ect.teacher.name, one.mentor.teacher.name, one.finished_on or one.started_on
    )


def _no_more_mentors(one: Mentorship, _: Country) -> Event:
    return TeacherFinishesMentoring(
        _of_pair(one, is_ect=False), one.ect.teacher.name, one.mentor.teacher.name, one.finished_on or one.started_on
    )
