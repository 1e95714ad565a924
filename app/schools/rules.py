"""What kind of school this is, and what it may do in the service (rules, section 3; access, section 13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.terms import SchoolKind, TrainingProgramme, Word

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy

# Establishment types of the school register (ACC-13.2).
FUNDED_TYPES = frozenset({1, 2, 3, 5, 6, 7, 8, 12, 14, 15, 18, 24, 28, *range(31, 37), *range(38, 49), 57})
INDEPENDENT_TYPES = frozenset({10, 11})
OVERSEAS_TYPES = frozenset({37})
OTHER_TYPES = frozenset({25, 26, 27, 29, 30, 49, 56})
KNOWN_TYPES = FUNDED_TYPES | INDEPENDENT_TYPES | OVERSEAS_TYPES | OTHER_TYPES
OUTSIDE_ENGLAND_TYPES = frozenset({25, 26, 30, 37})

# Status codes of the school register (ACC-13.3).
CLOSED = 2
PROPOSED_TO_OPEN = 4


class SchoolLevel(Word):
    """How far a school may use the service (SCH-02)."""

    FULL = "full"
    FULL_NO_NEW_ECTS = "full_no_new_ects", "full, but no new ECTs"
    SCHOOL_LED_ONLY = "school_led_only", "school-led only"
    NONE = "none", "no use of the service"


class RefusalReason(Word):
    """Why a school may not use the service at all; it only chooses the page (ACC-13.8)."""

    NOT_SET_UP = "not_set_up"
    CLOSED = "closed"
    NOT_OPEN_YET = "not_open_yet"
    DECIDED_BY_SUPPORT = "decided_by_support"
    TYPE_UNKNOWN = "type_unknown"
    NOT_FUNDED = "not_funded"
    NOT_IN_ENGLAND = "not_in_england"
    TYPE_NOT_ELIGIBLE = "type_not_eligible"


@dataclass(frozen=True)
class SchoolFacts:
    """What decides about a school; `has_open_training` = a stay here has current or future training."""

    known: bool = True
    type_code: int | None = None
    status_code: int | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    district_code: str = ""
    section_41_approved: bool = False
    override: SchoolLevel | None = None
    override_until: date | None = None
    has_open_training: bool = False


@dataclass(frozen=True)
class SchoolAccess:
    """A school's level, the row of ACC-13.5 that decided it, and the reason when it is `none`."""

    level: SchoolLevel
    row: int
    reason: RefusalReason | None = None


FUNDED = SchoolAccess(SchoolLevel.FULL, 5)
SECTION_41 = SchoolAccess(SchoolLevel.FULL, 6)
ADMITTED = SchoolAccess(SchoolLevel.SCHOOL_LED_ONLY, 7)
STILL_TRAINING = SchoolAccess(SchoolLevel.FULL_NO_NEW_ECTS, 8)
TYPE_UNKNOWN = SchoolAccess(SchoolLevel.NONE, 9, RefusalReason.TYPE_UNKNOWN)
NOT_FUNDED = SchoolAccess(SchoolLevel.NONE, 10, RefusalReason.NOT_FUNDED)
NOT_IN_ENGLAND = SchoolAccess(SchoolLevel.NONE, 11, RefusalReason.NOT_IN_ENGLAND)
TYPE_NOT_ELIGIBLE = SchoolAccess(SchoolLevel.NONE, 12, RefusalReason.TYPE_NOT_ELIGIBLE)


def school_kind(type_code: int | None) -> SchoolKind:
    """Return the kind of school of an establishment type; unknown types are `other` (SCH-01)."""
    if type_code in FUNDED_TYPES:
        return SchoolKind.STATE_FUNDED
    if type_code in INDEPENDENT_TYPES:
        return SchoolKind.INDEPENDENT
    if type_code in OVERSEAS_TYPES:
        return SchoolKind.BRITISH_SCHOOL_OVERSEAS
    return SchoolKind.OTHER


def is_closed(school: SchoolFacts, today: date) -> bool:
    """Tell whether the school has closed; its close date is its last open day (ACC-13.3)."""
    return school.status_code == CLOSED and (school.closed_on is None or school.closed_on < today)


def is_not_yet_open(school: SchoolFacts, today: date) -> bool:
    """Tell whether the school is only proposed or opens after today (ACC-13.3)."""
    return school.status_code == PROPOSED_TO_OPEN or (school.opened_on is not None and school.opened_on > today)


