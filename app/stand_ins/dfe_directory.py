"""The public API of the `dfe-sign-in` stand-in: roles and organisations (EXT-3.6, EXT-6.10)."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from app import clock
from app.stand_ins.server import Said, as_json

if TYPE_CHECKING:
    from app.stand_ins.dfe_file import File, Organisation, User
    from app.stand_ins.dfe_tokens import Json
    from app.stand_ins.server import Asked

AUDIENCE = "signin.education.gov.uk"
_ROLE = re.compile(r"/services/([^/]+)/organisations/([^/]+)/users/([^/]+)")
_ORGANISATIONS = re.compile(r"/users/([^/]+)/organisations")


def operation_of(asked: Asked) -> str:
    """Return the name of what is asked for."""
    if asked.method == "GET" and _ROLE.fullmatch(asked.path):
        return "role"
    return "organisations" if asked.method == "GET" and _ORGANISATIONS.fullmatch(asked.path) else "unknown"


def subject_of(asked: Asked) -> set[str]:
    """Return the person asked about, if the path names one."""
    found = _ROLE.fullmatch(asked.path) or _ORGANISATIONS.fullmatch(asked.path)
    return {unquote(found.groups()[-1])} if found else set()


def role(file: File, asked: Asked) -> Said:
    """Answer which roles somebody has at an organisation; none is 404."""
    found = _ROLE.fullmatch(asked.path)
    if found is None or not _is_client(file, asked):
        return Said(HTTPStatus.UNAUTHORIZED, content_type="")
    service, organisation_id, sub = (unquote(part) for part in found.groups())
    user = _user(file, sub)
    organisation = user.organisation(organisation_id) if user else None
    if service != file.client.id or user is None or organisation is None or not organisation.roles:
        return Said(HTTPStatus.NOT_FOUND, content_type="")
    answer = {
        "userId": user.sub,
        "serviceId": service,
        "organisationId": organisation.id,
        "roles": [_role(code, number, organisation.role_status) for number, code in enumerate(organisation.roles, 1)],
        "identifiers": [],
    }
    return as_json(HTTPStatus.OK, answer)


def organisations(file: File, asked: Asked) -> Said:
    """Answer every organisation of somebody."""
    if not _is_client(file, asked):
        return Said(HTTPStatus.UNAUTHORIZED, content_type="")
    user = next((user for user in file.users if user.sub in subject_of(asked)), None)
    if user is None or not user.organisations:
        return Said(HTTPStatus.NOT_FOUND, content_type="")
    return as_json(HTTPStatus.OK, [as_claim(organisation) for organisation in user.organisations])


def as_claim(organisation: Organisation) -> Json:
    """Return an organisation as tokens and the API name it; keys that are unknown are left out (EXT-3.4)."""
    return {
        "id": organisation.id,
        "name": organisation.name,
        "category": {"id": organisation.category, "name": "Establishment"},
        **({"urn": organisation.urn} if organisation.urn else {}),
        "status": {"id": 1, "name": "Open"},
    }


def _role(code: str, number: int, status: int | None) -> Json:
    role_id = str(uuid5(NAMESPACE_URL, code)).upper()
    made: Json = {"id": role_id, "name": code, "code": code, "numericId": str(number)}
    return made if status is None else {**made, "status": {"id": status}}


def _user(file: File, sub: str) -> User | None:
    return next((user for user in file.users if user.sub == sub), None)


def _is_client(file: File, asked: Asked) -> bool:
    raw = asked.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(raw, OctKey.import_key(file.client.api_secret), algorithms=["HS256"]).claims
        now = int(clock.machine_now().timestamp())
        wanted = jwt.JWTClaimsRegistry(
            now=now,
            iss={"essential": True, "value": file.client.id},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            iat={"essential": True},
        )
        wanted.validate(claims)
    except (JoseError, ValueError):
        return False
    return True
