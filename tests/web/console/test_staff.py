"""The pages of staff accounts (ADM-11)."""

from __future__ import annotations

from typing import Any

import pytest

from app.access.add_staff import AddStaff, add_staff
from app.access.change_staff import ChangeStaff, change_staff
from app.access.staff_accounts import StaffAccount, staff_account
from app.db.engine import fetch
from app.terms import Actor, ActorKind, Refused
from tests.cast import TODAY
from tests.web.console.test_fixes import WHY, hidden

OPERATOR = Actor(ActorKind.OPERATOR, "An operator")
ANN = "ann@education.gov.uk"


@pytest.fixture
async def max_(client: Any) -> Any:
    """Give Max's browser, signed in with the role manager."""
    client.client.headers["X-With-Server-Date"] = TODAY
    await client.sign_in_as_staff("manager")
    return client


async def ann() -> StaffAccount:
    found = await staff_account(ANN)
    assert found is not None
    return found


async def submitted(browser: Any, path: str, **fields: Any) -> Any:
    """Fill in the form of a page, check it and confirm it."""
    await browser.get(path)
    answer = await browser.post(path, {**hidden(browser), **WHY, **fields})
    assert (answer.status_code, browser.h1()) == (200, "Check this change"), browser.text()
    return await browser.post(path, {**hidden(browser), "confirm": "yes"})


async def noted() -> list[tuple[str, str]]:
    rows = await fetch(
        """SELECT kind, metadata ->> 'note' AS note FROM event
        WHERE kind ~ '^(staff_acc|staff_self|otp|sessions)' ORDER BY id"""
    )
    return [tuple(row) for row in rows]


@pytest.mark.rule("ADM-11.1", "ADM-11.3", "ADM-11.5", "ADM-11.6", "ADM-1.2", "ADM-16.1")
async def test_a_manager_looks_after_an_account_from_its_beginning_to_its_end(max_: Any) -> None:
    await max_.get("/admin/staff/new")
    wrong = await max_.post("/admin/staff/new", {"name": "", "email": "ann@school", "roles": "queen"})
    assert wrong.status_code == 422
    who = {"name": "Ann Able", "email": ANN, "roles": ["support", "manager"]}
    await max_.get("/admin/staff/new")
    await max_.post("/admin/staff/new", {**hidden(max_), **WHY, **who})
    assert ("(M-80)" in max_.text(), 'name="send"' in max_.page.text) == (True, False)
    answer = await max_.post("/admin/staff/new", {**hidden(max_), "confirm": "yes"})
    assert answer.headers["location"] == "/admin/staff?done=changed-add"
    await max_.get(answer.headers["location"])
    assert "Active Never" in " ".join(max_.text().partition("Ann Able")[2].split())
    told = await fetch("SELECT message_id, recipient FROM message ORDER BY recipient")
    assert {row["message_id"] for row in told} == {"M-80"}
    assert ANN in {row["recipient"] for row in told}
    account = await ann()
    assert account.roles == ("viewer", "support", "manager")
    path = f"/admin/staff/{account.public_id}"

    await submitted(max_, f"{path}/fixes/name", name="Ann Abel")
    await submitted(max_, f"{path}/fixes/roles", roles=["data"])
    assert ((await ann()).name, (await ann()).roles) == ("Ann Abel", ("viewer", "data"))
    await max_.get(f"{path}/fixes/reactivate")
    assert "The account is active" in max_.text()
    await fetch("UPDATE app_user SET locked_at = now(), wrong_codes = 10 WHERE id = $1", account.id)
    await submitted(max_, f"{path}/fixes/unlock")
    assert (await ann()).locked_at is None

    await submitted(max_, f"{path}/fixes/deactivate")
    assert not (await ann()).active
    await submitted(max_, f"{path}/fixes/reactivate")
    assert ((await ann()).active, (await ann()).roles) == (True, ("viewer",))
    kinds = ["created", "updated", "updated", "otp_account_unlocked", "deactivated", "reactivated"]
    names = [kind if kind.startswith("otp") else f"staff_account_{kind}" for kind in kinds]
    assert await noted() == [(name, WHY["note"]) for name in names]

    me = (await fetch("SELECT public_id FROM app_user WHERE audience = 'staff' AND email <> $1", ANN))[0]
    await max_.get(f"/admin/staff/{me['public_id']}")
    assert "Staff account made for Ann Able" in max_.text()
    assert "changed to Ann Abel" not in max_.text()
    assert WHY["note"] in max_.text()


@pytest.mark.rule("ADM-11.2", "ADM-11.4", "ADM-1.4")
async def test_nobody_changes_their_own_account_and_a_manager_is_left(max_: Any) -> None:
    (me,) = await fetch("SELECT id, public_id FROM app_user WHERE audience = 'staff'")
    own = f"/admin/staff/{me['public_id']}"
    await max_.get(own)
    assert "fixes/roles" not in max_.page.text
    assert "fixes/end-sessions" in max_.page.text
    assert (await max_.get(f"{own}/fixes/roles")).status_code == 403
    await max_.get(f"{own}/fixes/name")
    assert (await max_.post(f"{own}/fixes/roles", {**hidden(max_), **WHY})).status_code == 403
    assert [kind for kind, _ in await noted()] == ["staff_self_change_refused"]

    await add_staff(AddStaff(ANN, "Ann Able", ("manager",)), OPERATOR)
    path = f"/admin/staff/{(await ann()).public_id}/fixes/roles"
    await max_.get(path)
    fields = {**hidden(max_), **WHY, "roles": ["data"]}
    await change_staff(ChangeStaff((await ann()).public_id, "Ann Abel", ("manager",)), OPERATOR)
    answer = await max_.post(path, fields)
    assert answer.status_code == 409
    assert "Staff account of Ann Able is in the name of Ann Abel now" in max_.text()
    await fetch("UPDATE app_user SET active = false WHERE id = $1", me["id"])
    with pytest.raises(Refused, match="last manager"):
        await change_staff(ChangeStaff((await ann()).public_id, "Ann Abel", ()), OPERATOR)
