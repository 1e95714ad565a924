from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from statistics import mean, median
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.db.engine import fetch
from app.events.verify import verify
from app.national.country import Country, country
from app.national.files import teaching_records, write_files, write_register
from app.national.happenings import event_rows
from app.national.load import load
from app.national.size import History, Size
from app.refdata.school_import import import_schools
from app.registration.queries import appropriate_bodies
from app.stand_ins.trs import TRS
from app.teachers.rules import similarity
from app.terms import SYSTEM, Refused
from tests import factories

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2025, 11, 10)
SMALL = Size(AS_OF, schools=250, teachers=2_500, exact=(1, 10))


@pytest.fixture(scope="module")
def bigger() -> Country:
    return country(Size(AS_OF, schools=1_500, teachers=15_000, history=History.NONE))


@pytest.mark.rule("REF-7.1")
@pytest.mark.parametrize("day", [AS_OF, date(2026, 6, 1), date(2026, 5, 31)])
def test_the_same_arguments_give_the_same_files_and_another_variant_others(tmp_path: Path, day: date) -> None:
    size = Size(day, schools=100, teachers=500)
    first = write_files(country(size), tmp_path / "first")
    assert write_files(country(size), tmp_path / "second") == first
    other = write_files(country(Size(day, schools=100, teachers=500, variant=2)), tmp_path / "other")
    assert other["teacher.csv"] != first["teacher.csv"]


DEFINED = """
    SELECT conrelid::regclass::text || conname || pg_get_constraintdef(oid) FROM pg_constraint
    UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index
    UNION ALL SELECT tgrelid::regclass::text || tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal"""


async def defined() -> list[str]:
    """Every constraint, index and trigger."""
    return sorted(row[0] for row in await fetch(DEFINED))


@pytest.mark.rule("REF-7.2")
async def test_tables_demand_after_loading_what_they_did_before(committed_database: str) -> None:
    before = await defined()
    await load(country(SMALL), lambda _: None)
    assert await defined() == before


@pytest.mark.rule("REF-7.2", "PRF-8")
async def test_a_process_that_has_read_reference_data_reads_what_is_loaded(committed_database: str) -> None:
    assert not await appropriate_bodies()
    await load(country(SMALL), lambda _: None)
    assert len(await appropriate_bodies()) == len(await fetch("SELECT FROM appropriate_body")) > 0


@pytest.mark.rule("REF-7.2")
async def test_a_row_that_breaks_a_constraint_undoes_the_loading(committed_database: str) -> None:
    before, made = await defined(), country(SMALL)
    stays = made.people.ect_stays
    stays.append(replace(stays[0], id=len(stays) + 1))
    with pytest.raises((Refused, asyncpg.IntegrityConstraintViolationError)):
        await load(made, lambda _: None)
    assert await defined() == before
    assert not await fetch("SELECT FROM school")


@pytest.mark.rule("REF-7.2", "REF-7.5")
async def test_what_is_loaded_keeps_every_invariant_and_a_whole_audit_trail(committed_database: str) -> None:
    assert await load(country(SMALL), lambda _: None) == {}
    assert await verify() == []
    for count in SMALL.exact:
        found = await fetch(
            "SELECT count(*) FROM ect_at_school_period e JOIN school s ON s.id = e.school_id WHERE s.name = $1",
            f"Measured School with {count}",
        )
        assert found[0][0] == count
    await factories.school("199999", "Made afterwards")


@pytest.mark.rule("REF-7.2", "PRF-20")
async def test_what_lead_providers_are_shown_can_be_left_out(committed_database: str) -> None:
    assert await load(country(SMALL), lambda _: None, shown=False) == {}
    assert await fetch("SELECT FROM provider_record") == []
    assert await fetch("SELECT FROM event LIMIT 1") != []


