"""Lists as files: what is in them, how it is written, and that each is noted (EX-01 to EX-03)."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from app import clock
from app.access.rate_limit import count
from app.db.engine import fetch
from app.settings import settings
from app.web.csv_file import csv_text
from tests import factories
from tests.cast import TODAY, Cast, cast, sign_in

MARKED = factories.noon(date(2025, 10, 6))


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


def rows(answer: Any) -> list[dict[str, str]]:
    """Return the rows of a file by column."""
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def downloads() -> list[dict[str, Any]]:
    """Return what the events of downloads keep."""
    found = await fetch("SELECT metadata, school_id, actor_name FROM event WHERE kind = 'school_records_exported'")
    return [json.loads(row["metadata"]) | {"school": row["school_id"], "by": row["actor_name"]} for row in found]


@pytest.mark.rule("EX-01", "EX-02", "SCH-04")
async def test_an_ect_is_exported_with_every_column(alice: Any, people: Cast) -> None:
    hub = await factories.appropriate_body()
    ect = await factories.ect(people.ash, "Ida Progress", school_reported_appropriate_body_id=hub.id)
    await factories.mentorship(ect, await factories.mentor(people.ash, "Max Mentor"))
    await factories.induction(ect.teacher, hub, date(2025, 9, 8))
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(people.ash, provider, partner)
    await factories.training(ect, provider, partnership, self_funded=True)

    answer = await alice.get("/school/ects/export")

    assert rows(answer) == [
        {
            "name": "Ida Progress",
            "trn": ect.teacher.trn,
            "email": f"{ect.teacher.trn}@school.example",
            "status": "Registered",
            "school_start_date": "2025-09-01",
            "last_day": "",
            "working_pattern": "Full time",
            "appropriate_body": "North Hub",
            "appropriate_body_recorded": "yes",
            "induction_start_date": "2025-09-08",
            "training_programme": "Provider-led (not funded by DfE)",
            "lead_provider": "Larch Learning",
            "lead_provider_confirmed": "yes",
            "delivery_partner": "Dogwood Partners",
            "academic_year": "2025 to 2026",
            "mentor": "Max Mentor",
            "mentor_from": "2025-09-01",
        }
    ]


@pytest.mark.rule("EX-01", "EX-03", "AX-32")
async def test_the_file_is_what_spreadsheets_expect_and_is_never_kept(alice: Any, people: Cast) -> None:
    await factories.ect(people.ash, "Ida Progress")

    answer = await alice.get("/school/ects/export")

    assert answer.content.startswith(b'\xef\xbb\xbf"name","trn",')
    assert answer.content.count(b"\r\n") == 2
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="ects-current-2025-11-10.csv"'
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.rule("EX-01", "LS-02")
async def test_everybody_who_is_found_is_exported_in_the_order_of_the_list(alice: Any, people: Cast) -> None:
    for number in range(21):
        await factories.ect(people.ash, f"Eve Number{number:02}")
    await factories.ect(people.ash, "Una Other")
    await factories.ect(people.birch, "Eve Elsewhere")

    found = rows(await alice.get("/school/ects/export?q=eve&sort=name&page=2"))

    assert [row["name"] for row in found] == [f"Eve Number{number:02}" for number in range(21)]


@pytest.mark.rule("EX-01", "EX-02", "WDR-03")
async def test_somebody_who_left_is_exported_as_of_their_last_day(alice: Any, people: Cast) -> None:
    last_day = date(2025, 7, 1)
    ect = await factories.ect(people.ash, "Gil Gone", date(2024, 9, 1), finished_on=last_day)
    mentor = await factories.mentor(people.ash, "Max Mentor", finished_on=last_day)
    await factories.mentorship(ect, mentor, finished_on=last_day)
    provider = await factories.lead_provider()
    await factories.training(ect, provider, year=2024)

    (of_ect,) = rows(await alice.get("/school/ects/export?tab=left"))
    (of_mentor,) = rows(await alice.get("/school/mentors/export?tab=left"))

    assert (of_ect["status"], of_ect["last_day"], of_ect["mentor"]) == ("Left the school", "2025-07-01", "Max Mentor")
    assert (of_ect["lead_provider"], of_ect["lead_provider_confirmed"]) == ("Larch Learning", "no")
    assert (of_mentor["status"], of_mentor["ects"]) == ("Left the school", "Gil Gone")


@pytest.mark.rule("EX-02", "STA-04")
async def test_a_mentor_is_exported_with_every_column(alice: Any, people: Cast) -> None:
    mentor = await factories.mentor(people.ash, "Max Mentor")
    for name in ("Bo Second", "Al First"):
        await factories.mentorship(await factories.ect(people.ash, name), mentor)
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(people.ash, provider, partner)
    await factories.training(mentor, provider, partnership, started_on=date(2025, 9, 1))

    assert rows(await alice.get("/school/mentors/export")) == [
        {
            "name": "Max Mentor",
            "trn": mentor.teacher.trn,
            "email": f"{mentor.teacher.trn}@school.example",
            "status": "Mentoring 2 ECTs",
            "start_date": "2024-09-01",
            "last_day": "",
            "ects": "Al First; Bo Second",
            "mentor_training": "Confirmed with a lead provider and a delivery partner",
            "lead_provider": "Larch Learning",
            "lead_provider_confirmed": "yes",
            "delivery_partner": "Dogwood Partners",
        }
    ]


@pytest.mark.rule("WDR-02", "WDR-03", "EX-02")
async def test_a_file_hides_who_stopped_training_and_why_it_is_paused(alice: Any, people: Cast) -> None:
    provider = await factories.lead_provider()
    stop = {"finished_on": date(2025, 10, 6)}
    gone = await factories.ect(people.ash, "Wim Withdrawn")
    await factories.training(gone, provider, withdrawn_at=MARKED, withdrawal_reason="other", **stop)
    ill = await factories.ect(people.ash, "Pia Paused")
    await factories.training(ill, provider, deferred_at=MARKED, deferral_reason="long_term_sickness", **stop)

    answer = await alice.get("/school/ects/export?sort=name")

    paused, withdrawn = rows(answer)
    assert (paused["status"], paused["lead_provider"]) == ("Training paused", "Larch Learning")
    assert (withdrawn["status"], withdrawn["lead_provider"], withdrawn["delivery_partner"]) == (
        "Action required", "", "",
    )  # fmt: skip
    assert "sickness" not in answer.text


@pytest.mark.rule("EX-03", "LS-03", "G-04", "ACC-15.2")
async def test_each_download_is_one_event_and_nothing_else_is_written(alice: Any, people: Cast) -> None:
    await factories.ect(people.ash, "Ida Progress")
    before = await fetch("SELECT xmin::text, * FROM ect_at_school_period")

    await alice.get("/school/ects/export?q=ida&filter=without-mentor&sort=name")
    await alice.head("/school/ects/export")
    await alice.get("/school/mentors/export?tab=left")

    assert await downloads() == [
        {
            "of": "ECTs", "tab": "current", "filter": "without-mentor", "sort": "name", "searched": True, "rows": 1,
            "actor_school_id": people.ash.id, "school": people.ash.id, "by": "Alice Archer",
        },
        {
            "of": "mentors", "tab": "left", "filter": "all", "sort": "default", "searched": False, "rows": 0,
            "actor_school_id": people.ash.id, "school": people.ash.id, "by": "Alice Archer",
        },
    ]  # fmt: skip
    assert await fetch("SELECT xmin::text, * FROM ect_at_school_period") == before


@pytest.mark.rule("LS-09", "HTX-7")
@pytest.mark.parametrize("kind", ["ects", "mentors"])
async def test_a_list_offers_itself_as_it_is_found_without_a_swap(kind: str, alice: Any, people: Cast) -> None:
    mentor = await factories.mentor(people.ash, "Max Mentor")
    await factories.mentorship(await factories.ect(people.ash, "Mia Mentored"), mentor)

    answer = await alice.get(f"/school/{kind}?q=m&sort=start")

    (link,) = html.fromstring(answer.text).xpath("//a[starts-with(normalize-space(), 'Download')]")
    assert link.get("hx-boost") == "false"
    assert len(rows(await alice.get(link.get("href")))) == 1
    assert {"q=m", "sort=start"} <= set(link.get("href").partition("?")[2].split("&"))


@pytest.mark.rule("PRM-05", "IT-02")
async def test_the_tutor_gate_stands_before_downloads(client: Any, people: Cast) -> None:
    await sign_in(client, people.alice, people.ash, "2026-09-07")

    answer = await client.get("/school/ects/export")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/school/induction-tutor")
    assert await downloads() == []


@pytest.mark.rule("ACC-16.1", "ACC-16.2")
async def test_a_user_has_twenty_files_an_hour_whatever_their_address(alice: Any, people: Cast) -> None:
    with clock.at(clock.parse(TODAY)):
        for _ in range(19):
            await count("exports", str(people.alice.id), 20, timedelta(hours=1), settings().secret())
    assert (await alice.head("/school/ects/export")).status_code == 200
    assert (await alice.get("/school/ects/export")).status_code == 200
    refused = await alice.get("/school/mentors/export")
    assert (refused.status_code, int(refused.headers["retry-after"])) == (429, 3601)


@pytest.mark.rule("EX-03", "SEC-10")
@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_no_value_is_taken_for_a_formula_or_breaks_the_file(values: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(("a", "b"), values)[1:], newline="")))

    assert read[0] == ["a", "b"]
    assert len(read) == len(values) + 1
    for row, given_row in zip(read[1:], values, strict=True):
        assert [value.removeprefix("'") for value in row] == [value.removeprefix("'") for value in given_row]
        assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for value in row)
