"""Signed places in a list, which clients hand back unchanged (API-7.9)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from app.problems import problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.settings import Settings

SIGNATURE = 16


def digest_of(*parts: object) -> str:
    """Return what tells whether a cursor is used with the list it was made for: its path, filters and sort."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:16]


def write(place: Sequence[Any], lead_provider_id: int, digest: str, settings: Settings) -> str:
    """Return the cursor of a place."""
    body = json.dumps([lead_provider_id, digest, list(place)], separators=(",", ":"), default=str).encode()
    return base64.urlsafe_b64encode(_signature(body, settings) + body).rstrip(b"=").decode()


def read(cursor: str, lead_provider_id: int, digest: str, settings: Settings) -> list[Any]:
    """Return the place of a cursor; raises `cursor_invalid` for one altered, of another caller or another list."""
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error, UnicodeEncodeError):
        raise invalid() from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != cursor:
        raise invalid()  # other spellings of the same bits are alterations too
    signature, body = raw[:SIGNATURE], raw[SIGNATURE:]
    if not hmac.compare_digest(signature, _signature(body, settings)):
        raise invalid()
    of, made_for, place = json.loads(body)
    if (of, made_for) != (lead_provider_id, digest):
        raise invalid()
    return list(place)


def invalid() -> Exception:
    """Return the problem of a cursor that cannot be used here."""
    detail = "page[after] is not a cursor of this list. Use links.next as it was given, or begin anew."
    return problem(400, "cursor_invalid", detail, pointer="#/query/page/after")


def _signature(body: bytes, settings: Settings) -> bytes:
    return hmac.digest(settings.secret(), b"api cursor:" + body, hashlib.sha256)[:SIGNATURE]
