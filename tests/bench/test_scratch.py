"""Every run of `register bench` has databases and ports of its own (PRF-20)."""

from __future__ import annotations

import asyncpg
import pytest

from app.bench.scratch import PREFIX, Scratch, beside
from app.bench.world import free_port
from app.db.address import named

LEFT_OVER = f"{PREFIX}_run_0123abcd"


async def databases(url: str) -> set[str]:
    """Return the databases of runs on a server."""
    conn = await asyncpg.connect(named(url, "postgres"))
    try:
        rows = await conn.fetch("SELECT datname FROM pg_database WHERE datname ~ $1", f"^{PREFIX}_.*_")
        return {row["datname"] for row in rows}
    finally:
        await conn.close()


@pytest.mark.rule("PRF-20")
async def test_two_runs_at_once_leave_each_other_alone_and_nothing_behind(committed_database: str) -> None:
    base = Scratch("small", named(committed_database, "postgres"))
    conn = await asyncpg.connect(base.url)
    await conn.execute(f'CREATE DATABASE "{LEFT_OVER}"')
    await conn.close()
    names = set[str]()

    async def two() -> None:
        async with beside(base, "run", copied=False) as one:
            async with beside(base, "run", copied=False) as other:
                names.update(scratch.url.partition("?")[0].rpartition("/")[2] for scratch in (one, other))
                there = await databases(base.url)
                assert names <= there
                assert LEFT_OVER not in there
            assert len(names & await databases(base.url)) == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await two()
    assert len(names) == 2
    assert not names & await databases(base.url)


@pytest.mark.rule("PRF-20")
def test_every_process_gets_a_port_of_its_own() -> None:
    assert len({free_port() for _ in range(20)}) > 10
