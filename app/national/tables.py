"""The rows of every table, in the order in which they can be loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from app.access.rules import PRIVACY_VERSION
from app.access.sign_in_as_persona import METHOD
from app.national.reference import BODIES, NATIONAL_BODIES, districts_of, kinds_of, year_days
from app.national.schools import PHASES
from app.national.size import random_id
from app.schools.rules import CLOSED, school_kind
from app.teachers.rules import search_text

if TYPE_CHECKING:
    from app.national.country import Country
    from app.national.people import Stay, Teacher
    from app.national.reference import Named
    from app.national.schools import School

Rows: TypeAlias = Iterator[tuple[Any, ...]]
Column: TypeAlias = "str | None"
TIMES = ("created_at", "updated_at")


@dataclass(frozen=True)
class Table:
    """A table's name, the columns given, and its rows; a stamp of both times is put in front of each."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Country], Rows]

    def stamped(self, country: Country) -> Rows:
        """Yield whole rows: both times, then the columns."""
        moment = country.size.moment
        return ((moment, moment, *row) for row in self.rows(country))


def _table(name: str, columns: str, rows: Callable[[Country], Rows]) -> Table:
    return Table(name, tuple(columns.split()), rows)


def _periods(country: Country) -> Rows:
    for year in country.reference.years:
        first, last = year_days(year)
        yield year, first, last, first if year <= country.size.year else None, year >= country.size.year - 1, False


def _schedules(country: Country) -> Rows:
    stream = country.size.stream("schedules")
    for (year, identifier), number in country.reference.schedules.items():
        yield number, random_id(stream), year, identifier


def _milestones(country: Country) -> Rows:
    number = 0
    for (year, _), schedule in country.reference.schedules.items():
        for declaration in ("started", "retained-1", "retained-2", "retained-3", "retained-4", "completed"):
            number += 1
            yield number, schedule, declaration, year_days(year)[0]


def _named(organisation: Named) -> tuple[Any, ...]:
    return organisation.id, organisation.public_id, organisation.key, organisation.name


def _providers(country: Country) -> Rows:
    return ((*_named(one), [f"team@{one.key}.example"]) for one in country.reference.providers)


def _contracts(country: Country) -> Rows:
    return ((number, *key) for key, number in country.reference.contracts.items())


def _partners(country: Country) -> Rows:
    return (_named(one) for one in country.reference.partners)


def _pairings(country: Country) -> Rows:
    contracts = country.reference.contracts
    for number, (provider, partner, year) in enumerate(country.reference.pairings(), 1):
        yield number, contracts[provider, year], partner, provider, year


def _bodies(country: Country) -> Rows:
    for one in country.reference.bodies:
        is_hub = one.id <= BODIES - NATIONAL_BODIES
        kind = "teaching_school_hub" if is_hub else "national"
        yield *_named(one), kind, kinds_of(one.id), districts_of(one.id) if is_hub else []


def _schools(country: Country) -> Rows:
    stream = country.size.stream("school rows")
    for one in country.schools:
        chosen = bool(one.weight)
        yield (
            *(one.id, random_id(stream), one.urn, school_kind(one.type_code).value, one.name, one.type_code),
            *(f"Type {one.type_code}", CLOSED if one.closed_on else 1, f"{200 + one.authority}"),
            *(f"Authority {one.authority + 1}", one.closed_on, PHASES[one.kind], one.kind, f"{one.id} School Lane"),
            *(f"Town {one.district + 1}", postcode(one), f"office@{one.domain}", False, f"E{one.district + 1:08}"),
            *(f"District {one.district + 1}", str(one.trust) if one.trust else None),
            *(f"Trust {one.trust}" if one.trust else None, search_text(one.name)),
            *(one.body if chosen else None, "provider_led" if chosen else None, one.provider if chosen else None, 1),
        )


def postcode(school: School) -> str | None:
    """Return a school's postcode, of an area that there is not."""
    if not school.has_postcode:
        return None
    letters = "ABDEFGHJLN"
    return (
        f"ZZ{school.district % 90 + 1} {school.id % 10}{letters[school.id // 10 % 10]}{letters[school.id // 100 % 10]}"
    )


