"""Rate limits: a sliding window counted in the database, so that all processes share it (ACC-16)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import DatabaseUnavailable, fetch
from app.db.transaction import transaction

if TYPE_CHECKING:
    from litestar.types import Scope

    from app.settings import Settings


AT_THE_SAME_TIME = timedelta(minutes=1)


async def count(kind: str, key: str, limit: int, window: timedelta, secret: bytes) -> int:
    """Count one attempt; returns 0 when it is allowed, else the seconds until the next one is.

    A refused attempt isn't counted. What is stamped later than now isn't either (contract, section 3), but for what
    requests at the same time have counted, whose now may be a little later. The key is stored as a keyed hash
    (ACC-18.1).
    """
    key_hash = hmac.digest(secret, f"{kind}:{key}".encode(), hashlib.sha256)
    async with transaction():
        await fetch("SELECT pg_advisory_xact_lock($1)", int.from_bytes(key_hash[:8], signed=True))
        now = clock.now()  # only now: what others counted while this one waited is not later
        past = "DELETE FROM rate_count WHERE kind = $1 AND key_hash = $2 AND at <= $3"
        await fetch(past, kind, key_hash, now - window)
        rows = await fetch(
            "SELECT at FROM rate_count WHERE kind = $1 AND key_hash = $2 AND at <= $3 ORDER BY at DESC LIMIT $4",
            kind,
            key_hash,
            now + AT_THE_SAME_TIME,
            limit,
        )
        if len(rows) >= limit:
            return max(1, int((rows[-1]["at"] + window - now).total_seconds()) + 1)
        await fetch(
            "INSERT INTO rate_count (created_at, updated_at, kind, key_hash, at) VALUES ($1, $1, $2, $3, $1)",
            now,
            kind,
            key_hash,
        )
        return 0


async def count_address(kind: str, scope: Scope, settings: Settings, limit: int, window: timedelta) -> int:
    """Count one attempt of the client's address; always allowed where such limits are off (ACC-16.2)."""
    if settings.address_limits == "off":
        return 0
    return await count(kind, client_address(scope, settings), limit, window, settings.secret())


SIGN_IN_WINDOW = timedelta(minutes=5)
SIGN_INS_OF_ADDRESS, SIGN_INS_OF_EMAIL = 30, 10


async def sign_in_wait(scope: Scope, settings: Settings, email: str = "") -> int:
    """Count a POST that signs in, asks for a link or code, or types one; returns 0, or the seconds to wait (ACC-16.1).

    email: the address that was typed, now or before the code; none where a method asks for none.
    """
    wait = await count_address("sign_in", scope, settings, SIGN_INS_OF_ADDRESS, SIGN_IN_WINDOW)
    if wait or not email:
        return wait
    return await count("sign_in_email", email.lower(), SIGN_INS_OF_EMAIL, SIGN_IN_WINDOW, settings.secret())


class AddressLimit:
    """The limit on anything at all from one address: 1,500 in 5 minutes (ACC-16.1).

    A statement for every page would cost more than it guards, so each process counts by itself and enters every
    25th request of an address in the database, where 60 such entries are the limit for all processes together.
    """

    WINDOW = timedelta(minutes=5)
    MOST_ADDRESSES = 10_000

    def __init__(self, settings: Settings, *, batch: int = 25, entries: int = 60) -> None:
        self.settings = settings
        self.batch = batch
        self.entries = entries
        self.counted: dict[str, int] = {}

    async def wait(self, scope: Scope) -> int:
        """Count a request; returns 0, or the seconds for which its address is refused."""
        if self.settings.address_limits == "off" or str(scope["path"]).startswith("/health/"):
            return 0
        address = client_address(scope, self.settings)
        if len(self.counted) >= self.MOST_ADDRESSES:
            self.counted.clear()
        self.counted[address] = self.counted.get(address, 0) + 1
        if self.counted[address] < self.batch:
            return 0
        try:
            wait = await count("anything", address, self.entries, self.WINDOW, self.settings.secret())
        except DatabaseUnavailable:
            wait = 0
        self.counted[address] = self.batch - 1 if wait else 0
        return wait


def client_address(scope: Scope, settings: Settings) -> str:
    """Return who sent the request: the last address in the chain that isn't one of our proxies (SEC-21)."""
    client = scope.get("client")
    address = client[0] if client else ""
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if address not in settings.proxies:
            break
        address = hop
    return address
