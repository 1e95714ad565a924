"""Every way in which an ID token may not be trusted, and the few differences that are none (ACC-4.4, EXT-3.12)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.adapters.id_token import Expected, Invalid, UnknownKey, check_id_token, keys_of
from app.stand_ins.dfe_tokens import half_hash, hs256

NOW = 1_800_000_000
ISSUER = "https://oidc.example:443"
EXPECTED = Expected(ISSUER, "register", "the-nonce", "the-access-token", NOW)
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "two"})
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "register",
    "sub": "somebody",
    "exp": NOW + 3600,
    "iat": NOW,
    "nonce": "the-nonce",
    "at_hash": half_hash("the-access-token"),
}


def signed(claims: dict[str, Any], key: RSAKey = KEY, **header: Any) -> str:
    given = {name: value for name, value in {"alg": "RS256", "kid": "one", **header}.items() if value is not None}
    return jwt.encode(given, claims, key)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


def unsigned() -> str:
    parts = ({"alg": "none", "kid": "one"}, GOOD)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


REFUSED: dict[str, dict[str, Any]] = {
    **{f"no {name}": without(name) for name in ("iss", "aud", "exp", "iat", "sub", "nonce")},
    "issuer without port": {**GOOD, "iss": "https://oidc.example"},
    "issuer with a slash": {**GOOD, "iss": f"{ISSUER}/"},
    "another audience": {**GOOD, "aud": "somebody-else"},
    "two audiences without azp": {**GOOD, "aud": ["register", "somebody-else"]},
    "two audiences with another azp": {**GOOD, "aud": ["register", "somebody-else"], "azp": "somebody-else"},
    "one audience with another azp": {**GOOD, "azp": "somebody-else"},
    "empty audience": {**GOOD, "aud": ""},
    "no audience in the list": {**GOOD, "aud": []},
    "audience is a number": {**GOOD, "aud": [1]},
    "another nonce": {**GOOD, "nonce": "another"},
    "empty nonce": {**GOOD, "nonce": ""},
    "expired by 31 seconds": {**GOOD, "exp": NOW - 31},
    "issued two hours ahead": {**GOOD, "iat": NOW + 7200},
    "issued 31 seconds ahead": {**GOOD, "iat": NOW + 31},
    "not yet valid": {**GOOD, "nbf": NOW + 31},
    "end as text": {**GOOD, "exp": str(NOW + 3600)},
    "end is true": {**GOOD, "exp": True},
    "empty subject": {**GOOD, "sub": ""},
    "subject is a number": {**GOOD, "sub": 7},
    "hash of another token": {**GOOD, "at_hash": half_hash("another")},
    "hash is a list": {**GOOD, "at_hash": []},
}
ACCEPTED: dict[str, dict[str, Any]] = {
    "as it should be": GOOD,
    "a list of one audience": {**GOOD, "aud": ["register"]},
    "two audiences with our azp": {**GOOD, "aud": ["register", "somebody-else"], "azp": "register"},
    "expired by 10 seconds": {**GOOD, "exp": NOW - 10},
    "expired by 29 seconds": {**GOOD, "exp": NOW - 29},
    "issued 29 seconds ahead": {**GOOD, "iat": NOW + 29},
    "without hash of the token": without("at_hash"),
}


@pytest.mark.rule("ACC-4.4", "EXT-3.12", "SEC-14", "FLT-37", "ACC-4.3")
@pytest.mark.parametrize("claims", REFUSED.values(), ids=REFUSED)
def test_claims_that_are_not_ours_are_refused(claims):
    with pytest.raises(Invalid):
        check_id_token(signed(claims), [KEY], EXPECTED)


@pytest.mark.rule("ACC-4.4", "EXT-3.12", "FLT-37")
@pytest.mark.parametrize("claims", ACCEPTED.values(), ids=ACCEPTED)
def test_differences_that_do_not_matter_are_accepted(claims):
    assert check_id_token(signed(claims), [KEY], EXPECTED)["sub"] == "somebody"


@pytest.mark.rule("ACC-4.4", "EXT-3.12")
@pytest.mark.parametrize(
    "raw",
    [
        unsigned(),
        hs256(GOOD, "one", KEY.as_bytes(private=False)),
        signed(GOOD, OTHER),
        "garbage",
        "a.b.c",
        "",
        signed(GOOD)[:-4],
        "é.ü.ñ",
    ],
    ids=["none", "HS256 with the public key", "another key", "garbage", "three parts", "empty", "cut", "not ASCII"],
)
def test_signatures_that_prove_nothing_are_refused(raw):
    with pytest.raises(Invalid):
        check_id_token(raw, [KEY], EXPECTED)


@pytest.mark.rule("ACC-4.4", "EXT-3.12")
def test_which_key_is_meant_has_to_be_clear():
    with pytest.raises(UnknownKey):
        check_id_token(signed(GOOD, kid="three"), [KEY, OTHER], EXPECTED)
    with pytest.raises(Invalid):
        check_id_token(signed(GOOD, kid=None), [KEY, OTHER], EXPECTED)
    assert check_id_token(signed(GOOD, kid=None), [KEY], EXPECTED)
    assert check_id_token(signed(GOOD, OTHER, kid="two"), [KEY, OTHER], EXPECTED)


@pytest.mark.rule("ACC-4.4")
def test_only_keys_that_sign_are_taken_from_a_key_set():
    public = KEY.as_dict(private=False)
    listed = [public, {**OTHER.as_dict(private=False), "use": "enc"}, {"kty": "EC"}, {"kty": "RSA"}, "x"]
    assert [key.kid for key in keys_of({"keys": listed})] == ["one"]
    with pytest.raises(Invalid):
        keys_of({})