@pytest.mark.rule("REF-7.3")
def test_schools_are_shaped_like_the_country(bigger: Country) -> None:
    schools = bigger.schools
    share = Counter(school.kind for school in schools)
    assert share["primary"] / len(schools) == pytest.approx(0.68, abs=0.01)
    assert sum(school.closed_on is not None for school in schools) / len(schools) == pytest.approx(0.04, abs=0.01)
    assert sum(school.users > 0 for school in schools) / len(schools) == pytest.approx(0.85, abs=0.01)
    assert mean(school.users for school in schools if school.users) == pytest.approx(1.8, abs=0.02)
    names = Counter(school.name for school in schools)
    assert sum(count for count in names.values() if count > 1) / len(schools) == pytest.approx(0.2, abs=0.01)
    assert sum(not school.has_postcode for school in schools) / len(schools) == pytest.approx(0.02, abs=0.01)
    assert len({school.authority for school in schools}) == 152
    assert len({school.district for school in schools}) == 300
    assert {kind: count / len(schools) for kind, count in share.items()} == pytest.approx(
        {"primary": 0.68, "secondary": 0.14, "special": 0.06, "sixteen_plus": 0.04, "unfunded": 0.02, "other": 0.06},
        abs=0.01,
    )
    assert set(Counter(school.users for school in schools)) == {0, 1, 2, 3, 4, 5}
    trusts = Counter(school.trust for school in schools if school.trust)
    assert max(trusts.values()) <= 40
    assert sum(count < 2 for count in trusts.values()) <= 1


@pytest.mark.rule("REF-7.3")
def test_people_are_shaped_like_the_country(bigger: Country) -> None:
    teachers = bigger.people.teachers
    roles = Counter(one.role for one in teachers)
    assert {role: count / len(teachers) for role, count in roles.items()} == pytest.approx(
        {"ect": 0.50, "mentor": 0.44, "both": 0.04, "none": 0.02}
    )
    years = Counter(one.year for one in teachers if one.year)
    assert years[2025] / len(teachers) == pytest.approx(0.1, abs=0.001)
    assert [years[year] for year in sorted(years)] == sorted(years.values())
    current = Counter(stay.school.id for stay in bigger.people.ect_stays if stay.finished_on is None)
    open_schools = sum(school.closed_on is None for school in bigger.schools)
    assert len(current) / open_schools == pytest.approx(0.60, abs=0.01)
    assert mean(current.values()) == pytest.approx(3.5, abs=0.2)
    assert max(current.values()) <= 40
    stays = Counter(stay.teacher.id for stay in bigger.people.ect_stays)
    moved = Counter(stays.values())
    assert moved[2] / len(stays) == pytest.approx(0.12, abs=0.01)
    assert moved[3] / len(stays) == pytest.approx(0.02, abs=0.01)
    ects = [one for one in teachers if one.year]
    begun = [one.started_on for one in ects if one.started_on]
    assert sum(day.month == 9 and day.day <= 15 for day in begun) / len(ects) == pytest.approx(0.55, abs=0.02)
    assert sum(day.month == 1 for day in begun) / len(ects) == pytest.approx(0.17, abs=0.02)
    assert sum(day.month == 4 for day in begun) / len(ects) == pytest.approx(0.09, abs=0.02)
    assert sum(one.left_on is not None for one in ects) / len(ects) == pytest.approx(0.03, abs=0.01)
    due = [one for one in ects if one.started_on and one.started_on < AS_OF - timedelta(days=28)]
    assert sum(one.is_recorded for one in due) / len(due) == pytest.approx(0.70, abs=0.01)
    for year, share in ((2020, 0.97), (2021, 0.97), (2022, 0.97), (2023, 0.90)):
        of_year = [one.completed_on for one in ects if one.year == year]
        assert sum(day is not None for day in of_year) / len(of_year) == pytest.approx(share, abs=0.02)
    mentors = bigger.people.mentor_stays
    assert sum(stay.is_second for stay in mentors) / len(mentors) == pytest.approx(0.01, abs=0.005)
    corrected = [one for one in teachers if one.corrected]
    assert len(corrected) / len(teachers) == pytest.approx(0.01, abs=0.001)
    far = [one for one in corrected if similarity(f"{one.first} {one.last}", one.corrected or "") < 50]
    assert len(far) / len(corrected) == pytest.approx(0.03, abs=0.03)


