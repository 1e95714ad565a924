"""Steps and calls to one outside system: time limits, the circuit breaker, one log line a call (EXT-1.5 to EXT-1.9)."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from app import clock
from app.adapters.http import CAUSES_THAT_TRIP, Deadline, exchange, log_call, may_try_again
from app.db.engine import statements
from app.spans import span
from app.terms import FailureCause

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    import httpx

    from app.adapters.breaker import CircuitBreaker, Permit
    from app.adapters.http import Answer, Failed, Limits, Request

T = TypeVar("T")
U = TypeVar("U")
LATELY, MOST_LATELY = timedelta(hours=1), 10_000
"""What the health page counts, at most so many calls."""


@dataclass(frozen=True)
class Health:
    """What the health page shows; times follow the machine's clock (EXT-1.14)."""

    breaker: str
    last_success: datetime | None = None
    last_failure: datetime | None = None
    last_cause: FailureCause | None = None
    calls: int = 0
    """In the last hour, in this process; those that failed too."""
    failures: int = 0


class Caller:
    """Asks one system for one use; an outcome with a `cause` is a failure."""

    def __init__(self, system: str, client: httpx.AsyncClient, breaker: CircuitBreaker | None) -> None:
        self._system = system
        self._client = client
        self._breaker = breaker
        self._last_success: datetime | None = None
        self._last_failure: tuple[datetime, FailureCause] | None = None
        self._lately: deque[tuple[datetime, bool]] = deque(maxlen=MOST_LATELY)

    async def close(self) -> None:
        """Close the pooled connections."""
        await self._client.aclose()

    def health(self) -> Health:
        """Return how the system has answered lately, asking it nothing (EXT-1.14)."""
        failed_at, cause = self._last_failure or (None, None)
        state = self._breaker.state if self._breaker else "off"
        since = clock.machine_now() - LATELY
        lately = [failed for at, failed in self._lately if at > since]
        return Health(state, self._last_success, failed_at, cause, len(lately), sum(lately))

    async def step(
        self, work: Callable[[Deadline], Awaitable[T]], seconds: float, failed: Callable[[FailureCause], U]
    ) -> T | U:
        """Take one step within its time, counted once by its final outcome (EXT-1.6)."""
        if self._breaker is None:
            return self._noted(await work(Deadline(seconds)))
        permit = self._breaker.enter()
        if permit is None:
            outcome = failed(FailureCause.BREAKER_OPEN)
            self._log("none", outcome, None, attempt=0, milliseconds=0)
            return outcome
        return await self._counted(work, Deadline(seconds), self._breaker, permit)

    async def call(
        self, request: Request, read: Callable[[Answer | Failed], T], limits: Limits, deadline: Deadline
    ) -> T:
        """Send one request, once more where the limits allow it, and log each attempt (EXT-1.5, EXT-1.9)."""
        attempt = 1
        while True:
            started = time.perf_counter()
            with span(f"{self._system} {request.operation}"):
                answer = await exchange(self._client, request, min(limits.attempt, deadline.left()))
            outcome = read(answer)
            if (counted := statements.get()) is not None:
                counted.outside_seconds += time.perf_counter() - started
            milliseconds = round((time.perf_counter() - started) * 1000)
            self._log(request.operation, outcome, answer.status, attempt=attempt, milliseconds=milliseconds)
            if not _may_repeat(answer, attempt, limits, deadline):
                return outcome
            await asyncio.sleep(limits.retry_wait)
            attempt += 1

    async def _counted(
        self, work: Callable[[Deadline], Awaitable[T]], deadline: Deadline, breaker: CircuitBreaker, permit: Permit
    ) -> T:
        try:
            outcome = self._noted(await work(deadline))
        except BaseException:
            breaker.abandon(permit)
            raise
        breaker.leave(permit, failed=cause_of(outcome) in CAUSES_THAT_TRIP)
        return outcome

    def _noted(self, outcome: T) -> T:
        cause = cause_of(outcome)
        self._lately.append((clock.machine_now(), cause is not None))
        if cause is not None:
            self._last_failure = (clock.machine_now(), cause)
        else:
            self._last_success = clock.machine_now()
        return outcome

    def _log(self, operation: str, outcome: object, status: int | None, *, attempt: int, milliseconds: int) -> None:
        log_call(
            system=self._system,
            operation=operation,
            outcome=type(outcome).__name__,
            cause=cause_of(outcome),
            status=status,
            attempt=attempt,
            milliseconds=milliseconds,
        )


def cause_of(outcome: object) -> FailureCause | None:
    """Return why an outcome is a failure; None when it is none."""
    cause = getattr(outcome, "cause", None)
    return cause if isinstance(cause, FailureCause) else None


def _may_repeat(answer: Answer | Failed, attempt: int, limits: Limits, deadline: Deadline) -> bool:
    time_left = deadline.left() - limits.retry_wait >= limits.retry_needs
    return attempt < limits.attempts and may_try_again(answer, gateways=limits.repeat_gateways) and time_left
