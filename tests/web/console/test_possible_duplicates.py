"""Q-11 looks at those alone who share an address or a name with somebody, and finds what looking at all finds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.console import queue_signs
from app.console.queues import QUEUES
from app.db.engine import fetch
from app.registration.changes.change_email import ChangeEmail, change_email
from app.terms import SYSTEM, Role
from tests import factories

if TYPE_CHECKING:
    from tests.cast import Cast

LEFT: dict[str, Any] = {"finished_on": date(2025, 9, 30), "end_reason": "left"}


@pytest.mark.rule("ADM-8.2")
async def test_those_who_share_something_are_enough_to_find_every_pair(people: Cast) -> None:
    """One name at a school, one address at two, and an address given up only after somebody else had it."""
    for name in ("Nia Named", "nia named", "Nobody Else"):
        await factories.ect(people.ash, name)
    await factories.ect(people.ash, "Ada One", email="shared@ash.example", **LEFT)
    await factories.mentor(people.birch, "Ada Two", email="SHARED@ash.example")
    first = await factories.ect(people.ash, "Former First", email="former@ash.example")
    await factories.ect(people.birch, "Former Second", email="former@ash.example", **LEFT)
    with clock.at(clock.now() + timedelta(minutes=5)):
        await change_email(ChangeEmail(Role.ECT, first.id, "later@ash.example"), SYSTEM, clock.today())
    typed = " WHERE $1::date IS NOT NULL AND $2::jsonb IS NOT NULL ORDER BY key"
    looked_at_all = f"SELECT * FROM ({queue_signs._duplicates('true')}) found{typed}"
    queue = f"SELECT * FROM ({QUEUES['q-11'].sql}) found{typed}"
    everybody = await fetch(looked_at_all, clock.today(), "{}")
    assert [row["facts"].split(" as ")[0] for row in everybody] == [
        "Same name at the same school",
        "Same email address",
        "Same email address",
    ]
    assert await fetch(queue, clock.today(), "{}") == everybody
