"""Proof that a form was rendered by us, for this session and for this school (ACC-17.3, ACC-10.3)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.terms import Word

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_FIELD = "csrf_token"  # noqa: S105 - the name of a field
MARK_FIELD = "school_mark"
NONCE, TAG, MAC = 16, 16, 32
LONGEST_ID = 19
"""Digits of the largest id there can be; far longer ones are no number to the program at all."""


class Verdict(Word):
    """What a token is worth in the session in force."""

    GOOD = "good"
    STALE = "stale"
    """Ours, but of a session that has ended."""
    WRONG = "wrong"


def make_token(key: bytes, csrf_secret: bytes) -> str:
    """Return a token for a form of the session, different each time so that compression reveals nothing."""
    body = secrets.token_bytes(NONCE) + _tag(csrf_secret)
    return base64.urlsafe_b64encode(body + _mac(key, b"csrf", body)).decode()


def judge(token: str, key: bytes, csrf_secret: bytes | None) -> Verdict:
    """Tell whether a token was made by us, and for this session."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii"))
    except (ValueError, binascii.Error):
        return Verdict.WRONG
    body, mac = raw[: NONCE + TAG], raw[NONCE + TAG :]
    if len(raw) != NONCE + TAG + MAC or not hmac.compare_digest(mac, _mac(key, b"csrf", body)):
        return Verdict.WRONG
    if csrf_secret is None or not hmac.compare_digest(body[NONCE:], _tag(csrf_secret)):
        return Verdict.STALE
    return Verdict.GOOD


def make_mark(key: bytes, school_id: int | None) -> str:
    """Return the signed mark of the school a form is rendered for; empty without one."""
    if school_id is None:
        return ""
    mac = base64.urlsafe_b64encode(_mac(key, b"school", str(school_id).encode())).decode()
    return f"{school_id}.{mac}"


def school_of_mark(mark: str, key: bytes) -> int | None:
    """Return the school a form was rendered for; None when the mark is missing or not ours."""
    number = mark.partition(".")[0]
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_ID):
        return None
    return int(number) if hmac.compare_digest(make_mark(key, int(number)).encode(), mark.encode()) else None


def is_own_origin(headers: Mapping[str, str], scheme: str) -> bool:
    """Tell whether the request was sent by a page of ours (ACC-17.3).

    Browsers say so in `Origin`, or where that is missing or hidden in `Sec-Fetch-Site`; a program that says neither
    is no browser, and has to hold the token all the same.
    """
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site")
    if origin and origin != "null":
        return _same_origin(origin, scheme, headers.get("host", ""))
    if site is None:
        return origin is None
    return site in {"same-origin", "none"}


def _same_origin(origin: str, scheme: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc.lower()) == (scheme, host.lower())


def _tag(csrf_secret: bytes) -> bytes:
    return hmac.digest(csrf_secret, b"csrf", hashlib.sha256)[:TAG]


def _mac(key: bytes, purpose: bytes, body: bytes) -> bytes:
    return hmac.digest(key, purpose + b":" + body, hashlib.sha256)
