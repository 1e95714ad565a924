"""A line at least every two seconds while a long run goes on (REF-1.5)."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY_SECONDS = 2.0
Say = Callable[[str], None]


class Progress:
    """Tells phase, rows done, rate and estimate through `say`, at most every two seconds."""

    def __init__(self, say: Say | None = None) -> None:
        self._say = say
        self._phase = ""
        self._began = self._told = time.monotonic()

    def phase(self, name: str) -> None:
        """Begin a phase."""
        self._phase = name
        self._began = self._told = time.monotonic()
        if self._say:
            self._say(name)

    def at(self, rows: int, share: float) -> None:
        """Tell how many rows are done, and what share of the phase that is (0 to 1)."""
        now = time.monotonic()
        if self._say is None or now - self._told < EVERY_SECONDS:
            return
        self._told = now
        taken = now - self._began
        left = f", about {taken / share - taken:.0f} s left" if share > 0 else ""
        self._say(f"{self._phase}: {rows:,} rows, {rows / taken:,.0f} a second{left}")
