"""What a process counts of its answers, and who may read it (API-23.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app import logs
from app.meters import MOST_SERIES, Answered, Meters
from app.web import health, middleware

if TYPE_CHECKING:
    from tests.api.conftest import World


@pytest.fixture
def meters(monkeypatch: pytest.MonkeyPatch) -> Meters:
    made = Meters()
    monkeypatch.setattr(middleware, "METERS", made)
    monkeypatch.setattr(health, "METERS", made)
    return made


@pytest.mark.rule("API-23.2", "OPS-4")
async def test_answers_are_counted_by_lead_provider_route_and_status(
    world: World, app: Any, meters: Meters, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await world.larch.client.get("/metrics")).status_code == 404
    somebody = uuid4()
    for _ in range(2):
        await world.larch.get(f"/participants/{somebody}", 404)
    monkeypatch.setattr(app.state, "settings", app.state.settings.model_copy(update={"metrics_token": SecretStr("x")}))
    assert (await world.larch.client.get("/metrics")).status_code == 401
    answer = await world.larch.client.get("/metrics", headers={"Authorization": "Bearer x"})
    route = 'method="GET",route="/api/v3/participants/{participant_id}"'
    assert f'requests_total{{lead_provider="Larch Learning",{route},status="404"}} 2\n' in answer.text
    assert f"request_seconds_count{{{route}}} 2\n" in answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert str(somebody) not in answer.text
    for line in ("database_up 1", "mail_sender_stopped 0", 'parked{kind="mail"} 0', "look_up_limits_hit 0"):
        assert f"\n{line}\n" in answer.text


@pytest.mark.rule("API-23.2")
async def test_a_log_or_a_count_that_fails_fails_no_request(
    world: World, meters: Meters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(logs.REQUESTS, "info", fail)
    await world.larch.get("/participants")
    assert sum(meters.answers.values()) == 1
    monkeypatch.setattr(meters, "count", fail)
    await world.larch.get("/participants")


@pytest.mark.rule("OPS-4")
def test_there_are_never_too_many_series() -> None:
    meters = Meters()
    for number in range(MOST_SERIES + 50):
        meters.count(Answered("", "GET", f"/{number}", 200), 0.5)
    assert len(meters.answers) == MOST_SERIES + 1
    assert 'requests_total{lead_provider="",method="GET",route="",status="200"} 50' in meters.text()
    assert len(meters.text().splitlines()) <= 3 * MOST_SERIES + 5
