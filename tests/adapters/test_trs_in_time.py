"""Whatever the other side does, the user's step ends in time, and a system that is down is left alone."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.adapters.breaker import FAILURES, CircuitBreaker
from app.adapters.http import Limits
from app.adapters.trs import IN_A_JOB, WHILE_A_USER_WAITS, TRSClient
from app.teachers.trs import NotFound, Unavailable
from app.terms import TRN, FailureCause
from app.values import DateOfBirth, NationalInsuranceNumber
from tests.adapters.conftest import KEY
from tests.adapters.people import ACTIVE, NUMBER, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.adapters.conftest import Outside

BORN = DateOfBirth(date(1998, 2, 14))
TIMEOUT = Unavailable(FailureCause.TIMEOUT)
HURRIED = Limits(connect=0.2, attempt=0.2, step=0.4, attempts=1, retry_wait=0, retry_needs=0)
# Five seconds for the user and a second of slack for a busy machine.
IN_TIME = 6.0


@pytest.mark.rule("FLT-28")
@pytest.mark.rule("EXT-2.19")
@pytest.mark.rule("EXT-1.5")
@pytest.mark.parametrize("fault", [{"delay_ms": 30_000}, {"answer": "drip"}], ids=["late", "a byte a second"])
async def test_a_slow_system_does_not_keep_the_user(trs: TRSClient, outside: Outside, fault: dict[str, object]) -> None:
    await outside.fail(fault)
    async with asyncio.timeout(IN_TIME):
        outcomes = await asyncio.gather(
            trs.match_by_date_of_birth(TRN(ACTIVE), BORN),
            trs.match_by_national_insurance_number(TRN(ACTIVE), NationalInsuranceNumber(NUMBER)),
            trs.read(TRN(ACTIVE)),
        )
    assert outcomes == [TIMEOUT] * 3


@pytest.mark.rule("EXT-2.19")
@pytest.mark.rule("EXT-1.5")
async def test_two_slow_calls_share_the_time_of_one_step(trs: TRSClient, outside: Outside) -> None:
    await outside.fail({"delay_ms": 3000})
    async with asyncio.timeout(IN_TIME):
        assert await trs.match_by_date_of_birth(TRN(UNKNOWN), BORN) == TIMEOUT
    assert len(await outside.requests()) == 2


@pytest.mark.rule("EXT-1.5")
def test_the_limits_of_a_user_s_step_are_those_of_the_table() -> None:
    limits = WHILE_A_USER_WAITS
    assert (limits.connect, limits.attempt, limits.attempts, limits.retry_wait, limits.retry_needs) == (
        *(1.5, 3.5, 2, 0.2, 1.5),
    )
    assert limits.attempt < limits.step < 5


@pytest.mark.rule("EXT-1.5")
async def test_no_second_try_without_time_for_it(outside: Outside) -> None:
    await outside.fail({"answer": "unavailable"})
    client = TRSClient(outside.url, KEY, limits=Limits(1, 1, 1, attempts=2, retry_wait=0.1, retry_needs=1.5))
    assert await client.read(TRN(ACTIVE)) == Unavailable(FailureCause.SERVER_ERROR)
    assert len(await outside.requests()) == 1
    await client.close()


class Machine:
    """A machine's clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
async def guarded(outside: Outside, machine: Machine) -> AsyncIterator[TRSClient]:
    client = TRSClient(outside.url, KEY, breaker=CircuitBreaker(machine), limits=HURRIED)
    yield client
    await client.close()


async def fail_until_open(client: TRSClient, outside: Outside, **fault: object) -> None:
    await outside.fail(fault)
    for _ in range(FAILURES):
        await client.read(TRN(UNKNOWN))
    await outside.forget()


@pytest.mark.rule("FLT-28")
@pytest.mark.rule("EXT-1.6")
@pytest.mark.parametrize(
    "fault",
    [{"answer": "server_error"}, {"answer": "drop_connection"}, {"delay_ms": 1000}],
    ids=["server error", "connect", "timeout"],
)
async def test_a_system_that_is_down_is_not_asked_again_for_a_while(
    guarded: TRSClient, outside: Outside, fault: dict[str, object]
) -> None:
    await fail_until_open(guarded, outside, **fault)
    await outside.fail()
    assert await guarded.read(TRN(UNKNOWN)) == Unavailable(FailureCause.BREAKER_OPEN)
    assert await outside.requests() == []
    assert guarded.health().breaker == "open"