def _offices(country: Country) -> Iterator[tuple[int, School, int]]:
    """Yield (user id, school, number of the user there)."""
    number = 0
    for school in country.schools:
        for place in range(school.users):
            number += 1
            yield number, school, place


def _email(school: School, place: int) -> str:
    return f"office{place + 1}@{school.domain}"


def _users(country: Country) -> Rows:
    stream = country.size.stream("users")
    for number, school, place in _offices(country):
        name = f"{school.name[:20].strip()} User {place + 1}"
        yield (
            number,
            random_id(stream),
            "school",
            name,
            _email(school, place),
            True,
            PRIVACY_VERSION,
            country.size.moment,
            [],
        )


def _identities(country: Country) -> Rows:
    return ((number, METHOD, _email(school, place)) for number, school, place in _offices(country))


def _access(country: Country) -> Rows:
    stream, moment = country.size.stream("access"), country.size.moment
    for number, school, _ in _offices(country):
        yield random_id(stream), number, school.id, METHOD, METHOD, moment


def _tutors(country: Country) -> Rows:
    stream, moment = country.size.stream("tutors"), country.size.moment
    for number, school, place in _offices(country):
        if place == 0:
            name = f"{school.name[:20].strip()} User 1"
            yield random_id(stream), school.id, name, _email(school, 0), country.size.year, moment, number


def _teachers(country: Country) -> Rows:
    stream, size = country.size.stream("teacher rows"), country.size
    is_late = size.ago(28)
    for one in country.people.teachers:
        begun = one.started_on if one.started_on and one.started_on <= size.as_of else None
        status = "Passed" if one.completed_on else "InProgress" if begun and begun < is_late else "RequiredToComplete"
        yield (
            *(one.id, random_id(stream), one.trn, one.first, one.last, one.corrected),
            *(search_text(f"{one.first} {one.last}", one.corrected), status, begun, one.completed_on),
            *(size.moment, "found", _moment(begun) if begun else None, 1),
        )


def _moment(day: Any) -> datetime:
    return datetime.combine(day, time(9), UTC)


def _inductions(country: Country) -> Rows:
    bodies = {stay.teacher.id: stay.school.body for stay in country.people.ect_stays}
    for one in country.people.teachers:
        if one.is_recorded and one.started_on and one.started_on <= country.size.as_of:
            yield one.id, bodies[one.id], one.started_on, one.completed_on, "pass" if one.completed_on else None


def _ect_stays(country: Country) -> Rows:
    stream, users = country.size.stream("ECT stays"), first_users(country)
    for stay in country.people.ect_stays:
        pattern = "part_time" if stay.id % 10 == 0 else "full_time"
        yield *_stay(stay, random_id(stream), users), pattern, stay.school.body


def _mentor_stays(country: Country) -> Rows:
    stream, users = country.size.stream("mentor stays"), first_users(country)
    return (_stay(stay, random_id(stream), users) for stay in country.people.mentor_stays)


def first_users(country: Country) -> dict[int, int]:
    """Return the user who registered people, by school."""
    return {school.id: number for number, school, place in _offices(country) if place == 0}


def _stay(stay: Stay, public_id: Any, users: dict[int, int]) -> tuple[Any, ...]:
    left = stay.why == "left"
    return (
        *(stay.id, public_id, stay.teacher.id, stay.school.id, stay.started_on, stay.finished_on, stay.why),
        *(stay.school.id if left else None, _moment(stay.finished_on) if left else None, email_of(stay.teacher)),
        *(users.get(stay.school.id), "date_of_birth", 1),
    )


def email_of(teacher: Teacher) -> str:
    """Return somebody's email address."""
    return f"t{teacher.trn}@teachers.example"


def _mentorships(country: Country) -> Rows:
    stream = country.size.stream("mentorship rows")
    for one in country.mentorships:
        ect, mentor = one.ect, one.mentor
        yield (
            *(one.id, random_id(stream), ect.id, ect.teacher.id, mentor.id, mentor.teacher.id, ect.school.id),
            *(one.started_on, one.finished_on),
        )


def _partnerships(country: Country) -> Rows:
    stream = country.size.stream("partnership rows")
    for one in country.trained.partnerships.values():
        yield one.id, random_id(stream), one.school.id, one.provider, one.partner, one.year, "reported", one.reported_at


