"""Reporting partnerships over HTTP, one and many, and what a challenge does (API-11, API-19)."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app import clock
from app.db.engine import fetch
from app.policy import Policy
from app.terms import Actor, ActorKind, ChallengeReason, SchoolId, SchoolPartnershipId
from app.training.challenge_partnership import ChallengePartnership, challenge_partnership
from app.training.undo_challenge import UndoChallenge, undo_challenge
from tests.api.client import said
from tests.provider_records.world import settled
from tests.training.acts import on

if TYPE_CHECKING:
    from tests.api.conftest import World

PARTNERSHIPS = "/partnerships"
EXISTS = [("school_id", "partnership_exists")]
TEACHER = Actor(ActorKind.SCHOOL_USER, "Alice Archer")


async def counts() -> list[int]:
    """How much was ever written that a refused request must not write (API-6.4)."""
    tables = ("school_partnership", "event", "message", "change")
    return [(await fetch(f"SELECT count(*) AS n FROM {table}"))[0]["n"] for table in tables]


async def challenge(world: World) -> None:
    """Ash says that its partnership is wrong."""
    (row,) = await fetch("SELECT id FROM school_partnership")
    command = ChallengePartnership(
        SchoolId(world.acts.ash.id), SchoolPartnershipId(row["id"]), ChallengeReason.LOOKS_LIKE_A_MISTAKE
    )
    await challenge_partnership(command, TEACHER, clock.today(), Policy())


@pytest.mark.rule("API-5.2")
@pytest.mark.rule("API-11.4")
@pytest.mark.rule("API-19.5")
@pytest.mark.rule("API-23.4")
async def test_a_report_answers_the_partnership_and_confirms_who_asked(world: World) -> None:
    with on(date(2025, 9, 1)):
        await world.acts.ect()
        await world.acts.mentor()
        await settled()
    larch = world.larch
    assert [one["attributes"]["ects"] for one in (await larch.get("/expressions-of-interest"))["data"]] == [1]
    made = (await larch.post(PARTNERSHIPS, sent=world.report))["data"]
    assert made["attributes"]["delivery_partner_name"] == "Dogwood Partners"
    assert made["attributes"]["participants_currently_training"] == 2
    assert await larch.get(f"{PARTNERSHIPS}/{made['id']}") == {"data": made}
    assert len(await larch.ids("/participants")) == 2
    assert await larch.ids("/expressions-of-interest") == []
    authors = {
        (row["actor_kind"], row["actor_name"]) for row in await fetch("SELECT * FROM event WHERE school_id IS NOT NULL")
    }
    assert authors == {("lead_provider", "Larch Learning")}
    before = await counts()
    for partner in (world.acts.dogwood, world.acts.elder):
        sent = {**world.report, "delivery_partner_id": str(partner.public_id)}
        assert said(await larch.post(PARTNERSHIPS, 422, sent=sent)) == EXISTS
    assert await counts() == before


@pytest.mark.rule("API-6.2")
@pytest.mark.rule("API-6.4")
@pytest.mark.rule("API-11.2")
@pytest.mark.rule("API-29.3")
@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"cohort": "2099"}, [("cohort", "unknown"), ("delivery_partner_id", "not_paired")]),
        ({"cohort": 25}, [("cohort", "unknown"), ("delivery_partner_id", "not_paired")]),
        ({"cohort": "2026"}, [("cohort", "cohort_not_started"), ("delivery_partner_id", "not_paired")]),
        ({"cohort": None, "school_id": " ", "delivery_partner_id": 5}, "blank"),
        ({"school_id": str(uuid4())}, [("school_id", "unknown")]),
        ({"school_id": "x", "delivery_partner_id": str(uuid4())}, "unknown"),
    ],
)
async def test_each_field_is_refused_once_and_nothing_is_written(world: World, sent: Any, errors: Any) -> None:
    before = await counts()
    document = await world.larch.post(PARTNERSHIPS, 422, sent={**world.report, **sent})
    if isinstance(errors, str):
        errors = [(name, errors) for name in sent]
    assert said(document) == errors
    for error in document["errors"]:
        assert f"'#/{error['title']}'" in error["detail"]
        assert error["pointer"] == f"#/data/attributes/{error['title']}"
    assert await counts() == before


@pytest.mark.rule("API-11.6")
@pytest.mark.rule("API-19.5")
async def test_the_partner_may_change_and_the_same_one_changes_nothing(world: World) -> None:
    larch, elder = world.larch, str(world.acts.elder.public_id)
    made = (await larch.post(PARTNERSHIPS, sent=world.report))["data"]
    where = f"{PARTNERSHIPS}/{made['id']}"
    before = await counts()
    assert await larch.put(where, sent=world.report) == {"data": made}
    assert await counts() == before
    changed = (await larch.put(where, sent={"delivery_partner_id": elder}))["data"]
    assert (changed["id"], changed["attributes"]["delivery_partner_id"]) == (made["id"], elder)
    for sent, code in ((None, "blank"), (str(uuid4()), "unknown")):
        errors = said(await larch.put(where, 422, sent={"delivery_partner_id": sent}))
        assert errors == [("delivery_partner_id", code)]
    assert said(await world.other.put(where, 404, sent={"delivery_partner_id": elder})) == [
        ("Resource not found", "not_found")
    ]


@pytest.mark.rule("API-11.8")
@pytest.mark.rule("API-11.9")
async def test_a_challenge_takes_everything_back_until_it_is_undone(world: World) -> None:
    with on(date(2025, 9, 1)):
        await world.acts.ect()
        await settled()
    larch, day = world.larch, "2025-10-10"
    made = (await larch.post(PARTNERSHIPS, sent=world.report, day=day))["data"]
    where, shown = f"{PARTNERSHIPS}/{made['id']}", await larch.ids("/participants", day=day)
    with clock.at(clock.parse("2025-10-20")):
        await challenge(world)
    later = {"day": "2025-10-20"}
    await larch.get(where, 404, **later)
    await larch.put(where, 404, sent=world.report, **later)
    assert await larch.ids("/participants", **later) == []
    (waiting,) = (await larch.get("/expressions-of-interest", **later))["data"]
    assert (waiting["attributes"]["ects"], waiting["attributes"]["disputed"]) == (1, 1)
    (row,) = await fetch("SELECT id FROM school_partnership")
    command = UndoChallenge(SchoolId(world.acts.ash.id), SchoolPartnershipId(row["id"]))
    with clock.at(clock.parse("2025-10-21")):
        await undo_challenge(command, TEACHER, clock.today(), Policy())
    assert await larch.ids("/participants", day="2025-10-21") == shown
    assert (await larch.get(where, day="2025-10-21"))["data"]["id"] == made["id"]


@pytest.mark.rule("API-19.1")
@pytest.mark.rule("API-19.2")
@pytest.mark.rule("API-19.3")
async def test_the_same_request_with_its_key_has_one_effect_and_one_answer(world: World) -> None:
    larch, key = world.larch, {"Idempotency-Key": "report 17"}
    content = json.dumps({"data": {"attributes": world.report}})
    first = await larch.call("POST", PARTNERSHIPS, content=content, headers=key)
    before = await counts()
    again = await larch.call("POST", PARTNERSHIPS, content=content, headers=key)
    assert (again.status_code, again.content) == (200, first.content)
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert await counts() == before
    other = await larch.call("POST", PARTNERSHIPS, content=content + " ", headers=key)
    assert said(other.json()) == [("idempotency_key", "idempotency_key_reused")]
    refused = {"Idempotency-Key": "report 18"}
    for replayed in (None, "true"):
        answer = await larch.call("POST", PARTNERSHIPS, content=content, headers=refused)
        assert said(answer.json()) == EXISTS
        assert answer.headers.get("idempotency-replayed") == replayed
    for bad in ("x" * 256, "\xe9"):
        answer = await larch.call("POST", PARTNERSHIPS, content=content, headers={"Idempotency-Key": bad.encode()})  # type: ignore[dict-item]
        assert said(answer.json()) == [("Bad request", "header_invalid")]
    assert (await larch.call("GET", PARTNERSHIPS, headers={"Idempotency-Key": "x" * 300})).status_code == 200


async def bulk(world: World, items: Any, query: str = "", **headers: str) -> Any:
    """Send several reports; returns the answer."""
    body = json.dumps({"data": items})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await world.larch.call("POST", f"{PARTNERSHIPS}/bulk{query}", content=body, headers=named)


def item(attributes: Any) -> Any:
    return {"type": "partnership", "attributes": attributes}


@pytest.mark.rule("API-11.7")
@pytest.mark.rule("API-29.6")
async def test_many_reports_are_judged_one_by_one(world: World) -> None:
    with on(date(2025, 9, 1)):
        await world.acts.ect()
        await settled()
    birch = {**world.report, "school_id": str(world.birch.public_id)}
    items = [
        item(world.report),
        item({**world.report, "cohort": "2099"}),
        item(world.report),
        {"attributes": {}},
        item(birch),
    ]
    before = await counts()
    tried = (await bulk(world, items, "?validate_only=true")).json()
    assert [one["status"] for one in tried["data"]] == [200, 422, 422, 400, 200]
    assert tried["data"][0] == {"index": 0, "status": 200, "partnership": None, "attached": 1}
    assert tried["meta"] == {"accepted": 2, "refused": 3, "attached": 1, "validate_only": True}
    assert await counts() == before
    done = (await bulk(world, items)).json()
    assert [one["status"] for one in done["data"]] == [200, 422, 422, 400, 200]
    assert done["meta"] == {"accepted": 2, "refused": 3, "attached": 1, "validate_only": False}
    assert said(done["data"][2]) == EXISTS
    assert done["data"][1]["errors"][0]["pointer"] == "#/data/1/attributes/cohort"
    shown = await world.larch.ids(PARTNERSHIPS)
    assert sorted(shown) == sorted(done["data"][index]["partnership"]["id"] for index in (0, 4))
    for size in (0, 501):
        assert said((await bulk(world, [item({})] * size)).json()) == [("Bad request", "bulk_size")]
    assert said((await bulk(world, items, "?validate_only=yes")).json()) == [("Bad parameter", "value_invalid")]


@pytest.mark.rule("API-11.7")
async def test_a_bulk_call_counts_by_fifties_and_goes_on_under_its_key(world: World) -> None:
    items = [item(world.report)] * 101
    first = await bulk(world, items, Idempotency_Key="all")
    assert first.headers["ratelimit-remaining"] == "997"
    assert first.json()["meta"]["accepted"] == 1
    again = await bulk(world, items, Idempotency_Key="all")
    assert (again.headers["idempotency-replayed"], again.json()) == ("true", first.json())
    assert (await bulk(world, items)).json()["meta"]["accepted"] == 0
