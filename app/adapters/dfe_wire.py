"""The wire of DfE Sign-in: what each answer means (EXT-3.1 to EXT-3.6). Decoders declare only what the service uses."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from app.access.sign_in import Has, HasNot, Organisation, RoleOutcome, TryAgain, Unavailable
from app.adapters.http import SERVER_FAULTS, Answer, Failed
from app.terms import FailureCause

ACTIVE = 1
_URN = re.compile(r"[0-9]{5,7}")
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_OUR_FAULT = frozenset({"invalid_client", "unauthorized_client"})
W = TypeVar("W")


class Document(msgspec.Struct):
    """The discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""


class Tokens(msgspec.Struct):
    """What a code was exchanged for."""

    access_token: str
    id_token: str


class _Trouble(msgspec.Struct):
    error: str = ""


class _Status(msgspec.Struct):
    id: int


class _Role(msgspec.Struct):
    code: str
    status: _Status | None = None


class _Roles(msgspec.Struct):
    roles: list[_Role]


def read_document(answer: Answer | Failed, issuer: str) -> Document | Unavailable:
    """Read the discovery document; another issuer than ours, port included, is misconfigured (EXT-3.1)."""
    document = _decoded(answer, Document)
    if isinstance(document, Unavailable):
        return document
    endpoints = (document.authorization_endpoint, document.token_endpoint, document.userinfo_endpoint)
    scheme = issuer.partition(":")[0]
    if document.issuer != issuer or any(not one.startswith(f"{scheme}://") for one in (*endpoints, document.jwks_uri)):
        return Unavailable(FailureCause.MISCONFIGURED)
    return document


def read_object(answer: Answer | Failed) -> dict[str, Any] | Unavailable:
    """Read an answer that is a JSON object."""
    return _decoded(answer, dict[str, Any])


def read_tokens(answer: Answer | Failed) -> Tokens | TryAgain | Unavailable:
    """Read what a code was exchanged for; a code that is refused means trying again (EXT-3.8)."""
    if isinstance(answer, Answer) and HTTPStatus.BAD_REQUEST <= answer.status < SERVER_FAULTS:
        error = _error_of(answer)
        if answer.status in _REFUSED or error in _OUR_FAULT:
            return Unavailable(FailureCause.MISCONFIGURED)
        if error:
            return TryAgain("code_refused")
    return _decoded(answer, Tokens)


def read_role(answer: Answer | Failed) -> RoleOutcome:
    """Read the roles that are in force; not found is no access, unless something else answered (EXT-3.6)."""
    if isinstance(answer, Answer) and answer.status == HTTPStatus.NOT_FOUND and answer.content_type != "text/html":
        return HasNot()
    found = _decoded(answer, _Roles)
    if isinstance(found, Unavailable):
        return found
    return Has(frozenset(role.code for role in found.roles if role.status is None or role.status.id == ACTIVE))


def read_organisations(answer: Answer | Failed) -> tuple[Organisation, ...] | Unavailable:
    """Read a list of organisations; what isn't one is passed over."""
    if isinstance(answer, Answer) and answer.status == HTTPStatus.NOT_FOUND:
        return ()
    listed = _decoded(answer, list[Any])
    if isinstance(listed, Unavailable):
        return listed
    read = (read_organisation(one) for one in listed)
    return tuple(one for one in read if one is not None)


def read_organisation(claim: object) -> Organisation | None:
    """Read the claim in any of its shapes; None when it names no organisation (ACC-4.7, EXT-3.4)."""
    if isinstance(claim, str):
        try:
            claim = json.loads(claim)
        except ValueError:
            return None
    if not isinstance(claim, dict):
        return None
    try:
        organisation_id = str(UUID(str(claim.get("id"))))
    except ValueError:
        return None
    return Organisation(organisation_id, str(claim.get("name") or ""), _urn(claim.get("urn")))


def _urn(value: object) -> str | None:
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if _URN.fullmatch(text) else None


def _error_of(answer: Answer) -> str:
    try:
        return msgspec.json.decode(answer.body, type=_Trouble).error if answer.is_json else ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def _decoded(answer: Answer | Failed, shape: type[W]) -> W | Unavailable:
    if isinstance(answer, Failed):
        return Unavailable(answer.cause)
    if answer.status != HTTPStatus.OK:
        return Unavailable(_cause(answer.status))
    if not answer.is_json:
        return Unavailable(FailureCause.CONTRACT)
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Unavailable(FailureCause.CONTRACT)


def _cause(status: int) -> FailureCause:
    if status in _REFUSED:
        return FailureCause.MISCONFIGURED
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return FailureCause.RATE_LIMITED
    return FailureCause.SERVER_ERROR if status >= SERVER_FAULTS else FailureCause.CONTRACT
