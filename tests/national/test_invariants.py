"""Each invariant of the data is broken on purpose, in every way it can be, and found (REF-7.5)."""

from __future__ import annotations

from datetime import date

import pytest

from app import clock
from app.db.engine import fetch
from app.db.sight import OWNER, seen_by
from app.national.invariants import INVARIANTS, OF_MADE_UP_PEOPLE, broken_invariants
from tests import factories as make

AUTUMN, CHRISTMAS, JANUARY = date(2025, 9, 1), date(2025, 12, 31), date(2026, 1, 1)
EARLIER = "started_on = '2025-12-31' WHERE started_on = '2026-01-01'"
"""One day earlier, so that the second of two meets the last day of the first."""
OUTSIDE = "started_on = '2025-08-31'"
BENS = """FROM ect_at_school_period
    WHERE removed_at IS NULL AND teacher_id = (SELECT id FROM teacher WHERE trn = '1000002')"""
ONE_MENTOR = "WHERE started_on = '2025-08-01'"
ALONE = "WHERE school_partnership_id IS NULL AND role = 'ect' AND lead_provider_id IS NOT NULL"
OF_ENDED = "WHERE ect_at_school_period_id IN (SELECT id FROM ect_at_school_period WHERE finished_on IS NOT NULL)"
EVENTS = """INSERT INTO event (id, kind, recorded_at, business_date, actor_kind, school_id, teacher_id, {stay}_id,
    sentence, changes, metadata, prev_hash, hash) SELECT {first} + id, 'x', now(), '2026-01-01', 'system', school_id,
    teacher_id, id, '', '{{}}', '{{}}', '', '' FROM {stay}"""
ECT_EVENTS = EVENTS.format(stay="ect_at_school_period", first=1_000_000)
MENTOR_EVENTS = EVENTS.format(stay="mentor_at_school_period", first=2_000_000)
BOTH = f"{ECT_EVENTS}; {MENTOR_EVENTS}"
SHAPE = "provider-led training has provider, year and schedule, school-led none of them"
YEARS = "training, schedule and partnership are of one year"
SAME_SCHOOL = "mentor and ECT are at the same school"
# Invariant, how many rows break it, the statements that do.
BROKEN = [
    ("an ECT is at one school at a time", 1, f"UPDATE ect_at_school_period SET {EARLIER}"),
    ("an ECT is at one school at a time", 1, "UPDATE ect_at_school_period SET removed_at = NULL"),
    ("a mentor is at a school once at a time", 1, f"UPDATE mentor_at_school_period SET {EARLIER}"),
    ("an ECT has one mentor at a time", 1, f"UPDATE mentorship_period SET {EARLIER}"),
    ("training in one role never overlaps", 1, f"UPDATE training_period SET {EARLIER}"),
    ("inductions never overlap", 1, f"UPDATE induction_period SET {EARLIER}"),
    ("an ECT's training lies inside the stay", 1, f"UPDATE training_period SET {OUTSIDE} {ALONE}"),
    ("an ECT's training lies inside the stay", 1, f"UPDATE training_period SET finished_on = NULL {OF_ENDED}"),
    ("an ECT's training lies inside the stay", 1,
     "UPDATE ect_at_school_period SET removed_at = now() WHERE finished_on = '2025-12-31'"),
    ("a mentor's training lies inside the stay", 1,
     "UPDATE training_period SET started_on = '2025-07-31' WHERE role = 'mentor'"),
    ("a mentorship lies inside the ECT's stay", 1,
     f"UPDATE mentorship_period SET {OUTSIDE} WHERE started_on = '2025-09-01'"),
    ("a mentorship lies inside the mentor's stay", 1,
     f"UPDATE mentor_at_school_period SET started_on = '2025-09-02' {ONE_MENTOR}"),
    (SAME_SCHOOL, 3, "UPDATE mentorship_period SET school_id = school_id + 1"),
    (SAME_SCHOOL, 1, f"UPDATE mentor_at_school_period SET school_id = school_id + 1 {ONE_MENTOR}"),
    (SAME_SCHOOL, 3, f"UPDATE ect_at_school_period SET school_id = school_id + 1 WHERE id IN (SELECT id {BENS})"),
    (SAME_SCHOOL, 1, f"UPDATE mentor_at_school_period SET teacher_id = (SELECT teacher_id {BENS}) {ONE_MENTOR}"),
    (SHAPE, 1, f"UPDATE training_period SET training_programme = 'school_led' {ALONE}"),
    (SHAPE, 3, "UPDATE training_period SET training_programme = 'provider_led' WHERE training_programme = 'school_led'"),
    (SHAPE, 1, f"UPDATE training_period SET contract_period_year = NULL {ALONE}"),
    (SHAPE, 1, f"UPDATE training_period SET schedule_id = NULL {ALONE}"),
    (YEARS, 1, f"UPDATE training_period SET contract_period_year = 2024 {ALONE}"),
    (YEARS, 1, "UPDATE school_partnership SET contract_period_year = 2024"),
    (YEARS, 1, "UPDATE school_partnership SET school_id = school_id + 1"),
    (YEARS, 1, "UPDATE school_partnership SET lead_provider_id = lead_provider_id + 1"),
    ("a schedule fits the role", 2, "UPDATE schedule SET identifier = 'ecf-replacement-january'"),
    ("a schedule fits the role", 2, "UPDATE schedule SET identifier = 'ecf-reduced-january'"),
    ("every ECT's stay has an event", 5, MENTOR_EVENTS),
    ("every mentor's stay has an event", 7, ECT_EVENTS),
    ("every ECT's stay has an event", 5, f"{BOTH}; UPDATE event SET school_id = 0 WHERE id < 2000000"),
    ("every mentor's stay has an event", 7, f"{BOTH}; UPDATE event SET teacher_id = 0 WHERE id > 2000000"),
    ("every TRN has seven digits and one teacher", 1, "UPDATE teacher SET trn = '123456' WHERE trn = '1000001'"),
    ("every TRN has seven digits and one teacher", 1, "UPDATE teacher SET trn = '12345678' WHERE trn = '1000001'"),
    ("every TRN has seven digits and one teacher", 1, "UPDATE teacher SET trn = '1000002' WHERE trn = '1000001'"),
    ("no ECT has an address where mail arrives", 5, "UPDATE ect_at_school_period SET email = 'a@b.example.com'"),
    ("no mentor has an address where mail arrives", 7, "UPDATE mentor_at_school_period SET email = 'a@b-example'"),
    ("no user has an address where mail arrives", 1, "UPDATE app_user SET email = 'a@gmail.com'"),
]  # fmt: skip
GUARDS = """DO $$ DECLARE guard record; BEGIN
    FOR guard IN SELECT conrelid::regclass AS of, conname AS name FROM pg_constraint
        WHERE contype IN ('c', 'x', 'f') AND connamespace = 'public'::regnamespace
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', guard.of, guard.name); END LOOP;
    FOR guard IN SELECT conrelid::regclass AS of, conname AS name FROM pg_constraint
        WHERE contype = 'u' AND connamespace = 'public'::regnamespace
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', guard.of, guard.name); END LOOP;
    FOR guard IN SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        WHERE indisunique AND NOT indisprimary AND relnamespace = 'public'::regnamespace
    LOOP EXECUTE format('DROP INDEX %s', guard.name); END LOOP;
    END $$"""


