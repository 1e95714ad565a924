"""What lead providers see of a person, what of them needs attention, files and mail sent again (ADM-2.3, ADM-3, ADM-12.3)."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from lxml import html

from app.db.engine import fetch
from app.provider_records.asked import ResourceType
from tests import factories
from tests.provider_records.world import listed, settled
from tests.web.console.test_fixes import hidden

if TYPE_CHECKING:
    from tests.cast import Cast

WHY = {"note": "They asked for it in ticket one"}


@pytest.fixture
async def sian(people: Cast) -> factories.Stay:
    """Give Siân, an ECT at Ash without a mentor since September, trained by Larch Learning."""
    larch, partner = await factories.lead_provider(), await factories.delivery_partner()
    ect = await factories.ect(
        people.ash, await factories.teacher("Siân Evans", "4512378"), created_at=datetime(2025, 9, 1, tzinfo=UTC)
    )
    await factories.training(ect, larch, await factories.partnership(people.ash, larch, partner))
    await settled()
    return ect


def lines(answer: Any) -> list[dict[str, str]]:
    """Return the lines of a file."""
    assert answer.headers["content-type"].startswith("text/csv"), answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.rule("ADM-3.2", "ADM-3.1", "ADM-2.3")
async def test_staff_see_what_lead_providers_see_and_what_needs_attention(
    sam: Any, sian: factories.Stay, people: Cast
) -> None:
    await factories.ect(people.ash, "Una Still", date(2025, 11, 1), created_at=datetime(2025, 11, 9, tzinfo=UTC))
    larch = (await fetch("SELECT id, public_id, name FROM lead_provider"))[0]
    of_api = await listed(factories.Named(larch["id"], larch["public_id"], larch["name"]), ResourceType.PARTICIPANT)

    answer = await sam.get(f"/admin/people/{sian.teacher.public_id}/training")

    page = html.fromstring(answer.text)
    assert "What Larch Learning sees" in sam.text()
    assert json.loads(page.xpath("//pre")[0].text_content()) == {"data": of_api[0]}
    reasons = {item.xpath("a/@href")[0]: item.text_content() for item in page.xpath("//*[@id='attention']/li")}
    assert "No mentor now or to come" in reasons["/admin/queues/q-02"]
    twin = await factories.teacher("Siân Evans", "4512379")
    await factories.ect(people.ash, twin, date(2025, 11, 1), email="twin@ash.example")
    await sam.get(f"/admin/people/{twin.public_id}")
    assert "Same name at the same school as Siân Evans (TRN 4512378)" in sam.text()
    await sam.get("/admin/people", params={"attention": "yes"})
    assert "Siân Evans" in sam.text()
    assert "Una Still" not in sam.text()


@pytest.mark.rule("ADM-12.3", "ADM-2.3", "ADM-3.2", "ADM-5.2")
async def test_files_about_people_need_a_reason_and_are_noted(sam: Any, sian: factories.Stay, people: Cast) -> None:
    await sam.get(f"/admin/people/{sian.teacher.public_id}")
    shown = await sam.get("/admin/people", params={"role": "ect"})
    (href,) = html.fromstring(shown.text).xpath("//a[contains(@href, '/file')]/@href")

    await sam.get(href)
    refused = await sam.post(href, {"note": "", "ticket": ""})
    assert refused.status_code == 422
    (line,) = lines(await sam.post(href, WHY))
    assert (line["trn"], line["name"], line["roles"], line["school"]) == ("4512378", "Siân Evans", "ECT", "Ash School")
    for path in (f"/admin/people/{sian.teacher.public_id}/timeline", "/admin/schools/100001/timeline"):
        await sam.get(path)
        assert f"{path}/file" in sam.page.text
        await sam.get(f"{path}/file?kind=staff_viewed_record")
        found = lines(await sam.post(f"{path}/file?kind=staff_viewed_record", WHY))
        assert {entry["kind"] for entry in found} <= {"staff_viewed_record"}
    noted = await fetch(
        "SELECT teacher_id, school_id, metadata ->> 'note' AS note FROM event WHERE kind = 'staff_exported' ORDER BY id"
    )
    assert [(row["teacher_id"], row["school_id"]) for row in noted] == [
        (None, None),
        (sian.teacher.id, None),
        (None, people.ash.id),
    ]
    assert {row["note"] for row in noted} == {WHY["note"]}


@pytest.mark.rule("ADM-3.2")
async def test_support_sends_an_email_again_unless_its_words_are_gone_or_nothing_arrives(
    sam: Any, sian: factories.Stay
) -> None:
    path = f"/admin/people/{sian.teacher.public_id}/emails"
    sent = []
    for number, words in enumerate(("{}", None, "{}")):
        mail = await factories.insert(
            "message",
            id=uuid4(),
            message_id="M-01",
            priority=1,
            recipient=f"{number}@ash.example",
            personalisation=words,
            dedupe_key=f"M-01:{number}",
            not_before=datetime(2025, 11, 9, tzinfo=UTC),
            created_at=datetime(2025, 11, 9, tzinfo=UTC),
            finished_at=datetime(2025, 11, 9, number, tzinfo=UTC),
            state="bounced" if number else "delivered",
            attempts=1,
            earlier_failures=0,
            version=1,
            teacher_id=sian.teacher.id,
        )
        sent.append(mail["id"])

    shown = await sam.get(path)
    assert len(html.fromstring(shown.text).xpath(f"//a[contains(@href, '{path}/')]")) == 2
    await sam.get(f"{path}/{sent[0]}")
    await sam.post(f"{path}/{sent[0]}", {**hidden(sam), **WHY})
    assert ("0@ash.example" in sam.text(), "No email will be sent" in sam.text()) == (True, False)
    confirm = {**hidden(sam), "confirm": "yes"}
    assert (await sam.post(f"{path}/{sent[0]}", confirm)).status_code == 303
    answer = await sam.post(f"{path}/{sent[0]}", confirm)
    assert answer.headers["location"] == f"{path}?done=changed-send-again"
    await sam.get(f"{path}/{sent[0]}")
    await sam.post(f"{path}/{sent[0]}", {**hidden(sam), **WHY})
    assert hidden(sam)["form_id"] != confirm["form_id"]
    again = await fetch("SELECT state, recipient FROM message WHERE dedupe_key LIKE 'M-01:0:again%'")
    assert [tuple(row) for row in again] == [("pending", "0@ash.example")]
    for gone, why in ((sent[1], "What it said has been erased"), (sent[2], "does not arrive")):
        await sam.get(f"{path}/{gone}")
        refused = await sam.post(f"{path}/{gone}", {**WHY, "seen": "0"})
        assert refused.status_code == 422
        assert why in sam.text()
    assert (await sam.get(f"{path}/{uuid4()}")).status_code == 404