def is_in_england(school: SchoolFacts) -> bool:
    """Tell whether the school lies in England by type and administrative district (ACC-13.4)."""
    district = school.district_code.strip()
    return school.type_code not in OUTSIDE_ENGLAND_TYPES and (district in {"", "9999"} or district.startswith("E"))


def school_access(school: SchoolFacts, today: date, policy: Policy) -> SchoolAccess:
    """Decide everything about a school's use of the service; the first row that fits wins (SCH-02, ACC-13.5)."""
    if not school.known:
        return _refused(1, RefusalReason.NOT_SET_UP)
    if is_closed(school, today):
        return _refused(2, RefusalReason.CLOSED)
    if is_not_yet_open(school, today):
        return _refused(3, RefusalReason.NOT_OPEN_YET)
    return _decided_by_support(school, today) or _by_type(school, policy)


def _decided_by_support(school: SchoolFacts, today: date) -> SchoolAccess | None:
    in_force = school.override_until is None or today <= school.override_until
    if school.override is None or not in_force:
        return None
    if school.override is SchoolLevel.NONE:
        return _refused(4, RefusalReason.DECIDED_BY_SUPPORT)
    return SchoolAccess(school.override, 4)


def _by_type(school: SchoolFacts, policy: Policy) -> SchoolAccess:
    in_england = is_in_england(school)
    independent = in_england and school.type_code in INDEPENDENT_TYPES
    admitted = school.type_code in policy.admitted_unfunded_types
    rows = (
        (school.type_code in FUNDED_TYPES and in_england, FUNDED),
        (independent and school.section_41_approved, SECTION_41),
        (admitted, ADMITTED),
        (independent and school.has_open_training, STILL_TRAINING),
        (school.type_code not in KNOWN_TYPES, TYPE_UNKNOWN),
        (independent, NOT_FUNDED),
        (not in_england, NOT_IN_ENGLAND),
    )
    return next((access for applies, access in rows if applies), TYPE_NOT_ELIGIBLE)


def _refused(row: int, reason: RefusalReason) -> SchoolAccess:
    return SchoolAccess(SchoolLevel.NONE, row, reason)


def may_use_service(level: SchoolLevel) -> bool:
    """Tell whether people of the school see more than the refusal page, and may look after people there (ACC-13.6)."""
    return level is not SchoolLevel.NONE


def may_register_ects(level: SchoolLevel) -> bool:
    """Tell whether the school may register a new ECT (ACC-13.6, SCH-03)."""
    return level in {SchoolLevel.FULL, SchoolLevel.SCHOOL_LED_ONLY}


def programmes_for_new_ects(level: SchoolLevel, policy: Policy) -> tuple[TrainingProgramme, ...]:
    """Return the programmes offered when an ECT is registered, in the order shown (ACC-13.6, ACC-13.7)."""
    if level is SchoolLevel.FULL or (level is SchoolLevel.SCHOOL_LED_ONLY and policy.unfunded_may_use_provider_led):
        return (TrainingProgramme.PROVIDER_LED, TrainingProgramme.SCHOOL_LED)
    return (TrainingProgramme.SCHOOL_LED,) if may_register_ects(level) else ()


def programmes_for_ects_here(level: SchoolLevel, policy: Policy) -> tuple[TrainingProgramme, ...]:
    """Return the programmes that an ECT already here can change to, in the order shown (SCH-02)."""
    if level is SchoolLevel.FULL_NO_NEW_ECTS:
        return (TrainingProgramme.PROVIDER_LED, TrainingProgramme.SCHOOL_LED)
    return programmes_for_new_ects(level, policy)


def is_self_funded(level: SchoolLevel, programme: TrainingProgramme) -> bool:
    """Tell whether training chosen for a newly registered ECT is not funded by DfE (ACC-13.7, SCH-04)."""
    return level is SchoolLevel.SCHOOL_LED_ONLY and programme is TrainingProgramme.PROVIDER_LED


def may_register_mentors(level: SchoolLevel) -> bool:
    """Tell whether the school may register or assign a mentor for an ECT already here (ACC-13.6)."""
    return may_use_service(level)


def offers_mentor_training(level: SchoolLevel) -> bool:
    """Tell whether funded mentor training is offered (SCH-02, MFT-03)."""
    return level in {SchoolLevel.FULL, SchoolLevel.FULL_NO_NEW_ECTS}
