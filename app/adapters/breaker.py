"""The circuit breaker: stop asking a system that is down, and try it again now and then (EXT-1.6)."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

FAILURES = 8
WINDOW = 60.0
FIRST_PAUSE = 30.0
LONGEST_PAUSE = 300.0


@dataclass(frozen=True)
class Permit:
    """Leave to take one step; `trial` marks the single call that decides after a pause."""

    trial: bool = False


class CircuitBreaker:
    """Counts failed steps of one system and one use in this process; times in seconds of the machine's clock."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._pause = FIRST_PAUSE
        self._opened_at: float | None = None
        self._trying = False

    @property
    def state(self) -> Literal["closed", "open", "trial"]:
        """Return what the health page shows (EXT-1.14)."""
        if self._opened_at is None:
            return "closed"
        return "trial" if self._trying else "open"

    def enter(self) -> Permit | None:
        """Return leave for one step, or None while the breaker is open."""
        if self._opened_at is None:
            return Permit()
        if self._trying or self._monotonic() - self._opened_at < self._pause:
            return None
        self._trying = True
        return Permit(trial=True)

    def leave(self, permit: Permit, *, failed: bool) -> None:
        """Count the step's final outcome: any answer but a failure closes the breaker."""
        if not failed:
            self._close()
        elif permit.trial:
            self._open(min(self._pause * 2, LONGEST_PAUSE))
        elif self._opened_at is None:
            self._count()

    def abandon(self, permit: Permit) -> None:
        """Forget a step that ended without an outcome, such as one whose user went away."""
        if permit.trial:
            self._trying = False

    def _count(self) -> None:
        now = self._monotonic()
        self._failures.append(now)
        if len(self._failures) == FAILURES and now - self._failures[0] <= WINDOW:
            self._open(FIRST_PAUSE)

    def _open(self, pause: float) -> None:
        self._pause = pause
        self._opened_at = self._monotonic()
        self._trying = False

    def _close(self) -> None:
        self._failures.clear()
        self._pause = FIRST_PAUSE
        self._opened_at = None
        self._trying = False
