"""Lifting a look-up limit for a school, one of its users or a TRN (FIX-23)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.console.access_queries import school_users
from app.events.record import About
from app.teachers.lift_look_up_limit import LiftLookUpLimit, lift_look_up_limit
from app.values import parse_choice, parse_trn
from app.web.console.fixes import Field, Fix, without_day

if TYPE_CHECKING:
    from app.console.access_queries import SchoolUser
    from app.console.person_queries import PersonFile
    from app.console.school_queries import SchoolFile
    from app.values import Form
    from app.web.console.fixes import Circumstances

DONE = "The look-up limit is lifted"
SCHOOL, TRN = "school", "trn"
WHOSE = "Select whose limit to lift"
SLUG, TITLE = "look-up-limit", "Lift a look-up limit"


@dataclass(frozen=True)
class SchoolLimits:
    """A school with the users whose look-ups may have reached a limit."""

    school: SchoolFile
    users: dict[str, SchoolUser]
    trn: str
    """The TRN that an address gives."""


def filled(whose: str, trn: str) -> dict[str, str]:
    """Return what an address says so that the form of a school asks for a limit that is reached."""
    return {"whose": whose, "trn": trn} if whose == TRN else {"whose": SCHOOL}


async def _load(school: SchoolFile, circumstances: Circumstances) -> SchoolLimits:
    users = await school_users(school.id)
    with_look_ups = {f"user-{user.id}": user for user in users if user.look_ups}
    return SchoolLimits(school, with_look_ups, circumstances.given.get("trn", ""))


def _choices(limits: SchoolLimits) -> dict[str, dict[str, str]]:
    users = {key: user.words for key, user in limits.users.items()}
    return {"whose": {SCHOOL: "The whole school’s", **users, TRN: "That of one TRN, at every school"}}


def _parse(form: Form, limits: SchoolLimits) -> LiftLookUpLimit:
    about = About(school_id=limits.school.id)

    whose = parse_choice(form, "whose", [SCHOOL, *limits.users, TRN], WHOSE)
    if whose == SCHOOL:
        return LiftLookUpLimit("school", limits.school.id, limits.school.name, about)
    if whose == TRN:
        trn = parse_trn(form)
        return LiftLookUpLimit("trn", trn, f"TRN {trn}", about)
    user = limits.users[whose]
    return LiftLookUpLimit("user", user.id, user.name, about)


def _of_person(_form: Form, person: PersonFile) -> LiftLookUpLimit:
    return LiftLookUpLimit("trn", person.trn, f"TRN {person.trn}", About(teacher_id=person.id))


OF_SCHOOL: tuple[Fix[SchoolFile, Any], ...] = (
    Fix(
        "FIX-23",
        SLUG,
        TITLE,
        initial=lambda limits: {"trn": limits.trn},
        parse=_parse,
        run=without_day(lift_look_up_limit),
        choices=_choices,
        load=_load,
        done=DONE,
        fields=(
            Field("whose", "Whose limit?", "radios"),
            Field("trn", "TRN, if it is the limit of one", width="10"),
        ),
    ),
)
OF_PERSON: tuple[Fix[PersonFile, Any], ...] = (
    Fix(
        "FIX-23",
        "look-up-limit-of-trn",
        "Lift the look-up limit of their TRN",
        parse=_of_person,
        run=without_day(lift_look_up_limit),
        done=DONE,
    ),
)
