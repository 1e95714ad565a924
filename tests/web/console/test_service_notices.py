"""What staff tell everybody (ADM-10.1, OPS-11, ACC-2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.access.create_api_token import CreateAPIToken, create_api_token
from app.access.notices_in_force import BOARD
from app.access.pause_method import PauseMethod, pause_method
from app.db.engine import fetch
from app.terms import Actor, ActorKind, LeadProviderId, Refused
from tests import factories
from tests.cast import TODAY, sign_in
from tests.web.conftest import browser_of
from tests.web.console.test_fixes import WHY
from tests.web.console.test_reference_data import day, dee, refused  # noqa: F401 - a fixture
from tests.web.console.test_staff import submitted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast

PATH = "/admin/notices"
OPERATOR = Actor(ActorKind.OPERATOR, "An operator")


@pytest.fixture(autouse=True)
def board() -> Iterator[None]:
    """Remember nothing of the board from one test to the next."""
    BOARD.forget()
    yield
    BOARD.notices = type(BOARD.notices)()
    BOARD.forget()


@pytest.mark.rule("ADM-10.1", "ADM-10.2", "OPS-11", "ADM-1.2")
async def test_the_banner_and_the_maintenance_page_reach_whom_they_are_for(dee: Any, app: Any, people: Cast) -> None:
    alice, anybody = (browser_of(app, headers={"X-With-Server-Date": TODAY}) for _ in range(2))
    await sign_in(alice, people.alice, people.ash)
    banner = {"text": "Slow on Friday", "link": "/guidance", "level": "important", "audience": "schools"}
    assert "must end after it starts" in await refused(dee, f"{PATH}/banner", **banner, **day("ends", "2020-01-01"))
    await submitted(dee, f"{PATH}/banner", **banner)
    for browser, path, there in ((alice, "/school/home", True), (anybody, "/", False), (dee, "/admin", False)):
        await browser.get(path)
        assert ('id="service-banner"' in browser.page.text) == there
    await submitted(dee, f"{PATH}/end-banner")
    await submitted(dee, f"{PATH}/banner", **banner, **day("ends", "2030-01-31"))
    await dee.get(PATH)
    assert "To 31 January 2030 at 11:59pm" in " ".join(dee.text().split())
    await submitted(dee, f"{PATH}/end-banner")

    await submitted(dee, f"{PATH}/maintenance", text="Back at noon")
    for browser, path in ((alice, "/school/home"), (anybody, "/sign-in")):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "300")
        assert "Back at noon" in browser.text()
    provider = LeadProviderId((await factories.lead_provider()).id)
    token = (await create_api_token(CreateAPIToken(provider), OPERATOR)).token
    call = {"Authorization": f"Bearer {token}"}
    assert (await anybody.client.get("/api/v3/statements", headers=call)).status_code == 503
    assert (await anybody.get("/staff/sign-in")).status_code == 200
    await submitted(dee, f"{PATH}/end-maintenance")
    assert (await alice.get("/school/home")).status_code == 200
    rows = await fetch("SELECT kind, metadata ->> 'note' AS note FROM event WHERE kind ~ '^service' ORDER BY id")
    assert [(row["kind"].removeprefix("service_notice_"), row["note"]) for row in rows] == [
        (done, WHY["note"]) for done in ("published", "ended") * 3
    ]


@pytest.mark.rule("ADM-10.1", "ACC-2.5", "OPS-11")
async def test_a_way_in_is_paused_and_resumed_but_never_the_last_of_staff(dee: Any) -> None:
    await submitted(dee, f"{PATH}/pause-email-link", message="Email is slow. Use DfE Sign-in")
    await dee.get(PATH)
    assert "Paused: Email is slow" in dee.text()
    await submitted(dee, f"{PATH}/resume-email-link")
    assert await fetch("SELECT key FROM service_setting") == []
    rows = await fetch("SELECT kind FROM event WHERE kind ~ '^sign_in_method' ORDER BY id")
    assert [row["kind"] for row in rows] == ["sign_in_method_paused", "sign_in_method_resumed"]
    with pytest.raises(Refused, match="could not sign in"):
        await pause_method(PauseMethod("staff_code", "No mail"), OPERATOR)
        await pause_method(PauseMethod("staff_dfe", "No mail"), OPERATOR)
