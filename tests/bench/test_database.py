"""The statements of a page against the best ones by hand (PRF-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.bench import by_hand, database
from app.bench.client import Unexpected
from app.bench.command import leaves

if TYPE_CHECKING:
    from app.bench.world import World


async def said(world: World) -> str:
    """Return what a measurement says that does not come to its end."""
    with pytest.raises(BaseExceptionGroup) as raised:
        await database.database(world)
    (fault,) = leaves(raised.value)
    assert isinstance(fault, Unexpected)
    return str(fault)


@pytest.mark.rule("PRF-4")
async def test_statements_are_compared_only_while_both_tell_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "ROUNDS", 3)
    ratio, work = await database.database(world)
    assert (ratio.target, ratio.unit) == (1.5, "ratio")
    assert ratio.value > 0
    assert work.value >= 0
    honest = by_hand.LIST
    for right, wrong in (
        ("m.mentors,", "ARRAY['Somebody'] AS mentors,"),
        ("count(*) FILTER (WHERE tab = 3)", "count(*)"),
        ("ORDER BY e.is_cared_for", "ORDER BY e.id"),
        ("LIMIT 20", "LIMIT 19"),
    ):
        assert right in honest
        monkeypatch.setattr(by_hand, "LIST", honest.replace(right, wrong))
        assert await said(world)
    monkeypatch.setattr(by_hand, "LIST", honest)
    monkeypatch.setattr(by_hand, "VISITOR", by_hand.VISITOR.replace("(SELECT count(*) FROM (", "(SELECT 7 FROM ("))
    assert "notices" in await said(world)
