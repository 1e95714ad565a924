"""The test sign-in: ready-made people and a free form; it doesn't exist in production (ACC-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post

from app.access.personas import Persona
from app.access.queries import school_by_urn
from app.access.sign_in_as_persona import SignInAsPersona, sign_in_as_persona
from app.access.staff_rules import STAFF_ROLES
from app.values import NOT_AN_OPTION, Invalid, parse_both, parse_email, parse_name
from app.web.forms import read_form_lists
from app.web.page import full_load, page
from app.web.policies import public_page
from app.web.session import take_return_path, visit_of

if TYPE_CHECKING:
    from app.terms import SchoolId

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class PersonasPage:
    """Who can be chosen, and what was typed into the free form."""

    personas: Sequence[Persona]
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@get("/personas", opt=public_page())
async def show(request: AnyRequest) -> Response[str]:
    """List the personas (ACC-8.1)."""
    return page(request, "public/personas.html", PersonasPage(request.app.state.personas))


@post("/personas", opt=public_page(csrf=False), status_code=303)
async def choose(request: AnyRequest) -> Response[str]:
    """Sign in as a persona or as anybody (contract, section 4)."""
    fields = await read_form_lists(request)
    typed = {name: values[-1] for name, values in fields.items()}
    try:
        command = await _command(request, typed, fields.get("roles", []))
    except Invalid as invalid:
        context = PersonasPage(request.app.state.personas, typed, invalid.errors)
        return page(request, "public/personas.html", context, status=422)
    visit = visit_of(request)
    old = visit.visitor.session
    await visit.adopt(await sign_in_as_persona(replace(command, old_session=old.id_hash if old else None)))
    return full_load(request, await take_return_path(request, command.kind))


async def _command(request: AnyRequest, typed: dict[str, str], roles: list[str]) -> SignInAsPersona:
    accepted = typed.get("privacy_notice") != "unread"
    if "persona" in typed:
        command = await _of_persona(request.app.state.personas, typed["persona"])
        return replace(command, privacy_accepted=command.privacy_accepted and accepted)
    if typed.get("kind") == "school":
        return replace(await _of_school_form(typed), privacy_accepted=accepted)
    if typed.get("kind") == "staff":
        return _of_staff_form(typed, roles)
    raise Invalid(kind=NOT_AN_OPTION if typed.get("kind") else "Select who to sign in as")


async def _of_persona(personas: Sequence[Persona], key: str) -> SignInAsPersona:
    persona = next((one for one in personas if one.key == key), None)
    if persona is None:
        raise Invalid(persona=NOT_AN_OPTION)
    if persona.locked:
        raise Invalid(persona=f"The account of {persona.name} is locked")
    schools = [await _school(urn, "persona") for urn in persona.school_urns]
    return SignInAsPersona(
        kind=persona.kind,
        name=persona.name,
        email=persona.email,
        schools=tuple(schools),
        current_school=schools[0] if len(schools) == 1 else None,
        roles=persona.roles,
        privacy_accepted=persona.privacy_accepted,
    )


async def _of_school_form(typed: dict[str, str]) -> SignInAsPersona:
    errors: dict[str, str] = {}
    school: SchoolId | None = None
    try:
        school = await _school(typed.get("school_urn", "").strip(), "school_urn")
    except Invalid as invalid:
        errors |= invalid.errors
    try:
        name, email = _person(typed)
    except Invalid as invalid:
        errors |= invalid.errors
    if errors or school is None:
        raise Invalid(errors)
    return SignInAsPersona("school", name, email, schools=(school,), current_school=school)


def _of_staff_form(typed: dict[str, str], roles: list[str]) -> SignInAsPersona:
    wanted = tuple(role.strip() for group in roles for role in group.split(",") if role.strip())
    errors: dict[str, str] = {}
    if not set(wanted) <= set(STAFF_ROLES):
        errors["roles"] = f"Roles are {', '.join(STAFF_ROLES)}"
    try:
        name, email = _person(typed)
    except Invalid as invalid:
        errors |= invalid.errors
    if errors:
        raise Invalid(errors)
    return SignInAsPersona("staff", name, email, roles=wanted)


def _person(typed: dict[str, str]) -> tuple[str, str]:
    return parse_both(lambda: parse_name(typed, "name", "name"), lambda: parse_email(typed, "email"))


async def _school(urn: str, field_name: str) -> SchoolId:
    school = await school_by_urn(urn)
    if school is None:
        raise Invalid({field_name: f"No school in the register has URN {urn}" if urn else "Enter a URN"})
    return school


HANDLERS = [show, choose]
