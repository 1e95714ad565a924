"""Changing name, email, working pattern and appropriate body of one person, over HTTP (CH-01 to CH-05, CH-13)."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch, fetch_one
from tests import factories
from tests.cast import Cast, cast, sign_in
from tests.web.changing import Change
from tests.web.register_ect.walking import options, rows, summary

if TYPE_CHECKING:
    from tests.web.conftest import Browser

ROLES = pytest.mark.parametrize("role", ["ect", "mentor"])
JOURNEYS = ["change-name", "change-email", "change-working-pattern", "change-appropriate-body"]
NAME = {"reason": "name_changed", "new_name": "Sian Evans-Bell"}
EMAIL = {"email": "new@ash.example"}


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Browser:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client  # type: ignore[no-any-return]


async def somebody(people: Cast, role: str = "ect", who: Any = "Siân Evans", **facts: Any) -> factories.Stay:
    """Store an ECT or mentor at Ash School."""
    make = factories.ect if role == "ect" else factories.mentor
    return await make(people.ash, who, **facts)


def address(stay: factories.Stay, journey: str, role: str = "ect") -> str:
    """Return where a change of a person begins."""
    return f"/school/{role}s/{stay.public_id}/{journey}"


async def kinds() -> list[str]:
    """Return the kinds of all events but signing in."""
    return [
        row["kind"] for row in await fetch("SELECT kind FROM event WHERE kind <> 'school_user_signs_in' ORDER BY id")
    ]


async def column(role: str, name: str) -> Any:
    """Return one value of the first stay of a role."""
    row = await fetch_one(f"SELECT {name} FROM {role}_at_school_period ORDER BY id LIMIT 1")
    return row[0] if row else None


@pytest.mark.rule("CH-01", "CH-09", "NAM-01", "G-07")
@ROLES
async def test_a_name_is_changed_after_check_answers_and_not_before(alice: Browser, people: Cast, role: str) -> None:
    stay = await somebody(people, role)
    change = Change(alice, address(stay, "change-name", role))
    await change.answer("check-answers", **NAME)
    shown = rows(alice.page.text)  # type: ignore[union-attr]
    assert (shown["name-now"], shown["name"], shown["reason"]) == (
        "Siân Evans",
        "Sian Evans-Bell",
        "Their name has changed",
    )
    assert "does not change the teaching record" in alice.text()
    assert await kinds() == []
    await change.confirm()
    assert "Sian Evans-Bell" in alice.h1()
    assert await kinds() == ["teacher_name_updated_by_user"]
    row = await fetch_one("SELECT corrected_name FROM teacher")
    assert row[0] == "Sian Evans-Bell"  # type: ignore[index]


NAMES_REFUSED: dict[str, tuple[dict[str, str], set[str]]] = {
    "nothing": ({}, {"reason", "new_name"}),
    "no reason": ({"new_name": "Sian Evans"}, {"reason"}),
    "another reason": ({"reason": "nonsense", "new_name": "Sian Evans"}, {"reason"}),
    "no name": ({"reason": "name_changed"}, {"new_name"}),
    "too long": ({"reason": "name_changed", "new_name": "a" * 71}, {"new_name"}),
    "no letter": ({"reason": "entered_incorrectly", "new_name": "12"}, {"new_name"}),
    "the same": ({"reason": "name_changed", "new_name": " Siân  Evans "}, {"new_name"}),
}


@pytest.mark.rule("NAM-05", "NAM-06", "VAL-05", "G-03", "DRF-02")
@pytest.mark.parametrize(("typed", "wrong"), NAMES_REFUSED.values(), ids=NAMES_REFUSED)
async def test_a_name_refused_is_kept_and_stores_nothing(
    alice: Browser, people: Cast, typed: dict[str, str], wrong: set[str]
) -> None:
    answer = await Change(alice, address(await somebody(people), "change-name")).post(**typed)
    assert (answer.status_code, set(summary(answer.text))) == (422, wrong)
    assert f'value="{typed["new_name"]}"' in answer.text if typed.get("new_name") else True
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("NAM-06", "NAM-01")
async def test_a_change_of_case_is_a_change(alice: Browser, people: Cast) -> None:
    change = Change(alice, address(await somebody(people), "change-name"))
    await change.answer("check-answers", reason="entered_incorrectly", new_name="Siân EVANS")
    assert rows(alice.page.text)["name"] == "Siân EVANS"  # type: ignore[union-attr]


@pytest.mark.rule("CH-02", "NAM-05")
@ROLES
@pytest.mark.parametrize(
    ("reason", "step", "links"),
    [
        ("different_person", "not-for-replacing", ("report-leaving", "register-{role}")),
        ("should_not_be_registered", "not-for-removing", ("registered-by-mistake",)),
    ],
)
async def test_reasons_for_something_else_lead_elsewhere(
    alice: Browser, people: Cast, role: str, reason: str, step: str, links: tuple[str, ...]
) -> None:
    stay = await somebody(people, role)
    change = Change(alice, address(stay, "change-name", role))
    await change.answer(step, reason=reason, new_name="Rosa Bell")
    for link in links:
        assert re.search(rf'href="[^"]*{link.format(role=role)}"', alice.page.text)  # type: ignore[union-attr]
    refused = await alice.post(f"{change.at}/check-answers")
    assert refused.headers["location"].endswith(step)
    assert await kinds() == []


@pytest.mark.rule("CH-02", "PER-50", "PER-52")
async def test_somebody_already_trained_is_not_removed_by_the_school(alice: Browser, people: Cast) -> None:
    stay = await somebody(people)
    provider, partner = await factories.lead_provider("Larch Learning"), await factories.delivery_partner()
    training = await factories.training(stay, provider, await factories.partnership(people.ash, provider, partner))
    await factories.insert(
        "declaration", training_period_id=training["id"], type="started", declared_on=date(2025, 10, 1)
    )
    change = Change(alice, address(stay, "change-name"))
    await change.answer("not-for-removing", reason="should_not_be_registered")
    assert "registered-by-mistake" not in alice.page.text  # type: ignore[union-attr]
    assert "Contact their lead provider, Larch Learning" in alice.text()


@pytest.mark.rule("NAM-04", "CH-01")
async def test_a_very_different_name_is_confirmed_and_flagged(alice: Browser, people: Cast) -> None:
    stay = await somebody(people)
    change = Change(alice, address(stay, "change-name"))
    await change.answer("confirm-name", reason="name_changed", new_name="Rosa Bell")
    assert stay.teacher.trn in alice.text()
    skipped = await alice.post(f"{change.at}/check-answers")
    assert skipped.headers["location"].endswith("confirm-name")
    await change.answer("check-answers", same_person="yes")
    change.step = "change-name"
    await change.answer("confirm-name", reason="name_changed", new_name="Tom Green")
    assert " checked" not in alice.page.text  # type: ignore[union-attr]
    await change.answer("check-answers", same_person="yes")
    await change.confirm()
    assert await kinds() == ["teacher_name_updated_by_user", "teacher_name_flagged"]


@pytest.mark.rule("NAM-04", "NAM-02")
async def test_another_persons_name_is_dropped(alice: Browser, people: Cast) -> None:
    change = Change(alice, address(await somebody(people), "change-name"))
    await change.answer("confirm-name", reason="name_changed", new_name="Rosa Bell")
    assert "same_person" in summary((await change.post()).text)
    await change.answer("change-name", same_person="no")
    assert "Rosa Bell" not in alice.text()
    assert await kinds() == []


@pytest.mark.rule("CH-03", "CH-09", "EML-03", "G-07")
@ROLES
async def test_an_email_is_changed_and_the_person_told(alice: Browser, people: Cast, role: str) -> None:
    stay = await somebody(people, role, email="old@ash.example")
    change = Change(alice, address(stay, "change-email", role))
    await change.answer("check-answers", **EMAIL)
    shown = rows(alice.page.text)  # type: ignore[union-attr]
    assert (shown["email-now"], shown["email"]) == ("old@ash.example", "new@ash.example")
    assert await column(role, "email") == "old@ash.example"
    await change.confirm()
    assert await column(role, "email") == "new@ash.example"
    assert await kinds() == ["teacher_email_address_updated"]
    outcome = await fetch_one("SELECT outcome, answers FROM draft")
    assert "new@ash.example" not in str(dict(outcome))  # type: ignore[call-overload]


@pytest.mark.rule("EML-01", "EML-02", "EML-04", "VAL-06", "G-03")
@pytest.mark.parametrize("typed", ["", "nonsense", "OLD@ash.example", "taken@birch.example"])
async def test_an_email_refused_is_kept_and_stores_nothing(alice: Browser, people: Cast, typed: str) -> None:
    await factories.mentor(people.birch, "Vic Other", email="Taken@birch.example")
    stay = await somebody(people, email="old@ash.example")
    answer = await Change(alice, address(stay, "change-email")).post(email=typed)
    assert (answer.status_code, set(summary(answer.text))) == (422, {"email"})
    assert f'value="{typed}"' in answer.text if typed else True
    assert "Vic" not in answer.text
    assert "Birch" not in answer.text
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("EML-02", "DRF-12", "DRF-05")
async def test_an_email_taken_meanwhile_is_refused_at_the_end(alice: Browser, people: Cast) -> None:
    stay = await somebody(people, email="old@ash.example")
    change = Change(alice, address(stay, "change-email"))
    await change.answer("check-answers", **EMAIL)
    await factories.ect(people.birch, "Vic Other", email="new@ash.example")
    await change.answer("change-email")
    assert "in use for someone else" in alice.text()
    assert "Vic" not in alice.text()
    assert await column("ect", "email") == "old@ash.example"
    await change.answer("check-answers", email="newer@ash.example")
    await change.confirm()


@pytest.mark.rule("EML-05")
@pytest.mark.parametrize(
    ("role", "typed", "says"),
    [
        ("ect", "office@ash.example", "shared mailbox"),
        ("ect", "ALICE@ash.example", "Are you sure it is the ECT’s?"),
        ("mentor", "alice@ash.example", "it is best if they are different people"),
        ("ect", "new@ash.example", ""),
    ],
)
async def test_odd_addresses_are_pointed_out_and_taken(
    alice: Browser, people: Cast, role: str, typed: str, says: str
) -> None:
    change = Change(alice, address(await somebody(people, role), "change-email", role))
    await change.answer("check-answers", email=typed)
    odd = ("shared mailbox", "Are you sure", "best if they are different")
    assert says in alice.text() if says else not any(words in alice.text() for words in odd)
    await change.confirm()


@pytest.mark.rule("CH-13", "EML-03")
@pytest.mark.parametrize("at", ["ash", "birch", "nowhere"])
async def test_somebody_in_both_roles_is_told_which_address_changes(alice: Browser, people: Cast, at: str) -> None:
    teacher = await factories.teacher()
    ect = await somebody(people, "ect", teacher)
    mentor = await factories.mentor(getattr(people, at), teacher) if at != "nowhere" else None
    page = await alice.get(address(ect, "change-email"))
    assert ("on their ECT record" in alice.text()) is (at != "nowhere")
    assert (mentor is not None and f"/school/mentors/{mentor.public_id}" in page.text) is (at == "ash")
    assert "Birch" not in page.text


@pytest.mark.rule("CH-04", "CH-09")
@pytest.mark.parametrize(
    ("now", "offered"), [("full_time", ["part_time"]), ("part_time", ["full_time"]), (None, ["full_time", "part_time"])]
)
async def test_a_working_pattern_is_changed_to_one_that_differs(
    alice: Browser, people: Cast, now: str | None, offered: list[str]
) -> None:
    stay = await somebody(people, working_pattern=now)
    change = Change(alice, address(stay, "change-working-pattern"))
    page = await alice.get(change.first)
    assert [value for value, _ in options(page.text)] == offered
    for wrong in ("", "nonsense", now or ""):
        answer = await change.post(working_pattern=wrong)
        assert (answer.status_code, set(summary(answer.text))) == (422, {"working_pattern"})
    await change.answer("check-answers", working_pattern=offered[0])
    assert await column("ect", "working_pattern") == now
    await change.confirm()
    assert await column("ect", "working_pattern") == offered[0]
    assert await kinds() == ["teacher_working_pattern_updated"]


@pytest.mark.rule("CH-05", "CH-09", "ABR-02", "ABR-03", "GEN-06")
async def test_an_appropriate_body_is_changed_to_another_one(alice: Browser, people: Cast) -> None:
    north = await factories.appropriate_body("North Hub")
    south = await factories.appropriate_body("South Hub")
    ended = await factories.appropriate_body("Old Hub", active_to=date(2025, 11, 9))
    stay = await somebody(people, school_reported_appropriate_body_id=north.id)
    change = Change(alice, address(stay, "change-appropriate-body"))
    page = await alice.get(change.first)
    assert [words for value, words in options(page.text) if value] == ["South Hub"]
    messages = {}
    for wrong in ("", "nonsense", str(ended.public_id), str(north.public_id)):
        answer = await change.post(appropriate_body_id=wrong)
        assert answer.status_code == 422
        messages[wrong] = summary(answer.text)["appropriate_body_id"]
    assert messages[str(north.public_id)].startswith("This is their appropriate body now")
    assert messages["nonsense"] == messages[str(ended.public_id)]
    await change.answer("check-answers", appropriate_body_id=str(south.public_id))
    shown = rows(alice.page.text)  # type: ignore[union-attr]
    assert (shown["appropriate-body-now"], shown["appropriate-body"]) == ("North Hub", "South Hub")
    await change.confirm()
    assert await column("ect", "school_reported_appropriate_body_id") == south.id
    assert await kinds() == ["teacher_appropriate_body_changed"]
    assert await fetch("SELECT FROM message") == []


@pytest.mark.rule("ABR-04", "CH-05")
@pytest.mark.parametrize(
    ("last_day", "now"),
    [
        pytest.param(date(2025, 11, 9), "Old Hub (no longer an appropriate body)", id="ended yesterday"),
        pytest.param(date(2025, 11, 10), "Old Hub", id="is one until today"),
        pytest.param(None, "Not reported", id="not reported"),
    ],
)
async def test_the_body_now_on_record_is_said_and_marked_once_it_has_ended(
    alice: Browser, people: Cast, last_day: date | None, now: str
) -> None:
    old = await factories.appropriate_body("Old Hub", active_to=last_day)
    south = await factories.appropriate_body("South Hub")
    stay = await somebody(people, school_reported_appropriate_body_id=old.id if last_day else None)
    change = Change(alice, address(stay, "change-appropriate-body"))
    await alice.get(change.first)
    assert f"On record now: {now}." in alice.text()
    await change.answer("check-answers", appropriate_body_id=str(south.public_id))
    assert rows(alice.page.text)["appropriate-body-now"] == now  # type: ignore[union-attr]


@pytest.mark.rule("ABR-02", "CH-05")
async def test_the_later_of_start_and_today_decides_which_body_can_be_chosen(alice: Browser, people: Cast) -> None:
    await factories.appropriate_body("Until March", active_to=date(2026, 3, 31))
    await factories.appropriate_body("From April", active_from=date(2026, 4, 1))
    for started_on, offered in ((date(2025, 9, 1), "Until March"), (date(2026, 4, 1), "From April")):
        stay = await somebody(people, started_on=started_on)
        page = await alice.get(address(stay, "change-appropriate-body"))
        assert [words for value, words in options(page.text) if value] == [offered]


@pytest.mark.rule("ABR-05", "ABR-04")
async def test_a_school_that_can_choose_no_body_is_given_the_support_address(alice: Browser, people: Cast) -> None:
    ended = await factories.appropriate_body("Old Hub", active_to=date(2025, 11, 9))
    stay = await somebody(people, school_reported_appropriate_body_id=ended.id)
    page = await alice.get(address(stay, "change-appropriate-body"))
    assert "mailto:" in page.text
    assert 'type="submit"' not in page.text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.rule("ABR-06", "PRM-01", "CH-05")
@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, 403),
        ({"started_on": date(2024, 9, 1)}, 403),
        ({"finished_on": date(2025, 10, 1), "number_of_terms": 1}, 200),
    ],
    ids=["recorded in this stay", "before it", "finished"],
)
async def test_a_recorded_induction_withholds_the_change(
    alice: Browser, people: Cast, facts: dict[str, Any], status: int
) -> None:
    hub = await factories.appropriate_body("North Hub", contact_email="hub@north.example")
    other = await factories.appropriate_body("South Hub")
    stay = await somebody(people)
    await factories.induction(stay.teacher, hub, **facts)
    answer = await alice.get(address(stay, "change-appropriate-body"))
    assert answer.status_code == status
    if status == 403:
        assert "contact the appropriate body: North Hub, hub@north.example" in alice.text()
        posted = await alice.post(
            address(stay, "change-appropriate-body"), {"appropriate_body_id": str(other.public_id)}
        )
        assert posted.status_code == 403
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("ABR-06", "DRF-12", "CON-03")
async def test_an_induction_recorded_meanwhile_stops_the_change(alice: Browser, people: Cast) -> None:
    south = await factories.appropriate_body("South Hub")
    stay = await somebody(people)
    change = Change(alice, address(stay, "change-appropriate-body"))
    await change.answer("check-answers", appropriate_body_id=str(south.public_id))
    await factories.induction(stay.teacher, south)
    assert (await change.post()).status_code == 403
    assert await kinds() == []


STANDINGS: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    "starting": ({"started_on": date(2026, 1, 5)}, {}, 200),
    "in progress": ({}, {}, 200),
    "leaving": ({"finished_on": date(2025, 12, 19)}, {}, 200),
    "leaving today": ({"finished_on": date(2025, 11, 10)}, {}, 200),
    "exempt": ({}, {"trs_induction_status": "Exempt"}, 403),
    "completed": ({}, {"trs_induction_status": "Passed"}, 403),
    "failed": ({}, {"trs_induction_status": "Failed"}, 403),
    "left": ({"finished_on": date(2025, 11, 9)}, {}, 403),
    "removed": ({"removed_at": factories.noon(date(2025, 11, 1))}, {}, 403),
}


@pytest.mark.rule("PRM-01", "EVT-05", "G-02")
@pytest.mark.parametrize(("stay_facts", "teacher_facts", "status"), STANDINGS.values(), ids=STANDINGS)
async def test_details_of_an_ect_are_changed_by_standing(
    alice: Browser, people: Cast, stay_facts: dict[str, Any], teacher_facts: dict[str, Any], status: int
) -> None:
    await factories.appropriate_body("South Hub")
    stay = await somebody(people, "ect", await factories.teacher(**teacher_facts), **stay_facts)
    for journey in JOURNEYS:
        assert (await alice.get(address(stay, journey))).status_code == status, journey
        posted = await alice.post(address(stay, journey), {**NAME, **EMAIL})
        assert posted.status_code == (403 if status == 403 else (303 if journey in JOURNEYS[:2] else 422)), journey
    assert len(await fetch("SELECT FROM draft")) == (2 if status == 200 else 0)
    assert await kinds() == []


@pytest.mark.rule("PRM-02")
@pytest.mark.parametrize(
    ("stay_facts", "teacher_facts", "status"),
    [
        ({}, {}, 200),
        ({"finished_on": date(2025, 12, 19)}, {}, 200),
        ({}, {"trs_induction_status": "Passed"}, 200),
        ({"finished_on": date(2025, 11, 9)}, {}, 403),
    ],
    ids=["here", "leaving", "completed their own induction", "left"],
)
async def test_details_of_a_mentor_are_changed_until_they_left(
    alice: Browser, people: Cast, stay_facts: dict[str, Any], teacher_facts: dict[str, Any], status: int
) -> None:
    stay = await somebody(people, "mentor", await factories.teacher(**teacher_facts), **stay_facts)
    for journey in JOURNEYS[:2]:
        assert (await alice.get(address(stay, journey, "mentor"))).status_code == status
    for journey in JOURNEYS[2:]:
        assert (await alice.get(address(stay, journey, "mentor"))).status_code == 404


@pytest.mark.rule("GEN-05")
@pytest.mark.parametrize("journey", JOURNEYS)
async def test_another_schools_person_is_not_found(alice: Browser, people: Cast, journey: str) -> None:
    theirs = await factories.ect(people.birch, "Vic Other")
    for where in (address(theirs, journey), f"/school/ects/nonsense/{journey}"):
        assert (await alice.get(where)).status_code == 404
        assert "Vic" not in alice.text()


@pytest.mark.rule("PRM-04", "PRM-05")
async def test_details_can_be_changed_in_a_closed_window(alice: Browser, people: Cast) -> None:
    await factories.closure(date(2025, 11, 1), date(2025, 11, 30))
    await factories.appropriate_body("South Hub")
    stay = await somebody(people)
    for journey in JOURNEYS:
        assert (await alice.get(address(stay, journey))).status_code == 200


@pytest.mark.rule("CON-01")
@pytest.mark.parametrize("choice", ["keep_mine", "keep_theirs"])
@pytest.mark.parametrize(
    ("journey", "typed", "table", "name", "theirs", "mine"),
    [
        ("change-name", NAME, "teacher", "corrected_name", "Si Evans-Bell", "Sian Evans-Bell"),
        ("change-email", EMAIL, "ect_at_school_period", "email", "bob@ash.example", "new@ash.example"),
    ],
)
async def test_a_value_changed_meanwhile_is_shown_beside_the_change(
    alice: Browser,
    people: Cast,
    journey: str,
    typed: dict[str, str],
    table: str,
    name: str,
    theirs: str,
    mine: str,
    choice: str,
) -> None:
    change = Change(alice, address(await somebody(people), journey))
    await change.answer("check-answers", **typed)
    await fetch(f"UPDATE {table} SET {name} = $1", theirs)
    conflict = await change.post()
    assert conflict.status_code == 409
    assert theirs in alice.text()
    assert mine in alice.text()
    await change.resolve(conflict, choice)
    (row,) = await fetch(f"SELECT {name} FROM {table}")
    assert row[0] == (mine if choice == "keep_mine" else theirs)
    assert len(await kinds()) == (1 if choice == "keep_mine" else 0)


@pytest.mark.rule("CON-01", "NAM-04")
async def test_a_name_changed_meanwhile_to_a_very_different_one_asks_again(alice: Browser, people: Cast) -> None:
    change = Change(alice, address(await somebody(people), "change-name"))
    await change.answer("check-answers", **NAME)
    await fetch("UPDATE teacher SET corrected_name = 'Rosa Lee'")
    conflict = await change.post()
    assert (conflict.status_code, "Sian Evans-Bell" in alice.text()) == (409, True)
    answer = await change.resolve(conflict, "keep_mine")
    assert answer.headers["location"].endswith("/confirm-name")
    change.step = "confirm-name"
    await change.answer("check-answers", same_person="yes")
    await change.confirm()
    assert await kinds() == ["teacher_name_updated_by_user", "teacher_name_flagged"]


@pytest.mark.rule("CON-01")
async def test_other_facts_changed_meanwhile_do_not_matter(alice: Browser, people: Cast) -> None:
    change = Change(alice, address(await somebody(people), "change-name"))
    await change.answer("check-answers", **NAME)
    await fetch("UPDATE ect_at_school_period SET email = 'bob@ash.example', working_pattern = 'part_time'")
    await change.confirm()
    assert await kinds() == ["teacher_name_updated_by_user"]
