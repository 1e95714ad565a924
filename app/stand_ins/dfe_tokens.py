"""The signing keys and ID tokens of the `dfe-sign-in` stand-in, good and spoiled (EXT-6.6, EXT-6.10)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import JWSRegistry

from app import clock

BITS = 2048
HOUR = 3600
_ALGORITHMS = JWSRegistry(algorithms=["RS256"], strict_check_header=False)

Json = dict[str, Any]


def half_hash(text: str) -> str:
    """Return the left half of a SHA-256, as `at_hash` wants it."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


class Keys:
    """The provider's keys: one signs, those before it still prove old tokens."""

    def __init__(self) -> None:
        self._signing = RSAKey.generate_key(BITS, auto_kid=True)
        self._former: list[RSAKey] = []
        self._stranger: RSAKey | None = None

    def published(self) -> Json:
        """Return the key set: the present key alone."""
        key = self._signing.as_dict(private=False)
        return {"keys": [{**key, "use": "sig", "alg": "RS256"}]}

    def rotate(self) -> None:
        """Sign with another key from now on."""
        self._former.append(self._signing)
        self._signing = RSAKey.generate_key(BITS, auto_kid=True)

    def is_ours(self, raw: str) -> bool:
        """Tell whether a token was signed here, however old it is."""
        try:
            jwt.decode(raw, KeySet([self._signing, *self._former]), registry=_ALGORITHMS)
        except (JoseError, ValueError):
            return False
        return True

    def sign(self, claims: Json, spoiled: str | None = None) -> str:
        """Return the token, its signature or header spoiled as the fault says."""
        header = {"alg": "RS256", "kid": self._signing.kid}
        match spoiled:
            case "alg_none":
                return f"{_encoded({'alg': 'none'})}.{_encoded(claims)}."
            case "alg_hs256":
                return hs256(claims, str(self._signing.kid), self._signing.as_bytes(private=False))
            case "wrong_kid":
                header["kid"] = "nobody-knows-it"
            case "wrong_key":
                self._stranger = self._stranger or RSAKey.generate_key(BITS)
                return jwt.encode(header, claims, self._stranger, registry=_ALGORITHMS)
        return jwt.encode(header, claims, self._signing, registry=_ALGORITHMS)


def spoil(claims: Json, kind: str | None) -> Json:
    """Return the claims with what the fault spoils."""
    now = int(clock.machine_now().timestamp())
    changes: dict[str, Json] = {
        "wrong_iss": {"iss": f"{claims['iss']}/"},
        "wrong_aud": {"aud": "somebody-else"},
        "two_aud": {"aud": [claims["aud"], "somebody-else"]},
        "wrong_nonce": {"nonce": "another-nonce"},
        "wrong_sub": {"sub": "somebody-else"},
        "expired": {"iat": now - HOUR, "exp": now - 31},
        "future": {"iat": now + 2 * HOUR, "exp": now + 3 * HOUR},
        "wrong_at_hash": {"at_hash": half_hash("another token")},
    }
    spoiled = {**claims, **changes.get(kind or "", {})}
    left_out = {"no_nonce": "nonce", "organisation_in_userinfo_only": "organisation"}.get(kind or "")
    return {name: value for name, value in spoiled.items() if name != left_out}


def hs256(claims: Json, kid: str, public_key: bytes) -> str:
    """Return a token "signed" with the public key as a shared secret: the oldest trick there is."""
    signed = f"{_encoded({'alg': 'HS256', 'kid': kid})}.{_encoded(claims)}"
    mac = hmac.digest(public_key, signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _encoded(part: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
