"""What a registration leaves in the metrics (OPS-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from tests.measured import value
from tests.web.conftest import browser_of
from tests.web.register_ect.conftest import CLOCK, make_world
from tests.web.register_ect.walking import Walker

if TYPE_CHECKING:
    from app.meters import Meters
    from tests.web.register_ect.conftest import Outside


@pytest.mark.rule("OPS-4")
async def test_a_registration_shows_in_every_count(committed_database: str, outside: Outside, app: Any, meters: Meters):
    await make_world()
    alice = browser_of(app, headers=CLOCK)
    await alice.sign_in("100001")
    walker = Walker(alice)
    await walker.to_check()
    await walker.visit("email-address")
    await walker.refused(email="no address")
    await walker.visit("check-answers")
    await alice.client.post(f"{walker.base}/check-answers", data=alice.hidden())
    app.state["settings"] = app.state.settings.model_copy(update={"metrics_token": SecretStr("x")})
    text = (await alice.client.get("/metrics", headers={"Authorization": "Bearer x"})).text
    step = "/school/register-ect/{draft_id}/{step}"
    assert value(text, "requests_total", lead_provider="", method="POST", route=step, status="422") == 1
    assert value(text, "invalid_fields_total", field="email") == 1
    assert value(text, "look_ups_total", outcome="matched") == 1
    assert value(text, "events_total", kind="teacher_registered_as_ect") == 1
    assert value(text, "sessions") == 1
    assert 0 <= value(text, "audit_head_age_seconds") < 3_600 * 24 * 366
    assert value(text, "mail_made_in_a_day", state="pending") + value(text, "mail_waiting", priority="1") >= 1
    assert value(text, "request_duration_seconds_bucket", part="school", le="+Inf") > 10
    assert value(text, "pool_most", pool="school") == 10
    assert value(text, "provider_changes_waiting") == 0
    for secret in (walker.base.rpartition("/")[2], "priya", "alice", "100001", "1234567"):
        assert secret not in text.lower()
    await alice.client.aclose()
