"""What staff put right about who gets in, and who may look people up (FIX-20, FIX-23)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app import clock
from app.db.engine import fetch
from app.policy import Policy
from app.teachers.look_up import limit_reached
from app.terms import TRN, SchoolId
from tests import factories
from tests.web.console.test_school_fixes import kinds, put_right

if TYPE_CHECKING:
    from tests.cast import Cast

SIAN = TRN("4512378")
NINE = datetime(2025, 11, 10, 9, tzinfo=UTC)


async def limited(people: Cast, policy: Policy) -> bool:
    """Tell whether Ash may not ask about Siân at nine."""
    with clock.at(NINE):
        return await limit_reached(SchoolId(people.ash.id), SIAN, policy) is not None


async def failed(people: Cast, times: int, trn: str = SIAN) -> None:
    """Note failed look-ups by Alice a minute before nine."""
    for _ in range(times):
        await factories.insert(
            "lookup_attempt",
            user_id=people.alice.id,
            school_id=people.ash.id,
            role="ect",
            at=NINE - timedelta(minutes=1),
            outcome="trn_not_found",
            trn=trn,
        )


@pytest.mark.rule("FIX-20", "ACC-11.3", "ACC-11.4")
async def test_access_is_given_and_removed_and_sessions_end(sam: Any, people: Cast) -> None:
    await put_right(sam, "people-with-access", act="give", name="Nia New", email="nia@ash.example")
    nia = (await fetch("SELECT id FROM app_user WHERE email = 'nia@ash.example'"))[0]["id"]
    source = "SELECT ended_at, end_reason FROM school_access WHERE user_id = $1 AND source = 'email_link'"
    assert [tuple(row) for row in await fetch(source, nia)] == [(None, None)]

    assert (await put_right(sam, "people-with-access", act="remove")).status_code == 422
    assert (await put_right(sam, "people-with-access", act="remove", user=str(people.alice.id))).status_code == 422
    assert "no access by email link" in sam.text()
    await put_right(sam, "people-with-access", act="remove", user=str(nia))
    assert (await fetch(source, nia))[0]["end_reason"] == "removed_by_staff"
    mails = await fetch("SELECT message_id FROM message WHERE recipient = 'nia@ash.example' ORDER BY message_id")
    assert [mail["message_id"] for mail in mails] == ["M-72", "M-73"]

    later = NINE + timedelta(hours=1)
    session = {"id_hash": b"1" * 32, "csrf_secret": b"secret", "last_seen_at": NINE, "absolute_expires_at": later}
    await factories.insert("session", user_id=people.alice.id, **session)
    await put_right(sam, "people-with-access", act="end", user=str(people.alice.id))
    assert await fetch("SELECT id FROM session WHERE user_id = $1", people.alice.id) == []
    assert (await kinds())[-2:] == ["sessions_ended", "staff_fix_applied"]


@pytest.mark.rule("FIX-20", "ADM-4.2", "AX-21")
async def test_the_address_that_was_asked_about_is_in_the_form_that_gives_access(sam: Any, people: Cast) -> None:
    asked = {"question": "sign_in", "urn": people.ash.urn, "email": "nia@ash.example"}
    answer = await sam.get("/admin/explain", params=asked)
    (form, *_) = html.fromstring(answer.text).xpath("//main//a[contains(@href, 'people-with-access')]/@href")

    shown = html.fromstring((await sam.get(str(form))).text)

    assert shown.xpath("//input[@name='email']/@value") == ["nia@ash.example"]
    assert shown.xpath("//input[@name='act'][@checked]/@value") == ["give"]


@pytest.mark.rule("FIX-23", "IDN-05")
@pytest.mark.parametrize("whose", ["school", "user", "trn"])
async def test_a_limit_is_lifted_for_whom_it_was_reached(whose: str, sam: Any, people: Cast) -> None:
    numbers = {"failed_lookups_per_school_day": 3, "failed_lookups_per_trn_day": 50}
    if whose == "trn":
        numbers = {"failed_lookups_per_school_day": 50, "failed_lookups_per_trn_day": 3}
    policy = Policy(**numbers)
    await failed(people, 3)
    before = await limited(people, policy)
    chosen = f"user-{people.alice.id}" if whose == "user" else whose

    answer = await put_right(sam, "look-up-limit", whose=chosen, trn=SIAN)

    assert answer.status_code == 303
    assert (before, await limited(people, policy)) == (True, whose == "user")
    assert await kinds() == ["lookup_limit_lifted", "staff_fix_applied"]
    rows = await fetch("SELECT DISTINCT lifted, outcome FROM lookup_attempt")
    assert [tuple(row) for row in rows] == [([whose], "trn_not_found")]
    assert (await put_right(sam, "look-up-limit", whose=chosen, trn=SIAN)).status_code == 422
    assert "This would change nothing" in sam.text()


@pytest.mark.rule("FIX-23", "ADM-6.1")
async def test_the_limit_of_a_trn_is_lifted_where_the_person_is(sam: Any, people: Cast) -> None:
    person = (await factories.ect(people.ash, await factories.teacher("Siân Evans", SIAN))).teacher
    address = f"/admin/people/{person.public_id}/fixes/look-up-limit-of-trn"
    await failed(people, 5)

    await sam.get(address)
    await sam.post(address, {"note": "They asked us by phone", "confirm": "yes", "seen": "999999"})

    assert not await limited(people, Policy())