@pytest.mark.rule("REF-7.3")
def test_training_and_mentoring_are_shaped_like_the_country(bigger: Country) -> None:
    trainings = [one for one in bigger.trained.trainings if one.role == "ect"]
    led = [one for one in trainings if one.provider]
    assert len(led) / len(trainings) == pytest.approx(0.95, abs=0.01)
    latest = [one for one in led if one.year == 2025]
    assert sum(one.partnership is None for one in latest) / len(latest) == pytest.approx(0.20, abs=0.02)
    before = [one for one in led if one.year and one.year < 2025]
    assert sum(one.partnership is None for one in before) / len(before) == pytest.approx(0.01, abs=0.005)
    providers = Counter(one.provider for one in led)
    shares = dict(enumerate((0.30, 0.22, 0.16, 0.12, 0.10, 0.06, 0.04), 1))
    assert {provider: count / len(led) for provider, count in providers.items()} == pytest.approx(shares, abs=0.025)
    assert (len(bigger.reference.partners), len(bigger.reference.bodies)) == (80, 84)
    days = [(one.confirmed_at - one.requested_at).days for one in led if one.confirmed_at and one.requested_at]
    assert median(days) == pytest.approx(9, abs=1)
    ects = {one.stay.teacher.id for one in trainings}
    assert len({one.stay.teacher.id for one in trainings if one.withdrawn}) / len(ects) == pytest.approx(0.04, abs=0.01)
    deferred = {one.stay.teacher.id for one in trainings if one.deferred}
    resumed = [stay for stay, rows in Counter(one.stay.id for one in trainings).items() if rows > 1]
    assert (len(deferred) - len(resumed)) / len(ects) == pytest.approx(0.03, abs=0.01)
    assert len(resumed) / len(ects) == pytest.approx(0.01, abs=0.005)
    now = {stay.id for stay in bigger.people.ect_stays if stay.finished_on is None}
    mentored = {one.ect.id for one in bigger.mentorships if one.finished_on is None}
    assert len(now & mentored) / len(now) == pytest.approx(0.92, abs=0.01)
    mentors = Counter(one.ect.id for one in bigger.mentorships)
    assert sum(rows > 1 for rows in mentors.values()) / len(mentors) == pytest.approx(0.10, abs=0.02)
    held = Counter(one.mentor.id for one in bigger.mentorships if one.finished_on is None)
    assert mean(held.values()) == pytest.approx(1.3, abs=0.1)
    assert max(held.values()) <= 6


@pytest.mark.rule("REF-7.3")
@pytest.mark.parametrize(("history", "each"), [(History.NONE, 0), (History.LIGHT, 5), (History.FULL, 7)])
def test_a_history_has_as_many_events_as_asked_for(history: History, each: int) -> None:
    events = event_rows(country(Size(AS_OF, schools=100, teachers=1_000, history=history)))
    assert sum(1 for _ in events) / 1_000 == pytest.approx(each, abs=1)


@pytest.mark.rule("REF-7.4")
async def test_the_register_files_are_those_of_the_schools_loaded(committed_database: str, tmp_path: Path) -> None:
    made = country(SMALL)
    await load(made, lambda _: None)
    establishments, links = write_register(made, tmp_path)
    report = await import_schools([establishments], links, actor=SYSTEM)
    assert report.state == "done", report.refusal
    assert not report.findings.errors
    assert len(links.read_text(encoding="cp1252").splitlines()) == 1 + 250 * 34_000 // 25_000
    names = await fetch("SELECT urn, name FROM school WHERE urn = ANY($1)", [school.urn for school in made.schools])
    assert {row["urn"]: row["name"] for row in names} == {school.urn: school.name for school in made.schools}


@pytest.mark.rule("REF-7.4")
def test_there_is_a_teaching_record_for_every_trn(tmp_path: Path) -> None:
    made = country(Size(AS_OF, schools=100, teachers=500))
    assert TRS(teaching_records(made), AS_OF).records == len(made.people.teachers)
