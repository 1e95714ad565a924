"""Asking for access through the school's register address (ACC-5.1 to ACC-5.10)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from app.access.one_time import Purpose, find_link
from app.db.engine import fetch
from app.settings import Settings, settings
from tests import factories
from tests.web.access.mail import mails, sent
from tests.web.conftest import browser_of

if TYPE_CHECKING:
    from tests.cast import Cast

ASK = "/request-access"


def later(browser: Any, moment: str) -> None:
    """Move the browser's clock."""
    browser.client.headers["X-With-Server-Date"] = moment


async def ask(browser: Any, urn: str = "100001") -> Any:
    """Ask for access for a school; returns the answer to the confirmation."""
    await browser.get(f"{ASK}?school_urn={urn}")
    return await post(browser, {"school_urn": urn})


async def post(browser: Any, form: dict[str, str]) -> Any:
    """Post to the finder, with the token of another form where the last page has none."""
    if not browser.hidden():
        await browser.get("/support")
    return await browser.post(ASK, form)


async def schools(browser: Any, q: str, **more: str) -> list[str]:
    """Search; returns the names found."""
    answer = await browser.get(ASK, params={"q": q, **more})
    assert answer.status_code == 200
    return re.findall(r'for="school_urn[-0-9]*">\s*([^<]+?)\s*<', answer.text)


@pytest.mark.rule("ACC-5.2", "ACC-5.3")
@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("100005", ["Saint Mary’s Élan School"]),
        ("ab1 2cd", ["Saint Mary’s Élan School"]),
        ("AB12CD", ["Saint Mary’s Élan School"]),
        ("saint ELAN", ["Saint Mary’s Élan School"]),
        ("marys", ["Saint Mary’s Élan School"]),
        ("mary's, sch", ["Saint Mary’s Élan School"]),
        ("sch", ["Ash School", "Birch School", "Saint Mary’s Élan School"]),
        ("lan", []),
        ("Gone", []),
        ("Future", []),
        ("100006", []),
        ("%_", []),
        ("..", []),
        ("\x00\ud800?".encode("utf-8", "replace").decode(), []),
    ],
)
async def test_a_school_is_found_by_urn_postcode_or_beginnings_of_words(visitor: Any, q: str, found: list[str]) -> None:
    await factories.school(
        "100005", "Saint Mary’s Élan School", search_name="saint marys elan school", postcode="AB1 2CD"
    )
    await factories.school("100006", "Gone School", status_code=2)
    await factories.school("100007", "Future School", status_code=4)
    assert await schools(visitor, q) == found
    if not found:
        assert "No school found" in visitor.text()


@pytest.mark.rule("ACC-5.2")
async def test_an_authority_narrows_the_list_and_can_be_cleared(visitor: Any) -> None:
    await factories.school("100008", "Cedar School", local_authority_code="801", local_authority_name="Bristol")
    assert await schools(visitor, "school", local_authority="801") == ["Cedar School"]
    assert await schools(visitor, "ash", local_authority="801") == []
    assert "Search in all local authorities" in visitor.text()


@pytest.mark.rule("ACC-5.2", "GEN-06")
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"q": ""}, "Enter a school name, URN or postcode"),
        ({"q": " x "}, "Enter between 2 and 100 characters"),
        ({"q": "x" * 101}, "Enter between 2 and 100 characters"),
        ({"q": "ash", "local_authority": "nowhere"}, "Select one of the options on this page"),
    ],
)
async def test_what_cannot_be_searched_for_is_said_beside_its_field(
    visitor: Any, query: dict[str, str], message: str
) -> None:
    answer = await visitor.get(ASK, params=query)
    assert answer.status_code == 422
    assert message in visitor.text()


@pytest.mark.rule("ACC-5.2", "GDS-3")
async def test_going_on_without_choosing_keeps_what_was_found(visitor: Any) -> None:
    answer = await visitor.get(ASK, params={"q": "school", "local_authority": "", "page": "1", "chosen": "yes"})
    assert answer.status_code == 422
    assert "Select your school" in visitor.text()
    assert "Birch School" in visitor.text()


