"""Lists and records over HTTP: their pages, tags, filters, and what another lead provider sees (API-5 to API-16)."""

from __future__ import annotations

import gzip
import json
import threading
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app.api.v3 import calling
from app.db.engine import Statements, fetch, statements
from tests import factories
from tests.api.client import Program, said
from tests.provider_records.world import settled
from tests.training.acts import on

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.conftest import World

LISTS = (
    "/schools?filter[cohort]=2025",
    "/delivery-partners",
    "/partnerships",
    "/participants",
    "/participants/transfers",
    "/unfunded-mentors",
    "/expressions-of-interest",
)


async def fill(world: World, people: int = 1) -> None:
    """Give Larch at least one record of every type: ECTs in training with a mentor, one who waits, one who has left."""
    acts = world.acts
    with on(date(2025, 9, 1)):
        there = await acts.reported()
        mentor = await factories.mentor(acts.ash)
        for number in range(people):
            stay, _ = await acts.ect(there, f"Ella{number} Evans")
            await factories.mentorship(stay, mentor)
        await acts.ect(None, "Una Waiting")
        gone = await factories.ect(acts.ash, "Wim Gone", finished_on=date(2025, 10, 1))
        await factories.training(gone, acts.larch, there)
        await settled()


def one_of(path: str, document: Any) -> str:
    """Return the address of the first record of a list."""
    plain, _, query = path.partition("?")
    found = document["data"][0]["id"]
    where = f"/participants/{found}/transfers" if plain.endswith("transfers") else f"{plain}/{found}"
    return f"{where}?{query}" if query else where


@pytest.mark.rule("API-1.4")
@pytest.mark.rule("API-5.1")
@pytest.mark.rule("API-5.3")
async def test_every_list_shows_its_records_and_each_is_found_by_its_id(world: World) -> None:
    await fill(world)
    for path in LISTS:
        document = await world.larch.get(path)
        assert set(document) == {"data"}
        assert document["data"], path
        where = one_of(path, document)
        assert (await world.larch.get(where))["data"] == document["data"][0]
        shared = path.startswith("/schools")
        theirs = await world.other.get(path)
        assert bool(theirs["data"]) is shared
        unknown = where.replace(document["data"][0]["id"], str(uuid4()))
        if not shared:
            assert await world.other.get(where, 404) == await world.other.get(unknown, 404)
        assert said(await world.larch.get(unknown, 404)) == [("Resource not found", "not_found")]


@pytest.mark.rule("API-4.1")
async def test_addresses_are_lenient_where_they_should_be_and_no_further(world: World) -> None:
    await fill(world)
    larch = world.larch
    document = await larch.get("/participants")
    found = document["data"][0]["id"]
    assert await larch.get("/participants/") == document
    assert (await larch.get(f"/participants/{found.upper()}"))["data"]["id"] == found
    head = await larch.call("HEAD", "/participants")
    assert (head.status_code, int(head.headers["content-length"]) > 100) == (200, True)
    for path in (
        "/participants/abc",
        "/participants/%00",
        f"/participants/{found}x",
        "/nothing",
        f"/schools/{found}/x",
    ):
        assert said(await larch.get(path, 404)) == [("Resource not found", "not_found")]
    for stranger in (larch, Program(larch.client._transport.app, "")):  # type: ignore[attr-defined]
        answer = await stranger.call("DELETE", "/participants")
        assert said(answer.json()) == [("Method not allowed", "method_not_allowed")]
        assert "GET" in answer.headers["allow"]
        assert said((await stranger.call("GET", "/declarations")).json()) == [("Resource not found", "not_found")]


