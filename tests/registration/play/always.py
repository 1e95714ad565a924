"""What holds after every move (rules, sections 4, 11, 13, 15, 16 and 19)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import fetch
from app.provider_records.verify import TABLES
from app.registration.home.school_to_do import school_to_do
from app.registration.people.ect_list import TABS as ECT_TABS
from app.registration.people.ect_list import Show, Tab, Wanted
from app.registration.people.ect_list import listing as ect_listing
from app.registration.people.export_rows import ECT_COLUMNS, MENTOR_COLUMNS, ect_row, mentor_row
from app.registration.people.mentor_list import MentorTab, tab_of
from app.registration.people.mentor_list import listing as mentor_listing
from app.registration.people.mentor_queries import listed_mentors, mentors
from app.registration.people.mentor_tracker import mentor_tracker
from app.registration.people.people_list import Sort, parse_search
from app.registration.people.school_queries import ects, listed_ects
from app.registration.people.tracker import ect_tracker
from app.web.schools.home import counts_of

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor
    from app.web.session import Here

OTHER_DAYS = (-400, -30, -1, 1, 2, 30, 365)
Rows = dict[tuple[str, str], dict[str, Any]]
ROWS_OF = {
    "teacher": "teacher_id",
    "ect_at_school_period": "ect_at_school_period_id",
    "mentor_at_school_period": "mentor_at_school_period_id",
    "training_period": "training_period_id",
    "mentorship_period": "mentorship_period_id",
    "school_partnership": "school_partnership_id",
    "school": "school_id",
    "school_year": "",
    "name_flag": "",
    "name_correction": "",
    "message": "",
}
"""The tables that moves write, each with the column by which an event names its row."""
STAMPS = {"updated_at", "version", "trs_refreshed_at", "search_name"}
"""What follows a change and is none by itself."""
CONTENTS = " UNION ALL ".join(f"SELECT '{name}', id::text, to_jsonb(t) FROM {name} t" for name in ROWS_OF)

DAYS = "daterange(x.started_on, x.finished_on, '[]') && daterange(y.started_on, y.finished_on, '[]') AND x.id < y.id"
INSIDE = "daterange(x.started_on, x.finished_on, '[]') <@ daterange(s.started_on, s.finished_on, '[]')"
OPEN = "removed_at IS NULL AND coalesce(finished_on, 'infinity') >= $1"
NEVER = {
    "an ECT at two schools": f"""SELECT x.id FROM ect_at_school_period x JOIN ect_at_school_period y USING (teacher_id)
        WHERE x.removed_at IS NULL AND y.removed_at IS NULL AND {DAYS}""",
    "a mentor twice at one school": f"""SELECT x.id FROM mentor_at_school_period x
        JOIN mentor_at_school_period y USING (teacher_id, school_id)
        WHERE x.removed_at IS NULL AND y.removed_at IS NULL AND {DAYS}""",
    "trained twice in one role": f"""SELECT x.id FROM training_period x JOIN training_period y USING (teacher_id, role)
        WHERE x.cancelled_at IS NULL AND y.cancelled_at IS NULL AND {DAYS}""",
    "two mentors on one day": f"""SELECT x.id FROM mentorship_period x JOIN mentorship_period y USING (ect_teacher_id)
        WHERE x.cancelled_at IS NULL AND y.cancelled_at IS NULL AND {DAYS}""",
    "training outside its stay": f"""SELECT x.id FROM training_period x JOIN (
            SELECT 'ect' AS role, id, started_on, finished_on, removed_at, teacher_id, school_id
                FROM ect_at_school_period
            UNION ALL SELECT 'mentor', id, started_on, finished_on, removed_at, teacher_id, school_id
                FROM mentor_at_school_period) s
        ON s.role = x.role AND s.id = coalesce(x.ect_at_school_period_id, x.mentor_at_school_period_id)
        WHERE x.cancelled_at IS NULL AND (NOT {INSIDE} OR s.removed_at IS NOT NULL
            OR (s.teacher_id, s.school_id) <> (x.teacher_id, x.school_id))""",
    "mentoring outside a stay": f"""SELECT x.id FROM mentorship_period x JOIN (
            SELECT 'ect' AS role, id, started_on, finished_on, removed_at, teacher_id, school_id
                FROM ect_at_school_period
            UNION ALL SELECT 'mentor', id, started_on, finished_on, removed_at, teacher_id, school_id
                FROM mentor_at_school_period) s
        ON (s.role, s.id, s.teacher_id) IN (('ect', x.ect_at_school_period_id, x.ect_teacher_id),
            ('mentor', x.mentor_at_school_period_id, x.mentor_teacher_id))
        WHERE x.cancelled_at IS NULL AND (NOT {INSIDE} OR s.removed_at IS NOT NULL OR s.school_id <> x.school_id)""",
    "somebody mentors themself": "SELECT id FROM mentorship_period WHERE ect_teacher_id = mentor_teacher_id",
    "providers, year and schedule disagree": """SELECT x.id FROM training_period x
        LEFT JOIN school_partnership p ON p.id = x.school_partnership_id
        LEFT JOIN schedule c ON c.id = x.schedule_id
        WHERE x.training_programme = 'provider_led' AND (
            c.contract_period_year IS DISTINCT FROM x.contract_period_year
            OR NOT EXISTS (SELECT FROM lead_provider_contract l WHERE l.lead_provider_id = x.lead_provider_id
                AND l.contract_period_year = x.contract_period_year)
            OR (p.id IS NULL) IS DISTINCT FROM (x.confirmed_at IS NULL)
            OR p.id IS NOT NULL AND (p.school_id, p.lead_provider_id, p.contract_period_year)
                IS DISTINCT FROM (x.school_id, x.lead_provider_id, x.contract_period_year))""",
    "school-led training with a provider": """SELECT id FROM training_period WHERE training_programme = 'school_led'
        AND (role <> 'ect' OR num_nonnulls(lead_provider_id, contract_period_year, school_partnership_id, schedule_id,
            requested_at, confirmed_at, withdrawn_at, deferred_at) > 0)""",
    "a partnership of a pair that does not work together": """SELECT p.id FROM school_partnership p
        WHERE NOT EXISTS (SELECT FROM provider_pairing q WHERE q.lead_provider_id = p.lead_provider_id
            AND q.delivery_partner_id = p.delivery_partner_id AND q.contract_period_year = p.contract_period_year)""",
    "one address of two people": f"""SELECT x.teacher_id FROM (
            SELECT teacher_id, lower(email) AS email FROM ect_at_school_period WHERE {OPEN}
            UNION ALL SELECT teacher_id, lower(email) FROM mentor_at_school_period WHERE {OPEN}) x
        GROUP BY x.email, x.teacher_id HAVING (SELECT count(DISTINCT y.teacher_id) FROM (
            SELECT teacher_id, lower(email) AS email FROM ect_at_school_period WHERE {OPEN}
            UNION ALL SELECT teacher_id, lower(email) FROM mentor_at_school_period WHERE {OPEN}) y
            WHERE y.email = x.email) > 1""",
    "an ECT without training": f"""SELECT e.id FROM ect_at_school_period e WHERE {OPEN} AND started_on <= $1
        AND NOT EXISTS (SELECT FROM training_period x WHERE x.ect_at_school_period_id = e.id
            AND x.cancelled_at IS NULL)""",
    "a last day without a reason": """SELECT id FROM ect_at_school_period
        WHERE (finished_on IS NULL) <> (end_reason IS NULL)
        UNION ALL SELECT id FROM mentor_at_school_period WHERE (finished_on IS NULL) <> (end_reason IS NULL)""",
}
"""What must never be, with the rows in which it is; $1 is today."""


async def contents() -> Rows:
    """Return every row that moves may write."""
    return {(row[0], row[1]): json.loads(row[2]) for row in await fetch(CONTENTS)}


async def events_after(number: int) -> list[Any]:
    """Return the events recorded after one."""
    return await fetch("SELECT * FROM event WHERE id > $1 ORDER BY id", number)


async def nothing_impossible() -> None:
    """No row is anywhere where it must never be."""
    for what, query in NEVER.items():
        args = [clock.today()] if "$1" in query else []
        assert not await fetch(query, *args), what


def changed(before: Rows, after: Rows) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the rows that were made or changed, leaving stamps out."""
    return {
        key: row
        for key, row in after.items()
        if {name: value for name, value in row.items() if name not in STAMPS}
        != {name: value for name, value in before.get(key, {}).items() if name not in STAMPS}
    }