@pytest.mark.rule("FLT-30")
@pytest.mark.rule("EXT-1.6")
@pytest.mark.rule("EXT-2.19")
@pytest.mark.parametrize("answer", ["rate_limited", "unauthorised", "html_200", "wrong_route"])
async def test_an_answer_that_is_no_use_opens_nothing(guarded: TRSClient, outside: Outside, answer: str) -> None:
    await fail_until_open(guarded, outside, answer=answer)
    await outside.fail()
    assert await guarded.read(TRN(UNKNOWN)) == NotFound()


@pytest.mark.rule("EXT-1.6")
async def test_after_the_pause_one_trial_decides(guarded: TRSClient, outside: Outside, machine: Machine) -> None:
    await fail_until_open(guarded, outside, answer="server_error")
    await outside.fail()
    machine.seconds = 30
    assert await guarded.read(TRN(UNKNOWN)) == NotFound()
    assert guarded.health().breaker == "closed"


@pytest.mark.rule("EXT-1.6")
async def test_a_step_of_two_calls_counts_once(guarded: TRSClient, outside: Outside) -> None:
    await outside.fail({"match": {"operation": "get_person"}, "answer": "server_error"})
    for _ in range(FAILURES - 1):
        await guarded.match_by_date_of_birth(TRN(UNKNOWN), BORN)
    assert guarded.health().breaker == "closed"
    await guarded.match_by_date_of_birth(TRN(UNKNOWN), BORN)
    assert guarded.health().breaker == "open"


@pytest.mark.rule("EXT-1.6")
async def test_a_user_who_leaves_during_the_trial_does_not_block_the_next(
    guarded: TRSClient, outside: Outside, machine: Machine
) -> None:
    await fail_until_open(guarded, outside, answer="server_error")
    await outside.fail({"delay_ms": 10_000, "times": 1})
    machine.seconds = 30
    trial = asyncio.create_task(guarded.read(TRN(UNKNOWN)))
    await asyncio.sleep(0.05)
    assert await guarded.read(TRN(UNKNOWN)) == Unavailable(FailureCause.BREAKER_OPEN)
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    assert await guarded.read(TRN(UNKNOWN)) == NotFound()


def broken(machine: Machine) -> CircuitBreaker:
    breaker = CircuitBreaker(machine)
    for _ in range(FAILURES):
        permit = breaker.enter()
        assert permit is not None
        breaker.leave(permit, failed=True)
    return breaker


@pytest.mark.rule("EXT-1.6")
def test_each_failed_trial_doubles_the_pause_up_to_five_minutes(machine: Machine) -> None:
    breaker = broken(machine)
    for pause in (30, 60, 120, 240, 300, 300):
        machine.seconds += pause - 1
        assert breaker.enter() is None
        machine.seconds += 1
        trial = breaker.enter()
        assert trial is not None
        assert breaker.enter() is None
        breaker.leave(trial, failed=True)


@pytest.mark.rule("EXT-1.6")
def test_failures_count_only_in_a_row(machine: Machine) -> None:
    breaker = CircuitBreaker(machine)
    for number in range(3 * FAILURES):
        permit = breaker.enter()
        assert permit is not None, number
        breaker.leave(permit, failed=number % FAILURES != 0)
    assert breaker.state == "closed"


@pytest.mark.rule("EXT-1.6")
def test_failures_count_only_within_a_minute(machine: Machine) -> None:
    breaker = CircuitBreaker(machine)
    for _ in range(3 * FAILURES):
        machine.seconds += 61 / (FAILURES - 1)
        permit = breaker.enter()
        assert permit is not None
        breaker.leave(permit, failed=True)
    assert breaker.state == "closed"


@pytest.mark.rule("EXT-1.6")
def test_a_good_answer_that_was_on_its_way_closes_the_breaker(machine: Machine) -> None:
    breaker = CircuitBreaker(machine)
    early = breaker.enter()
    assert early is not None
    for _ in range(FAILURES):
        permit = breaker.enter()
        assert permit is not None
        breaker.leave(permit, failed=True)
    breaker.leave(early, failed=False)
    assert breaker.state == "closed"


@pytest.mark.rule("EXT-1.7", "GEN-01")
def test_moving_the_service_clock_moves_no_pause() -> None:
    breaker = CircuitBreaker()
    for _ in range(8):
        permit = breaker.enter()
        assert permit is not None
        breaker.leave(permit, failed=True)
    for days in (1, -1):
        with clock.at(clock.now() + timedelta(days=days)):
            assert breaker.enter() is None


@pytest.mark.rule("EXT-1.5")
def test_a_job_asks_once_and_waits_longer() -> None:
    assert (IN_A_JOB.connect, IN_A_JOB.attempt, IN_A_JOB.step, IN_A_JOB.attempts) == (2.0, 10.0, 10.0, 1)
