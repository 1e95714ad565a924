"""The walk-throughs of a mentor, from the start page to the last row (journeys, section 19)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch, fetch_one
from app.notices.deliver import deliver_due
from app.notices.mailbox import DeveloperMailbox, received
from tests.web.register_ect import history
from tests.web.register_ect.walking import on, rows
from tests.web.register_mentor.walking import (
    ACCEPT,
    ALSO_ELSEWHERE,
    EMAIL,
    ONLY_HERE,
    SINCE,
    TOM,
    VIC,
    MentorWalker,
    ect_with,
    kinds_of_event,
    mentor_training,
    mentors_of,
    sent,
    stays,
    trained,
)

if TYPE_CHECKING:
    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import World

TODAY = date(2025, 10, 6)


@pytest.mark.rule("WT-17", "RM-01", "RM-12", "RM-16", "RM-21", "RM-23", "RM-24", "MFT-04", "MFT-10", "M-03", "PER-10")
async def test_somebody_new_gets_ect_and_training_at_once(alice: Browser, world: World) -> None:
    ect = await ect_with(world)
    walker = await MentorWalker(alice).past_email(ect=ect["public_id"])
    assert walker.step == "mentor-training"
    assert "up to 20 hours" in alice.text()
    await walker.answer("check-answers", **ACCEPT)
    shown = rows(alice.page.text)  # type: ignore[union-attr]
    assert shown["start-date"] == "Today, 6 October 2025"
    assert shown["ects"] == "Priya Shah, from 6 October 2025"
    assert (shown["lead-provider"].split()[0], shown["delivery-partner"].split(" Change")[0]) == (
        "Elm",
        "To be confirmed by the lead provider",
    )
    assert await stays() == []
    await walker.confirm()
    assert "Priya Shah, from 6 October 2025" in alice.text()
    assert await stays() == [("Ash School", TODAY, None, None)]
    assert await mentors_of(ect) == [(TOM, TODAY, None)]
    (training,) = await trained()
    assert (training["provider"], training["started_on"], training["year"]) == ("Elm", TODAY, 2025)
    assert (training["requested"], training["schedule"]) == (True, "ecf-standard-september")
    (attempt,) = await fetch("SELECT role, trn, outcome FROM lookup_attempt")
    assert (attempt["role"], attempt["trn"], attempt["outcome"]) == ("mentor", None, "matched")
    stamp = await fetch_one("SELECT mentor_first_eligible_at AS at FROM teacher WHERE trn = $1", TOM)
    assert stamp is not None
    assert stamp["at"] is not None
    assert await sent() == {"M-03": ["alice@amberley.example", "tom@ash.example"]}
    assert await kinds_of_event() == [
        "teacher_schedule_assigned_to_training_period",
        "teacher_starts_training_period",
        "teacher_funding_eligibility_set",
        "teacher_registered_as_mentor",
        "teacher_starts_mentoring",
        "teacher_starts_being_mentored",
    ]


@pytest.mark.rule("WT-18", "RM-14")
async def test_another_lead_provider_may_train_the_mentor(alice: Browser, world: World) -> None:
    ect = await ect_with(world)
    walker = await MentorWalker(alice).past_email(ect=ect["public_id"])
    await walker.answer("lead-provider", mentor_training="other_lead_provider")
    assert walker.offered() == ["Elm", "Oak"]
    assert "lead_provider_id" in await walker.refused()
    assert "lead_provider_id" in await walker.refused(lead_provider_id="nobody")
    await walker.answer("check-answers", lead_provider_id=walker.choice("Oak"))
    assert "lead-provider?change=1" in alice.page.text  # type: ignore[union-attr]
    await walker.confirm()
    assert [training["provider"] for training in await trained()] == ["Oak"]
    (of_ect,) = await fetch("SELECT lead_provider_id AS id FROM training_period WHERE role = 'ect'")
    assert of_ect["id"] == world.providers["Elm"]


@pytest.mark.rule("WT-19", "RM-11", "SCH-05")
async def test_somebody_may_be_registered_before_there_is_an_ect_for_them(alice: Browser, world: World) -> None:
    walker = await MentorWalker(alice).past_email()
    assert walker.step == "assign-ects"
    await walker.answer("check-answers")
    shown = rows(alice.page.text)  # type: ignore[union-attr]
    assert shown["ects"].startswith("None for now")
    assert "training can follow once they mentor a provider-led ECT" in shown["mentor-training"]
    await walker.confirm()
    assert (await stays(), await trained()) == ([("Ash School", TODAY, None, None)], [])
    (choices,) = await fetch("SELECT last_training_programme AS last FROM school WHERE id = $1", world.ash)
    assert choices["last"] is None


async def at_birch(world: World, *, with_training: bool = True) -> Any:
    """Vic mentors an ECT at Birch, who is returned, with training from Oak since last year."""
    vic = await history.mentor(world.birch, date(2024, 9, 1), trn=VIC)
    una = await history.ect(world.birch, SINCE, trn="9900017")
    await history.mentored(una, vic, SINCE)
    if with_training:
        await mentor_training(world, vic)
    return una


@pytest.mark.rule(
    "WT-20", "RM-09", "RM-10", "RM-13", "PER-12", "PER-62", "MFT-05", "MFT-09", "M-04", "M-06", "PRM-06", "EVT-02"
)
async def test_a_mentor_who_comes_only_here_ends_elsewhere_and_is_backdated(alice: Browser, world: World) -> None:
    ect = await ect_with(world, "Oak")
    una = await at_birch(world)
    walker = await MentorWalker(alice).past_email(VIC, ect["public_id"])
    assert walker.step == "mentoring-elsewhere"
    assert "Birch" not in alice.text()
    await walker.answer("start-date", **ONLY_HERE)
    await walker.answer("earlier-training", **on(1, 10, 2025))
    assert "2024 to 2025" in alice.text()
    await walker.answer("check-answers", training_source="ect_lead_provider")
    assert "Their last day as a mentor elsewhere will be 30 September 2025" in alice.text()
    await walker.confirm()
    assert await stays(VIC) == [
        ("Birch School", date(2024, 9, 1), date(2025, 9, 30), "joined_another_school"),
        ("Ash School", date(2025, 10, 1), None, None),
    ]
    assert await mentors_of(ect) == [(VIC, date(2025, 10, 1), None)]
    assert await mentors_of(una) == [(VIC, SINCE, date(2025, 9, 30))]
    assert [(t["school"], t["year"], t["started_on"], t["finished_on"]) for t in await trained(VIC)] == [
        ("Birch School", 2024, date(2024, 9, 1), date(2025, 9, 30)),
        ("Ash School", 2024, date(2025, 10, 1), None),
    ]
    assert await sent() == {"M-04": ["alice@amberley.example", "tom@ash.example"], "M-06": ["carla@birch.example"]}
    (m06,) = await fetch("SELECT personalisation #>> '{fields,ects}' AS ects FROM message WHERE message_id = 'M-06'")
    assert m06["ects"] == "1"
    told = await fetch("SELECT personalisation::text AS text FROM message")
    assert not any("Birch" in row["text"] for row in told)
    of_birch = await fetch("SELECT kind, sentence FROM event WHERE school_id = $1 ORDER BY id", world.birch)
    assert [row["kind"] for row in of_birch][-1] == "teacher_left_school_as_mentor"
    assert not any("Ash" in row["sentence"] for row in of_birch)


@pytest.mark.rule("WT-21", "RM-09", "PER-12", "MFT-03")
@pytest.mark.parametrize("had_training", [True, False], ids=["trained", "never trained"])
async def test_a_mentor_who_also_goes_on_elsewhere_starts_here_today(
    alice: Browser, world: World, had_training: bool
) -> None:
    ect = await ect_with(world, "Oak")
    await at_birch(world, with_training=had_training)
    walker = await MentorWalker(alice).past_email(VIC, ect["public_id"])
    await walker.answer("check-answers" if had_training else "mentor-training", **ALSO_ELSEWHERE)
    if had_training:
        assert "also mentor at another school" in rows(alice.page.text)["mentor-training"]  # type: ignore[union-attr]
    else:
        await walker.answer("check-answers", **ACCEPT)
    await walker.confirm()
    assert await stays(VIC) == [
        ("Birch School", date(2024, 9, 1), None, None),
        ("Ash School", TODAY, None, None),
    ]
    assert await mentors_of(ect) == [(VIC, TODAY, None)]
    here = [t["started_on"] for t in await trained(VIC) if t["school"] == "Ash School"]
    assert here == ([] if had_training else [TODAY])
    assert await sent() == {"M-04": ["alice@amberley.example", "tom@ash.example"]}


@pytest.mark.rule("RM-23", "PER-60", "PER-63", "MFT-07", "RM-16", "RM-21")
async def test_several_ects_get_the_mentor_and_their_own_ones_stop(alice: Browser, world: World) -> None:
    first, second = await ect_with(world), await ect_with(world, "Oak", "9900017")
    vic = await history.mentor(world.ash, date(2024, 9, 1), trn=VIC)
    await history.mentored(first, vic, SINCE)
    walker = await MentorWalker(alice).past_email()
    assert alice.text().index("Una Quinn") < alice.text().index("Priya Shah")
    assert "Has Vic Mover now" in alice.text()
    assert "ect_ids" in await walker.refused(ect_ids=["nobody"])
    both = [str(first["public_id"]), str(second["public_id"])]
    await walker.answer("lead-provider", ect_ids=both)
    await walker.answer("check-answers", lead_provider_id=walker.choice("Oak"))
    assert "Replaces Vic Mover, until 5 October 2025" in rows(alice.page.text)["ects"]  # type: ignore[union-attr]
    await walker.confirm()
    assert await mentors_of(first) == [(VIC, SINCE, date(2025, 10, 5)), (TOM, TODAY, None)]
    assert await mentors_of(second) == [(TOM, TODAY, None)]
    mentoring = [kind for kind in await kinds_of_event() if "mentor" in kind and "register" not in kind]
    assert mentoring == [
        "teacher_starts_mentoring",
        "teacher_starts_being_mentored",
        "teacher_finishes_mentoring",
        "teacher_finishes_being_mentored",
        "teacher_starts_mentoring",
        "teacher_starts_being_mentored",
    ]


@pytest.mark.rule("RM-15", "RM-10", "PER-10", "MFT-03")
async def test_somebody_returning_who_never_had_training_is_told_of_it(alice: Browser, world: World) -> None:
    ect = await ect_with(world, "Oak")
    await history.mentor(world.birch, date(2024, 9, 1), date(2025, 7, 18), VIC)
    walker = await MentorWalker(alice).past_email(VIC, ect["public_id"])
    await walker.answer("mentor-training", **on(15, 9, 2025))
    await walker.answer("check-answers", **ACCEPT)
    await walker.confirm()
    assert [day for _, day, _, _ in await stays(VIC)] == [date(2024, 9, 1), date(2025, 9, 15)]
    assert [training["started_on"] for training in await trained(VIC)] == [date(2025, 9, 15)]
    assert await mentors_of(ect) == [(VIC, TODAY, None)]


@pytest.mark.rule("MFT-05", "RM-13", "RM-14", "CP-07")
@pytest.mark.parametrize(("source", "provider"), [("own_lead_provider", "Oak"), ("ect_lead_provider", "Elm")])
async def test_somebody_returning_chooses_between_the_ects_lead_provider_and_their_own(
    alice: Browser, world: World, source: str, provider: str
) -> None:
    ect = await ect_with(world, "Elm")
    vic = await history.mentor(world.birch, date(2025, 6, 1), date(2025, 7, 18), VIC)
    await mentor_training(world, vic, "Oak", 2025)
    walker = await MentorWalker(alice).past_email(VIC, ect["public_id"])
    await walker.answer("earlier-training", **on(1, 9, 2025))
    assert "training_source" in await walker.refused()
    assert "training_source" in await walker.refused(training_source="somebody")
    await walker.answer("lead-provider", training_source="other_lead_provider")
    await walker.visit("earlier-training")
    await walker.answer("check-answers", training_source=source)
    await walker.confirm()
    assert [(t["provider"], t["year"]) for t in await trained(VIC) if t["school"] == "Ash School"] == [(provider, 2025)]


@pytest.mark.rule("M-03", "NOT-3.7", "GEN-11", "EML-05")
async def test_an_induction_tutor_who_mentors_is_not_written_to(alice: Browser, world: World) -> None:
    await fetch("UPDATE induction_tutor SET email = $1 WHERE school_id = $2", EMAIL["email"], world.ash)
    walker = await MentorWalker(alice).past_email()
    await walker.answer("check-answers")
    assert "your induction tutor’s" in alice.text()
    await walker.confirm()
    assert "gets no email" in alice.text()
    assert await sent() == {"M-03": ["alice@amberley.example"]}
    await deliver_due(DeveloperMailbox())
    (copy,) = await received()
    assert "We did not send this email to Tom Baker" in copy.body
    assert "copy of the email we sent" not in copy.body


@pytest.mark.rule("DRF-08", "DR-01")
async def test_the_list_names_the_page_that_a_mentors_draft_stands_at(alice: Browser, world: World) -> None:
    await ect_with(world)
    walker = await MentorWalker(alice).past_email()
    assert walker.step == "assign-ects"
    await alice.get("/school/drafts")
    assert rows(alice.page.text)["next-question"] == "Which ECTs will Tom Baker mentor?"  # type: ignore[union-attr]