@pytest.mark.rule("ACC-5.2", "GDS-14")
async def test_twenty_are_on_a_page_in_order(visitor: Any) -> None:
    for number in range(21):
        await factories.school(str(200000 + number), f"Oak {number:02}", search_name=f"oak {number:02}")
    assert await schools(visitor, "oak") == [f"Oak {number:02}" for number in range(20)]
    assert await schools(visitor, "oak", page="2") == ["Oak 20"]
    for page in ("99", "0", "x", "-1", "99999999"):
        assert await schools(visitor, "oak", page=page) == [f"Oak {number:02}" for number in range(20)]


@pytest.mark.rule("ACC-5.1", "ACC-5.4", "ACC-5.7", "ACC-5.10", "M-71", "SEC-15")
async def test_asking_sends_a_link_to_the_register_address(visitor: Any, people: Cast) -> None:
    await visitor.get(f"{ASK}?school_urn=100001")
    assert "h****e@ash.example" in visitor.text()
    assert "national register of schools" in visitor.text()
    assert await sent() == []
    answer = await visitor.post(ASK, {"school_urn": "100001"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ASK}/sent?school_urn=100001")
    await visitor.get(answer.headers["location"])
    for said in ("h****e@ash.example", "27 October 2025", "5 minutes", "junk mail"):
        assert said in visitor.text()
    (mail,) = await mails()
    assert (mail["id"], mail["to"], mail["expires_on"]) == ("M-71", "head.office@ash.example", "2025-10-27")
    stored = str([tuple(row) for row in await fetch("SELECT * FROM one_time_secret")])
    assert mail["link"].removeprefix("/access/") not in stored
    (event,) = await fetch("SELECT school_id, sentence FROM event WHERE kind = 'access_link_requested'")
    assert event["school_id"] == people.ash.id


@pytest.mark.rule("ACC-5.5", "M-70")
async def test_the_secondary_address_is_next_and_a_school_without_users_gets_the_first_mail(visitor: Any) -> None:
    await factories.school("100005", "Elm School", primary_email=" ", secondary_email="elm@elm.example")
    await ask(visitor, "100005")
    assert await sent() == [("M-70", "elm@elm.example")]


@pytest.mark.rule("ACC-5.5", "GDS-4")
async def test_a_school_without_address_is_told_two_ways_forward(visitor: Any) -> None:
    answer = await ask(visitor, "100002")
    assert answer.headers["location"] == f"{ASK}?school_urn=100002"
    await visitor.get(answer.headers["location"])
    assert "We do not hold an email address for this school" in visitor.text()
    assert await sent() == []


@pytest.mark.rule("ACC-5.3", "ACC-13.8")
async def test_a_school_that_cannot_use_the_service_is_told_why_and_goes_no_further(visitor: Any) -> None:
    await factories.school("100005", "Online School", type_code=49, kind="other", primary_email="a@o.example")
    answer = await visitor.get(f"{ASK}?school_urn=100005")
    assert answer.status_code == 403
    assert "Online School (URN 100005)" in visitor.text()
    assert (await post(visitor, {"school_urn": "100005"})).status_code == 303
    assert await sent() == []


@pytest.mark.rule("ACC-5.3")
@pytest.mark.parametrize("urn", ["100006", "nonsense", ""])
async def test_a_school_not_in_the_list_cannot_ask(visitor: Any, urn: str) -> None:
    await factories.school("100006", "Gone School", status_code=2, primary_email="a@gone.example")
    assert (await visitor.get(f"{ASK}?school_urn={urn}")).status_code == 422
    assert (await post(visitor, {"school_urn": urn})).status_code == 422
    assert (await post(visitor, {})).status_code == 422
    assert await sent() == []


@pytest.mark.rule("ACC-5.8", "ACC-5.10")
async def test_asking_again_within_five_minutes_sends_nothing_and_shows_the_same(visitor: Any) -> None:
    pages = []
    for moment in ("11:00:00", "11:04:59", "11:05:00"):
        later(visitor, f"2025-10-06T{moment}Z")
        await visitor.get((await ask(visitor)).headers["location"])
        pages.append(visitor.text())
    assert len(set(pages)) == 1
    assert len(await mails()) == 2
    sentences = [row["sentence"] for row in await fetch("SELECT sentence FROM event ORDER BY id")]
    assert ["again" in sentence for sentence in sentences] == [False, True, False]


@pytest.mark.rule("ACC-5.9")
async def test_a_sixth_unused_link_voids_the_oldest(visitor: Any) -> None:
    for minute in range(0, 60, 10):
        later(visitor, f"2025-10-06T11:{minute:02}:00Z")
        await ask(visitor)
    states = [await find_link(Purpose.NOMINATION, mail["link"].removeprefix("/access/")) for mail in await mails()]
    rows = await fetch("SELECT void_at IS NULL AS live FROM one_time_secret ORDER BY created_at")
    assert [row["live"] for row in rows] == [False, True, True, True, True, True]
    assert None not in states


class TestCap:
    """`ACCESS_EMAIL_DAILY_CAP`."""

    @pytest.fixture
    def app_settings(self) -> Settings:
        """Allow two a day."""
        return settings().model_copy(update={"access_email_daily_cap": 2})

    @pytest.mark.rule("ACC-5.8")
    async def test_the_cap_is_per_school_and_day_and_shows_the_same_page(self, visitor: Any) -> None:
        for moment in ("06T10:00", "06T11:00", "06T12:00", "06T23:30"):
            later(visitor, f"2025-10-{moment}:00Z")
            answer = await ask(visitor)
            assert answer.headers["location"] == f"{ASK}/sent?school_urn=100001"
        assert len(await mails()) == 3  # 23:30 in UTC is the next day in London


@pytest.mark.rule("ACC-2.3", "ACC-5.10")
async def test_a_school_that_uses_dfe_sign_in_is_sent_no_link(visitor: Any, people: Cast) -> None:
    await fetch("UPDATE school_access SET source = 'dfe_sign_in' WHERE school_id = $1", people.ash.id)
    answer = await ask(visitor)
    assert answer.headers["location"] == f"{ASK}?school_urn=100001"
    await visitor.get(answer.headers["location"])
    assert "Your school uses DfE Sign-in" in visitor.text()
    assert "approver" in visitor.text()
    assert await sent() == []
    await fetch("UPDATE school SET email_link_override = 'on' WHERE id = $1", people.ash.id)
    await ask(visitor)
    assert len(await sent()) == 1


class TestOff:
    """The method is off."""

    @pytest.fixture
    def app_settings(self) -> Settings:
        """Leave personas alone."""
        return settings().model_copy(update={"sign_in_methods": "personas"})

    @pytest.mark.rule("ACC-2.2")
    @pytest.mark.parametrize("path", [ASK, "/sign-in/email", "/access/x", "/sign-in/link/x"])
    async def test_its_pages_are_not_there(self, visitor: Any, path: str) -> None:
        assert (await visitor.get(path)).status_code == 404


@pytest.mark.rule("ACC-2.5")
@pytest.mark.parametrize("path", [ASK, "/sign-in/email", "/access/x", "/sign-in/link/x"])
async def test_while_it_is_paused_the_sign_in_page_says_why(visitor: Any, path: str) -> None:
    await factories.insert("service_setting", key="paused_sign_in_methods", value='{"email_link": "Back at noon"}')
    answer = await visitor.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    await visitor.get("/sign-in")
    assert "Back at noon" in visitor.text()


@pytest.mark.rule("ACC-16.1")
async def test_an_address_may_ask_twenty_times_an_hour_and_search_sixty_times_a_minute(visitor: Any, app: Any) -> None:
    answers = [(await ask(visitor)).headers.get("location") for _ in range(20)]
    assert set(answers) == {f"{ASK}/sent?school_urn=100001"}
    refused = await ask(visitor)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    codes = [(await visitor.get(ASK, params={"q": "ash"})).status_code for _ in range(61)]
    assert codes == [200] * 60 + [429]
    other = browser_of(app)
    assert (await other.get(ASK)).status_code == 200
    await other.client.aclose()
