"""What staff can put right about registrations: email address, name, working pattern (FIX-01, FIX-02, FIX-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.registration.changes.change_email import ChangeEmail, change_email
from app.registration.changes.change_name import ChangeName, NameReason, change_name
from app.registration.changes.change_working_pattern import ChangeWorkingPattern, change_working_pattern
from app.registration.registering.start_dates import day_in_words
from app.teachers.rules import teaching_record_name
from app.terms import ECTAtSchoolId, Role, WorkingPattern
from app.values import parse_both, parse_choice, parse_email, parse_name
from app.web.console.fixes import Fix
from app.web.console.person_shown import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.console.person_queries import PersonFile, StayFile
    from app.values import Form

WHICH = "Select which registration it is about"


def standing(person: PersonFile, *roles: Role) -> dict[str, StayFile]:
    """Return the registrations in these roles that were not removed, by public id, newest first."""
    kept = (stay for stay in person.stays if stay.role in roles and stay.removed_at is None)
    return {str(stay.public_id): stay for stay in kept}


def both(person: PersonFile) -> dict[str, StayFile]:
    """Return every registration that was not removed."""
    return standing(person, Role.ECT, Role.MENTOR)


def as_ect(person: PersonFile) -> dict[str, StayFile]:
    """Return every registration as an ECT that was not removed."""
    return standing(person, Role.ECT)


def not_registered(person: PersonFile) -> str:
    """Say that no registration stands; nothing when one does."""
    return "" if both(person) else "No registration of theirs stands."


def not_an_ect(person: PersonFile) -> str:
    """Say that none as an ECT stands; nothing when one does."""
    return "" if as_ect(person) else "They are not registered as an ECT."


def words_of(stays: Mapping[str, StayFile]) -> dict[str, str]:
    """Return the registrations as options: role, school and first day."""
    return {
        key: f"{ROLES[stay.role]} at {stay.school}, from {day_in_words(stay.started_on)}" for key, stay in stays.items()
    }


def only_one(stays: Mapping[str, StayFile]) -> dict[str, str]:
    """Return the choice that is made already where there is no other."""
    return {"stay": next(iter(stays))} if len(stays) == 1 else {}


def parse_stay(form: Form, stays: Mapping[str, StayFile]) -> StayFile:
    """Return the registration chosen; raises Invalid."""
    return stays[parse_choice(form, "stay", list(stays), WHICH)]


def _email(form: Form, person: PersonFile) -> ChangeEmail:
    stay, email = parse_both(lambda: parse_stay(form, both(person)), lambda: parse_email(form))
    return ChangeEmail(stay.role, stay.id, email)


def _name(form: Form, person: PersonFile) -> ChangeName:
    def name() -> str:
        choice = parse_choice(form, "name_choice", ["correct", "record"], "Select which name they are to have")
        if choice == "record":
            return teaching_record_name(person.name.trs_first_name, person.name.trs_last_name)
        return parse_name(form, "new_name", "correct name")

    stay = next(iter(both(person).values()))
    return ChangeName(stay.role, stay.id, name(), NameReason.ENTERED_INCORRECTLY)


def _pattern(form: Form, person: PersonFile) -> ChangeWorkingPattern:
    stay, pattern = parse_both(
        lambda: parse_stay(form, as_ect(person)),
        lambda: parse_choice(form, "working_pattern", list(WorkingPattern), "Select full time or part time"),
    )
    return ChangeWorkingPattern(ECTAtSchoolId(stay.id), WorkingPattern(pattern))


FIXES: tuple[Fix[PersonFile, Any], ...] = (
    Fix(
        "FIX-01",
        "email",
        "Correct an email address",
        template="console/fixes/email.html",
        possible=not_registered,
        initial=lambda person: only_one(both(person)),
        parse=_email,
        run=change_email,
        choices=lambda person: {
            "stay": {key: f"{words}: {both(person)[key].email}" for key, words in words_of(both(person)).items()}
        },
        done="The email address is corrected",
        record_field="stay",
        records=both,
    ),
    Fix(
        "FIX-02",
        "name",
        "Correct a name",
        template="console/fixes/name.html",
        possible=not_registered,
        initial=lambda person: {"new_name": person.name.displayed},
        parse=_name,
        run=change_name,
        choices=lambda _: {"name_choice": {"correct": "Another name", "record": "The teaching record’s name"}},
        done="The name is corrected",
    ),
    Fix(
        "FIX-04",
        "working-pattern",
        "Change a working pattern",
        template="console/fixes/working-pattern.html",
        possible=not_an_ect,
        initial=lambda person: only_one(as_ect(person)),
        parse=_pattern,
        run=change_working_pattern,
        choices=lambda person: {
            "stay": words_of(as_ect(person)),
            "working_pattern": {pattern.value: pattern.words for pattern in WorkingPattern},
        },
        done="The working pattern is changed",
        record_field="stay",
        records=as_ect,
    ),
)
