"""Who is let in, how often, and what every answer carries (API-3, API-5.5, API-21, API-23)."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.access.revoke_api_token import RevokeAPIToken, revoke_api_token
from app.access.rotate_api_token import RotateAPIToken, rotate_api_token
from app.db.engine import fetch
from app.settings import settings
from app.terms import Refused
from app.web.limits import count
from tests.api.client import Program, said
from tests.api.conftest import OPERATOR, token_of

if TYPE_CHECKING:
    from tests.api.conftest import World

REFUSED = [("Unauthorized", "token_refused")]
PARTNERS = "/delivery-partners"


async def refusal(world: World, app: Any, **headers: str) -> tuple[Any, str]:
    """Return the body and challenge that a stranger gets."""
    answer = await Program(app, "").call("GET", PARTNERS, headers=headers)
    assert answer.status_code == 401
    return answer.json(), answer.headers["www-authenticate"]


@pytest.mark.rule("API-3.7")
async def test_whatever_is_wrong_with_a_token_the_answer_is_the_same(world: World, app: Any) -> None:
    realm = 'Bearer realm="lead provider api"'
    token = world.tokens["larch"].token
    without, challenge = await refusal(world, app)
    assert (said(without), challenge) == (REFUSED, realm)
    bad = (f"Bearer {token[:-1]}", "Bearer", f"Basic {token}", f"Bearer {token} x")
    for sent in bad:
        assert await refusal(world, app, Authorization=sent) == (without, f'{realm}, error="invalid_token"')
    for elsewhere in ({"Cookie": f"token={token}"}, {"X-Token": token}):
        assert (await refusal(world, app, **elsewhere))[0] == without
    answer = await Program(app, "").call("GET", f"{PARTNERS}?access_token={token}")
    assert answer.status_code == 401
    for spelt in ("bearer", "BEARER"):
        headers = {"Authorization": f"{spelt} {token}"}
        assert (await Program(app, "").call("GET", PARTNERS, headers=headers)).status_code == 200


@pytest.mark.rule("API-3.3")
@pytest.mark.rule("API-22.1")
async def test_a_token_ends_by_the_machines_clock_at_the_very_instant(world: World, app: Any) -> None:
    made = await token_of(world.acts.larch, expires_in_days=1)
    program = Program(app, made.token, day="2035-01-01")
    assert (await program.call("GET", PARTNERS)).status_code == 200
    await fetch("UPDATE api_token SET expires_at = $2 WHERE id = $1", made.id, clock.machine_now())
    assert said(await program.get(PARTNERS, 401)) == REFUSED


@pytest.mark.rule("API-3.4")
@pytest.mark.rule("API-3.8")
async def test_a_token_is_revoked_at_once_and_rotated_with_an_overlap(world: World, app: Any) -> None:
    larch = world.tokens["larch"]
    made = await rotate_api_token(RotateAPIToken(larch.public_id, overlap_days=30), OPERATOR)
    later = Program(app, made.token)
    for program in (world.larch, later):
        assert (await program.call("GET", PARTNERS)).status_code == 200
    await fetch("UPDATE api_token SET revoked_at = revoked_at - interval '30 days' WHERE id = $1", larch.id)
    await world.larch.get(PARTNERS, 401)
    with pytest.raises(Refused, match="ended"):
        await rotate_api_token(RotateAPIToken(larch.public_id), OPERATOR)
    with pytest.raises(Refused, match="overlap"):
        await rotate_api_token(RotateAPIToken(made.public_id, overlap_days=31), OPERATOR)
    await revoke_api_token(RevokeAPIToken(made.public_id), OPERATOR)
    await later.get(PARTNERS, 401)
    kinds = [row["kind"] for row in await fetch("SELECT kind FROM event WHERE kind LIKE 'api_token%' ORDER BY id")]
    assert kinds == ["api_token_created"] * 3 + ["api_token_rotated", "api_token_revoked"]


@pytest.mark.rule("API-3.5")
async def test_a_token_that_reads_cannot_write(world: World) -> None:
    assert (await world.reader.call("GET", PARTNERS)).status_code == 200
    document = await world.reader.post("/partnerships", 403, sent={"cohort": "2025"})
    assert said(document) == [("Forbidden", "token_read_only")]


@pytest.mark.rule("API-3.6")
async def test_use_is_noted_once_a_minute_and_calls_are_counted_by_day(world: World) -> None:
    used = "SELECT last_used_at, calls, refusals FROM api_token t JOIN api_token_day d ON d.token_id = t.id"
    await world.larch.get(PARTNERS)
    (first,) = await fetch(used)
    assert first["last_used_at"] is not None
    await world.larch.get(f"{PARTNERS}/nobody", 404)
    (second,) = await fetch(used)
    assert (second["last_used_at"], second["calls"], second["refusals"]) == (first["last_used_at"], 2, 1)
    await fetch("UPDATE api_token SET last_used_at = last_used_at - interval '60 seconds'")
    await world.larch.get(PARTNERS)
    (third,) = await fetch(used)
    assert third["last_used_at"] > first["last_used_at"]


@pytest.mark.rule("API-21.1")
@pytest.mark.rule("API-21.3")
async def test_a_thousand_requests_in_any_300_seconds(world: World) -> None:
    answer = await world.larch.call("GET", PARTNERS)
    assert (answer.headers["ratelimit-limit"], answer.headers["ratelimit-remaining"]) == ("1000", "999")
    assert 295 <= int(answer.headers["ratelimit-reset"]) <= 300
    token = world.tokens["larch"].id
    assert (await fetch("SELECT wait FROM count_api_request($1, 999)", token))[0]["wait"] == 0
    refused = await world.larch.call("GET", f"{PARTNERS}/nobody")
    assert said(refused.json()) == [("Too many requests", "rate_limited")]
    assert 1 <= int(refused.headers["retry-after"]) <= 300
    assert refused.headers["ratelimit-remaining"] == "0"
    assert (await world.other.call("GET", PARTNERS)).status_code == 200
    first = "UPDATE api_request_slot SET at = at - interval '300 seconds' WHERE id = $1"
    await fetch(first, token * 1000)
    assert (await world.larch.call("GET", PARTNERS)).headers["ratelimit-remaining"] == "0"
    assert (await world.larch.call("GET", PARTNERS)).status_code == 429


@pytest.mark.rule("API-21.2")
async def test_strangers_are_counted_by_address_and_callers_are_not(world: World, app: Any) -> None:
    limit = app.asgi_handler.limit
    limit.counted.clear()
    for _ in range(limit.entries):
        await count("anything", "127.0.0.1", limit.entries, limit.WINDOW, settings().secret())
    stranger = Program(app, "")
    answers = [await stranger.call("GET", PARTNERS) for _ in range(limit.batch)]
    assert [answer.status_code for answer in answers] == [401] * (limit.batch - 1) + [429]
    assert said(answers[-1].json()) == [("Too many requests", "rate_limited")]
    assert int(answers[-1].headers["retry-after"]) > 0
    await world.larch.get(PARTNERS)
    limit.counted.clear()


@pytest.mark.rule("API-4.5")
@pytest.mark.rule("API-29.4")
async def test_a_request_keeps_the_id_that_can_be_one(world: World) -> None:
    for given, kept in (("Job-17", True), ("", False), ("a" * 65, False), ("a b", False), ("é", False)):
        headers = {"X-Request-Id": given.encode()}
        answer = await world.larch.call("GET", PARTNERS, headers=headers)  # type: ignore[arg-type]
        assert (answer.headers["x-request-id"] == given) is kept


@pytest.mark.rule("API-23.1")
async def test_a_call_is_logged_once_without_anything_personal(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "register.request")
    somebody = "C2A4E6F8-1b3d-4f5a-8c7e-9d0b1a2c3d43"
    await world.larch.get(f"/participants/{somebody}?filter[urn]=Quetzal&filter[Quetzal]=1&sort=", 400)
    (record,) = [one for one in caplog.records if one.name == "register.request"]
    line: Any = record.__dict__["fields"]
    assert (line["lead_provider"], line["token"]) == ("Larch Learning", world.tokens["larch"].first_characters)
    assert (line["route"], line["resources"]) == ("/api/v3/participants/{participant_id}", [somebody.lower()])
    assert (line["parameters"], line["error_codes"]) == (["filter[urn]", "sort"], ["parameter_unknown"])
    assert (line["status"], line["rows"], line["bytes"] > 100, line["db_count"]) == (400, 0, True, 3)
    assert (line["build"], line["actor_kind"]) == ("development", "lead_provider")
    assert "Quetzal" not in str(line)
    assert world.tokens["larch"].token not in str(line)


@pytest.mark.rule("API-1.2")
@pytest.mark.rule("API-5.5")
async def test_there_are_no_cookies_and_no_other_origins(world: World) -> None:
    answer = await world.larch.call("GET", PARTNERS, headers={"Origin": "https://elsewhere.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["strict-transport-security"]


@pytest.mark.rule("API-3.2")
async def test_only_a_keyed_hash_is_stored(world: World) -> None:
    made = world.tokens["larch"]
    rows = await fetch(
        "SELECT to_jsonb(t)::text AS said FROM api_token t UNION ALL SELECT to_jsonb(e)::text FROM event e"
    )
    assert rows
    assert not [row for row in rows if made.token[9:] in row["said"]]
    assert made.token not in repr(made)
    assert made.expires_at is None or made.expires_at - clock.machine_now() <= timedelta(days=400)
