"""The personas' accounts at the stand-in for DfE Sign-in, and how the demo is registered there (REF-6.8, EXT-6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from app.demo.personas import PERSONAS
from app.demo.schools import schools

if TYPE_CHECKING:
    from app.access.personas import Persona
    from app.demo.calendar import Days
    from app.settings import Settings

CLIENT_ID = "register"
SECRET = "stand-in-dfe-sign-in-secret"  # noqa: S105 - opens nothing but the stand-in
API_SECRET = "stand-in-dfe-sign-in-api-secret"  # noqa: S105 - likewise
SCHOOL, TRUST = "001", "010"


def dfe_sign_in_settings(url: str) -> dict[str, str]:
    """Return the settings under which the service finds the stand-in at an address; none for none."""
    if not url:
        return {}
    return {
        "DFE_SIGN_IN_ISSUER": url,
        "DFE_SIGN_IN_API_URL": url,
        "DFE_SIGN_IN_CLIENT_ID": CLIENT_ID,
        "DFE_SIGN_IN_SECRET": SECRET,
        "DFE_SIGN_IN_API_SECRET": API_SECRET,
    }


def dfe_users(settings: Settings, days: Days) -> dict[str, Any]:
    """Return the content of the stand-in's file: every persona of a school, and where they are sent back to."""
    client = {
        "id": CLIENT_ID,
        "secret": SECRET,
        "api_secret": API_SECRET,
        "redirect_uris": [settings.callback_url],
        "post_logout_redirect_uris": [settings.signed_out_url],
    }
    names = {school.urn: school.name for school in schools(days)}
    users = [
        _user(persona, names, settings.dfe_sign_in_school_role) for persona in PERSONAS if persona.kind == "school"
    ]
    return {"format": 1, "client": client, "users": users}


def _user(persona: Persona, names: dict[str, str], role: str) -> dict[str, Any]:
    given, _, family = persona.name.partition(" ")
    return {
        "sub": str(uuid5(NAMESPACE_URL, persona.key)),
        "email": persona.email,
        "given_name": given,
        "family_name": family,
        "organisations": [_school(urn, names[urn], role) for urn in persona.school_urns] or [_trust(persona)],
    }


def _school(urn: str, name: str, role: str) -> dict[str, Any]:
    return {"id": _id(urn), "name": name, "urn": urn, "category": SCHOOL, "roles": [role]}


def _trust(persona: Persona) -> dict[str, Any]:
    return {"id": _id(persona.key), "name": "North Trust", "category": TRUST, "roles": []}


def _id(of: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"organisation {of}")).upper()