@pytest.mark.rule("API-25.1")
@pytest.mark.rule("API-25.3")
@pytest.mark.parametrize("path", ["/api/v3/participant-declarations", "/api/v3/statements", "/api/v2/participants"])
async def test_money_and_other_versions_are_not_here(world: World, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        for address in (path, f"{path}/{uuid4()}"):
            answer = await world.larch.client.request(method, address)
            assert answer.status_code == 404
            assert said(answer.json()) == [("Resource not found", "not_found")]


@pytest.mark.rule("API-20.1")
@pytest.mark.rule("API-29.4")
async def test_a_tag_holds_until_something_changes_or_the_day_turns(world: World, app: Any) -> None:
    await fill(world)
    larch = world.larch
    for path in ("/partnerships", one_of("/partnerships", await larch.get("/partnerships"))):
        answer = await larch.call("GET", path)
        tag = {"If-None-Match": answer.headers["etag"]}
        assert answer.headers["etag"].startswith('W/"')
        again = await larch.call("GET", path, headers=tag)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
        both = await larch.call("GET", path, headers={"If-None-Match": f'"x", {answer.headers["etag"]}'})
        assert both.status_code == 304
        for other in ({"If-None-Match": "*"}, {"If-None-Match": ""}, {**tag, "Prefer": "handling=lenient"}):
            assert (await larch.call("GET", path, headers=other)).status_code == 200
        assert (await larch.call("GET", path, headers=tag, day="2026-03-05")).status_code == 200
        assert (await larch.call("GET", path, headers=tag, day="2026-03-04T23:59:59Z")).status_code == 304
        assert (await Program(app, "").call("GET", path, headers=tag)).status_code == 401
    tag = {"If-None-Match": (await larch.call("GET", "/partnerships")).headers["etag"]}
    await fetch("UPDATE delivery_partner SET name = 'Dogwood and Sons' WHERE id = $1", world.acts.dogwood.id)
    await settled()
    assert (await larch.call("GET", "/partnerships", headers=tag)).status_code == 200


@pytest.mark.rule("API-20.2")
async def test_long_answers_are_compressed_for_whoever_takes_it(world: World) -> None:
    await fill(world, people=3)
    for accepts, packed in (("gzip", True), ("br, GZIP;q=0.5", True), ("*", True), ("gzip;q=0", False), ("br", False)):
        request = world.larch.client.build_request("GET", "/api/v3/participants", headers={"Accept-Encoding": accepts})
        answer = await world.larch.client.send(request, stream=True)
        raw = b"".join([part async for part in answer.aiter_raw()])
        assert (answer.headers.get("content-encoding") == "gzip") is packed, accepts
        assert len(json.loads(gzip.decompress(raw) if packed else raw)["data"]) == 4
        assert answer.headers["vary"] == "Accept-Encoding"
        assert int(answer.headers["content-length"]) == len(raw)
    short = await world.larch.call("GET", "/delivery-partners/x", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in short.headers


@pytest.mark.rule("API-20.2", "PRF-18")
@pytest.mark.parametrize(("large", "aside"), [(1_024, True), (calling.LARGE, False)])
async def test_a_large_answer_is_compressed_while_others_are_answered(
    world: World, monkeypatch: pytest.MonkeyPatch, large: int, aside: bool
) -> None:
    threads: list[int] = []

    def compress(*args: object, **options: object) -> bytes:
        threads.append(threading.get_ident())
        return zipped(*args, **options)

    zipped: Callable[..., bytes] = gzip.compress
    monkeypatch.setattr(gzip, "compress", compress)
    monkeypatch.setattr(calling, "LARGE", large)
    await fill(world, people=3)
    answer = await world.larch.call("GET", "/participants", headers={"Accept-Encoding": "gzip"})
    assert len(answer.json()["data"]) == 4
    assert [thread != threading.get_ident() for thread in threads] == [aside]


@pytest.mark.rule("API-7.9")
async def test_a_walk_by_cursor_meets_everybody_once(world: World) -> None:
    await fill(world, people=7)
    larch, seen = world.larch, []
    path: str | None = "/participants?page[after]=&page[per_page]=3&sort=-created_at"
    while path:
        document = await larch.get(path)
        seen += [each["id"] for each in document["data"]]
        following = document["links"]["next"]
        path = following.removeprefix("/api/v3") if following else None
    assert seen == await larch.ids("/participants?sort=-created_at")
    assert len(set(seen)) == 8
    first = (await larch.get("/participants?page[after]=&page[per_page]=3"))["links"]["next"].removeprefix("/api/v3")
    wrong = ("&sort=updated_at", "&filter[cohort]=2025")
    for more in wrong:
        assert said(await larch.get(first + more, 400)) == [("Bad request", "cursor_invalid")]
    assert said(await world.other.get(first, 400)) == [("Bad request", "cursor_invalid")]
    elsewhere = first.replace("/participants", "/unfunded-mentors")
    assert said(await larch.get(elsewhere, 400)) == [("Bad request", "cursor_invalid")]
    assert len((await larch.get(first.replace("per_page]=3", "per_page]=2")))["data"]) == 2


@pytest.mark.rule("API-7.8")
async def test_pages_by_number_end_in_nothing(world: World) -> None:
    await fill(world, people=3)
    larch = world.larch
    whole = await larch.ids("/participants")
    parts = [await larch.ids(f"/participants?page[page]={number}&page[per_page]=3") for number in (1, 2, 3)]
    assert parts == [whole[:3], whole[3:], []]
    assert await larch.ids("/participants?page[per_page]=3001") == whole


@pytest.mark.rule("API-7.2")
@pytest.mark.rule("API-7.3")
async def test_a_filter_of_another_list_is_passed_by(world: World) -> None:
    await fill(world)
    larch = world.larch
    everything = "filter[urn]=x&filter[training_status]=x&filter[type]=x&filter[participant_id]=x"
    assert await larch.ids(f"/delivery-partners?{everything}&filter[from_participant_id]=x") == await larch.ids(
        "/delivery-partners"
    )
    found = (await larch.ids("/partnerships"))[0]
    assert (await larch.get(f"/partnerships/{found}?{everything}&page[page]=0&sort=x"))["data"]["id"] == found
    lenient = await larch.call("GET", "/partnerships?colour=red", headers={"Prefer": "respond-async, handling=lenient"})
    assert (lenient.status_code, lenient.headers["preference-applied"]) == (200, "handling=lenient")
    assert said(await larch.get("/partnerships?colour=red", 400)) == [("Bad parameter", "parameter_unknown")]


@pytest.mark.rule("API-26.2")
@pytest.mark.parametrize("path", [*LISTS, "/changes"])
async def test_a_page_takes_the_same_few_statements_however_many_rows(world: World, path: str) -> None:
    counts = []
    for people in (1, 6):
        await (fill(world) if people == 1 else more(world, people))
        counted = Statements()
        token = statements.set(counted)
        await world.larch.get(path)
        statements.reset(token)
        counts.append(counted.count)
    assert counts[0] == counts[1] <= 4


async def more(world: World, people: int) -> None:
    """Add ECTs to what there is."""
    with on(date(2025, 9, 2)):
        (there,) = await fetch("SELECT * FROM school_partnership")
        for number in range(people):
            await world.acts.ect(there, f"Tom{number} Two")
        await settled()


@pytest.mark.rule("API-22.1")
async def test_the_server_date_decides_what_is_shown_and_an_unreadable_one_is_refused(world: World) -> None:
    with on(date(2025, 9, 1)):
        there = await world.acts.reported()
        stay, _ = await world.acts.ect(there)
        await settled()
    status = "ecf_enrolments"
    shown = {}
    for day in ("2025-08-31", "2025-09-01"):
        (record,) = (await world.larch.get("/participants", day=day))["data"]
        shown[day] = record["attributes"][status][0]["participant_status"]
    assert (stay.started_on, shown) == (date(2025, 9, 1), {"2025-08-31": "joining", "2025-09-01": "active"})
    assert said(await world.larch.get("/participants", 400, day="soon")) == [("Bad request", "header_invalid")]