def _trainings(country: Country) -> Rows:
    stream, schedules = country.size.stream("training rows"), country.reference.schedules
    for one in country.trained.trainings:
        stay, is_ect = one.stay, one.role == "ect"
        stopped = _moment(one.finished_on) - timedelta(hours=1) if one.withdrawn or one.deferred else None
        before = stay.finished_on if stopped else None
        yield (
            *(one.id, random_id(stream), stay.teacher.id, one.role, stay.school.id),
            *(stay.id if is_ect else None, None if is_ect else stay.id),
            *("provider_led" if one.provider else "school_led", one.provider, one.year),
            *(one.partnership.id if one.partnership else None, _schedule(one.year, one.schedule, schedules)),
            *(one.requested_at, one.confirmed_at, "lead_provider_report" if one.confirmed_at else None, False),
            *(one.started_on, one.finished_on, stopped if one.withdrawn else None, one.withdrawn),
            *(stopped if one.deferred else None, one.deferred, before),
        )


def _schedule(year: int | None, identifier: str | None, schedules: dict[tuple[int, str], int]) -> int | None:
    return schedules[year, identifier] if year and identifier else None


STAY = (
    "id public_id teacher_id school_id started_on finished_on end_reason leaving_reported_by_school_id"
    " leaving_reported_at email registered_by_user_id identity_match version"
)
TABLES = (
    _table(
        "contract_period",
        "year started_on finished_on registration_opens_on mentor_funding_enabled uplift_fees",
        _periods,
    ),
    _table("schedule", "id public_id contract_period_year identifier", _schedules),
    _table("milestone", "id schedule_id declaration opens_on", _milestones),
    _table("lead_provider", "id public_id key name notification_emails", _providers),
    _table("lead_provider_contract", "id lead_provider_id contract_period_year", _contracts),
    _table("delivery_partner", "id public_id key name", _partners),
    _table(
        "provider_pairing",
        "id lead_provider_contract_id delivery_partner_id lead_provider_id contract_period_year",
        _pairings,
    ),
    _table("appropriate_body", "id public_id key name type allowed_school_kinds districts", _bodies),
    _table(
        "school",
        "id public_id urn kind name type_code type_name status_code local_authority_code local_authority_name"
        " closed_on phase_code phase_name street town postcode primary_email section_41_approved district_code"
        " district_name trust_code trust_name search_name last_appropriate_body_id last_training_programme"
        " last_lead_provider_id version",
        _schools,
    ),
    _table(
        "app_user",
        "id public_id audience name email active accepted_privacy_version accepted_privacy_at staff_roles",
        _users,
    ),
    _table("user_identity", "user_id method subject", _identities),
    _table("school_access", "public_id user_id school_id source granted_by granted_at", _access),
    _table(
        "induction_tutor", "public_id school_id name email confirmed_for_year started_at recorded_by_user_id", _tutors
    ),
    _table(
        "teacher",
        "id public_id trn trs_first_name trs_last_name corrected_name search_name trs_induction_status"
        " trs_induction_start_date trs_induction_completed_date trs_refreshed_at trs_answer ect_first_eligible_at"
        " version",
        _teachers,
    ),
    _table("induction_period", "teacher_id appropriate_body_id started_on finished_on outcome", _inductions),
    _table("ect_at_school_period", f"{STAY} working_pattern school_reported_appropriate_body_id", _ect_stays),
    _table("mentor_at_school_period", STAY, _mentor_stays),
    _table(
        "mentorship_period",
        "id public_id ect_at_school_period_id ect_teacher_id mentor_at_school_period_id mentor_teacher_id school_id"
        " started_on finished_on",
        _mentorships,
    ),
    _table(
        "school_partnership",
        "id public_id school_id lead_provider_id delivery_partner_id contract_period_year origin reported_at",
        _partnerships,
    ),
    _table(
        "training_period",
        "id public_id teacher_id role school_id ect_at_school_period_id mentor_at_school_period_id training_programme"
        " lead_provider_id contract_period_year school_partnership_id schedule_id requested_at confirmed_at"
        " confirmation_source self_funded started_on finished_on withdrawn_at withdrawal_reason deferred_at"
        " deferral_reason finished_on_before_stop",
        _trainings,
    ),
)
