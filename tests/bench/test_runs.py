"""What the runs of `register bench` add up and count, without a clock (PRF-7 to PRF-9)."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest

from app.bench import bare, memory, metrics, runs
from app.bench.client import Client, Unexpected
from app.bench.remote import Pace, rate_of
from app.bench.world import World, in_use


@pytest.mark.rule("PRF-8")
async def test_a_registration_costs_what_all_its_requests_cost_and_one_statement_more_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "REGISTRATIONS", 2)
    found = await runs.registration(world)
    cpu, sql = found
    assert cpu.note == "23 requests"
    assert (cpu.target, sql.unit) == (20, "statements")
    assert cpu.value > 0
    held = metrics.ratchet()
    assert held["registration statements"] >= sql.value
    assert metrics.worse_than_before(found, held) == []
    more = [
        {"request_cpu_time": 0.002, "db_count": held["registration statements"]},
        {"request_cpu_time": 0.004, "db_count": 1},
    ]
    cpu, sql = runs.cost_of(more, 1)
    assert cpu.value == pytest.approx(6)
    assert len(metrics.worse_than_before([cpu, sql], held)) == 1


@pytest.mark.rule("PRF-8")
async def test_a_registration_costs_a_web_process_what_its_requests_cost_and_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "REGISTRATIONS", 2)
    (whole,) = await runs.process(world)
    assert (whole.unit, whole.target) == ("ms", None)
    assert 5 < whole.value < 5_000  # milliseconds for one, and not of starting the process


@pytest.mark.rule("PRF-7")
async def test_the_health_endpoint_is_compared_with_an_answer_of_the_same_kind(world: World) -> None:
    async with in_use(world):
        ours, least = [await Client(app).get("/health/live") for app in (world.app, bare.application)]
    assert ours.status == least.status == 200
    assert json.loads(ours.body).keys() == json.loads(least.body).keys()
    assert ours.headers["content-type"].partition(";")[0] == least.headers["content-type"]


@pytest.mark.rule("PRF-7")
async def test_every_answer_counts_for_the_rate_of_a_server() -> None:
    answers = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answers
        while await reader.readline():
            while await reader.readline() != b"\r\n":
                pass
            answers += 1
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        rate = await rate_of(server.sockets[0].getsockname()[1], "/", seconds=0.2, visitors=2)
    assert answers > 2
    assert rate * 0.2 == pytest.approx(answers)


class Visitor:
    """Somebody who registers people, or can't."""

    gone = 0

    def __init__(self, *_: Any) -> None: ...

    def at(self, *_: Any) -> None:
        """Come at a time."""

    async def sign_in(self, *_: Any) -> None:
        """Come in."""
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Go."""
        Visitor.gone += 1


@pytest.mark.rule("PRF-18")
def test_each_visit_is_at_the_next_school_and_later_than_the_one_before() -> None:
    visits = [visit for visit, _ in zip(runs.offices(["1", "2", "3"]), range(5), strict=False)]
    assert [urn for urn, _ in visits] == ["1", "2", "3", "1", "2"]
    assert all(later - earlier == runs.BETWEEN_VISITS for (_, earlier), (_, later) in pairwise(visits))


@pytest.mark.rule("PRF-9")
async def test_memory_is_looked_at_after_so_many_journeys_that_came_to_their_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done, tried = 0, 0

    async def register(*_: Any) -> None:
        nonlocal done, tried
        tried += 1
        if tried % 3 == 0:
            raise Unexpected("503 after review-ect")
        done += 1

    people: Any = World(*[None] * 6)  # type: ignore[arg-type]
    monkeypatch.setattr(Visitor, "gone", 0)
    monkeypatch.setattr(memory, "Remote", Visitor)
    monkeypatch.setattr(memory, "register", register)
    urns = [str(number) for number in range(20)]
    assert await memory.journeys(people, 1, Pace(1), urns, count=100, until=float("inf")) == done == 100
    assert Visitor.gone == tried > done
    assert await memory.journeys(people, 1, Pace(1), urns, count=100, until=0) == 0
    assert (memory.EARLY, memory.JOURNEYS) == (100, 10_000)


@pytest.mark.rule("PRF-9")
async def test_memory_is_not_told_where_nobody_gets_through(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(*_: Any) -> None:
        raise Unexpected("503 after review-ect")

    monkeypatch.setattr(memory, "Remote", Visitor)
    monkeypatch.setattr(memory, "register", refused)
    people: Any = World(*[None] * 6)  # type: ignore[arg-type]
    with pytest.raises(ExceptionGroup) as raised:
        await memory.journeys(people, 1, Pace(1), ["100001"], count=5, until=float("inf"))
    assert "nobody gets registered" in str(raised.value.exceptions[0])
