"""A drill brings everything back into an empty database, and finds what was tampered with (FLT-44, OPS-10, REL-9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.db.engine import engine
from tests.cli.conftest import environment, run  # noqa: F401 - fixtures
from tests.faults.test_database_gone import alice, as_operator, name_of  # noqa: F401 - alice is a fixture
from tests.web.register_ect.conftest import outside, stand_in  # noqa: F401 - fixtures
from tests.web.register_ect.walking import Walker

if TYPE_CHECKING:
    from tests.cli.conftest import Run
    from tests.web.conftest import Browser


@pytest.mark.rule("FLT-44", "REL-9", "OPS-10")
async def test_a_drill_restores_everything_and_finds_what_was_altered(
    alice: Browser, committed_database: str, run: Run, environment: pytest.MonkeyPatch
) -> None:
    await Walker(alice).register()
    await engine.close()
    conn = await asyncpg.connect(committed_database)
    await conn.execute(
        "ALTER TABLE event DISABLE TRIGGER USER; UPDATE event SET sentence = 'Something else' WHERE id = 1"
    )
    await conn.close()
    environment.setenv("DATABASE_URL", committed_database)
    result = await run("drill")
    assert (result.exit_code, result.stderr) == (1, "event 1 was altered\n")  # and nothing else is amiss
    assert re.search(r"^Data age: \d+ s \(event \d+ of ", result.output, re.MULTILINE)
    assert re.search(r"^Duration: [\d.]+ s \(dump .+, restore .+, checks .+\)$", result.output, re.MULTILINE)
    assert re.search(r"^Restored: [1-9][\d,]* rows", result.output, re.MULTILINE)
    left = f"SELECT FROM pg_database WHERE datname LIKE '{name_of(committed_database)[:40]}%drill'"
    assert await as_operator(left) == []
