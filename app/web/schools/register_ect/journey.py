"""Registering an ECT: the journey, from finding the teaching record to the command (journeys, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.journeys import kinds
from app.journeys.engine import Ask, Exit, Question, Row, Walk, rows_of
from app.registration.registering.register_ect import RegisterECT
from app.registration.registering.start_dates import Bound, Bounds, StartDateFacts, check_start_date, start_date_bounds
from app.schools.rules import is_self_funded
from app.terms import Role, TrainingProgramme, WorkingPattern
from app.training.arrangements import provider_to_tell
from app.training.change_decisions import NO_SCHEDULE
from app.training.periods import CannotFile, RegistrationPeriod, computed_schedule, schedule_for, training_start
from app.training.rules import latest_provider_led_training, latest_training
from app.values import Form, out_of_bounds, parse_date
from app.web.schools.cannot_file import cannot_file
from app.web.schools.identity.questions import (
    already_in_progress,
    ask_for_email,
    ask_for_name,
    identify,
    not_open_details,
)
from app.web.schools.register_ect.identity import ask_about_earlier, stop_at_dead_end
from app.web.schools.register_ect.programme import Programme, ask_for_programme, last_body_selectable, partner_words

if TYPE_CHECKING:
    from datetime import date

    from app.terms import ScheduleIdentifier
    from app.web.schools.identity.facts import Matched
    from app.web.schools.register_ect.facts import RegisterECTFacts

START = "When did they start, or when will they start, as an ECT at your school?"
WORKING_PATTERN = kinds.words(
    "working-pattern",
    "Do they work full time or part time as an ECT?",
    "working_pattern",
    WorkingPattern,
    "Select if they work full time or part time as an ECT",
    row="working-pattern",
    label="Working pattern",
    why="Lead providers can adapt training for people who work part time. "
    "Someone who is full time at your school but part time as an ECT is part time.",
)


def register_ect(ask: Ask, facts: RegisterECTFacts) -> RegisterECT:
    """Ask what must be asked to register an ECT, in the order of journeys section 4.2."""
    matched = identify(ask, facts)
    stop_at_dead_end(matched, facts)
    already_in_progress(ask, facts)
    corrected_name = ask_for_name(ask, matched, facts.registering)
    ask_about_earlier(ask, matched, facts)
    email = ask_for_email(ask, facts)
    started_on = ask_for_start(ask, matched, facts)
    working_pattern = ask(WORKING_PATTERN)
    registration = registration_period(matched, started_on, facts)
    programme = ask_for_programme(ask, matched, registration, started_on, facts)
    provider_led = programme.programme is TrainingProgramme.PROVIDER_LED
    return RegisterECT(
        school_id=facts.school.id,
        trn=matched.trn,
        identity_match=matched.by,
        snapshot=matched.snapshot,
        email=email,
        started_on=started_on,
        working_pattern=working_pattern,
        appropriate_body=programme.body,
        programme=programme.programme,
        corrected_name=corrected_name,
        arrangement=programme.arrangement,
        registration=registration if provider_led else None,
        schedule=schedule(matched, registration, started_on, facts) if provider_led else None,
        self_funded=is_self_funded(facts.school.level, programme.programme),
        **told_of_ended_pair(programme, registration, started_on, facts),
    )


def told_of_ended_pair(
    programme: Programme, registration: RegistrationPeriod, started_on: date, facts: RegisterECTFacts
) -> dict[str, Any]:
    """Return the lead provider to tell that its pair could not be used again (M-23)."""
    usable = last_body_selectable(started_on, facts)
    provider = provider_to_tell(facts.providers.facts, registration, programme.arrangement, last_body_selectable=usable)
    return {"pair_ended_with": provider, "pair_ended_in": registration.year} if provider is not None else {}


def ask_for_start(ask: Ask, matched: Matched, facts: RegisterECTFacts) -> date:
    """Ask from when they are an ECT here; stops where registration is not open yet (CP-05, RE-25)."""
    started_on = ask(start_date(matched, facts))
    not_open = facts.calendar.registration_not_open(started_on, facts.today, Role.ECT)
    if not_open is not None:
        raise Exit("cannot-register-yet", not_open_details(not_open, "start-date"))
    return started_on


def start_date(matched: Matched, facts: RegisterECTFacts) -> Question[date]:
    """Ask for the start date, stating the bounds that apply to this person (PER-01, PER-02, RE-11)."""
    bounds = bounds_of(matched, facts)

    def parse(form: Form) -> date:
        day = parse_date(form, "start_date", what="start date")
        crossed = check_start_date(day, bounds, facts.calendar, facts.today)
        if isinstance(crossed, Bound):
            raise out_of_bounds("start_date", crossed.message)
        return day

    return kinds.dates(
        "start-date",
        START,
        "start_date",
        "start date",
        row="start-date",
        label="Start date",
        show=lambda day: f"{day.day} {day:%B %Y}",
        template="journeys/register-ect/start-date.html",
        details={"hints": bounds.hints},
        parse=parse,
    )


def bounds_of(matched: Matched, facts: RegisterECTFacts) -> Bounds:
    """Return the bounds of the start date for this person at this school."""
    known = matched.known
    start_facts = StartDateFacts(facts.school.id, facts.calendar, known.ect_stays, known.trainings)
    return start_date_bounds(start_facts, facts.today, facts.policy)


def registration_period(matched: Matched, started_on: date, facts: RegisterECTFacts) -> RegistrationPeriod:
    """Return R, or stop where nothing can be filed (CP-06, CP-11)."""
    latest = latest_training(matched.known.trainings, Role.ECT)
    registration = facts.calendar.registration_period_for_ect(latest, started_on, facts.today)
    if isinstance(registration, CannotFile):
        raise cannot_file(registration.value, "start-date")
    return registration


def schedule(
    matched: Matched, registration: RegistrationPeriod, started_on: date, facts: RegisterECTFacts
) -> ScheduleIdentifier:
    """Return the schedule of provider-led training, or stop where it does not exist (SCD-01, SCD-04)."""
    begins = training_start(started_on, registration, facts.today)
    found = schedule_for(
        registration,
        latest_provider_led_training(matched.known.trainings, Role.ECT),
        facts.providers.schedules_of(registration.year),
        computed_schedule(begins, facts.today, facts.policy.schedule_months),
    )
    if found is None:
        raise cannot_file(NO_SCHEDULE, "start-date")
    return found


def rows(walked: Walk, facts: RegisterECTFacts) -> list[Row]:
    """Return the rows of check answers (RE-28)."""
    command, matched = walked.command, facts.matched
    if matched is None or not isinstance(command, RegisterECT):
        return []
    name = [
        Row("name", "Name", command.corrected_name or matched.name, "review-ect"),
        Row("trn", "Teacher reference number (TRN)", matched.trn),
        Row("identity", "Identity matched by", matched.by.words),
    ]
    return [*name, *rows_of(walked.trail), *programme_rows(walked, command)]


def programme_rows(walked: Walk, command: RegisterECT) -> list[Row]:
    """Return the rows of body, programme and provider, changed where they were chosen."""
    source = walked.answer("programme-choices") or "choose"
    page_of_body = "programme-choices" if source == "school_previous" else "appropriate-body"
    page_of_rest = {"choose": "training-programme"}.get(source, "programme-choices")
    found = [
        Row("appropriate-body", "Appropriate body", command.appropriate_body.name, page_of_body),
        Row("training-programme", "Training programme", command.programme.words, page_of_rest),
    ]
    if command.arrangement is not None:
        page_of_provider = "lead-provider" if source == "choose" else "programme-choices"
        found += [
            Row("lead-provider", "Lead provider", command.arrangement.lead_provider.name, page_of_provider),
            Row("delivery-partner", "Delivery partner", partner_words(command.arrangement), page_of_provider),
        ]
    return found
