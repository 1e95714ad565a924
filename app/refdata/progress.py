"""A line at least every two seconds while a long run goes on (REF-1.5)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

EVERY_SECONDS = 2.0
Say = Callable[[str], None]


class Progress:
    """Tells phase, rows done, rate and estimate through `say`; every: seconds between two lines at most."""

    def __init__(self, say: Say | None = None, every: float = EVERY_SECONDS) -> None:
        self._say = say
        self._every = every
        self._phase = ""
        self._rows = 0
        self._share = 0.0
        self._began = self._told = time.monotonic()

    def phase(self, name: str) -> None:
        """Begin a phase."""
        self._phase, self._rows, self._share = name, 0, 0.0
        self._began = self._told = time.monotonic()
        if self._say:
            self._say(name)

    def at(self, rows: int, share: float) -> None:
        """Tell how many rows are done, and what share of the phase that is (0 to 1)."""
        self._rows, self._share = rows, share
        self._tell()

    @asynccontextmanager
    async def ticking(self) -> AsyncIterator[None]:
        """Tell while the body waits for the database as well, when there is no row to count."""
        ticking = asyncio.create_task(self._tick()) if self._say else None
        try:
            yield
        finally:
            if ticking:
                ticking.cancel()
                with suppress(asyncio.CancelledError):
                    await ticking

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._every / 4)
            self._tell(margin=self._every / 4)

    def _tell(self, margin: float = 0.0) -> None:
        """Tell if it is time, or would be before the next look."""
        now = time.monotonic()
        if self._say is None or now - self._told < self._every - margin:
            return
        self._told = now
        taken = now - self._began
        if not self._rows:
            self._say(f"{self._phase}: {taken:.0f} s")
            return
        left = f", about {taken / self._share - taken:.0f} s left" if self._share > 0 else ""
        self._say(f"{self._phase}: {self._rows:,} rows, {self._rows / taken:,.0f} a second{left}")
