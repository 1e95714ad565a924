"""Checking an ID token: signature, issuer, audience, times, nonce, and the token it came with (ACC-4.4, EXT-3.9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALGORITHM = "RS256"
LEEWAY = 30
"""Seconds by which clocks may differ."""


class Invalid(Exception):
    """The token is not to be trusted; says by one word why, never what stood in it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class UnknownKey(Invalid):
    """Its key isn't in the key set; a newer one may have it."""


@dataclass(frozen=True)
class Expected:
    """What a token has to say for this attempt; `now` in whole seconds of the machine's clock (EXT-1.7)."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    now: int


def keys_of(document: Mapping[str, Any]) -> tuple[RSAKey, ...]:
    """Return the keys of a key set that can sign; others are passed over. Raises Invalid when it is none."""
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise Invalid("no_keys")
    keys = [_key(one) for one in listed if isinstance(one, dict) and one.get("kty") == "RSA" and _signs(one)]
    return tuple(key for key in keys if key is not None)


def _signs(key: Mapping[str, Any]) -> bool:
    return (key.get("use", "sig"), key.get("alg", ALGORITHM)) == ("sig", ALGORITHM)


def _key(one: dict[str, Any]) -> RSAKey | None:
    try:
        return RSAKey.import_key(one)
    except (JoseError, ValueError, TypeError):
        return None


def check_id_token(raw: str, keys: Sequence[RSAKey], expected: Expected) -> dict[str, Any]:
    """Return the claims of a token that can be trusted; raises UnknownKey, Invalid."""
    try:
        key = _key_for(jws.extract_compact(raw.encode()).headers(), keys)
        registry = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
        token = jwt.decode(raw, key, registry=registry)
        return _checked(token.claims, token.header, expected)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Invalid(type(error).__name__) from None


def _key_for(header: Mapping[str, Any], keys: Sequence[RSAKey]) -> RSAKey:
    if header.get("alg") != ALGORITHM:
        raise Invalid("algorithm")
    kid = header.get("kid")
    if kid is None and len(keys) == 1:
        return keys[0]
    if kid is None:
        raise Invalid("no_kid")
    found = next((key for key in keys if key.kid == kid), None)
    if found is None:
        raise UnknownKey("kid")
    return found


def _checked(claims: dict[str, Any], header: dict[str, Any], expected: Expected) -> dict[str, Any]:
    options: dict[str, Any] = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "nonce": {"essential": True, "value": expected.nonce},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
    }
    params = {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token}
    _require_shapes(claims)
    CodeIDToken(claims, header, options, params).validate(now=expected.now, leeway=LEEWAY)
    return claims


def _require_shapes(claims: Mapping[str, Any]) -> None:
    """Require what the library takes on trust: whole seconds, and texts that aren't empty."""
    for name in ("exp", "iat", "nbf"):
        value = claims.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float, type(None))):
            raise Invalid(name)
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    if not listed or not all(isinstance(one, str) and one for one in listed):
        raise Invalid("aud")
    if not all(isinstance(claims.get(name), str) and claims[name] for name in ("iss", "sub", "nonce")):
        raise Invalid("text")
    if "at_hash" in claims and not isinstance(claims["at_hash"], str):
        raise Invalid("at_hash")
