"""Why a school can't register somebody: the checks of the journeys in their order, run by their own rules (ADM-4).

Pure: what is asked has been read before, and the day is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.console.findings import Check, Finding, Note, Passed, Skipped, Stop, run_checks
from app.console.school_levels import level_found
from app.drafts.store import CANNOT_FILE
from app.registration.registering.appropriate_bodies import selectable
from app.registration.registering.mentor_start_dates import (
    MentorStartFacts,
    check_mentor_start,
    mentors_elsewhere,
    open_stay_here,
)
from app.registration.registering.start_dates import (
    Bound,
    StartDateFacts,
    check_start_date,
    day_in_words,
    start_date_bounds,
)
from app.registration.rules import (
    DeadEnd,
    InductionRecord,
    PersonFound,
    asks_about_transfer,
    ect_dead_ends,
    latest_stay,
)
from app.schools.rules import SchoolLevel, may_register_ects
from app.teachers.trs import Deactivated, Found, Merged, NotFound
from app.training.arrangements import selectable_lead_providers
from app.training.periods import (
    CannotFile,
    NotOpen,
    RegistrationPeriod,
    computed_schedule,
    schedule_for,
    training_start,
)
from app.training.rules import latest_provider_led_training, latest_training

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.console.register_facts import RegisterFacts


def explain_registration(facts: RegisterFacts) -> tuple[Check, ...]:
    """Run every check of a registration in the order of the journey (ADM-4.2, ADM-4.3)."""
    return run_checks(CHECKS, facts)


ECTS_ONLY = Skipped("It concerns ECTs only")
NO_RECORD = Skipped("The teaching record was not read")


def _level(facts: RegisterFacts) -> Finding:
    level = facts.access.level
    if facts.ect and level is not SchoolLevel.NONE and not may_register_ects(level):
        return Stop(
            "The school may look after its people but not register new ECTs",
            "Your school cannot register new ECTs",
            "Check its section 41 approval, or set its access (FIX-18)",
        )
    return level_found(facts.access, "Your school cannot use this service")


def _tutor(facts: RegisterFacts) -> Finding:
    last = f"confirmed last for {facts.confirmed_for}" if facts.confirmed_for else "never confirmed"
    if facts.tutor_gate is None:
        return Passed(f"The induction tutor was {last}")
    return Stop(
        f"The induction tutor has to be confirmed for {facts.tutor_gate}, and was {last}",
        "Check your induction tutor",
        "The school confirms its induction tutor on the page it is led to, or set one (FIX-21)",
    )


def _window(facts: RegisterFacts) -> Finding:
    if facts.closure is None:
        return Passed("Registration is not closed today")
    return Stop(
        f"Registration is closed: {facts.closure}",
        "Registration is closed at the moment",
        "Wait, or end the closure early",
    )


def _limits(facts: RegisterFacts) -> Finding:
    if facts.limit is None:
        return Passed("No limit of look-ups is reached")
    return Stop(
        f"The limit of look-ups of this {'school' if facts.limit.whose == 'school' else 'TRN'} is reached until "
        f"{facts.limit.until:%H:%M} UTC on {day_in_words(facts.limit.until.date())}",
        "You have tried too many times",
        "Wait, or lift the limit (FIX-23)",
    )


def _record(facts: RegisterFacts) -> Finding:
    not_found = "We cannot find an active teaching record"
    match facts.record:
        case Found():
            return Passed("There is an active teaching record")
        case NotFound():
            return Stop("Nobody has this TRN", not_found, "Ask the school to check the number with the teacher")
        case Deactivated():
            return Stop("The record is deactivated", not_found, "The teacher asks for their record to be put right")
        case Merged(into):
            return Stop(f"The record was merged into {into}", not_found, f"The school uses the TRN {into}")
        case _:
            return Skipped("The teaching record did not answer")


def _second_fact(facts: RegisterFacts) -> Finding:
    if not facts.failed:
        return Note("This school has not failed to find this TRN in the last 7 days")
    outcomes = ", ".join(sorted({outcome.replace("_", " ") for outcome in facts.failed}))
    return Note(
        f"{len(facts.failed)} failed in the last 7 days: {outcomes}. The school checks the date of birth first, then "
        "the National Insurance number. What they typed is not kept"
    )


def _here(facts: RegisterFacts) -> Finding:
    here = open_stay_here(facts.person.mentor_stays, facts.school_id, facts.today) is not None
    if facts.ect:
        here = DeadEnd.ALREADY_REGISTERED in _dead_ends(facts)
    if not here:
        return Passed("They are not registered at this school now")
    role = "registered" if facts.ect else "a mentor"
    return Stop(
        "They are registered at this school already",
        f"NAME is already {role} at your school",
        "The school finds them in its list",
    )


def _mentor(facts: RegisterFacts) -> Finding:
    if not facts.ect:
        return ECTS_ONLY
    if DeadEnd.REGISTERED_AS_MENTOR not in _dead_ends(facts):
        return Passed("They are not registered as a mentor now")
    open_stays = [s for s in facts.person.mentor_stays if not s.removed and s.period.is_open(facts.today)]
    where = ", ".join(facts.schools.get(stay.school_id, "a school") for stay in open_stays)
    return Stop(
        f"They are registered as a mentor at {where}",
        "NAME is registered as a mentor",
        "If that is a mistake, remove it (FIX-11), else record their last day as a mentor (FIX-06)",
    )


OVER = {
    DeadEnd.INDUCTION_COMPLETED: ("They passed induction", "NAME has completed their induction"),
    DeadEnd.INDUCTION_EXEMPT: ("They are exempt from induction", "NAME is exempt from induction"),
    DeadEnd.INDUCTION_FAILED: ("They failed induction", "NAME cannot be registered as an ECT"),
}


def _induction(facts: RegisterFacts) -> Finding:
    if not facts.ect:
        return ECTS_ONLY
    stops = [OVER[dead_end] for dead_end in _dead_ends(facts) if dead_end in OVER]
    if not stops:
        return Passed("Their induction is not over") if facts.snapshot else NO_RECORD
    said, page = stops[0]
    source = "an appropriate body here" if any(i.outcome for i in facts.person.inductions) else "the teaching record"
    return Stop(
        f"{said}, according to {source}",
        page,
        "If that is wrong, the appropriate body or the teacher has the record corrected, then refresh it (FIX-13)",
    )


def _prohibition(facts: RegisterFacts) -> Finding:
    if facts.snapshot is None:
        return NO_RECORD
    if not facts.snapshot.prohibited:
        return Passed("No prohibition is in force")
    return Stop("They are prohibited from teaching", "You cannot register NAME", "Nothing overrides this")


def _draft(facts: RegisterFacts) -> Finding:
    if facts.draft is None:
        return Note("Nobody at this school has begun to register them")
    next_question = f", next question {facts.draft.next_question}" if facts.draft.next_question else ""
    return Note(
        f"{facts.draft.started_by} began on {day_in_words(facts.draft.started_at.date())}{next_question}. Whoever "
        "begins anew is asked which to keep"
    )


def _elsewhere(facts: RegisterFacts) -> Finding:
    if facts.ect:
        earlier = latest_stay(facts.person.ect_stays)
        if earlier is None or not asks_about_transfer(earlier, facts.school_id, facts.today):
            return Note("They are not registered as an ECT at another school now")
        where = facts.schools.get(earlier.school_id, "another school")
        return Note(f"Their time as an ECT at {where} ends on the day before they start here")
    if not mentors_elsewhere(facts.person.mentor_stays, facts.school_id, facts.today):
        return Note("They do not mentor at another school now")
    return Note("The school is asked whether they mentor only there from now on. If so, their time elsewhere ends")


def _email(facts: RegisterFacts) -> Finding:
    if not facts.email:
        return Skipped("No email address was given")
    if not facts.email_holder:
        return Passed("Nobody else uses this address")
    return Stop(
        f"{facts.email_holder} has this address on an open registration",
        "This email address is in use for someone else",
        "The school uses another address, or correct the other one (FIX-14, FIX-01)",
    )


def _start_date(facts: RegisterFacts) -> Finding:
    crossed = _crossed(facts)
    if isinstance(crossed, Bound):
        return Stop(
            f"{crossed.message} ({crossed.reason.words})",
            "The start date is refused beside its field",
            "The school enters a day inside the bounds. What sets a bound wrongly can be corrected (FIX-05, FIX-06)",
        )
    return Passed(f"{day_in_words(facts.starts_on)} is inside the bounds")


def _year(facts: RegisterFacts) -> Finding:
    crossed = _crossed(facts)
    if isinstance(crossed, NotOpen):
        opens = f"opens on {day_in_words(crossed.opens_on)}" if crossed.opens_on else "has no opening day yet"
        return Stop(
            f"Registration for {crossed.year or 'that day'} {opens}",
            "You cannot register them yet",
            "Wait until then, or set the opening day of the academic year",
        )
    registration = _registration(facts)
    if isinstance(registration, CannotFile):
        return Stop(
            f"Nothing can be filed: {registration.words}",
            CANNOT_FILE,
            "Complete the academic years (Q-16)",
        )
    return Passed(f"Filed in {registration.year}")


def _body(facts: RegisterFacts) -> Finding:
    if not facts.ect:
        return ECTS_ONLY
    found = selectable(facts.bodies, facts.school_kind, facts.starts_on, facts.today, facts.district)
    if found:
        return Passed(f"{len(found)} can be chosen")
    return Stop("No appropriate body can be chosen by a school of this kind", CANNOT_FILE, "Add one")


def _provider(facts: RegisterFacts) -> Finding:
    registration = _registration(facts)
    if facts.providers is None or isinstance(registration, CannotFile):
        return Skipped("There is no academic year to look in")
    found = selectable_lead_providers(facts.providers.facts, registration.year)
    if found:
        return Passed(f"{len(found)} have a contract for {registration.year}")
    return Stop(f"No lead provider has a contract for {registration.year}", CANNOT_FILE, "Add the contracts")


def _schedule(facts: RegisterFacts) -> Finding:
    registration = _registration(facts)
    if facts.providers is None or isinstance(registration, CannotFile):
        return Skipped("There is no academic year to look in")
    found = schedule_for(
        registration,
        latest_provider_led_training(facts.person.trainings, facts.role),
        facts.providers.schedules_of(registration.year),
        computed_schedule(
            training_start(facts.starts_on, registration, facts.today), facts.today, facts.policy.schedule_months
        ),
    )
    if found is not None:
        return Passed(found.value)
    return Stop(f"The schedule is missing in {registration.year}", CANNOT_FILE, "Add the schedule (Q-16)")


def _dead_ends(facts: RegisterFacts) -> tuple[DeadEnd, ...]:
    """Ask the rule of the journey; without a teaching record only what is known here decides."""
    person = facts.person
    if facts.snapshot is not None:
        return ect_dead_ends(person.found(facts.snapshot), facts.school_id, facts.today)
    record = InductionRecord(None, None, person.inductions)
    return ect_dead_ends(PersonFound(person.ect_stays, person.mentor_stays, record), facts.school_id, facts.today)


def _crossed(facts: RegisterFacts) -> Bound | NotOpen | None:
    if facts.ect:
        start = StartDateFacts(facts.school_id, facts.calendar, facts.person.ect_stays, facts.person.trainings)
        bounds = start_date_bounds(start, facts.today, facts.policy)
        return check_start_date(facts.starts_on, bounds, facts.calendar, facts.today)
    mentor = MentorStartFacts(facts.school_id, facts.calendar, facts.person.mentor_stays, facts.person.trainings)
    return check_mentor_start(facts.starts_on, mentor, facts.today, facts.policy)


def _registration(facts: RegisterFacts) -> RegistrationPeriod | CannotFile:
    latest = latest_training(facts.person.trainings, facts.role)
    if facts.ect:
        return facts.calendar.registration_period_for_ect(latest, facts.starts_on, facts.today)
    return facts.calendar.registration_period_for_mentor(latest, facts.starts_on, facts.today)


CHECKS: dict[str, Callable[[RegisterFacts], Finding]] = {
    "What the school may do": _level,
    "Induction tutor": _tutor,
    "Closed registration": _window,
    "Limits of look-ups": _limits,
    "Teaching record": _record,
    "Second fact": _second_fact,
    "Registered here already": _here,
    "Registered as a mentor": _mentor,
    "Induction over": _induction,
    "Prohibition": _prohibition,
    "Unfinished registration": _draft,
    "At another school now": _elsewhere,
    "Email address in use": _email,
    "Start date": _start_date,
    "Academic year": _year,
    "Appropriate body": _body,
    "Lead provider": _provider,
    "Schedule": _schedule,
}
"""The checks in the order of ADM-4.3."""
