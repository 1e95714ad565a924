"""Connections kept at hand: whoever needs one gets it at once, as long as nobody has to wait."""

from __future__ import annotations

from time import monotonic
from typing import Any

import asyncpg

AT_HAND = 4
"""As many are lent again without going through the pool: one process seldom has more statements under way at once."""
IDLE_SECONDS = 300.0


class Pool(asyncpg.Pool):  # type: ignore[misc]  # its library has no types
    """A pool that lends the connection given back last, without the tasks and time limits that waiting needs.

    Those cost as much as a short statement. Growing, waiting and replacing what is lost are left to the library.
    """

    def __init__(self, dsn: str, *, most: int, least: int, **settings: Any) -> None:
        super().__init__(
            dsn,
            min_size=least,
            max_size=most,
            max_queries=50_000,
            max_inactive_connection_lifetime=IDLE_SECONDS,
            loop=None,
            record_class=asyncpg.Record,
            **settings,
        )
        self._at_hand: list[tuple[Any, float]] = []
        self._waiting = 0
        self._ending = False

    async def lend(self, seconds: float) -> Any:
        """Return a connection, for which it waits so long at most; raises TimeoutError and what connecting raises."""
        while self._at_hand:
            connection, since = self._at_hand.pop()
            if not is_lost(connection) and monotonic() - since < IDLE_SECONDS:
                return connection
            await self._end(connection)
        self._waiting += 1
        try:
            return await self.acquire(timeout=seconds)
        finally:
            self._waiting -= 1

    async def take_back(self, connection: Any, *, in_peace: bool) -> None:
        """Take a connection that was lent; in_peace: its last statement ended, and well."""
        if (
            in_peace
            and not self._waiting
            and not self._ending
            and len(self._at_hand) < AT_HAND
            and not is_lost(connection)
            and not connection.is_in_transaction()
        ):
            self._at_hand.append((connection, monotonic()))
        else:
            await self.release(connection)

    def get_idle_size(self) -> int:
        """Return how many connections nobody uses."""
        return int(super().get_idle_size()) + sum(not is_lost(connection) for connection, _ in self._at_hand)

    async def close(self) -> None:
        """Close every connection, waiting for those in use."""
        self._ending = True
        while self._at_hand:
            await self.release(self._at_hand.pop()[0])
        await super().close()

    async def _end(self, connection: Any) -> None:
        if not is_lost(connection):
            connection.terminate()
        await self.release(connection)


def is_lost(connection: Any) -> bool:
    """Tell whether a connection that was lent is gone; the pool takes a broken one back by itself."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True
