"""The limits of pages: which address or user may try what how often (ACC-16)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.access.rate_limit import count
from app.db.engine import DatabaseUnavailable

if TYPE_CHECKING:
    from litestar.types import Scope

    from app.settings import Settings


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
