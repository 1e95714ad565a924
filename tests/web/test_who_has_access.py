"""Who has access to the school, giving it and removing it (access, section 11)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app.db.engine import fetch, fetch_one
from tests import factories
from tests.cast import Cast, cast, sign_in
from tests.web.conftest import browser_of

if TYPE_CHECKING:
    from tests.web.conftest import Browser

PATH = "/school/access"


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Browser, people: Cast) -> Browser:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


async def removing(of: factories.User) -> str:
    """Return the address of the page that removes somebody."""
    row = await fetch_one("SELECT public_id FROM app_user WHERE id = $1", of.id)
    return f"{PATH}/{row['public_id']}/remove" if row else ""


async def dora(at: factories.School, source: str = "email_link") -> factories.User:
    """Somebody more at a school."""
    user = await factories.user("Dora Dean", "dora@ash.example")
    await factories.access(at, user, source=source, granted_by="colleague")
    return user


async def open_accesses(of: factories.User) -> int:
    (row,) = await fetch("SELECT count(*) AS n FROM school_access WHERE user_id = $1 AND ended_at IS NULL", of.id)
    return int(row["n"])


async def mailed(message: str) -> list[str]:
    rows = await fetch("SELECT recipient FROM message WHERE message_id = $1 ORDER BY recipient", message)
    return [row["recipient"] for row in rows]


@pytest.mark.rule("ACC-11.1", "ACC-11.2", "ACC-1.1", "G-12")
async def test_everyone_with_access_is_listed_with_their_way_in(alice: Browser, people: Cast) -> None:
    await dora(people.ash)
    await dora(people.birch, "dfe_sign_in")
    await alice.get("/school/home")
    assert f'href="{PATH}"' in alice.page.text  # type: ignore[union-attr]
    await alice.get(PATH)
    text = alice.text()
    assert text.count("Email address") == 3
    assert "Dora Dean Email address dora@ash.example Signs in with Email link First signed in Not yet" in text
    assert (
        "Alice Archer Email address alice@ash.example Signs in with Test sign-in First signed in 10 November 2025"
        in text
    )
    assert "Induction tutor Yes" in text
    assert "Carla" not in text
    assert "never signed in here is not in this list" in text
    assert text.count("Remove access") == 1


@pytest.mark.rule("ACC-12.3", "PRM-05")
async def test_the_page_does_not_wait_for_the_induction_tutor(alice: Browser) -> None:
    await fetch("UPDATE induction_tutor SET confirmed_for_year = 2020")
    assert (await alice.get("/school/home")).status_code == 303
    assert (await alice.get(PATH)).status_code == 200


@pytest.mark.rule("ACC-11.4", "ACC-9.8", "SEC-13")
async def test_removing_somebody_ends_their_access_and_sessions_and_tells_them(
    alice: Browser, people: Cast, app: Any
) -> None:
    user = await dora(people.ash)
    theirs = browser_of(app)
    await sign_in(theirs, user, people.ash)
    await fetch("UPDATE school_access SET ended_at = now() WHERE user_id = $1 AND source = 'personas'", user.id)
    assert (await theirs.get("/school/home")).status_code == 200

    await alice.get(await removing(user))
    assert "Nobody else" in alice.text()
    answer = await alice.post(await removing(user))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?notice=removed")
    await alice.get(answer.headers["location"])
    assert "Their access has been removed" in alice.text()
    assert "Dora" not in alice.text()
    assert (await theirs.get("/school/home")).headers["location"] == "/sign-in"
    assert await mailed("M-73") == ["dora@ash.example"]
    (event,) = await fetch(
        "SELECT actor_name, metadata ->> 'reason' AS reason FROM event WHERE kind = 'school_access_ended'"
    )
    assert tuple(event) == ("Alice Archer", "removed_by_colleague")
    assert (await alice.post(await removing(user))).status_code == 404


@pytest.mark.rule("ACC-11.4")
@pytest.mark.parametrize("other", ["email_link", "dfe_sign_in"])
async def test_only_removing_the_last_way_in_is_warned_of(alice: Browser, people: Cast, other: str) -> None:
    user = await dora(people.ash)
    await factories.access(people.ash, people.bob, source=other, granted_by="colleague")
    await alice.get(await removing(user))
    assert "Nobody else" not in alice.text()


@pytest.mark.rule("ACC-11.4")
@pytest.mark.parametrize("several", [False, True])
async def test_giving_up_ones_own_access_signs_out_of_that_school(client: Browser, people: Cast, several: bool) -> None:
    user = await dora(people.ash)
    await sign_in(client, user, people.ash)
    await fetch("UPDATE school_access SET ended_at = now() WHERE user_id = $1 AND source = 'personas'", user.id)
    if several:
        await factories.access(people.birch, user)
        await factories.access(await factories.school("100003", "Cedar School"), user)
    await client.get(await removing(user))
    assert client.h1() == "Do you want to give up your own access?"
    await client.get((await client.post(await removing(user))).headers["location"])
    assert client.page is not None
    assert (await client.get("/school/home")).headers["location"] == ("/school/choose" if several else "/sign-in")
    assert await open_accesses(user) == (2 if several else 0)


@pytest.mark.rule("ACC-11.2")
async def test_what_dfe_sign_in_gave_is_not_removed_here(alice: Browser, people: Cast) -> None:
    user = await dora(people.ash, "dfe_sign_in")
    await alice.get(PATH)
    assert "Remove access" not in alice.text()
    assert (await alice.get(await removing(user))).status_code == 404
    assert (await alice.post(await removing(user))).status_code == 404
    assert await open_accesses(user) == 1


@pytest.mark.rule("ACC-14.1", "ACC-14.2")
async def test_people_of_another_school_are_not_found(alice: Browser, people: Cast) -> None:
    user = await dora(people.birch)
    for address in (await removing(user), f"{PATH}/{uuid4()}/remove", f"{PATH}/1/remove"):
        assert (await alice.get(address)).status_code == 404
        assert (await alice.post(address)).status_code == 404
    assert await open_accesses(user) == 1


async def test_the_list_takes_as_many_statements_for_many(
    alice: Browser, people: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(25):
        user = await factories.user(f"User {number}", f"user{number}@ash.example")
        await factories.access(people.ash, user)
    caplog.set_level(logging.INFO, logger="register.request")
    await alice.get(PATH)
    counts = [record.fields["db_count"] for record in caplog.records if "db_count" in getattr(record, "fields", {})]
    assert counts
    assert max(counts) <= 6


async def give(browser: Browser, name: str = "Dora Dean", email: str = "dora@ash.example") -> Any:
    """Answer who needs access; returns what came back."""
    await browser.get(f"{PATH}/new")
    return await browser.post(f"{PATH}/new", {"name": name, "email": email})


@pytest.mark.rule("ACC-11.3", "ACC-5.13", "ACC-2.7", "ACC-18.1", "ACC-3.4")
async def test_a_colleague_gets_access_and_is_told(alice: Browser, people: Cast) -> None:
    await alice.get(PATH)
    assert "Give someone access" in alice.text()
    await alice.get((await give(alice)).headers["location"])
    assert alice.h1() == "Check who gets access"
    assert "Dora Dean" in alice.text()
    assert alice.page is not None
    check = str(alice.page.url.path)
    assert await mailed("M-72") == []
    for _ in range(2):
        answer = await alice.post(check)
        assert answer.status_code == 303
    await alice.get(answer.headers["location"])
    assert alice.h1() == "Dora Dean can use the service for your school"
    assert await mailed("M-72") == ["dora@ash.example"]
    assert await mailed("M-49") == ["alice@ash.example"]
    (row,) = await fetch(
        "SELECT a.source, a.granted_by, u.name FROM school_access a JOIN app_user u ON u.id = a.user_id"
        " WHERE a.school_id = $1 AND u.email = 'dora@ash.example'",
        people.ash.id,
    )
    assert tuple(row) == ("email_link", "colleague", "Dora Dean")
    (event,) = await fetch(
        "SELECT actor_name, school_id FROM event WHERE kind = 'school_access_opened' AND metadata ->> 'source' = 'email_link'"
    )
    assert tuple(event) == ("Alice Archer", people.ash.id)
    await alice.get(PATH)
    assert "Dora Dean Email address dora@ash.example Signs in with Email link" in alice.text()


@pytest.mark.rule("ACC-5.14", "ACC-11.3")
@pytest.mark.parametrize(
    ("name", "email", "message"),
    [
        ("", "dora@ash.example", "full name"),
        ("Dora Dean", "dora", "email"),
        ("Dan Dale", "DORA@ash.example", "Check the name and email address"),
        ("Dan Dale", "carla@birch.example", "Check the name and email address"),
    ],
)
async def test_who_cannot_be_is_said_on_the_page(
    alice: Browser, people: Cast, name: str, email: str, message: str
) -> None:
    user = await dora(people.birch)
    await fetch(
        "INSERT INTO user_identity (created_at, updated_at, user_id, method, subject)"
        " VALUES (now(), now(), $1, 'email_link', 'dora@ash.example')",
        user.id,
    )
    assert (await give(alice, name, email)).status_code == 422
    assert message in alice.text()
    assert "Dean" not in alice.text()
    assert (await give(alice, " dora  DEAN ", "Dora@ash.example")).status_code == 303


@pytest.mark.rule("ACC-11.3")
async def test_who_has_access_already_needs_none(alice: Browser) -> None:
    for _ in range(2):
        answer = await give(alice)
        if answer.status_code == 303:
            await alice.get(answer.headers["location"])
            assert alice.page is not None
            await alice.post(str(alice.page.url.path))
    assert answer.status_code == 422
    assert "has access already" in alice.text()


@pytest.mark.rule("ACC-2.3", "ACC-11.3")
@pytest.mark.parametrize(("override", "offered"), [(None, False), ("on", True), ("off", False)])
async def test_a_school_with_dfe_sign_in_gives_access_there(
    alice: Browser, people: Cast, override: str | None, offered: bool
) -> None:
    await dora(people.ash, "dfe_sign_in")
    await fetch("UPDATE school SET email_link_override = $1", override)
    await alice.get(PATH)
    assert ("Give someone access" in alice.text()) is offered
    assert (await alice.get(f"{PATH}/new")).status_code == (200 if offered else 303)
