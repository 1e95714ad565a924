"""The reference of the API in Chromium: a developer's first call, and the whole of it without JavaScript (API-24.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.access.create_api_token import CreateAPIToken, create_api_token
from app.terms import Actor, ActorKind
from tests import factories

if TYPE_CHECKING:
    from tests.browser.conftest import Served

OPERATOR = Actor(ActorKind.OPERATOR, "An operator")


@pytest.mark.rule("API-24.4")
async def test_a_call_is_tried_with_a_token_that_stays_on_the_page(served: Served, open_browser: Any) -> None:
    larch = await factories.lead_provider("Larch Learning of the API")
    made = await create_api_token(CreateAPIToken(larch.id), OPERATOR)  # type: ignore[arg-type]
    async with open_browser(signed_in=False) as reader:
        await reader.open("/api/guidance/connecting")
        await reader.open("/api/docs/v3")
        await reader.page.get_by_label("Token to try calls with").fill(made.token)
        part = reader.page.locator("#listDeliveryPartners")
        await part.get_by_role("button", name="Send").click()
        answer = part.get_by_role("status")
        await answer.filter(has_text="200 OK").wait_for()
        assert '"data": []' in await answer.inner_text()
        stored = "JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])"
        assert made.token not in await reader.page.evaluate(stored)
    async with open_browser(signed_in=False, javascript=False) as reader:
        await reader.open("/api/docs/v3")
        assert "PUT /api/v3/participants/{participant_id}/withdraw" in await reader.text()
        assert await reader.page.get_by_label("Token to try calls with").is_hidden()
