"""The client of the Teaching Record System v3 (EXT sections 1 and 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from app.adapters import trs_wire as wire
from app.adapters.caller import Caller
from app.adapters.http import Limits, make_client
from app.teachers.trs import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from app.adapters.breaker import CircuitBreaker
    from app.adapters.caller import Health
    from app.adapters.http import Answer, Deadline, Failed, Request
    from app.teachers.trs import InductionChange, ManyOutcome, MatchOutcome, ReadOutcome, WriteOutcome
    from app.terms import TRN
    from app.values import DateOfBirth, NationalInsuranceNumber

T = TypeVar("T")

# The user has the page within 5 s (EXT-2.19): a little of it stays for our own work around the step.
WHILE_A_USER_WAITS = Limits(connect=1.5, attempt=3.5, step=4.7, attempts=2, retry_wait=0.2, retry_needs=1.5)
IN_A_JOB = Limits(connect=2.0, attempt=10.0, step=10.0, attempts=1)


class TRSClient:
    """`TeachingRecords` over HTTP, by default for steps a user waits for; one per process, closed at shutdown."""

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
        self._caller = Caller("trs", make_client(base_url, headers, limits), breaker)
        self._limits = limits

    async def close(self) -> None:
        """Close the pooled connections."""
        await self._caller.close()

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

    async def match_many(self, pairs: Mapping[TRN, DateOfBirth]) -> ManyOutcome:
        """Find which of at most 100 people were born on the day given, in one question (EXT-2.7).

        Raises ValueError for more, and for none: nobody is asked then.
        """
        request = wire.find_many(pairs)

        async def step(deadline: Deadline) -> ManyOutcome:
            return await self._call(request, lambda answer: wire.read_find_many(answer, pairs), deadline)

        return await self._step(step)

    async def read(self, trn: TRN) -> ReadOutcome:
        """Read the record of somebody matched before (EXT-2.2, step C)."""
        request = wire.get(trn)

        async def step(deadline: Deadline) -> ReadOutcome:
            return await self._call(request, lambda answer: wire.read_get(answer, trn), deadline)

        return await self._step(step)

    async def set_induction(self, trn: TRN, change: InductionChange) -> WriteOutcome:
        """Tell of an induction that support recorded (EXT-2.24)."""
        request = wire.put_induction(trn, change)

        async def step(deadline: Deadline) -> WriteOutcome:
            return await self._call(request, wire.read_put_induction, deadline)

        return await self._step(step)

    def health(self) -> Health:
        """Return how the system has answered lately, asking it nothing (EXT-1.14)."""
        return self._caller.health()

    async def _step(self, step: Callable[[Deadline], Awaitable[T]]) -> T | Unavailable:
        return await self._caller.step(step, self._limits.step, Unavailable)

    async def _call(self, request: Request, read: Callable[[Answer | Failed], T], deadline: Deadline) -> T:
        return await self._caller.call(request, read, self._limits, deadline)