async def sound_data() -> None:
    """Two ECTs and three mentors, with one of everything that an invariant speaks of, each beside the next."""
    await make.contract_periods()
    ash, birch = await make.school(), await make.school("100002", "Birch School")
    ann, ben = await make.teacher("Ann Ash", "1000001"), await make.teacher("Ben Bay", "1000002")
    first = await make.ect(ash, ann, AUTUMN, finished_on=CHRISTMAS)
    await make.ect(birch, ann, JANUARY)
    stay, max_ = await make.ect(ash, ben), await make.teacher("Max Mentor")
    await make.mentor(birch, max_, AUTUMN, finished_on=CHRISTMAS)
    await make.mentor(birch, max_, JANUARY)
    yan, zoe = await make.mentor(ash, "Yan Yew", date(2025, 8, 1)), await make.mentor(ash, "Zoe Zelkova")
    await make.mentorship(stay, yan, finished_on=CHRISTMAS)
    await make.mentorship(stay, zoe, JANUARY)
    larch = await make.lead_provider()
    shared = await make.partnership(ash, larch, await make.delivery_partner())
    await make.training(first)
    await make.training(stay, larch, finished_on=CHRISTMAS)
    await make.training(stay, larch, shared, started_on=JANUARY)
    await make.training(yan, larch, started_on=date(2025, 10, 1))
    body = await make.appropriate_body()
    await make.induction(ben, body, finished_on=CHRISTMAS)
    await make.induction(ben, body, JANUARY)
    await make.user()
    await beside_it(ash, birch, larch, (stay, zoe))


async def beside_it(ash: make.School, birch: make.School, larch: make.Named, pair: tuple[make.Stay, make.Stay]) -> None:
    """Somebody who mentors while being an ECT, a mentor of two schools, and rows that count no longer."""
    stay, mentor = pair
    await make.mentor(birch, mentor.teacher)
    both = await make.ect(ash, "Dee Dale")
    await make.training(both)
    await make.training(await make.mentor(ash, both.teacher), larch)
    await make.ect(birch, stay.teacher, removed_at=clock.now())
    await make.mentor(ash, mentor.teacher, removed_at=clock.now())
    gone = {"cancelled_at": clock.now(), "cancellation_reason": "support"}
    await make.mentorship(stay, mentor, date(2025, 8, 1), **gone)
    await make.training(stay, started_on=date(2025, 8, 1), **gone)


@pytest.mark.rule("REF-7.5")
async def test_each_way_of_breaking_an_invariant_is_found(database: None) -> None:
    await sound_data()
    await fetch("SET CONSTRAINTS ALL IMMEDIATE")
    assert await broken_invariants() == {}
    found = []
    with seen_by(OWNER):
        await fetch("SET LOCAL session_replication_role = replica")
        await fetch(GUARDS)
        for _, _, statements in BROKEN:
            await fetch("SAVEPOINT sound")
            for statement in statements.split("; "):
                await fetch(statement)
            found.append(await broken_invariants())
            await fetch("ROLLBACK TO SAVEPOINT sound")
        for statement in BOTH.split("; "):
            await fetch(statement)
        assert await broken_invariants() == {}
        await fetch("UPDATE app_user SET email = 'alice@ash.sch.uk'")
        assert await broken_invariants(made_up=False) == {}
    assert found == [{name: rows} for name, rows, _ in BROKEN]
    assert {name for name, _, _ in BROKEN} == {*INVARIANTS, *OF_MADE_UP_PEOPLE}
