"""The feed of changes over HTTP (API-17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.db.engine import fetch
from tests.api.client import said

if TYPE_CHECKING:
    from tests.api.conftest import World


@pytest.mark.rule("API-17.1")
@pytest.mark.rule("API-17.2")
async def test_a_reader_goes_on_where_the_last_answer_ended(world: World) -> None:
    larch = world.larch
    latest = await larch.get("/changes?page[after]=latest")
    assert (latest["data"], latest["meta"]) == ([], {"more": False})
    made = (await larch.post("/partnerships", sent=world.report))["data"]["id"]
    following = latest["links"]["next"].removeprefix("/api/v3")
    seen = []
    while True:
        page = await larch.get(f"{following}&page[per_page]=1")
        seen += [one["attributes"] for one in page["data"]]
        following = page["links"]["next"].removeprefix("/api/v3").replace("&page[per_page]=1", "")
        if not page["meta"]["more"]:
            break
    assert ("upsert", "partnership", made) in [(a["action"], a["resource_type"], a["resource_id"]) for a in seen]
    assert (await larch.get(following))["data"] == []
    whole = (await larch.get("/changes"))["data"]
    assert [one["attributes"] for one in whole][-len(seen) :] == seen
    numbers = [int(one["id"]) for one in whole]
    assert numbers == sorted(set(numbers))


@pytest.mark.rule("API-17.2")
@pytest.mark.rule("API-17.7")
async def test_types_narrow_what_is_shown_and_not_where_it_goes_on(world: World) -> None:
    larch = world.larch
    await larch.post("/partnerships", sent=world.report)
    page = await larch.get("/changes?filter[type]=partnership, participant")
    assert {one["attributes"]["resource_type"] for one in page["data"]} == {"partnership"}
    assert set(page["data"][0]["attributes"]) == {
        *("action", "resource_type", "resource_id", "cohort", "reason", "moved_to", "occurred_at"),
    }
    assert (await larch.get(page["links"]["next"].removeprefix("/api/v3")))["data"] == []
    assert said(await larch.get("/changes?filter[type]=school,teacher", 400)) == [("Bad parameter", "value_invalid")]


async def test_the_feed_has_no_numbered_pages_and_cursors_of_its_own(world: World) -> None:
    larch = world.larch
    assert said(await larch.get("/changes?page[page]=1", 400)) == [("Bad request", "page_invalid")]
    cursor = (await larch.get("/changes"))["links"]["next"].removeprefix("/api/v3")
    for bad in ("/changes?page[after]=x", cursor.replace("/changes", "/participants")):
        assert said(await larch.get(bad, 400)) == [("Bad request", "cursor_invalid")]
    assert said(await world.other.get(cursor, 400)) == [("Bad request", "cursor_invalid")]


@pytest.mark.rule("API-17.8")
async def test_a_cursor_older_than_what_is_kept_is_gone(world: World) -> None:
    larch = world.larch
    await larch.post("/partnerships", sent=world.report)
    cursor = (await larch.get("/changes?page[per_page]=1"))["links"]["next"].removeprefix("/api/v3")
    await larch.put(
        f"/partnerships/{(await larch.ids('/partnerships'))[0]}",
        sent={"delivery_partner_id": str(world.acts.elder.public_id)},
    )
    await fetch("DELETE FROM change WHERE number <= (SELECT max(number) - 1 FROM change)")
    assert said(await larch.get(cursor, 410)) == [("Gone", "cursor_expired")]


@pytest.mark.rule("API-20.1")
async def test_a_reader_who_is_up_to_date_gets_304(world: World) -> None:
    answer = await world.larch.call("GET", "/changes")
    tag = {"If-None-Match": answer.headers["etag"]}
    assert (await world.larch.call("GET", "/changes", headers=tag)).status_code == 304
    await world.larch.post("/partnerships", sent=world.report)
    assert (await world.larch.call("GET", "/changes", headers=tag)).status_code == 200
