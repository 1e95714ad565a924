"""The test sign-in (contract, section 4; access, section 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.db.engine import fetch
from tests.web.probes import PROBES
from tests.web.world import make_school

if TYPE_CHECKING:
    from tests.web.conftest import Browser


@pytest.fixture
def handlers():
    return PROBES


@pytest.mark.rule("ACC-8.1")
async def test_a_persona_is_chosen_by_its_key(client: Browser):
    await make_school()
    await client.get("/personas")
    assert "Alice Archer" in client.text()
    answer = await client.send("POST", "/personas", data={"persona": "amberley-tutor"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/home")
    answer = await client.get("/school/probe")
    assert answer.headers["x-here"].endswith("Alice Archer")
    assert 'id="test-sign-in-banner"' in answer.text


@pytest.mark.rule("ACC-8.3")
async def test_what_is_missing_is_made_once(client: Browser):
    await make_school()
    await client.sign_in()
    await client.sign_in(name="Alice Archer-Smith", email="ALICE@amberley.example")
    users = await fetch("SELECT name, audience, active FROM app_user")
    assert [tuple(user) for user in users] == [("Alice Archer-Smith", "school", True)]
    assert len(await fetch("SELECT * FROM user_identity")) == 1
    (access,) = await fetch("SELECT source, first_used_at, last_used_at FROM school_access")
    assert access["source"] == "personas"
    assert access["first_used_at"] is not None
    kinds = [row["kind"] for row in await fetch("SELECT kind FROM event ORDER BY id")]
    assert kinds == ["school_access_opened", "school_user_signs_in", "school_user_signs_in"]


@pytest.mark.rule("ACC-8.3")
@pytest.mark.parametrize(
    "roles", [{"roles": "support,data"}, {"roles": ["support", "data"]}, {"roles": ["data, support", "viewer"]}]
)
async def test_staff_get_their_roles_and_always_viewer(client: Browser, roles):
    form = {"kind": "staff", "name": "Sam Support", "email": "sam@staff.example", **roles}
    answer = await client.send("POST", "/personas", data=form)
    assert answer.headers["location"] == "/admin"
    (user,) = await fetch("SELECT audience, staff_roles FROM app_user")
    assert (user["audience"], user["staff_roles"]) == ("staff", ["viewer", "support", "data"])


@pytest.mark.rule("ACC-8.3")
async def test_another_school_is_added_and_becomes_current(client: Browser):
    await make_school()
    await make_school("100002", name="Calder Bridge School")
    await client.sign_in()
    await client.sign_in("100002")
    answer = await client.get("/school/probe")
    assert answer.headers["x-here"].startswith("100002")
    assert "Change school" in answer.text
    assert len(await fetch("SELECT * FROM school_access WHERE ended_at IS NULL")) == 2


@pytest.mark.rule("ACC-8.4")
async def test_the_privacy_notice_counts_as_accepted_unless_said_otherwise(client: Browser):
    await make_school()
    await client.sign_in(privacy_notice="unread")
    assert (await client.get("/school/probe")).headers["location"] == "/privacy-notice"
    await client.sign_in()
    assert (await client.get("/school/probe")).status_code == 200


@pytest.mark.rule("ACC-10.1")
async def test_a_persona_without_a_school_is_told_so(client: Browser):
    await client.send("POST", "/personas", data={"persona": "no-school"})
    assert (await client.get("/school/probe")).headers["location"] == "/no-school"


@pytest.mark.rule("ACC-8.3")
@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "Select who to sign in as"),
        ({"persona": "nobody"}, "Select one of the options"),
        ({"persona": "staff-locked"}, "locked"),
        ({"kind": "pupil"}, "Select one of the options"),
        ({"kind": "school", "school_urn": "999999", "name": "A", "email": "a@b.example"}, "No school in the register"),
        ({"kind": "school", "school_urn": "", "name": "A", "email": "a@b.example"}, "Enter a URN"),
        ({"kind": "school", "school_urn": "100001", "name": "<A>", "email": "a@b.example"}, "ame"),
        ({"kind": "school", "school_urn": "100001", "name": "A", "email": "a"}, "mail address"),
        ({"kind": "staff", "roles": "owner", "name": "A", "email": "a@b.example"}, "Roles are"),
        ({"kind": "staff", "name": "\0", "email": "a@b.example"}, "ame"),
    ],
)
async def test_what_cannot_be_is_said_beside_the_field(client: Browser, form, field):
    await make_school()
    answer = await client.send("POST", "/personas", data=form)
    assert answer.status_code == 422
    assert field in client.text()
    assert not await fetch("SELECT * FROM app_user")
