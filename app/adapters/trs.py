"""The client of the Teaching Record System v3 (EXT sections 1 and 2)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from app import clock
from app.adapters import trs_wire as wire
from app.adapters.http import (
    CAUSES_THAT_TRIP,
    Answer,
    Deadline,
    Failed,
    Limits,
    Request,
    exchange,
    log_call,
    make_client,
    may_try_again,
)
from app.teachers.trs import Unavailable
from app.terms import FailureCause

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from app.adapters.breaker import CircuitBreaker, Permit
    from app.teachers.trs import MatchOutcome, ReadOutcome
    from app.terms import TRN
    from app.values import DateOfBirth, NationalInsuranceNumber

T = TypeVar("T")

# The user has the page within 5 s (EXT-2.19): a little of it stays for our own work around the step.
WHILE_A_USER_WAITS = Limits(connect=1.5, attempt=3.5, step=4.7, attempts=2, retry_wait=0.2, retry_needs=1.5)


@dataclass(frozen=True)
class Health:
    """What the health page shows; times follow the machine's clock (EXT-1.14)."""

    breaker: str
    last_success: datetime | None = None
    last_failure: datetime | None = None
    last_cause: FailureCause | None = None


class TRSClient:
    """`TeachingRecords` over HTTP, for steps a user waits for; one per process, closed at shutdown."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        api_version: str = "20260120",
        breaker: CircuitBreaker | None = None,
        limits: Limits = WHILE_A_USER_WAITS,
    ) -> None:
        headers = {"Authorization": f"Bearer {api_key}", "X-Api-Version": api_version, "Accept": "application/json"}
        self._client = make_client(base_url, headers, limits)
        self._limits = limits
        self._breaker = breaker
        self._last_success: datetime | None = None
        self._last_failure: tuple[datetime, FailureCause] | None = None

    async def close(self) -> None:
        """Close the pooled connections."""
        await self._client.aclose()

    async def match_by_date_of_birth(self, trn: TRN, date_of_birth: DateOfBirth) -> MatchOutcome:
        """Find whether the person with this TRN was born on this day (EXT-2.2, steps A1 and A2)."""
        ask, read = wire.find(trn, date_of_birth), wire.probe(trn)

        async def step(deadline: Deadline) -> MatchOutcome:
            found = await self._call(ask, lambda answer: wire.read_find(answer, trn, date_of_birth), deadline)
            if not isinstance(found, wire.NoResult):
                return found
            return await self._call(read, lambda answer: wire.read_probe(answer, trn), deadline)

        return await self._step(step)

    async def match_by_national_insurance_number(self, trn: TRN, number: NationalInsuranceNumber) -> MatchOutcome:
        """Find whether this number belongs to the person with this TRN (EXT-2.2, step B)."""
        request = wire.get_with_number(trn, number)

        async def step(deadline: Deadline) -> MatchOutcome:
            return await self._call(request, lambda answer: wire.read_get_with_number(answer, trn), deadline)

        return await self._step(step)

    async def read(self, trn: TRN) -> ReadOutcome:
        """Read the record of somebody matched before (EXT-2.2, step C)."""
        request = wire.get(trn)

        async def step(deadline: Deadline) -> ReadOutcome:
            return await self._call(request, lambda answer: wire.read_get(answer, trn), deadline)

        return await self._step(step)

    def health(self) -> Health:
        """Return how the system has answered lately, asking it nothing (EXT-1.14)."""
        failed_at, cause = self._last_failure or (None, None)
        state = self._breaker.state if self._breaker else "off"
        return Health(state, self._last_success, failed_at, cause)

    async def _step(self, step: Callable[[Deadline], Awaitable[T]]) -> T | Unavailable:
        """Take one step of a user within its time, counted once by its final outcome (EXT-1.6)."""
        if self._breaker is None:
            return self._noted(await step(Deadline(self._limits.step)))
        permit = self._breaker.enter()
        if permit is None:
            return self._refused_by_breaker()
        return await self._counted(step, self._breaker, permit)

    async def _counted(self, step: Callable[[Deadline], Awaitable[T]], breaker: CircuitBreaker, permit: Permit) -> T:
        try:
            outcome = self._noted(await step(Deadline(self._limits.step)))
        except BaseException:
            breaker.abandon(permit)
            raise
        breaker.leave(permit, failed=isinstance(outcome, Unavailable) and outcome.cause in CAUSES_THAT_TRIP)
        return outcome

    def _noted(self, outcome: T) -> T:
        if isinstance(outcome, Unavailable):
            self._last_failure = (clock.machine_now(), outcome.cause)
        else:
            self._last_success = clock.machine_now()
        return outcome

    def _refused_by_breaker(self) -> Unavailable:
        outcome = Unavailable(FailureCause.BREAKER_OPEN)
        _log("none", outcome, None, attempt=0, milliseconds=0)
        return outcome

    async def _call(self, request: Request, read: Callable[[Answer | Failed], T], deadline: Deadline) -> T:
        """Send one request, once more where the limits allow it, and log each attempt (EXT-1.5, EXT-1.9)."""
        attempt = 1
        while True:
            started = time.perf_counter()
            answer = await exchange(self._client, request, min(self._limits.attempt, deadline.left()))
            outcome = read(answer)
            milliseconds = round((time.perf_counter() - started) * 1000)
            _log(request.operation, outcome, answer.status, attempt=attempt, milliseconds=milliseconds)
            if not self._may_repeat(answer, attempt, deadline):
                return outcome
            await asyncio.sleep(self._limits.retry_wait)
            attempt += 1

    def _may_repeat(self, answer: Answer | Failed, attempt: int, deadline: Deadline) -> bool:
        time_left = deadline.left() - self._limits.retry_wait >= self._limits.retry_needs
        return attempt < self._limits.attempts and may_try_again(answer) and time_left


def _log(operation: str, outcome: object, status: int | None, *, attempt: int, milliseconds: int) -> None:
    log_call(
        system="trs",
        operation=operation,
        outcome=type(outcome).__name__,
        cause=outcome.cause if isinstance(outcome, Unavailable) else None,
        status=status,
        attempt=attempt,
        milliseconds=milliseconds,
    )
