"""What a process counts of its answers, and who may read it (API-23.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app import logs

if TYPE_CHECKING:
    from app.meters import Meters
    from tests.api.conftest import World


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
    assert f"request_seconds_total{{{route}}} 0." in answer.text
    assert 'request_duration_seconds_count{part="program"} 2\n' in answer.text
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

    monkeypatch.setattr(logs.REQUESTS, "handle", fail)
    await world.larch.get("/participants")
    assert sum(meters.answers.values()) == 1
    monkeypatch.setattr(meters, "count", fail)
    await world.larch.get("/participants")
