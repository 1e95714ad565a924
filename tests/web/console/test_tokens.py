"""The pages of API tokens (ADM-10.3)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from app import clock
from app.access.api_tokens import caller_of, count_request, tokens
from app.db.engine import fetch
from app.settings import settings
from tests import factories
from tests.web.console.test_fixes import WHY, hidden
from tests.web.console.test_staff import submitted

PATH = "/admin/api-tokens"


@pytest.fixture
async def dee(client: Any) -> Any:
    """Give Dee's browser, signed in with the role data."""
    await client.sign_in_as_staff("data")
    return client


def shown(browser: Any) -> str:
    (found,) = re.findall(r"ect_test_[A-Za-z0-9_-]{43}", browser.page.text)
    return found


@pytest.mark.rule("ADM-10.3", "API-3.2", "API-3.3", "API-3.4", "API-3.6", "API-3.8", "ADM-1.2")
async def test_a_token_is_made_shown_once_replaced_and_revoked(dee: Any) -> None:
    provider = await factories.lead_provider("Larch Learning")
    await dee.get(f"{PATH}/new")
    assert 'value="365"' in dee.page.text
    wanted = {"lead_provider": str(provider.public_id), "description": "Their system", "expires": "days"}
    for wrong in ({"expires_in_days": "401"}, {"expires_in_days": "0"}, {"scope": "write"}, {"description": " "}):
        answer = await dee.post(f"{PATH}/new", {**hidden(dee), **WHY, **wanted, **wrong})
        assert answer.status_code == 422
        await dee.get(f"{PATH}/new")
    await dee.get(f"{PATH}/new")
    await dee.post(f"{PATH}/new", {**hidden(dee), **WHY, **wanted, "expires_in_days": "400"})
    confirm = {**hidden(dee), "confirm": "yes"}
    await dee.post(f"{PATH}/new", confirm)
    first = shown(dee)
    second_press = await dee.post(f"{PATH}/new", confirm)
    assert second_press.headers["location"] == f"{PATH}?done=changed-create"
    await dee.get(second_press.headers["location"])
    assert "shown once in the first answer. If nobody noted it, open it in the list" in dee.text()
    again = await dee.post(f"{PATH}/new", {**hidden_of(wanted), **WHY, "confirm": "yes"})
    assert (again.status_code, "has a token of this name already" in again.text) == (422, True)
    (token,) = await tokens()
    now = clock.machine_now()
    assert token.expires_at is not None
    assert timedelta(0) <= now + timedelta(days=400) - token.expires_at < timedelta(minutes=1)
    caller = await caller_of(first, now, settings())
    assert caller is not None
    await count_request(caller.token_id)
    page = f"{PATH}/{token.public_id}"
    await dee.get(page)
    assert first not in dee.page.text
    assert "Calls of the last days on which it was used" in dee.text()

    await submitted(dee, f"{page}/fixes/rotate", overlap_days="30", expires="never")
    second = shown(dee)
    assert await caller_of(first, now, settings()) is not None
    assert await caller_of(first, now + timedelta(days=31), settings()) is None
    assert await caller_of(second, now + timedelta(days=5_000), settings()) is not None
    await dee.get(f"{page}/fixes/rotate")
    assert "takes its place already" in dee.text()
    await submitted(dee, f"{page}/fixes/revoke")
    assert await caller_of(first, clock.machine_now(), settings()) is None
    await dee.get(PATH)
    assert ("Ended" in dee.text(), "Works" in dee.text()) == (True, True)

    rows = await fetch("SELECT kind, actor_kind, metadata FROM event WHERE kind ~ '^api_token' ORDER BY id")
    assert [row["kind"] for row in rows] == ["api_token_created", "api_token_rotated", "api_token_revoked"]
    assert {(row["actor_kind"], json.loads(row["metadata"])["note"]) for row in rows} == {("staff", WHY["note"])}
    stored = await fetch("SELECT event::text FROM event UNION ALL SELECT row_to_json(t)::text FROM api_token t")
    assert not any(first[9:] in row[0] or second[9:] in row[0] for row in stored)


def hidden_of(wanted: dict[str, str]) -> dict[str, str]:
    """Return what a second press of the same button sends."""
    return {**wanted, "scope": "read+write", "expires_in_days": "400"}
