"""The port of its own, and who may read there (ACC-15.1, OPS-4)."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from app.console.measures import answered_apart
from app.metrics_port import metrics_port
from app.settings import Settings


async def counted() -> str:
    return "a_b 1\n"


async def fail() -> str:
    raise OSError("to nobody")


async def ask(port: int, path: str = "/metrics", **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        return await client.get(path, headers=headers)


def a_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.rule("ACC-15.1", "OPS-4")
async def test_metrics_are_answered_apart_and_nothing_else_is():
    with metrics_port(a_port(), counted) as port:
        answer = await ask(port)
        assert (answer.status_code, answer.text) == (200, "a_b 1\n")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert "Python" not in answer.headers["server"]
        assert (await ask(port, "/health/live")).status_code == 404
    with pytest.raises(httpx.ConnectError):
        await ask(port)


@pytest.mark.rule("ACC-15.1")
async def test_with_a_token_the_port_asks_for_it_too():
    with metrics_port(a_port(), counted, "right") as port:
        assert (await ask(port)).status_code == 401
        assert (await ask(port, Authorization="Bearer wrong")).status_code == 401
        assert (await ask(port, Authorization="Bearer right")).status_code == 200


@pytest.mark.rule("OPS-4")
async def test_each_process_takes_the_next_port_and_a_fault_is_told_without_words():
    with metrics_port(a_port(), counted) as first, metrics_port(first, fail) as second:
        assert second > first
        answer = await ask(second)
        assert (answer.status_code, "nobody" in answer.text) == (503, False)
        assert (await ask(first)).status_code == 200


@pytest.mark.rule("OPS-4")
async def test_what_is_answered_apart_is_what_the_page_says(committed_database: str):
    async def lines(chosen: Settings) -> str:
        with answered_apart(chosen, dict) as port:
            return (await ask(int(str(port)))).text

    told = await lines(Settings(metrics_port=a_port()))
    assert "database_up 1" in told
    assert 'pool_most{pool="service"} 10' in told
    with answered_apart(Settings(), dict) as port:
        assert port is None


@pytest.mark.rule("ACC-15.1")
async def test_who_asks_by_halves_holds_nobody_up():
    with metrics_port(a_port(), counted) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metr")
        assert (await ask(port)).status_code == 200
        writer.close()
