"""Keeping a text in the database that only this service can read (ACC-4.14)."""

from __future__ import annotations

import hashlib
import hmac

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_HEADER = {"alg": "dir", "enc": "A256GCM"}


def seal(text: str, secret: bytes) -> bytes:
    """Return the text encrypted under a key made from the service's secret."""
    return jwe.encrypt_compact(_HEADER, text.encode(), _key(secret)).encode()


def unseal(sealed: bytes | None, secret: bytes) -> str:
    """Return the text again; empty when there is none or the secret has changed."""
    if not sealed:
        return ""
    try:
        plain = jwe.decrypt_compact(sealed, _key(secret)).plaintext
    except (JoseError, ValueError):
        return ""
    return plain.decode() if plain else ""


def _key(secret: bytes) -> OctKey:
    return OctKey.import_key(hmac.digest(secret, b"sealing", hashlib.sha256))
