"""What the pages of the registration say and ask, and what becomes of answers when others change."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from app.db.engine import fetch, fetch_one
from tests.web.register_ect import history
from tests.web.register_ect.walking import FULL_TIME, PROVIDER_LED, SCHOOL_LED, Walker, identity, on, rows

if TYPE_CHECKING:
    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import Outside, World

NEEDED = (
    "teacher reference number",
    "date of birth",
    "National Insurance number",
    "email address",
    "date they start",
    "full time or part time",
    "appropriate body",
    "training programme",
    "lead provider",
    "do not need to type their name",
    "assign a mentor after",
    "saved as you go",
    "how their data is used",
)


@pytest.mark.rule("RE-01")
@pytest.mark.rule("RE-03")
async def test_the_start_says_what_to_have_ready_and_lists_what_is_unfinished(alice: Browser) -> None:
    await alice.get("/school/register-ect")
    assert [words for words in NEEDED if words not in alice.text()] == []
    assert "come from another school or return to yours" in alice.text()
    await Walker(alice).to_email()
    await alice.get("/school/register-ect")
    assert "Continue registering Priya Shah" in alice.text()


@pytest.mark.rule("IDN-01")
@pytest.mark.rule("RE-04")
async def test_nobody_is_named_before_two_facts_agree(alice: Browser, outside: Outside) -> None:
    walker = await Walker(alice).start()
    assert "two facts" in alice.text()
    refused = await walker.refused(trn="9900001")
    assert set(refused) == {"date_of_birth_day"}
    assert await outside.requests() == []
    await walker.answer("national-insurance-number", **identity("9900015"))
    assert "Nia" not in alice.text()
    await walker.answer("review-ect", national_insurance_number="JX000015A")
    assert "Nia Other" in alice.text()


@pytest.mark.rule("NAM-02")
@pytest.mark.rule("RE-07")
async def test_a_correction_is_for_spelling_or_a_legal_change(alice: Browser) -> None:
    await (await Walker(alice).start()).answer("review-ect", **identity())
    assert "another person" in alice.text()
    assert "spelling" in alice.text()


@pytest.mark.rule("RE-10")
async def test_the_email_page_says_whose_and_for_what(alice: Browser) -> None:
    await Walker(alice).to_email()
    for words in ("contact them", "lead provider", "change it later", "theirs alone"):
        assert words in alice.text()


@pytest.mark.rule("RE-12")
@pytest.mark.rule("G-05")
async def test_every_page_names_the_person_and_leads_back_and_out(alice: Browser) -> None:
    walker = await Walker(alice).to_email()
    await walker.answer("start-date", email="priya@ash.example")
    await walker.answer("working-pattern", **on(3, 10, 2025))
    assert "part time as an ECT is part time" in alice.text()
    assert alice.page is not None
    page = alice.page.text
    assert "Priya Shah" in alice.text()
    assert f'href="{walker.base}/start-date" class="govuk-back-link"' in page
    for words in ("Save and come back later", "Delete this unfinished registration"):
        assert words in page


@pytest.mark.rule("ABR-01")
async def test_an_appropriate_body_has_to_be_named(alice: Browser) -> None:
    walker = await Walker(alice).to_programme()
    assert walker.step == "appropriate-body"
    assert list(await walker.refused()) == ["appropriate_body_id"]


@pytest.mark.rule("RE-15")
async def test_each_programme_is_explained_and_school_led_asks_for_no_lead_provider(alice: Browser) -> None:
    walker = await Walker(alice).to_programme()
    await walker.answer("training-programme", appropriate_body_id=walker.choice("North Hub"))
    assert "delivery partner train them" in alice.text()
    assert "appropriate body must agree" in alice.text()
    assert list(await walker.refused(training_programme="both")) == ["training_programme"]
    await walker.answer("check-answers", **SCHOOL_LED)
    assert alice.page is not None
    assert not {"lead-provider", "delivery-partner"} & set(rows(alice.page.text))


@pytest.mark.rule("RE-16")
@pytest.mark.rule("ARR-03")
async def test_partnerships_stand_first_and_nothing_is_preselected(alice: Browser, world: World) -> None:
    await history.partnership(world, world.ash, "Oak", "Moss", 2025)
    walker = await Walker(alice).to_programme()
    await walker.answer("training-programme", appropriate_body_id=walker.choice("North Hub"))
    await walker.answer("lead-provider", **PROVIDER_LED)
    assert walker.offered() == ["Oak", "Elm"]
    assert alice.page is not None
    assert " checked" not in alice.page.text
    assert "Delivery partner: Moss" in alice.text()
    assert "Training starts once the lead provider has confirmed" in alice.text()


@pytest.mark.rule("RE-16")
async def test_without_any_lead_provider_the_page_says_so_and_keeps_the_draft(alice: Browser, world: World) -> None:
    for table in ("provider_pairing", "lead_provider_contract"):
        await fetch(f"DELETE FROM {table} WHERE contract_period_year = 2025")
    walker = await Walker(alice).to_programme()
    await walker.answer("training-programme", appropriate_body_id=walker.choice("North Hub"))
    await walker.answer("lead-provider", **PROVIDER_LED)
    assert "No lead provider can be chosen" in alice.text()
    assert (await fetch("SELECT state FROM draft"))[0]["state"] == "open"


@pytest.mark.rule("RE-29")
@pytest.mark.rule("EML-05")
async def test_check_answers_tells_what_happens_elsewhere_and_what_looks_odd(alice: Browser, world: World) -> None:
    await history.ect(world.birch, date(2025, 9, 1))
    walker = await Walker(alice).start()
    await walker.answer("review-ect", **identity())
    await walker.answer("registered-before", name_is_correct="yes")
    await walker.answer("email-address", transferring_in="yes")
    await walker.answer("start-date", email="office@ash.example")
    await walker.answer("working-pattern", **on(20, 10, 2025))
    await walker.answer("appropriate-body", **FULL_TIME)
    await walker.answer("training-programme", appropriate_body_id=walker.choice("North Hub"))
    await walker.answer("check-answers", **SCHOOL_LED)
    for words in (
        "last day at Birch School will be 19 October 2025",
        "takes effect on 20 October 2025",
        "shared mailbox",
    ):
        assert words in alice.text()


@pytest.mark.rule("ACC-14.3", "RE-09", "RE-29")
async def test_the_earlier_school_is_named_where_it_is_asked_about_and_confirmed_and_nowhere_else(
    alice: Browser, world: World
) -> None:
    await history.ect(world.birch, date(2025, 9, 1))
    named: dict[str, bool] = {}
    walker = await Walker(alice).start()
    pages = (
        ("review-ect", identity()),
        ("registered-before", {"name_is_correct": "yes"}),
        ("email-address", {"transferring_in": "yes"}),
        ("start-date", {"email": "priya@ash.example"}),
        ("working-pattern", on(20, 10, 2025)),
        ("appropriate-body", FULL_TIME),
        ("training-programme", {}),
        ("check-answers", SCHOOL_LED),
        ("confirmation", {}),
    )
    for step, typed in pages:
        if step == "training-programme":
            typed = {"appropriate_body_id": walker.choice("North Hub")}  # noqa: PLW2901 - the page before offers it
        await walker.answer(step, **typed)
        named[step] = "Birch" in alice.text()
    assert [step for step, yes in named.items() if yes] == ["registered-before", "check-answers"]
    (ect,) = await fetch("SELECT public_id FROM ect_at_school_period WHERE school_id = $1", world.ash)
    for path in ("home", "ects", f"ects/{ect['public_id']}", f"ects/{ect['public_id']}/history", "notices"):
        assert (await alice.get(f"/school/{path}")).status_code == 200
        assert "Birch" not in alice.text(), path


@pytest.mark.rule("ACC-3.3", "ACC-5.14")
async def test_a_teacher_with_the_address_of_a_user_stays_another_person(alice: Browser, world: World) -> None:
    everyone = "SELECT id, name, email, active, updated_at FROM app_user ORDER BY id"
    before = await fetch(everyone)
    walker = Walker(alice)
    walker.email = before[0]["email"]
    await walker.register()
    (ect,) = await fetch("SELECT id, email FROM ect_at_school_period")
    assert ect["email"] == walker.email
    assert await fetch(everyone) == before
    linked = await fetch(
        """SELECT conname FROM pg_constraint WHERE contype = 'f'
        AND (conrelid, confrelid) IN (('app_user'::regclass, 'teacher'::regclass),
            ('teacher'::regclass, 'app_user'::regclass))"""
    )
    assert linked == []


@pytest.mark.rule("DRF-04")
async def test_answers_off_the_path_are_neither_shown_nor_saved_and_come_back_with_it(alice: Browser) -> None:
    walker = await Walker(alice).to_check()
    await alice.get(f"{walker.base}/training-programme?change=1")
    walker.step = "training-programme"
    await walker.answer("check-answers", **SCHOOL_LED)
    assert alice.page is not None
    assert "Elm" not in alice.text()
    await alice.get(f"{walker.base}/training-programme?change=1")
    walker.step = "training-programme"
    await walker.answer("check-answers", **PROVIDER_LED)
    assert rows(alice.page.text)["lead-provider"] == "Elm"


@pytest.mark.rule("DRF-05")
@pytest.mark.rule("ARR-08")
async def test_a_choice_that_no_longer_holds_is_asked_again_with_the_reason(alice: Browser, world: World) -> None:
    walker = await Walker(alice).to_check()
    await history.partnership(world, world.ash, "Elm", "Moss", 2025)
    answer = await alice.get(f"{walker.base}/check-answers")
    assert answer.headers["location"] == f"{walker.base}/lead-provider"
    await alice.get(answer.headers["location"])
    assert "no longer available" in alice.text()


@pytest.mark.rule("RE-32")
@pytest.mark.rule("WT-06")
async def test_a_start_in_another_year_asks_only_what_no_longer_holds(alice: Browser, world: World) -> None:
    await fetch("UPDATE contract_period SET registration_opens_on = '2025-06-01' WHERE year = 2026")
    await history.last_choices(world, world.ash, "North Hub", "Elm")
    await history.ect(world.ash, date(2024, 9, 1), date(2025, 7, 18), "9900020")
    walker = await Walker(alice).to_check()
    await alice.get(f"{walker.base}/start-date?change=1")
    walker.step = "start-date"
    await walker.answer(**on(7, 9, 2026))
    assert walker.step == "lead-provider"
    assert "No lead provider can be chosen" in alice.text()
    kept = await fetch_one("SELECT answers FROM draft")
    assert kept is not None
    assert '"email": "priya@ash.example"' in kept["answers"]
    assert '"working_pattern": "full_time"' in kept["answers"]


@pytest.mark.rule("DRF-07")
async def test_a_matched_identity_stays_and_starting_again_deletes_the_draft(alice: Browser) -> None:
    walker = await Walker(alice).to_check()
    assert alice.page is not None
    assert "find-ect?change" not in alice.page.text
    draft = walker.base.rpartition("/")[2]
    assert f"/school/drafts/{draft}/delete" in alice.page.text
    await alice.get(f"/school/drafts/{draft}/delete")
    await alice.post(f"/school/drafts/{draft}/delete", {"confirm_delete": "yes"})
    assert (await fetch("SELECT state, trn FROM draft"))[0]["state"] == "deleted"


@pytest.mark.rule("CP-10")
@pytest.mark.rule("CP-06")
async def test_moving_out_of_a_frozen_year_is_stamped_once(alice: Browser, world: World) -> None:
    await fetch(
        """UPDATE contract_period SET payments_frozen_on = '2024-06-01', successor_year = 2024,
        successor_schedule_identifier = 'ecf-extended-september' WHERE year = 2022"""
    )
    stay = await history.ect(world.birch, date(2022, 9, 1), date(2023, 7, 18))
    made = await fetch_one(
        """INSERT INTO lead_provider_contract (created_at, updated_at, lead_provider_id, contract_period_year)
        VALUES (now(), now(), $1, 2022) RETURNING id""",
        world.providers["Oak"],
    )
    assert made is not None
    await history.provider_led(world, stay, "Oak", 2022)
    walker = await Walker(alice).start()
    await walker.answer("review-ect", **identity())
    await walker.answer("registered-before", name_is_correct="yes")
    await walker.answer("email-address")
    await walker.answer("start-date", email="priya@ash.example")
    await walker.answer("working-pattern", **on(3, 10, 2025))
    await walker.answer(**FULL_TIME)
    if walker.step == "programme-choices":
        await walker.answer("appropriate-body", programme_source="choose")
    await walker.answer("training-programme", appropriate_body_id=walker.choice("North Hub"))
    await walker.answer("lead-provider", **PROVIDER_LED)
    await walker.answer("check-answers", provider_choice=walker.choice("Oak"))
    await walker.answer("confirmation")
    stamped = await fetch_one("SELECT ect_payments_frozen_year FROM teacher WHERE trn = '9900001'")
    assert stamped is not None
    assert stamped["ect_payments_frozen_year"] == 2022


@pytest.mark.rule("GEN-11")
async def test_a_confirmation_promises_the_mail_that_is_queued(alice: Browser) -> None:
    await Walker(alice).register()
    assert "Priya Shah gets an email" in alice.text()
    assert {row["recipient"] for row in await fetch("SELECT recipient FROM message")} >= {"priya@ash.example"}
