"""The sweep for personal facts finds what it looks for; otherwise its silence would mean nothing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import engine, fetch
from tests.privacy import SECRETS, LogSweep, secrets_in_tables
from tests.web.world import make_school

if TYPE_CHECKING:
    from app.db.transaction import Held

BORN = "19" + "98-02-14"
NUMBER = "JX 00" + " 00 11 A"


@pytest.mark.rule("SEC-32")
@pytest.mark.parametrize("text", [BORN, "14/2/" + "1998", "14 February" + " 1998", NUMBER, "jx0000" + "15a"])
def test_every_spelling_is_recognised(text: str) -> None:
    assert SECRETS.search(text)


@pytest.mark.rule("SEC-32")
async def test_a_stored_fact_is_found(database: None) -> None:
    held: Held = engine.current_transaction.get()  # type: ignore[assignment]
    school = await make_school(name="Ash")
    rows = await fetch(
        """INSERT INTO app_user (created_at, updated_at, audience, name, email, active, staff_roles)
        VALUES ($1, $1, 'school', 'A', 'a@b.example', true, '{}') RETURNING id""",
        clock.now(),
    )
    await fetch(
        """INSERT INTO lookup_attempt (created_at, updated_at, user_id, school_id, role, at, outcome)
        VALUES ($1, $1, $2, $3, 'ect', $1, 'matched')""",
        clock.now(),
        rows[0]["id"],
        school,
    )
    assert await secrets_in_tables(held.connection) == []
    await fetch("UPDATE school SET name = $1", f"born {BORN}")
    assert [place.split(":")[0] for place in await secrets_in_tables(held.connection)] == ["school"]
    await fetch("UPDATE school SET name = 'Ash'")


@pytest.mark.rule("SEC-32")
def test_a_logged_fact_is_found() -> None:
    sweep = LogSweep()
    sweep.emit(logging.LogRecord("x", logging.INFO, "x.py", 1, "looking for %s", (BORN,), None))
    sweep.emit(logging.LogRecord("x", logging.INFO, "x.py", 2, "nothing here", (), None))
    assert (sweep.heard, sweep.found) == (2, ["x x.py:1"])