def nothing_vanished(before: Rows, after: Rows) -> None:
    """No row is ever deleted."""
    assert before.keys() <= after.keys(), before.keys() - after.keys()


def everything_told(before: Rows, after: Rows, events: list[Any], actor: Actor) -> None:
    """Every row changed has an event of its author; training changed in place has that of the change (EVT-05)."""
    for (table, number), row in changed(before, after).items():
        column = ROWS_OF[table]
        about = [event for event in events if not column or str(event[column]) == number]
        if table == "training_period":
            stay = row["ect_at_school_period_id"] or row["mentor_at_school_period_id"]
            about += [
                e for e in events if e["kind"] in OF_A_WHOLE_STAY and stay == e[f"{row['role']}_at_school_period_id"]
            ]
        assert about, f"nothing says that {table} {number} changed: {[event['kind'] for event in events]}"
    for event in events:
        assert (event["actor_kind"], event["actor_name"]) == (actor.kind.value, actor.name), event["kind"]
        assert event["business_date"] == clock.today()


OF_A_WHOLE_STAY = {"teacher_training_lead_provider_updated", "teacher_leaving_cancelled", "teacher_leaving_amended"}
"""Events of a stay that say what becomes of its training, where the row has none of its own."""


def nothing_done(before: Rows, after: Rows, events: list[Any]) -> None:
    """A refused move left nothing: no row, no event, no message (GEN-07)."""
    assert before == after
    assert not events


