"""Giving or removing somebody's access to a school by email link, and ending their sessions (FIX-20)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.access.end_sessions import end_sessions
from app.access.give_access import GiveAccess, give_access
from app.access.remove_access import RemoveAccess, remove_access
from app.console.access_queries import school_users
from app.values import Invalid, parse_both, parse_choice, parse_email, parse_name
from app.web.console.fixes import Field, Fix

if TYPE_CHECKING:
    from datetime import date

    from app.console.access_queries import SchoolUser
    from app.console.school_queries import SchoolFile
    from app.terms import Actor, UserId
    from app.values import Form
    from app.web.console.fixes import Circumstances

SLUG = "people-with-access"
GIVE, REMOVE, END = "give", "remove", "end"
ACTS = {
    GIVE: "Give somebody access by email link",
    REMOVE: "Remove somebody’s access by email link",
    END: "End somebody’s sessions, at every school and in every browser",
}
WHO = "Select who it is about"


@dataclass(frozen=True)
class PeopleWithAccess:
    """A school and who may work for it."""

    school: SchoolFile
    users: dict[str, SchoolUser]
    email: str
    """The address that led here: of somebody who is to have access, unless they have it."""


@dataclass(frozen=True)
class EndSessions:
    """Whose sessions end."""

    user_id: UserId


async def _load(school: SchoolFile, circumstances: Circumstances) -> PeopleWithAccess:
    users = {str(user.id): user for user in await school_users(school.id)}
    return PeopleWithAccess(school, users, circumstances.given.get("email", ""))


def _initial(people: PeopleWithAccess) -> dict[str, str]:
    return {"act": GIVE, "email": people.email} if people.email else {}


def _choices(people: PeopleWithAccess) -> dict[str, dict[str, str]]:
    users = {key: user.words for key, user in people.users.items()}
    return {"act": ACTS, "user": users or {"nobody": "Nobody has access to this school"}}


def _parse(form: Form, people: PeopleWithAccess) -> GiveAccess | RemoveAccess | EndSessions:
    act = parse_choice(form, "act", list(ACTS), "Select what to do")
    school = people.school
    if act == GIVE:
        name, email = parse_both(lambda: parse_name(form, "name", "name"), lambda: parse_email(form))
        return GiveAccess(school.id, school.name, name, email)
    if not people.users:
        raise Invalid(act="Nobody has access to this school")
    user = people.users[parse_choice(form, "user", list(people.users), WHO)]
    if act == END:
        return EndSessions(user.id)
    if not user.by_email_link:
        raise Invalid(user="They have no access by email link. Their organisation at DfE Sign-in decides")
    return RemoveAccess(school.id, user.id)


async def _run(command: GiveAccess | RemoveAccess | EndSessions, actor: Actor, _today: date) -> None:
    match command:
        case GiveAccess():
            await give_access(command, actor)
        case RemoveAccess():
            await remove_access(command, actor)
        case EndSessions():
            await end_sessions(command.user_id, actor)


FIXES: tuple[Fix[SchoolFile, Any], ...] = (
    Fix(
        "FIX-20",
        SLUG,
        "Give or remove somebody’s access, or end their sessions",
        initial=_initial,
        parse=_parse,
        run=_run,
        choices=_choices,
        load=_load,
        done="The access is changed",
        fields=(
            Field("act", "What do you want to do?", "radios"),
            Field("user", "Whose access or sessions?", "radios", "To remove access or end sessions"),
            Field("name", "Name", "name", "To give access"),
            Field("email", "Email address", "email", "To give access. It is used only while the link is on here"),
        ),
    ),
)
