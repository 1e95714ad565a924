"""Queries to support and feedback as staff see them (ADM-15)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch
from app.support.close_query import delete_old_queries
from app.support.rules import without_secrets
from tests import factories
from tests.web.console.test_staff import submitted

if TYPE_CHECKING:
    from tests.cast import Cast

NOON = datetime(2025, 11, 10, 12, tzinfo=UTC)


@pytest.mark.rule("ADM-15.1")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("born 12/03/1998.", "born [hidden]."),
        ("born 3 March 98", "born [hidden]"),
        ("born 1998-03-12", "born [hidden]"),
        ("QQ 12 34 56 C is hers", "[hidden] is hers"),
        ("TRN 4512378, room 12", "TRN 4512378, room 12"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@pytest.mark.rule("ADM-15.1", "ADM-5.2", "ADM-16.1")
async def test_a_query_is_read_with_whom_it_is_about_closed_and_deleted_long_after(sam: Any, people: Cast) -> None:
    sian = await factories.ect(people.ash, await factories.teacher("Siân Evans", "4512378"))
    row = await factories.insert(
        "support_query",
        name="Alice Archer",
        email="alice@ash.example",
        user_id=people.alice.id,
        school_id=people.ash.id,
        subject="changing_a_record",
        message="She was born 12/03/1998.\nPlease help.",
        about_role="ect",
        about_stay_id=sian.id,
        state="sent",
        created_at=NOON,
    )
    path = f"/admin/support-queries/{row['public_id']}"

    for listed in ("/admin/support-queries", "/admin/schools/100001/messages", "/admin/queues/q-15"):
        assert "Alice Archer" in (await sam.get(listed)).text
    masked = await sam.get(path)
    assert "12/03/1998" not in masked.text
    assert "looks as if it holds a date of birth" in sam.text()
    for link in (f"/admin/people/{sian.teacher.public_id}", "/admin/schools/100001", "trn=4512378"):
        assert link in masked.text
    assert "12/03/1998" in (await sam.get(f"{path}?text=all")).text

    assert (await submitted(sam, f"{path}/close")).headers["location"] == f"{path}?done=changed-close-query"

    await sam.get("/admin/support-queries")
    assert "0 queries" in sam.text()
    events = await fetch("SELECT metadata ->> 'note' AS note FROM event WHERE kind = 'support_query_closed'")
    assert [bool(event["note"]) for event in events] == [True]
    with clock.at(NOON + timedelta(days=399)):
        assert await delete_old_queries() == 0
    with clock.at(NOON + timedelta(days=402)):
        assert await delete_old_queries() == 1


@pytest.mark.rule("ADM-15.2")
async def test_feedback_is_listed_by_score_page_and_day_with_weeks_and_as_a_file(sam: Any, people: Cast) -> None:
    for days, score, comments in ((0, 5, "=Good"), (1, 4, None), (7, 1, "Bad")):
        then = NOON - timedelta(days=days)
        await factories.insert(
            "feedback", satisfaction=score, comments=comments, page="/school/home", at=then, created_at=then
        )

    await sam.get("/admin/feedback")
    assert "3 opinions" in sam.text()
    assert "3 November 2025 2 2.5" in " ".join(sam.text().split())
    await sam.get("/admin/feedback", params={"score": "1", "page-asked": "/school/home", "since": "2025-11-01"})
    assert "1 opinion" in sam.text()
    answer = await sam.get("/admin/feedback/file", params={"since": "2025-11-10"})
    assert answer.content.decode("utf-8-sig").splitlines()[1].endswith('"5","/school/home","\'=Good"')
