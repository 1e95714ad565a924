"""Why a school does not see somebody, and why somebody cannot sign in (ADM-4.4 to ADM-4.6)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app.db.engine import fetch
from tests import factories

if TYPE_CHECKING:
    from tests.cast import Cast

SIAN = "4512378"
SEE = {"question": "see", "urn": "100001", "trn": SIAN, "role": "ect"}
SIGN_IN = {"question": "sign_in", "urn": "100001"}
GONE = "5ca1ab1e-0000-4000-8000-000000000001"
THEN = datetime(2025, 10, 1, 12, tzinfo=UTC)


def read(answer: Any) -> tuple[str, dict[str, str], str]:
    """Return the headline, the result of each check by its name, and the reply."""
    page = html.fromstring(answer.text)
    rows = page.xpath("//tbody/tr")
    verdicts = {row.xpath("th")[0].text.partition(". ")[2]: row.xpath("td")[0].text_content().strip() for row in rows}
    said = [page.get_element_by_id(part).text_content().strip() for part in ("headline", "reply")]
    return said[0], verdicts, said[1]


async def current(people: Cast) -> None:
    await factories.ect(people.ash, await factories.teacher("Siân Evans", SIAN))


async def merged_twice(people: Cast) -> None:
    survivor = await factories.teacher("Siân Evans", "4512380")
    between = await factories.teacher("Siân Evans", "4512379", merged_into_teacher_id=survivor.id)
    await factories.teacher("Siân Evans", SIAN, merged_into_teacher_id=between.id)
    await factories.ect(people.ash, survivor)


async def elsewhere(people: Cast) -> None:
    sian = await factories.teacher("Siân Evans", SIAN)
    await factories.ect(people.ash, sian, date(2024, 9, 1), finished_on=date(2025, 7, 31))
    await factories.ect(people.birch, sian, date(2025, 9, 1))


async def never(people: Cast) -> None:
    await factories.ect(people.birch, await factories.teacher("Siân Evans", SIAN))


async def mentor(people: Cast) -> None:
    await factories.mentor(people.ash, await factories.teacher("Siân Evans", SIAN))


async def left(people: Cast) -> None:
    sian = await factories.teacher("Siân Evans", SIAN)
    await factories.ect(people.ash, sian, date(2025, 9, 1), finished_on=date(2025, 10, 31))


async def completed(people: Cast) -> None:
    sian = await factories.teacher("Siân Evans", SIAN, trs_induction_status="Passed")
    await factories.ect(people.ash, sian)


async def future(people: Cast) -> None:
    await factories.ect(people.ash, await factories.teacher("Siân Evans", SIAN), date(2026, 1, 5))


async def removed(people: Cast) -> None:
    sian = await factories.teacher("Siân Evans", SIAN)
    await factories.ect(people.ash, sian, removed_at=THEN, removal_reason="wrong_person")


async def anonymised(people: Cast) -> None:
    await current(people)
    gone = "UPDATE teacher SET anonymised_at = $1, trn = 'anonymised ' || id, public_id = $2 WHERE trn = $3"
    await fetch(gone, THEN, GONE, SIAN)


async def renumbered(people: Cast) -> None:
    await current(people)
    await fetch("UPDATE school SET alias_of_school_id = $1 WHERE id = $2", people.birch.id, people.ash.id)


@pytest.mark.rule("ADM-4.4", "ADM-4.6")
@pytest.mark.parametrize(
    ("arrange", "more", "check", "found"),
    [
        (current, {}, "", "Ash School sees them in the tab “Current” of its list of ECTs"),
        (merged_twice, {}, "", "Ash School sees them in the tab “Current” of its list of ECTs"),
        (current, {"search": "evan"}, "", "Ash School sees them in the tab “Current”"),
        (current, {"search": "Davies"}, "Search", "The school sees the name Siân Evans"),
        (current, {"email": "carla@birch.example"}, "School of whoever asks", "works for Birch School (URN 100002)"),
        (never, {}, "Registered by this school", "This school never registered them as an ECT"),
        (mentor, {}, "Registered by this school", "never registered them as an ECT, but as a mentor"),
        (elsewhere, {}, "Registered at another school", "They are registered at Birch School now"),
        (left, {}, "Left", "They left on 31 October 2025"),
        (completed, {}, "Completed", "They completed induction"),
        (future, {}, "Starts in the future", "They start on 5 January 2026"),
        (removed, {}, "Removed", "Their registration was removed on 1 October 2025"),
        (anonymised, {"trn": GONE}, "Anonymised", "They were anonymised on 1 October 2025"),
        (renumbered, {}, "School under another URN", "goes on under the URN 100002"),
    ],
)
async def test_why_a_school_does_not_see_somebody_has_one_headline_and_a_reply_that_names_nobody(
    arrange: Any, more: dict[str, str], check: str, found: str, sam: Any, people: Cast
) -> None:
    await arrange(people)

    headline, verdicts, reply = read(await sam.get("/admin/explain", params={**SEE, **more}))

    assert found in headline
    assert [name for name, verdict in verdicts.items() if verdict == "Stops here"] == ([check] if check else [])
    assert reply
    assert not [word for word in (SIAN, "Siân", "Evans", "Birch", "Carla") if word in reply]


async def paused(_people: Cast) -> None:
    await factories.insert(
        "service_setting",
        key="paused_sign_in_methods",
        value='{"dfe_sign_in": "Back soon", "email_link": "Back soon", "personas": ""}',
    )


async def ended(people: Cast) -> None:
    await fetch("UPDATE school_access SET ended_at = $1, end_reason = 'left' WHERE user_id = $2", THEN, people.alice.id)


async def inactive(people: Cast) -> None:
    await fetch("UPDATE app_user SET active = false WHERE id = $1", people.alice.id)


async def withdrawn(people: Cast) -> None:
    await factories.access(
        people.ash,
        people.alice,
        source="dfe_sign_in",
        role_checked_at=THEN,
        ended_at=THEN,
        end_reason="role_withdrawn",
    )


async def shut(_people: Cast) -> None:
    await fetch("UPDATE school SET status_code = 2, closed_on = '2024-08-31'")


async def nothing(_people: Cast) -> None:
    pass


@pytest.mark.rule("ADM-4.5", "ADM-4.6")
@pytest.mark.parametrize(
    ("arrange", "email", "check", "found"),
    [
        (nothing, "ALICE@ash.example", "", "Nothing stops them from signing in"),
        (nothing, "nobody@ash.example", "Known", "Nobody of a school has used this address here"),
        (nothing, "carla@birch.example", "Access to the school", "They have never had access to this school"),
        (ended, "alice@ash.example", "Access to the school", "ended on 1 October 2025 at 13:00 (left)"),
        (inactive, "alice@ash.example", "Account", "The account is not active"),
        (withdrawn, "alice@ash.example", "Role at DfE Sign-in", "do not have the role any more"),
        (shut, "alice@ash.example", "What the school may do", "The school cannot use the service"),
    ],
)
async def test_why_somebody_cannot_sign_in(
    arrange: Any, email: str, check: str, found: str, sam: Any, people: Cast
) -> None:
    await arrange(people)

    answer = await sam.get("/admin/explain", params={**SIGN_IN, "email": email})
    headline, verdicts, reply = read(answer)

    assert found in headline
    assert [name for name, verdict in verdicts.items() if verdict == "Stops here"] == ([check] if check else [])
    assert not [word for word in ("alice", "Alice", "Birch", "Carla") if word in reply]


@pytest.mark.rule("ADM-4.5", "ADM-4.1")
async def test_sign_ins_mails_and_pauses_are_told_and_asking_is_noted(sam: Any, people: Cast) -> None:
    await factories.insert(
        "message",
        id="00000000-0000-4000-8000-000000000001",
        message_id="M-74",
        priority=1,
        recipient="Alice@ash.example",
        dedupe_key="M-74:one",
        not_before=datetime(2025, 11, 10, 9, tzinfo=UTC),
        created_at=datetime(2025, 11, 10, 9, tzinfo=UTC),
        state="delivered",
        attempts=1,
        earlier_failures=0,
        version=1,
    )
    await paused(people)

    await sam.get("/admin/explain", params={**SIGN_IN, "email": "alice@ash.example"})

    assert "Link to sign in (M-74) delivered on 10 November 2025 at 09:00" in sam.text()
    assert "Nobody has tried for this school" in sam.text()
    assert "Paused: Email link" in sam.text()
    rows = await fetch("SELECT kind, school_id, metadata ->> 'question' AS q FROM event ORDER BY id DESC LIMIT 1")
    assert dict(rows[0]) == {"kind": "staff_explainer_used", "school_id": people.ash.id, "q": "let somebody sign in"}
    answer = await sam.get("/admin/explain", params={**SIGN_IN, "email": ""})
    assert answer.status_code == 422
    answer = await sam.get("/admin/explain", params={"urn": "100001", "ask": "later"})
    assert answer.status_code == 200
    assert "headline" not in answer.text
