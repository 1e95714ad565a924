"""What is shown of events about somebody who was anonymised is found by keys, however many teachers there are."""

from __future__ import annotations

import pytest

from app.db.engine import fetch
from app.db.sight import OWNER, seen_by
from app.events.unnamed import changes_of, sentence_of
from tests import factories


@pytest.mark.rule("PRF-5", "FIX-15")
async def test_no_teacher_is_read_but_those_of_the_event(database: None) -> None:
    await factories.teacher()
    with seen_by(OWNER):
        await fetch("ANALYZE teacher")  # so few that reading them all looks cheapest
        await fetch("SET LOCAL enable_seqscan = off")
        plan = await fetch(f"EXPLAIN SELECT {sentence_of('e')}, {changes_of('e')} FROM event e WHERE e.id = 1")
    steps = [str(row[0]).strip() for row in plan]
    assert [step for step in steps if "teacher" in step and "Scan" in step] != []
    assert [step for step in steps if "Seq Scan on teacher" in step] == []
