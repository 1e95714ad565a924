"""The client of DfE Sign-in: who somebody is, and which roles they have (EXT section 3)."""

from __future__ import annotations

import base64
import secrets
import time
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import OctKey

from app import clock, logs
from app.access.sign_in import Identified, LocalOnly, Organisation, Redirect, TryAgain, Unavailable
from app.adapters import dfe_wire as wire
from app.adapters.caller import Caller
from app.adapters.http import Limits, Request, make_client
from app.adapters.id_token import Expected, Invalid, UnknownKey, check_id_token, keys_of
from app.terms import FailureCause

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from joserfc.jwk import RSAKey

    from app.access.sign_in import BeginOutcome, CompleteOutcome, Flow, RoleOutcome
    from app.adapters.breaker import CircuitBreaker
    from app.adapters.caller import Health
    from app.adapters.http import Answer, Deadline, Failed

T = TypeVar("T")

SCOPES = "openid profile email organisation"
AUDIENCE = "signin.education.gov.uk"
KEPT = 3600.0
"""Seconds for which discovery and keys are kept (EXT-3.1)."""
KEYS_AGAIN = 60.0
"""Seconds between two reads of the key set because of an unknown key (ACC-4.4)."""
TOKEN_LIFE = 60
DISCOVERY = Limits(connect=2, attempt=3, step=5, attempts=2, repeat_gateways=False)
EXCHANGE = Limits(connect=2, attempt=5, step=8, attempts=1)
ROLE = Limits(connect=1, attempt=3, step=6, attempts=2, repeat_gateways=False)
ORGANISATIONS = Limits(connect=2, attempt=3, step=3, attempts=1)


