"""Work queues (ADM-8.1, ADM-8.2, Q-01 to Q-16)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app import clock
from app.access.email_events import AccessLinkRequested
from app.console.queues import QUEUES
from app.db.engine import fetch
from app.db.transaction import transaction
from app.drafts.store import CANNOT_FILE
from app.events.record import About, record
from app.registration.changes.change_email import ChangeEmail, change_email
from app.terms import SYSTEM, Role
from tests import factories
from tests.web.console.test_fixes import WHY
from tests.web.test_home import draft

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.cast import Cast

LONG_AGO = datetime(2025, 9, 1, 12, tzinfo=UTC)


def items(answer: Any) -> list[str]:
    """Return the keys of the items shown, in order."""
    return [str(row.get("data-item")) for row in html.fromstring(answer.text).xpath("//tr[@data-item]")]


async def unanswered(people: Cast) -> None:
    await factories.training(await factories.ect(people.ash), await factories.lead_provider())


async def unmentored(people: Cast) -> None:
    with clock.at(LONG_AGO):
        await factories.ect(people.ash)


async def unrecorded(people: Cast) -> None:
    await factories.ect(people.ash)


async def flagged(people: Cast) -> None:
    ect = await factories.ect(people.ash)
    await factories.insert(
        "name_flag",
        teacher_id=ect.teacher.id,
        school_id=people.ash.id,
        trs_name="Siân Evans",
        old_name="Siân Evans",
        new_name="Peter Jones-Clark",
        where="change",
        raised_at=LONG_AGO,
    )


async def register_item(people: Cast, queue: str, kind: str) -> None:
    await factories.insert(
        "register_item", queue=queue, kind=kind, school_id=people.ash.id, detail="{}", raised_on=date(2025, 9, 1)
    )


async def undecided(people: Cast) -> None:
    await register_item(people, "Q-06", "several_successors")


async def odd(people: Cast) -> None:
    await register_item(people, "Q-12", "type_unknown")


async def bounced(people: Cast) -> None:
    ect = await factories.ect(people.ash, email="sian@ash.example")
    await fetch(
        """INSERT INTO message (id, created_at, updated_at, message_id, priority, recipient, dedupe_key, not_before,
            state, attempts, finished_at, version, school_id, teacher_id, earlier_failures)
        VALUES (gen_random_uuid(), $1, $1, 'M-01', 5, 'SIAN@ash.example', 'one', $1, 'bounced', 1, $1, 1, $2, $3, 0)""",
        LONG_AGO,
        people.ash.id,
        ect.teacher.id,
    )


async def tutorless(people: Cast) -> None:
    with clock.at(LONG_AGO):
        await factories.ect(people.ash)
    await fetch("UPDATE induction_tutor SET started_at = $1, ended_at = $1", LONG_AGO)


async def mismatched(people: Cast) -> None:
    ect = await factories.ect(
        people.ash, school_reported_appropriate_body_id=(await factories.appropriate_body("North Hub")).id
    )
    await factories.induction(ect.teacher, await factories.appropriate_body("South Hub"), date(2025, 9, 1))


async def stopped(people: Cast) -> None:
    day = date(2025, 10, 1)
    await factories.training(
        await factories.ect(people.ash),
        await factories.lead_provider(),
        withdrawn_at=factories.noon(day),
        withdrawal_reason="left_teaching_profession",
        finished_on=day,
    )


async def asked(people: Cast) -> None:
    await factories.insert(
        "support_query",
        school_id=people.ash.id,
        name="Alice Archer",
        email="alice@ash.example",
        subject="Something is wrong",
        message="It does not work",
        state="received",
    )


async def gone_from_the_record(people: Cast) -> None:
    await factories.ect(people.ash)
    await fetch("UPDATE teacher SET trs_answer = 'deactivated'")


async def unreachable(people: Cast) -> None:
    async with transaction():
        record(AccessLinkRequested(About(school_id=people.ash.id), coalesced=False), SYSTEM)


async def twice(people: Cast) -> None:
    last = {"finished_on": date(2025, 9, 30), "end_reason": "left"}
    await factories.ect(people.ash, "Eve Twice", email="eve@ash.example", **last)
    await factories.ect(people.ash, "eve twice", date(2025, 10, 1), email="Eve@ash.example")


async def parked(people: Cast) -> None:
    await bounced(people)
    await fetch("UPDATE message SET state = 'parked', last_error = 'timeout'")


async def unfileable(people: Cast) -> None:
    await draft(people, next_question=CANNOT_FILE)


CAUSES: dict[str, Callable[[Cast], Awaitable[None]]] = {
    "Q-01": unanswered,
    "Q-02": unmentored,
    "Q-03": unrecorded,
    "Q-04": gone_from_the_record,
    "Q-05": flagged,
    "Q-06": undecided,
    "Q-07": bounced,
    "Q-08": tutorless,
    "Q-09": unreachable,
    "Q-10": mismatched,
    "Q-11": twice,
    "Q-12": odd,
    "Q-13": stopped,
    "Q-14": parked,
    "Q-15": asked,
    "Q-16": unfileable,
}


@pytest.mark.parametrize("slug", [pytest.param(slug, marks=pytest.mark.rule(slug.upper())) for slug in QUEUES])
async def test_an_item_is_there_as_long_as_its_condition(slug: str, sam: Any, people: Cast) -> None:
    before = items(await sam.get(f"/admin/queues/{slug}"))
    await CAUSES[slug.upper()](people)
    while_it_lasts = items(await sam.get(f"/admin/queues/{slug}"))

    assert (before, len(while_it_lasts)) == ([], 1)
    counted = html.fromstring((await sam.get("/admin/queues")).text).xpath(
        f"//tr[th/a[@href='/admin/queues/{slug}']]/td"
    )
    assert counted[1].text == "1"


@pytest.mark.rule("Q-11")
async def test_whoever_gets_an_address_that_was_freed_is_no_duplicate(sam: Any, people: Cast) -> None:
    owen = await factories.ect(people.ash, "Owen Vaughan", email="owen@ash.example")
    other = await factories.ect(people.birch, "Ola Other", email="ola@birch.example")
    for minute, (stay, email) in enumerate(((owen, "new@ash.example"), (other, "owen@ash.example"))):
        with clock.at(clock.now() + timedelta(minutes=minute)):
            await change_email(ChangeEmail(Role.ECT, stay.id, email), SYSTEM, clock.today())

    assert items(await sam.get("/admin/queues/q-11")) == []

    last = {"finished_on": date(2025, 9, 30), "end_reason": "left"}
    await factories.ect(people.ash, "Eve Earlier", email="new@ash.example", **last)
    assert len(items(await sam.get("/admin/queues/q-11"))) == 1


ENDINGS = {
    "q-04": "UPDATE teacher SET trs_answer = 'found'",
    "q-09": "UPDATE school SET secondary_email = 'works@ash.example'",
    "q-11": "UPDATE ect_at_school_period SET removed_at = now(), removal_reason = 'duplicate' WHERE finished_on IS NULL",
    "q-14": "UPDATE message SET state = 'pending'",
    "q-16": "UPDATE draft SET next_question = 'Email address'",
    "q-01": "UPDATE training_period SET withdrawn_at = now(), withdrawal_reason = 'other', finished_on = '2025-11-09'",
    "q-05": "UPDATE name_flag SET reviewed_at = now(), outcome = 'accepted'",
    "q-07": "UPDATE ect_at_school_period SET email = 'other@ash.example'",
    "q-12": "UPDATE register_item SET settled_at = now(), settlement = 'corrected'",
    "q-15": "UPDATE support_query SET state = 'closed', closed_at = now()",
}


@pytest.mark.rule("ADM-8.1")
@pytest.mark.parametrize("slug", ENDINGS)
async def test_an_item_leaves_when_its_condition_ends(slug: str, sam: Any, people: Cast) -> None:
    await CAUSES[slug.upper()](people)
    await fetch(ENDINGS[slug])

    assert items(await sam.get(f"/admin/queues/{slug}")) == []


async def act(sam: Any, slug: str, what: str, keys: list[str], **fields: str) -> Any:
    """Tick items of the page that is open and do something with them."""
    seen = html.fromstring(sam.page.text).xpath("//input[@name='seen']/@value")
    return await sam.post(f"/admin/queues/{slug}", {"items": keys, "seen": seen, "act": what, **fields})


async def kinds() -> list[str]:
    return [row["kind"] for row in await fetch("SELECT kind FROM event WHERE kind ~ 'queue_item' ORDER BY id")]


@pytest.mark.rule("ADM-8.2")
async def test_items_are_taken_and_given_back(sam: Any, people: Cast) -> None:
    await odd(people)
    keys = items(await sam.get("/admin/queues/q-12"))

    await act(sam, "q-12", "take", keys)
    mine = items(await sam.get("/admin/queues/q-12?show=mine"))
    free = items(await sam.get("/admin/queues/q-12?show=unassigned"))
    await sam.get("/admin/queues/q-12")
    assert "Sam Support" in sam.text()
    await act(sam, "q-12", "release", keys)

    assert (mine, free) == (keys, [])
    assert items(await sam.get("/admin/queues/q-12?show=unassigned")) == keys
    assert await kinds() == ["queue_item_assigned", "queue_item_assigned"]


@pytest.mark.rule("ADM-8.1", "ADM-1.2")
async def test_an_item_that_is_put_off_comes_back_after_its_day(sam: Any, people: Cast) -> None:
    await odd(people)
    keys = items(await sam.get("/admin/queues/q-12"))
    until = {"until_day": "20", "until_month": "11", "until_year": "2025"}

    await act(sam, "q-12", "snooze", keys, **until, **WHY)
    gone = items(await sam.get("/admin/queues/q-12"))
    put_off = items(await sam.get("/admin/queues/q-12?show=snoozed"))
    assert f"Put off until 20 November 2025: {WHY['note']}" in sam.text()
    sam.client.headers["X-With-Server-Date"] = "2025-11-21"
    await sam.sign_in_as_staff("support")

    assert (gone, put_off) == ([], keys)
    assert items(await sam.get("/admin/queues/q-12")) == keys


@pytest.mark.rule("ADM-8.1")
@pytest.mark.parametrize("days", [0, 91])
async def test_an_item_is_put_off_90_days_at_most(days: int, sam: Any, people: Cast) -> None:
    await odd(people)
    keys = items(await sam.get("/admin/queues/q-12"))
    day = date(2025, 11, 10) + timedelta(days=days)
    until = {"until_day": f"{day.day}", "until_month": f"{day.month}", "until_year": f"{day.year}"}

    answer = await act(sam, "q-12", "snooze", keys, **until, **WHY)

    assert answer.status_code == 422
    assert "Day must be at most 90 days ahead" in sam.text()
    assert html.fromstring(answer.text).get_element_by_id("items").get("checked") is not None


@pytest.mark.rule("ADM-8.1", "ADM-1.2", "ADM-1.4")
async def test_a_dismissed_item_returns_when_its_facts_change(sam: Any, people: Cast) -> None:
    await odd(people)
    await sam.get("/admin/queues/q-12")
    await fetch("UPDATE register_item SET reason = 'type 98'")
    keys = items(sam.page)
    stale = await act(sam, "q-12", "dismiss", keys, **WHY)
    assert (stale.status_code, "has changed since you opened the page" in sam.text()) == (422, True)

    without_reason = await act(sam, "q-12", "dismiss", keys)
    await act(sam, "q-12", "dismiss", keys, **WHY)
    gone = items(await sam.get("/admin/queues/q-12"))
    assert items(await sam.get("/admin/queues/q-12?show=dismissed")) == keys
    assert f"Dismissed: {WHY['note']}" in sam.text()
    await fetch("UPDATE register_item SET reason = 'type 99'")
    assert items(await sam.get("/admin/queues/q-12?show=dismissed")) == []

    assert without_reason.status_code == 422
    assert gone == []
    assert items(await sam.get("/admin/queues/q-12")) == keys


@pytest.mark.rule("ADM-8.1")
async def test_an_item_that_was_dismissed_or_put_off_is_brought_back(sam: Any, people: Cast) -> None:
    await odd(people)
    keys = items(await sam.get("/admin/queues/q-12"))
    until = {"until_day": "20", "until_month": "11", "until_year": "2025"}
    for done, show, fields in (("dismiss", "dismissed", {}), ("snooze", "snoozed", until)):
        await act(sam, "q-12", done, keys, **fields, **WHY)
        assert items(await sam.get("/admin/queues/q-12")) == []
        await sam.get(f"/admin/queues/q-12?show={show}")
        assert "Bring them back" in sam.text()
        await act(sam, "q-12", "reopen", keys)
        assert items(await sam.get("/admin/queues/q-12")) == keys
        assert "Bring them back" not in sam.text()
    assert (await kinds())[1::2] == ["queue_item_reopened", "queue_item_reopened"]


@pytest.mark.rule("Q-12", "FIX-18")
@pytest.mark.parametrize(("kind", "stays"), [("type_unknown", False), ("ukprn_repeated", True)])
async def test_an_odd_value_is_settled_by_setting_what_the_school_may_do(
    kind: str, stays: bool, sam: Any, people: Cast
) -> None:
    await register_item(people, "Q-12", kind)
    assert len(items(await sam.get("/admin/queues/q-12"))) == 1
    await fetch("UPDATE school SET access_override = 'full', access_override_note = 'Open'")
    assert len(items(await sam.get("/admin/queues/q-12"))) == stays
    await fetch("UPDATE school SET access_override_until = '2025-11-09'")
    assert len(items(await sam.get("/admin/queues/q-12"))) == 1


@pytest.mark.rule("ADM-8.2")
async def test_nothing_ticked_or_nothing_left_says_so(sam: Any, people: Cast) -> None:
    await odd(people)
    keys = items(await sam.get("/admin/queues/q-12"))

    await act(sam, "q-12", "take", [])
    assert "Tick at least one item" in sam.text()
    await fetch("UPDATE register_item SET settled_at = now(), settlement = 'corrected'")
    answer = await act(sam, "q-12", "take", keys)
    await sam.get(answer.headers["location"])
    assert "None of these items is in the queue any more" in sam.page.text


@pytest.mark.rule("ADM-1.1")
async def test_without_the_role_support_items_are_only_looked_at(client: Any, people: Cast) -> None:
    await odd(people)
    client.client.headers["X-With-Server-Date"] = "2025-11-10"
    await client.sign_in_as_staff("data")

    keys = items(await client.get("/admin/queues/q-12"))

    assert len(keys) == 1
    assert "With those that are ticked" not in client.text()
    assert (await act(client, "q-12", "take", keys)).status_code == 403


@pytest.mark.rule("ADM-8.2")
async def test_the_oldest_comes_first(sam: Any, people: Cast) -> None:
    for day in (3, 1, 2):
        with clock.at(datetime(2025, 9, day, 12, tzinfo=UTC)):
            await factories.ect(people.ash, f"Person {day}", date(2025, 8, 20 + day))

    answer = await sam.get("/admin/queues/q-03")

    names = [link.text for link in html.fromstring(answer.text).xpath("//tr[@data-item]/th/a[1]")]
    assert names == ["Person 1", "Person 2", "Person 3"]


@pytest.mark.rule("ADM-8.2", "Q-02", "Q-13")
async def test_an_item_offers_ways_that_work(sam: Any, people: Cast) -> None:
    for cause, slug, offered in (
        (unmentored, "q-02", {"act-as"}),
        (stopped, "q-13", {"act-as", "change-training"}),
    ):
        await cause(people)
        answer = await sam.get(f"/admin/queues/{slug}")
        links = html.fromstring(answer.text).xpath("//tr[@data-item]/td[last()]/a/@href")
        assert {link.split("?")[0].rsplit("/")[-1] for link in links} == offered
        assert [(await sam.get(link)).status_code for link in links] == [200] * len(links)


@pytest.mark.rule("Q-01")
async def test_the_text_to_copy_says_since_when_a_school_waits(sam: Any, people: Cast) -> None:
    await unanswered(people)
    await sam.get("/admin/queues/q-01")
    assert "asked you on 1 September 2025 to train a teacher" in sam.text()
    assert "Send it to team@larch-learning.example." in sam.text()
    assert "To Larch Learning: Ash School (URN 100001) asked you" in sam.text()
    await fetch("UPDATE lead_provider SET notification_emails = '{}'")
    await sam.get("/admin/queues/q-01")
    assert "No address of Larch Learning is recorded" in sam.text()
