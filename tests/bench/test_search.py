"""Every place to search is measured with words that find somebody (PRF-18, ADM-2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.bench import search
from app.bench.client import Unexpected
from app.bench.world import people_file

if TYPE_CHECKING:
    from app.bench.world import World


@pytest.mark.rule("PRF-18", "ADM-2.5")
async def test_lists_and_both_searches_of_staff_and_the_finder_are_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "TIMES", 1)
    found = await search.search(world)
    names = ["ECT list", "people, by staff", "schools, by staff", "school finder"]
    assert [one.name for one in found] == [f"search {name} p95" for name in names]
    assert {one.target for one in found} == {100}
    monkeypatch.setattr(search, "FOUND", 203)
    with pytest.raises(BaseExceptionGroup) as raised:
        await search.search(world)
    assert isinstance(raised.value.exceptions[0], Unexpected)


@pytest.mark.rule("PRF-18")
def test_teaching_records_of_a_year_are_as_slow_and_as_many_as_in_life() -> None:
    lived = people_file(as_in_life=True)
    delays = [one["faults"][0]["delay_ms"] for one in lived["people"]]
    assert (min(delays), max(delays), round(sum(delays) / len(delays))) == (50, 250, 150)
    assert len(set(delays[:100])) == 100
    assert lived["quota"] == {"requests": 1_000, "seconds": 60}
    assert not any("faults" in one for one in people_file(as_in_life=False)["people"])
