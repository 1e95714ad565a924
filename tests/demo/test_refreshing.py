"""Reading the demo's teaching records again: they say what the demo shows (EXT-6.2, EXT-2.20)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.adapters.trs import TRSClient
from app.db.engine import fetch
from app.demo.people import teaching_records
from app.jobs.teaching_records import Refreshing
from app.stand_ins.trs import running_stand_in

if TYPE_CHECKING:
    from app.demo.calendar import Days


async def no_pause(_seconds: float) -> None:
    """Ask our own stand-in as fast as it answers."""


@pytest.mark.rule("EXT-2.20", "EXT-6.2")
async def test_the_worker_finds_the_records_as_the_demo_shows_them(demo_data: Days) -> None:
    newest = (await fetch("SELECT max(id) AS id FROM event"))[0]["id"]
    async with running_stand_in(teaching_records(demo_data)) as url:
        trs = TRSClient(url, "stand-in-trs-key")
        with clock.at(clock.at_noon(demo_data.as_of) + timedelta(days=2)):
            await Refreshing(trs, no_pause).run()
        await trs.close()

    changed = await fetch(
        "SELECT v.kind, t.trn, v.sentence FROM event v JOIN teacher t ON t.id = v.teacher_id WHERE v.id > $1", newest
    )
    assert [tuple(row) for row in changed] == []