@dataclass(frozen=True)
class Registration:
    """How this service is registered at DfE Sign-in; the addresses are compared there as they stand."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    redirect_uri: str
    post_logout_uri: str
    basic: bool = False
    """Send the secret by HTTP Basic instead of in the form."""
    subject_claim: str = "sub"


class DfESignInClient:
    """`SignInProvider` over HTTP; one per process, closed at shutdown."""

    def __init__(self, registration: Registration, *, breaker: CircuitBreaker | None = None) -> None:
        self._registration = registration
        self._caller = Caller("dfe_sign_in", make_client(registration.issuer, ACCEPT, EXCHANGE), breaker)
        self._document: tuple[float, wire.Document] | None = None
        self._keys: tuple[float, tuple[RSAKey, ...]] | None = None
        self._keys_read_again = -KEYS_AGAIN

    async def close(self) -> None:
        """Close the pooled connections."""
        await self._caller.close()

    def health(self) -> Health:
        """Return how the provider has answered lately, asking it nothing (EXT-1.14)."""
        return self._caller.health()

    async def begin(self, flow: Flow) -> BeginOutcome:
        """Return where the browser goes, with PKCE, state and nonce (ACC-4.1, EXT-3.7)."""
        document = await self._caller.step(self._discovered, DISCOVERY.step, Unavailable)
        if isinstance(document, Unavailable):
            return document
        url = prepare_grant_uri(
            document.authorization_endpoint,
            client_id=self._registration.client_id,
            response_type="code",
            redirect_uri=self._registration.redirect_uri,
            scope=SCOPES,
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
        return Redirect(str(url))

    async def complete(self, parameters: Mapping[str, str], flow: Flow) -> CompleteOutcome:
        """Exchange the code and say who came back (EXT-3.8 to EXT-3.10)."""
        if parameters.get("iss", self._registration.issuer) != self._registration.issuer:
            return TryAgain("invalid_response")
        code = parameters.get("code", "")
        return await self._caller.step(
            lambda deadline: self._exchanged(code, flow, deadline), EXCHANGE.step, Unavailable
        )

    async def end(self, id_token: str) -> Redirect | LocalOnly:
        """Return where the browser goes to sign out there too (ACC-4.14)."""
        document = await self._caller.step(self._discovered, DISCOVERY.step, Unavailable) if id_token else None
        if not isinstance(document, wire.Document) or not document.end_session_endpoint:
            return LocalOnly()
        query = {
            "id_token_hint": id_token,
            "post_logout_redirect_uri": self._registration.post_logout_uri,
            "state": secrets.token_urlsafe(24),
        }
        return Redirect(f"{document.end_session_endpoint}?{urlencode(query)}")

    async def _discovered(self, deadline: Deadline) -> wire.Document | Unavailable:
        if self._document and time.monotonic() - self._document[0] < KEPT:
            return self._document[1]
        issuer = self._registration.issuer
        request = Request("discovery", "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        read = await self._caller.call(request, lambda answer: wire.read_document(answer, issuer), DISCOVERY, deadline)
        if isinstance(read, wire.Document):
            self._document = (time.monotonic(), read)
        return read

    async def _exchanged(self, code: str, flow: Flow, deadline: Deadline) -> CompleteOutcome:
        document = await self._discovered(deadline)
        if isinstance(document, Unavailable):
            return document
        tokens = await self._caller.call(
            self._token_request(document, code, flow.verifier), wire.read_tokens, EXCHANGE, deadline
        )
        if not isinstance(tokens, wire.Tokens):
            return tokens
        claims = await self._claims(document, tokens, flow, deadline)
        if not isinstance(claims, dict):
            return claims
        return await self._identified(document, tokens, claims, deadline)

    def _token_request(self, document: wire.Document, code: str, verifier: str) -> Request:
        ours = self._registration
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": ours.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        if ours.basic:
            pair = base64.b64encode(f"{ours.client_id}:{ours.secret}".encode()).decode()
            headers = {"Authorization": f"Basic {pair}"}
        else:
            form |= {"client_id": ours.client_id, "client_secret": ours.secret}
        body = urlencode(form).encode()
        return Request("token", "POST", document.token_endpoint, body, "application/x-www-form-urlencoded", headers)

    async def _claims(
        self, document: wire.Document, tokens: wire.Tokens, flow: Flow, deadline: Deadline
    ) -> dict[str, Any] | TryAgain | Unavailable:
        """Check the ID token; one with an unknown key makes us read the key set again (ACC-4.4)."""
        now = int(clock.machine_now().timestamp())
        ours = self._registration
        expected = Expected(ours.issuer, ours.client_id, flow.nonce, tokens.access_token, now)
        keys = await self._published(document, deadline, again=False)
        if isinstance(keys, Unavailable):
            return keys
        try:
            return check_id_token(tokens.id_token, keys, expected)
        except UnknownKey:
            keys = await self._published(document, deadline, again=True)
        except Invalid as invalid:
            return TryAgain(f"invalid_response {invalid.why}")
        if isinstance(keys, Unavailable):
            return keys
        try:
            return check_id_token(tokens.id_token, keys, expected)
        except Invalid as invalid:
            return TryAgain(f"invalid_response {invalid.why}")

    async def _published(
        self, document: wire.Document, deadline: Deadline, *, again: bool
    ) -> tuple[RSAKey, ...] | Unavailable:
        now = time.monotonic()
        may_keep = self._keys is not None and now - self._keys[0] < KEPT
        too_soon = now - self._keys_read_again < KEYS_AGAIN
        if self._keys is not None and may_keep and (not again or too_soon):
            return self._keys[1]
        if again:
            self._keys_read_again = now
        read = await self._caller.call(Request("keys", "GET", document.jwks_uri), _read_keys, DISCOVERY, deadline)
        if not isinstance(read, Unavailable):
            self._keys = (now, read)
        return read

    async def _identified(
        self, document: wire.Document, tokens: wire.Tokens, claims: Mapping[str, Any], deadline: Deadline
    ) -> CompleteOutcome:
        """Say who it is, when userinfo names the same person (EXT-3.10)."""
        headers = {"Authorization": f"Bearer {tokens.access_token}"}
        request = Request("userinfo", "GET", document.userinfo_endpoint, headers=headers)
        info = await self._caller.call(request, wire.read_object, EXCHANGE, deadline)
        if isinstance(info, Unavailable):
            return info
        facts = {**info, **claims}
        subject, email = facts.get(self._registration.subject_claim), facts.get("email")
        if info.get("sub") != claims["sub"] or not _is_text(subject) or not _is_text(email):
            return TryAgain("invalid_response userinfo")
        names = (str(facts.get(part) or "").strip() for part in ("given_name", "family_name"))
        name = " ".join(part for part in names if part) or str(email)
        organisation = wire.read_organisation(facts.get("organisation"))
        return Identified(str(subject), str(email), name, organisation, tokens.id_token)


class RoleDirectoryClient:
    """`RoleDirectory` over the public API; one per process, closed at shutdown."""

    def __init__(self, base_url: str, client_id: str, secret: str, *, breaker: CircuitBreaker | None = None) -> None:
        self._client_id = client_id
        self._secret = secret
        self._caller = Caller("dfe_sign_in_api", make_client(base_url, ACCEPT, ROLE), breaker)

    async def close(self) -> None:
        """Close the pooled connections."""
        await self._caller.close()

    def health(self) -> Health:
        """Return how the API has answered lately, asking it nothing (EXT-1.14)."""
        return self._caller.health()

    async def role(self, subject: str, organisation: str) -> RoleOutcome:
        """Return the active roles of a person at an organisation (ACC-4.8)."""
        parts = (self._client_id, organisation, subject)
        path = "/services/{}/organisations/{}/users/{}".format(*(quote(part, safe="") for part in parts))
        return await self._asked("role", path, wire.read_role, ROLE)

    async def organisations(self, subject: str) -> tuple[Organisation, ...]:
        """Return every organisation of a person; none on any failure (ACC-4.11)."""
        path = f"/users/{quote(subject, safe='')}/organisations"
        listed = await self._asked("organisations", path, wire.read_organisations, ORGANISATIONS)
        return () if isinstance(listed, Unavailable) else listed

    async def _asked(
        self, operation: str, path: str, read: Callable[[Answer | Failed], T], limits: Limits
    ) -> T | Unavailable:
        headers = {"Authorization": f"Bearer {self._token()}", "X-Correlation-Id": logs.request_id.get() or "none"}
        request = Request(operation, "GET", path, headers=headers)
        return await self._caller.step(
            lambda deadline: self._caller.call(request, read, limits, deadline), limits.step, Unavailable
        )

    def _token(self) -> str:
        """Make a bearer token for one request; short keys are DfE Sign-in's choice (EXT-3.6)."""
        now = int(clock.machine_now().timestamp())
        claims = {"iss": self._client_id, "aud": AUDIENCE, "iat": now, "exp": now + TOKEN_LIFE}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(self._secret))


ACCEPT = {"Accept": "application/json"}


def _read_keys(answer: Answer | Failed) -> tuple[RSAKey, ...] | Unavailable:
    document = wire.read_object(answer)
    if isinstance(document, Unavailable):
        return document
    try:
        return keys_of(document)
    except Invalid:
        return Unavailable(FailureCause.CONTRACT)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