async def everybody_is_shown(here: Here) -> None:
    """Tags, trackers, to-dos, lists and files can be made of everybody, and the numbers are those of the lists."""
    today, policy = here.today, here.policy
    listed = await listed_ects(here.school.id, today)
    people = await ects(here.school.id, [row.stay.id for row in listed])
    assert len(people) == len(listed)
    for ect, row in zip(people, listed, strict=True):
        assert ect.state(today) is row.state(today)
        assert ect.tag(today).text
        assert ect_tracker(ect.facts(today), today, policy)
        assert len(ect_row(ect, today)) == len(ECT_COLUMNS)
    await _mentors_are_shown(here)
    done = await school_to_do(here.school.id, clock.now(), policy, here.calendar, registers=True)
    _numbers_agree(done.ects, here)


async def _mentors_are_shown(here: Here) -> None:
    today = here.today
    listed = await listed_mentors(here.school.id, today)
    people = await mentors(here.school.id, [row.stay.id for row in listed])
    assert len(people) == len(listed)
    for mentor in people:
        assert mentor.tag(today).text
        assert mentor_tracker(mentor.facts(today), today, here.policy, offered=True)
        assert len(mentor_row(mentor, today, offered=True)) == len(MENTOR_COLUMNS)
    for tab in MentorTab:
        found = mentor_listing(listed, tab, parse_search(""), Sort.DEFAULT, today)
        assert len(found.rows) == found.totals[tab] == sum(tab_of(row, today) is tab for row in listed)


def _numbers_agree(listed: Any, here: Here) -> None:
    """Every number on the home page is the length of the list it leads to (HM-02)."""
    numbers = {count.key: count.number for count in counts_of(listed, here.today)}
    for tab in Tab:
        wanted = Wanted(tab, parse_search(""), Sort.DEFAULT, Show.ALL)
        found = ect_listing(listed, wanted, here.today)
        assert len(found.rows) == found.totals[tab] == numbers[f"ects-{tab.value}"]
        assert found.totals[tab] == sum(ECT_TABS[row.state(here.today)] is tab for row in listed)
    for show in (Show.WITHOUT_MENTOR, Show.AWAITING_LEAD_PROVIDER):
        wanted = Wanted(Tab.CURRENT, parse_search(""), Sort.DEFAULT, show)
        assert len(ect_listing(listed, wanted, here.today).rows) == numbers[show.value]


async def providers_are_shown_the_facts(today: date) -> None:
    """What is kept ready for lead providers is what the facts say, today and on another day it holds for (API-18.1)."""
    days = [today, today + timedelta(days=OTHER_DAYS[today.toordinal() % len(OTHER_DAYS)])]
    rows = await fetch(
        """SELECT day, k.kind, d.* FROM unnest($1::date[]) day, unnest($2::text[], $3::text[]) k (kind, of),
            provider_record_differences(k.kind, CASE k.of WHEN 'teacher' THEN array(SELECT id FROM teacher)
                WHEN 'school' THEN array(SELECT id FROM school) WHEN 'school_partnership' THEN
                array(SELECT id FROM school_partnership) ELSE array(SELECT id FROM delivery_partner) END, day) d
        WHERE d.difference <> 'missing' OR day = $4""",
        days,
        [kind.value for kind in TABLES],
        list(TABLES.values()),
        today,
    )
    assert not rows, "\n".join(str(dict(row)) for row in rows[:6])
