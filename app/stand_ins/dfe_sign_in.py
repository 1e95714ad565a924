"""DfE Sign-in as the stand-in plays it: OpenID provider and public API on one port (EXT-6.10)."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import secrets
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

from app import clock
from app.stand_ins import dfe_directory, dfe_pages, server
from app.stand_ins.dfe_file import CALLBACKS, read_faults, read_users
from app.stand_ins.dfe_tokens import HOUR, Keys, half_hash, spoil
from app.stand_ins.faults import Faults
from app.stand_ins.server import Said, as_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from datetime import date

    from app.stand_ins.dfe_file import File, Organisation, User
    from app.stand_ins.dfe_tokens import Json
    from app.stand_ins.faults import Fault
    from app.stand_ins.server import Asked

_ROUTES = {
    ("GET", "/.well-known/openid-configuration"): "discovery",
    ("GET", "/auth"): "authorise",
    ("POST", "/token"): "token",
    ("GET", "/me"): "userinfo",
    ("GET", "/certs"): "keys",
    ("GET", "/session/end"): "end_session",
}
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass
class Grant:
    """What one authorisation gave: a code that works once, then a token."""

    user: User
    organisation: Organisation | None
    nonce: str | None
    challenge: str
    redirect_uri: str
    used: bool = False
    access_token: str = field(default_factory=lambda: secrets.token_urlsafe(32))


class DfESignIn:
    """One set of people behind the routes of the real system."""

    name = "dfe-sign-in"

    def __init__(self, content: object, as_of: date) -> None:
        self._as_of = as_of
        self._keys = Keys()
        self.replace(content)
        self._handlers: dict[str, Callable[[Asked, Fault | None], Said]] = {
            "discovery": self._discovery,
            "authorise": self._authorise,
            "token": self._token,
            "userinfo": self._userinfo,
            "keys": lambda _asked, _fault: replace(
                as_json(HTTPStatus.OK, self._keys.published()), content_type="application/jwk-set+json; charset=utf-8"
            ),
            "end_session": self._end_session,
            "role": lambda asked, _fault: dfe_directory.role(self._file, asked),
            "organisations": lambda asked, _fault: dfe_directory.organisations(self._file, asked),
            "unknown": lambda _asked, _fault: Said(HTTPStatus.NOT_FOUND, content_type=""),
        }

    @property
    def records(self) -> int:
        """Return how many people it knows."""
        return len(self._file.users)

    @property
    def content(self) -> object:
        """Return the file as it was given."""
        return self._content

    def replace(self, content: object) -> None:
        """Serve other people from now on; raises Mistakes."""
        self._file: File = read_users(content, self._as_of)
        self._content = content
        self._faults = Faults(self._file.faults)
        self._grants: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}

    def faults(self) -> list[dict[str, object]]:
        """Return the faults in force."""
        return self._faults.listed()

    def set_faults(self, content: object) -> None:
        """Have these faults from now on; raises Mistakes."""
        self._faults = Faults(read_faults(content, self._as_of))

    def facts(self, asked: Asked) -> Mapping[str, frozenset[str]]:
        """Return what faults are matched on: operation, path, and whom it is about."""
        operation = _ROUTES.get((asked.method, asked.path)) or dfe_directory.operation_of(asked)
        user = self._user_of(asked)
        return {
            "operation": frozenset({operation}),
            "path": frozenset({asked.path}),
            "sub": frozenset({user.sub} if user else dfe_directory.subject_of(asked)),
            "email": frozenset({user.email} if user else set()),
        }

    def meet(self, facts: Mapping[str, frozenset[str]]) -> Fault | None:
        """Return the fault that a request with these facts meets."""
        return self._faults.meet(facts)

    def answer(self, asked: Asked, fault: Fault | None) -> Said:
        """Answer as the real system does, unless a fault of its own stands in the way."""
        operation = next(iter(self.facts(asked)["operation"]))
        return _barred(operation, fault) or self._handlers[operation](asked, fault)

    def _user_of(self, asked: Asked) -> User | None:
        if asked.path == "/auth":
            return self._named(_query(asked).get("stand_in_user", ""))
        if asked.path == "/token":
            grant = self._grants.get(_form(asked).get("code", ""))
            return grant.user if grant else None
        return next((user for user in self._file.users if user.sub in dfe_directory.subject_of(asked)), None)

    def _named(self, wanted: str) -> User | None:
        return next((user for user in self._file.users if wanted in {user.sub, user.email}), None)

    def _discovery(self, asked: Asked, _fault: Fault | None) -> Said:
        issuer = _issuer(asked)
        document = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/auth",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/me",
            "jwks_uri": f"{issuer}/certs",
            "end_session_endpoint": f"{issuer}/session/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "organisation"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
        }
        return as_json(HTTPStatus.OK, document)

    def _authorise(self, asked: Asked, fault: Fault | None) -> Said:
        wanted, client = _query(asked), self._file.client
        target = wanted.get("redirect_uri", "")
        if wanted.get("client_id") != client.id or target not in client.redirect_uris:
            return dfe_pages.refusal("This service, or the address to return to, is not registered.")
        if fault and fault.answer in CALLBACKS:
            return _callback(target, wanted, fault.answer)
        if not _is_complete(wanted):
            return _to(target, {"error": "invalid_request", "state": wanted.get("state", "")})
        user = self._named(wanted.get("stand_in_user", ""))
        if user is None:
            return dfe_pages.users(self._file.users, wanted)
        return self._chosen(user, wanted)

    def _chosen(self, user: User, wanted: Mapping[str, str]) -> Said:
        chosen = user.organisation(wanted.get("stand_in_organisation", ""))
        if chosen is None and len(user.organisations) > 1:
            return dfe_pages.organisations(user, wanted)
        if chosen is None and user.organisations:
            chosen = user.organisations[0]
        code = secrets.token_urlsafe(32)
        self._grants[code] = Grant(user, chosen, wanted.get("nonce"), wanted["code_challenge"], wanted["redirect_uri"])
        return _to(wanted["redirect_uri"], {"code": code, "state": wanted.get("state", "")})

    def _token(self, asked: Asked, fault: Fault | None) -> Said:
        form = _form(asked)
        if not self._is_client(asked, form):
            return as_json(HTTPStatus.UNAUTHORIZED, {"error": "invalid_client"})
        grant = self._grants.get(form.get("code", ""))
        if grant is None or grant.used or not _proves(grant, form):
            if grant is not None:
                self._tokens.pop(grant.access_token, None)
                grant.used = True
            return as_json(HTTPStatus.BAD_REQUEST, {"error": "invalid_grant"})
        grant.used = True
        return as_json(HTTPStatus.OK, self._tokens_for(grant, _issuer(asked), fault.answer if fault else None))

    def _tokens_for(self, grant: Grant, issuer: str, spoiled: str | None) -> Json:
        if spoiled == "rotate_keys":
            self._keys.rotate()
        if spoiled == "empty_organisation":
            grant.organisation = None
        self._tokens[grant.access_token] = grant
        now = int(clock.machine_now().timestamp())
        claims: Json = {
            "iss": issuer,
            "aud": self._file.client.id,
            "iat": now,
            "exp": now + HOUR,
            "at_hash": half_hash(grant.access_token),
            **({"nonce": grant.nonce} if grant.nonce else {}),
            **_claims(grant),
        }
        return {
            "access_token": grant.access_token,
            "token_type": "Bearer",
            "expires_in": HOUR,
            "scope": "openid profile email organisation",
            "id_token": self._keys.sign(spoil(claims, spoiled), spoiled),
        }

    def _is_client(self, asked: Asked, form: Mapping[str, str]) -> bool:
        client, given = self._file.client, (form.get("client_id"), form.get("client_secret"))
        header = asked.headers.get("authorization", "")
        if header.startswith("Basic "):
            with contextlib.suppress(ValueError):
                name, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
                given = unquote_plus(name), unquote_plus(secret)
        return given == (client.id, client.secret)

    def _userinfo(self, asked: Asked, _fault: Fault | None) -> Said:
        grant = self._tokens.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
        if grant is None:
            return as_json(HTTPStatus.UNAUTHORIZED, {"error": "invalid_token"})
        return as_json(HTTPStatus.OK, _claims(grant))

    def _end_session(self, asked: Asked, _fault: Fault | None) -> Said:
        wanted = _query(asked)
        target = wanted.get("post_logout_redirect_uri", "")
        if not self._keys.is_ours(wanted.get("id_token_hint", "")):
            return dfe_pages.refusal("The hint about who signs out cannot be read.")
        if target not in self._file.client.post_logout_redirect_uris:
            return dfe_pages.refusal("The address to return to is not registered.")
        return _to(target, {"state": wanted["state"]} if "state" in wanted else {})


def _claims(grant: Grant) -> Json:
    user = grant.user
    organisation = dfe_directory.as_claim(grant.organisation) if grant.organisation else {}
    return {
        "sub": user.sub,
        "email": user.email,
        "given_name": user.given_name,
        "family_name": user.family_name,
        "organisation": organisation,
    }


def _is_complete(wanted: Mapping[str, str]) -> bool:
    return (
        wanted.get("response_type") == "code"
        and "openid" in wanted.get("scope", "").split()
        and wanted.get("code_challenge_method") == "S256"
        and _CHALLENGE.fullmatch(wanted.get("code_challenge", "")) is not None
    )


def _proves(grant: Grant, form: Mapping[str, str]) -> bool:
    hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
    return (
        form.get("grant_type") == "authorization_code"
        and form.get("redirect_uri") == grant.redirect_uri
        and secrets.compare_digest(challenge, grant.challenge)
    )


def _callback(target: str, wanted: Mapping[str, str], kind: str) -> Said:
    parameters = {
        "session_expired": {"error": "sessionexpired"},
        "consent_denied": {"error": "consent_denied"},
        "access_denied": {"error": "access_denied", "state": wanted.get("state", "")},
    }
    return _to(target, parameters.get(kind, {}))


def _to(target: str, parameters: Mapping[str, str]) -> Said:
    location = f"{target}?{urlencode(parameters)}" if parameters else target
    return Said(HTTPStatus.SEE_OTHER, content_type="", headers=(("location", location),))


def _issuer(asked: Asked) -> str:
    return f"http://{asked.headers.get('host', '')}"


def _query(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl(asked.query, keep_blank_values=True))


def _form(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))


def _barred(operation: str, fault: Fault | None) -> Said | None:
    body: Any = {"error": "invalid_client"} if operation == "token" else {"message": "refused"}
    match fault.answer if fault else None:
        case "unauthorised":
            return as_json(HTTPStatus.UNAUTHORIZED, body)
        case "forbidden":
            return as_json(HTTPStatus.FORBIDDEN, body)
        case "rate_limited":
            wait = () if not fault or fault.retry_after is None else (("retry-after", str(fault.retry_after)),)
            return Said(HTTPStatus.TOO_MANY_REQUESTS, content_type="", headers=wait)
    return None


@contextlib.asynccontextmanager
async def running_stand_in(content: object, *, as_of: date | None = None, port: int = 0) -> AsyncIterator[str]:
    """Serve these people in the running event loop; gives the address. Raises Mistakes, OSError."""
    async with server.running(DfESignIn(content, as_of or clock.today()), port) as url:
        yield url
