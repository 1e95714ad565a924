"""Finding schools and the pages of one (ADM-2.4, ADM-2.5, ADM-5.1 to ADM-5.3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.catalogue import SchoolSwitched
from app.events.record import About, record
from app.terms import SYSTEM
from app.web.console.school import TABS
from tests import factories

if TYPE_CHECKING:
    from tests.cast import Cast


def names(answer: Any) -> list[str]:
    """Return the schools that a list shows, in order."""
    return [link.text for link in html.fromstring(answer.text).xpath("//tbody//th/a")]


async def oak() -> factories.School:
    """Store a closed independent school in another town."""
    return await factories.school(
        "200003",
        "St Mary's Oak School",
        search_name="st marys oak school",
        town="Ambleton",
        postcode="AB1 2CD",
        kind="independent",
        type_code=11,
        type_name="Other independent school",
        status_code=2,
        closed_on=date(2024, 8, 31),
        local_authority_code="301",
        local_authority_name="Northshire",
    )


@pytest.mark.rule("ADM-2.4")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=oak", ["St Mary's Oak School"]),
        ("q=mary’s+st", ["St Mary's Oak School"]),
        ("q=amblet", ["St Mary's Oak School"]),
        ("q=northshire+oak", ["St Mary's Oak School"]),
        ("q=ab12cd", ["St Mary's Oak School"]),
        ("q=school+a", ["Ash School", "St Mary's Oak School"]),
        ("q=ambleton+birch", []),
        ("q=999999", []),
        ("level=none", ["St Mary's Oak School"]),
        ("level=full", ["Ash School", "Birch School"]),
        ("type=11", ["St Mary's Oak School"]),
        ("authority=909", ["Ash School", "Birch School"]),
        ("status=2", ["St Mary's Oak School"]),
        ("tutor=no", ["St Mary's Oak School"]),
        ("users=yes&q=birch", ["Birch School"]),
        ("users=no", ["St Mary's Oak School"]),
    ],
)
async def test_schools_are_found_by_number_place_and_words(
    asked: str, found: list[str], sam: Any, people: Cast
) -> None:
    await oak()

    assert names(await sam.get(f"/admin/schools?{asked}")) == found


@pytest.mark.rule("ADM-2.4", "ADM-2.5")
async def test_a_urn_goes_straight_to_the_school_a_former_one_too(sam: Any, people: Cast) -> None:
    await factories.school("111111", "Ash as it was", alias_of_school_id=people.ash.id)

    for urn in ("100001", " 111111 "):
        answer = await sam.get("/admin/schools", params={"q": urn})
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/schools/100001")
    assert (await sam.get("/admin/schools/111111")).headers["location"] == "/admin/schools/100001"


@pytest.mark.rule("ADM-2.4")
async def test_a_row_tells_number_postcode_level_ects_and_tutor(sam: Any, people: Cast) -> None:
    await factories.ect(people.ash)
    await factories.ect(people.ash, "Lee Left", date(2024, 9, 1), finished_on=date(2025, 1, 1))

    answer = await sam.get("/admin/schools?q=ash")

    cells = [" ".join(cell.text_content().split()) for cell in html.fromstring(answer.text).xpath("//tbody/tr/*")]
    assert cells == ["Ash School", "100001", "Not known", "Full", "1", "Yes"]


def rows(answer: Any) -> dict[str, str]:
    """Return key and words of the rows of a page; of a key that stands twice the last."""
    found = html.fromstring(answer.text).xpath("//*[@data-row]")
    return {row.get("data-row"): " ".join(row.xpath("dd")[0].text_content().split()) for row in found}


@pytest.mark.rule("ADM-5.1", "ADM-5.2")
async def test_the_overview_tells_level_with_its_reason_tutor_and_what_there_is_to_do(sam: Any, people: Cast) -> None:
    await factories.ect(people.ash, "Una Still")

    answer = await sam.get("/admin/schools/100001")

    assert rows(answer)["level"].startswith("Full, because it is a state-funded school in England")
    assert rows(answer)["induction-tutor"].startswith("Alice Archer (alice@ash.example) Confirmed for 2025 to 2026")
    assert html.fromstring(answer.text).xpath("//li[@data-task='TD-01']")


@pytest.mark.rule("ADM-5.1")
async def test_a_school_that_may_do_nothing_says_which_rule_decided(sam: Any, people: Cast) -> None:
    await oak()

    answer = await sam.get("/admin/schools/200003")

    assert rows(answer)["level"].startswith("No use of the service, because the register says that it is closed")
    assert rows(answer)["status"] == "Closed Closed on 31 August 2024"


@pytest.mark.rule("ADM-5.2", "ADM-1.9")
async def test_people_of_a_school_are_its_own_and_looking_is_noted(sam: Any, people: Cast) -> None:
    await factories.ect(people.ash, "Una Still")
    await factories.ect(people.ash, "Lee Left", date(2024, 9, 1), finished_on=date(2025, 1, 1))
    await factories.mentor(people.birch, "Max Mentor")

    answer = await sam.get("/admin/schools/100001/people")
    found = names(answer)
    narrowed = names(await sam.get("/admin/schools/100001/people?q=lee"))

    assert sorted(found) == ["Lee Left", "Una Still"]
    assert narrowed == ["Lee Left"]
    noted = await fetch("SELECT school_id FROM event WHERE kind = 'staff_viewed_record'")
    assert [row["school_id"] for row in noted] == [people.ash.id]


@pytest.mark.rule("ADM-5.2")
async def test_partnerships_show_challenges_and_what_is_waited_for(sam: Any, people: Cast) -> None:
    provider = await factories.lead_provider("Larch Learning")
    await factories.partnership(
        people.ash,
        provider,
        await factories.delivery_partner("Dogwood Partners"),
        challenged_at=factories.noon(date(2025, 10, 1)),
        challenge_reason="looks_like_a_mistake",
        challenged_by_user_id=people.alice.id,
    )
    await factories.training(await factories.ect(people.ash, "Una Still"), provider)

    await sam.get("/admin/schools/100001/partnerships")

    assert "Dogwood Partners" in sam.text()
    assert "by Alice Archer" in sam.text()
    assert "Una Still Larch Learning 2025 to 2026" in sam.text()


@pytest.mark.rule("ADM-5.2")
async def test_access_shows_open_and_ended_and_never_a_link(sam: Any, people: Cast) -> None:
    await factories.access(people.ash, people.carla, ended_at=clock.now(), end_reason="removed")
    await factories.insert(
        "one_time_secret",
        purpose="nomination",
        subject_hash=b"s" * 32,
        link_hash=b"secret-link-hash-of-32-bytes-xyz",
        school_id=people.ash.id,
        expires_at=clock.now(),
        wrong_codes=0,
    )

    answer = await sam.get("/admin/schools/100001/access")

    assert "Alice Archer" in sam.text()
    assert "Carla Cole" in sam.text()
    assert "removed" in sam.text()
    assert "nomination" in sam.text()
    assert b"secret-link-hash".hex() not in answer.text


@pytest.mark.rule("ADM-5.2")
async def test_the_timeline_of_a_school_holds_what_concerns_no_person_too(sam: Any, people: Cast) -> None:
    async with transaction():
        record(SchoolSwitched(About(school_id=people.ash.id)), SYSTEM)
        record(SchoolSwitched(About(school_id=people.birch.id)), SYSTEM)

    answer = await sam.get("/admin/schools/100001/timeline?kind=school_switched")

    assert len(html.fromstring(answer.text).xpath("//li[@data-event]")) == 1


@pytest.mark.rule("ADM-5.3")
@pytest.mark.parametrize("tab", TABS)
async def test_a_school_that_was_never_used_has_every_tab(tab: str, sam: Any, people: Cast) -> None:
    await oak()

    answer = await sam.get(f"/admin/schools/200003/{tab}".rstrip("/"))

    assert answer.status_code == 200
    assert sam.h1() == "St Mary's Oak School"
    assert (await sam.get(f"/admin/schools/999999/{tab}".rstrip("/"))).status_code == 404
