"""One's own name and email address (ACC-6.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests import factories
from tests.cast import sign_in
from tests.web.access.conftest import NOW
from tests.web.access.mail import mails, sent

if TYPE_CHECKING:
    from tests.cast import Cast

MINE = "/your-details"
NEW = {"name": "Bob Baker", "email": "Bob.Baker@ash.example"}


@pytest.fixture
async def bob(client: Any, people: Cast) -> Any:
    """Give Bob's browser; he may sign in by email too."""
    await factories.insert("user_identity", user_id=people.bob.id, method="email_link", subject="bob@ash.example")
    await sign_in(client, people.bob, people.ash, NOW)
    return client


async def held(people: Cast) -> tuple[Any, ...]:
    """Return Bob's name, address and what he signs in with."""
    (row,) = await fetch(
        """SELECT u.name, u.email, i.subject FROM app_user u JOIN user_identity i ON i.user_id = u.id
        WHERE u.id = $1 AND i.method = 'email_link'""",
        people.bob.id,
    )
    return tuple(row)


@pytest.mark.rule("ACC-6.8", "ACC-2.7")
async def test_a_new_address_counts_once_it_is_confirmed(bob: Any, people: Cast) -> None:
    await bob.get(MINE)
    answer = await bob.post(MINE, NEW)
    assert answer.headers["location"] == f"{MINE}?notice=sent"
    assert await held(people) == ("Bob Baker", "bob@ash.example", "bob@ash.example")
    (mail,) = await mails()
    assert (mail["id"], mail["to"]) == ("M-76", "Bob.Baker@ash.example")
    for _ in range(2):
        answer = await bob.get(mail["link"])
        assert (answer.status_code, answer.headers["referrer-policy"]) == (200, "no-referrer")
    assert await held(people) == ("Bob Baker", "bob@ash.example", "bob@ash.example")
    answer = await bob.post(mail["link"])
    assert (await bob.get(answer.headers["location"])).status_code == 200
    assert bob.h1() == "Your email address has been changed"
    assert await held(people) == ("Bob Baker", "Bob.Baker@ash.example", "bob.baker@ash.example")
    assert ("M-77", "bob@ash.example") in await sent()
    assert (await bob.get(mail["link"])).status_code == 410
    events = await fetch("SELECT sentence FROM event WHERE kind = 'user_details_changed'")
    assert [row["sentence"] for row in events] == ["Changed their own details"]


@pytest.mark.rule("ACC-6.8")
@pytest.mark.parametrize(("moment", "status"), [("2025-10-06T11:59:59Z", 200), ("2025-10-06T12:00:00Z", 410)])
async def test_the_link_lives_an_hour(bob: Any, moment: str, status: int) -> None:
    await bob.get(MINE)
    await bob.post(MINE, NEW)
    link = (await mails())[0]["link"]
    bob.client.headers["X-With-Server-Date"] = moment
    assert (await bob.get(link)).status_code == status


@pytest.mark.rule("ACC-6.8")
async def test_a_name_alone_is_changed_at_once(bob: Any, people: Cast) -> None:
    await bob.get(MINE)
    answer = await bob.post(MINE, {"name": "Robert Baker", "email": "bob@ash.example"})
    assert answer.headers["location"] == f"{MINE}?notice=saved"
    assert await held(people) == ("Robert Baker", "bob@ash.example", "bob@ash.example")
    assert await sent() == []


@pytest.mark.rule("ACC-6.8", "ACC-5.14", "VAL-05", "VAL-06")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "Enter the full name"),
        ({"email": "bob"}, "Check the email address"),
        ({"email": "carla@birch.example"}, "Check the name and email address"),
    ],
)
async def test_what_is_wrong_is_said_and_changes_nothing(
    bob: Any, people: Cast, change: dict[str, str], message: str
) -> None:
    await bob.get(MINE)
    assert (await bob.post(MINE, {**NEW, **change})).status_code == 422
    assert message in bob.text()
    assert await held(people) == ("Bob Baker", "bob@ash.example", "bob@ash.example")
    assert await sent() == []


@pytest.mark.rule("ACC-6.8")
async def test_who_uses_dfe_sign_in_is_led_there(bob: Any, people: Cast) -> None:
    await factories.insert("user_identity", user_id=people.bob.id, method="dfe_sign_in", subject="sub-1")
    await bob.get(MINE)
    assert "DfE Sign-in profile" in bob.text()
    await bob.get("/support")
    await bob.post(MINE, {"name": "Someone Else", "email": "bob@ash.example"})
    assert (await held(people))[0] == "Bob Baker"


@pytest.mark.rule("ACC-6.8", "ACC-16.1")
async def test_a_link_never_made_is_not_valid(bob: Any) -> None:
    assert (await bob.get(f"{MINE}/confirm/guess")).status_code == 404
