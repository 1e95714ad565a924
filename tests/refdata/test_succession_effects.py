"""What the register's closures do to people: every situation and effect, through files and PostgreSQL."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.access.queries import school_by_urn
from app.db.engine import fetch
from app.db.sight import OWNER, seen_by
from app.events.verify import verify
from app.refdata.school_import import import_schools
from app.registration.closing_schools.decide_succession import DecideSuccession, decide_succession
from app.registration.merging.merge_people import MergePeople, merge_people
from app.terms import SYSTEM, TRN, Refused, Role, SchoolId, TeacherId
from tests import factories as make
from tests.refdata.files import school, write_links, write_register

if TYPE_CHECKING:
    from pathlib import Path

    from app.refdata.report import Report

MONDAY = date(2026, 11, 2)
"""The day after S closed."""
LAST_DAY = date(2026, 11, 1)
FIRST_DAY = MONDAY
S, N, OTHER, THIRD = "900001", "900002", "900003", "900004"
OPEN, CLOSED, PROPOSED = "1", "2", "4"
FILLERS = [school(910_000 + number) for number in range(30)]


@dataclass
class Register:
    """The register's files, changed and imported again day by day."""

    folder: Path
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    links: list[tuple[str, str, str, str]] = field(default_factory=list)
    number: int = 0

    def say(self, urn: str, status: str = OPEN, **facts: str) -> None:
        """State a school; Close=… is its close date."""
        close = facts.pop("close", "")
        named = {"EstablishmentName": f"School {urn}", "EstablishmentStatus (code)": status, "CloseDate": close}
        self.rows[urn] = school(urn, **(named | facts))

    def close(self, urn: str = S, on: date = LAST_DAY) -> None:
        """State that a school closed."""
        self.say(urn, CLOSED, close=f"{on:%d-%m-%Y}")

    def link(self, urn: str, target: str, kind: str = "Successor", on: str = "") -> None:
        """State a link."""
        self.links.append((urn, target, kind, on))

    async def run(self, day: date = MONDAY, **options: bool) -> Report:
        """Import what is stated, on a day."""
        self.number += 1
        file = write_register(self.folder / f"{self.number}.csv", [*self.rows.values(), *FILLERS])
        links = write_links(
            self.folder / f"{self.number}-links.csv", *(self.links or [("910000", "910001", "Other", "")])
        )
        with clock.at(clock.at_noon(day)):
            report = await import_schools([file], links, actor=SYSTEM, **options)
        assert report.state == "done", report.in_full()
        return report


@pytest.fixture
async def register(database: None, tmp_path: Path) -> Register:
    """S, N and others in the register, imported a week before S closes."""
    stated = Register(tmp_path)
    for urn in (S, N, OTHER, THIRD):
        stated.say(urn)
    await stated.run(LAST_DAY - timedelta(days=7))
    await make.contract_periods()
    return stated


async def at(urn: str) -> make.School:
    (row,) = await fetch("SELECT id, public_id, urn, name FROM school WHERE urn = $1", urn)
    return make.School(**dict(row))


async def stays(of: make.Stay, role: Role = Role.ECT) -> list[tuple[Any, ...]]:
    """Return (URN, first day, last day, why, removed) of every stay of a person."""
    table = f"{role.value}_at_school_period"
    rows = await fetch(
        f"""SELECT s.urn, p.started_on, p.finished_on, p.end_reason, p.removal_reason FROM {table} p
        JOIN school s ON s.id = p.school_id WHERE p.teacher_id = $1 ORDER BY p.started_on, p.id""",
        of.teacher.id,
    )
    return [tuple(row) for row in rows]


async def items() -> list[tuple[str, str, str]]:
    """Return (queue, kind, URN) of what is before staff."""
    rows = await fetch(
        """SELECT i.queue, i.kind, s.urn FROM register_item i JOIN school s ON s.id = i.school_id
        WHERE i.settled_at IS NULL ORDER BY i.id"""
    )
    return [tuple(row) for row in rows]


async def mail() -> list[tuple[str, str]]:
    rows = await fetch("SELECT message_id, recipient FROM message ORDER BY recipient, message_id")
    return [tuple(row) for row in rows]


async def kinds(urn: str | None = None) -> list[str]:
    rows = await fetch(
        "SELECT e.kind FROM event e LEFT JOIN school s ON s.id = e.school_id"
        " WHERE $1::text IS NULL OR s.urn = $1 ORDER BY e.id",
        urn,
    )
    return [row["kind"] for row in rows]


TABLES = (
    *("school", "school_link", "school_closing", "register_item", "ect_at_school_period", "mentor_at_school_period"),
    *("training_period", "mentorship_period", "school_partnership", "school_access", "induction_tutor", "draft"),
    "message",
)


async def everything() -> dict[str, list[dict[str, Any]]]:
    return {table: [dict(row) for row in await fetch(f"SELECT * FROM {table} ORDER BY 1")] for table in TABLES}


def without_stamps(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in row if name not in {"updated_at", "version"}} for row in rows]


# a, Close


@pytest.mark.rule("REF-3.5")
@pytest.mark.rule("REF-3.4")
@pytest.mark.rule("PER-47")
@pytest.mark.rule("PER-40")
async def test_everybodys_time_ends_with_a_school_that_nothing_follows(register: Register) -> None:
    here = await at(S)
    ect, mentor = await make.ect(here, "Erin Ect"), await make.mentor(here, "Max Mentor")
    await make.mentorship(ect, mentor)
    await make.training(ect)
    coming = await make.ect(here, "Cara Coming", LAST_DAY + timedelta(days=30))
    await make.training(coming)
    gone = await make.ect(here, "Gus Gone", finished_on=date(2026, 3, 1))
    register.close()
    report = await register.run()
    assert report.counts["schools_closed"] == 1
    assert await stays(ect) == [(S, date(2025, 9, 1), LAST_DAY, "school_closed", None)]
    assert await stays(mentor, Role.MENTOR) == [(S, date(2024, 9, 1), LAST_DAY, "school_closed", None)]
    assert [row[2:] for row in await stays(coming)] == [(None, None, "school_closed")]
    assert [row[2:4] for row in await stays(gone)] == [(date(2026, 3, 1), "left")]
    rows = await fetch("SELECT finished_on, cancelled_at IS NOT NULL AS off FROM training_period ORDER BY id")
    assert [tuple(row) for row in rows] == [(LAST_DAY, False), (None, True)]
    (mentorship,) = await fetch("SELECT finished_on FROM mentorship_period")
    assert mentorship["finished_on"] == LAST_DAY
    told = await kinds(S)
    assert {"school_closed", "teacher_left_school_as_ect", "teacher_registration_removed"} <= set(told)
    assert await verify() == []


@pytest.mark.rule("REF-3.3")
@pytest.mark.parametrize(("day", "acts"), [(LAST_DAY, False), (MONDAY, True)])
async def test_the_close_date_is_a_full_day_at_the_school(register: Register, day: date, acts: bool) -> None:
    ect = await make.ect(await at(S))
    register.close()
    await register.run(day)
    assert ((await stays(ect))[0][2] is not None) is acts


@pytest.mark.rule("REF-3.3")
async def test_without_a_close_date_the_last_change_counts(register: Register) -> None:
    ect = await make.ect(await at(S))
    register.say(S, CLOSED, LastChangedDate="20/10/2026")
    await register.run()
    assert (await stays(ect))[0][2] == date(2026, 10, 20)


@pytest.mark.rule("REF-3.3")
async def test_without_any_date_the_day_of_the_run_counts_and_staff_see_it(register: Register) -> None:
    ect = await make.ect(await at(S))
    register.say(S, CLOSED, LastChangedDate="")
    await register.run(MONDAY)
    assert ((await stays(ect))[0][2], await items()) == (None, [("Q-12", "close_date_missing", S)])
    await register.run(MONDAY + timedelta(days=1))
    assert (await stays(ect))[0][2] == MONDAY


@pytest.mark.rule("M-83")
@pytest.mark.rule("REF-3.5")
async def test_users_and_tutor_are_told_and_teachers_are_not(register: Register) -> None:
    here = await at(S)
    alice, bob = await make.user(), await make.user("Bob Bright", "bob@ash.example")
    await make.access(here, alice)
    await make.access(here, bob)
    await make.induction_tutor(here, alice)
    await make.ect(here)
    register.close()
    await register.run()
    assert await mail() == [("M-83", "alice@ash.example"), ("M-83", "bob@ash.example")]


@pytest.mark.rule("REF-3.5")
async def test_unfinished_work_ends_and_what_was_typed_is_erased(register: Register) -> None:
    here, alice = await at(S), await make.user()
    await make.insert(
        "draft",
        kind="register_ect",
        journey="register-ect",
        school_id=here.id,
        started_by_user_id=alice.id,
        last_saved_by_user_id=alice.id,
        last_saved_at=clock.now(),
        expires_at=clock.now(),
        id="00000000-0000-0000-0000-000000000001",
        state="open",
        trn="3000001",
        version=1,
        answers='{"email": {"email": "x@y.example"}}',
        answer_versions="{}",
    )
    register.close()
    await register.run()
    (draft,) = await fetch("SELECT state, trn, answers FROM draft")
    assert tuple(draft) == ("deleted", None, "{}")
    assert "registration_draft_deleted" in await kinds(S)


@pytest.mark.rule("REF-3.4")
async def test_a_school_nobody_uses_only_changes_its_facts(register: Register) -> None:
    register.close()
    register.link(S, N)
    await register.run()
    assert await fetch("SELECT 1 FROM school_closing UNION ALL SELECT 1 FROM register_item") == []
    assert await kinds(S) == ["school_details_changed", "school_closed", "school_eligibility_changed"]


@pytest.mark.rule("REF-3.4")
async def test_a_successor_that_closed_as_well_ends_it_and_staff_are_informed(register: Register) -> None:
    ect = await make.ect(await at(S))
    register.close()
    register.close(N)
    register.link(S, N)
    await register.run()
    assert (await stays(ect))[0][2:4] == (LAST_DAY, "school_closed")
    assert await items() == [("Q-06", "successor_closed", S)]
    await register.run(MONDAY + timedelta(days=91))
    assert await items() == []


# b, Renumber


@pytest.mark.rule("REF-3.5")
@pytest.mark.rule("REF-3.4")
@pytest.mark.rule("REF-3.2")
async def test_a_school_goes_on_under_its_successors_number(register: Register) -> None:
    here, alice = await at(S), await make.user()
    await make.access(here, alice)
    await make.induction_tutor(here, alice)
    ect = await make.ect(here)
    register.close()
    register.say(N, EstablishmentName="New Academy", Town="Newtown")
    register.link(S, N)
    report = await register.run()
    assert f"renumbered {S}: now {N}" in report.changes
    after = await at(N)
    assert (after.id, after.public_id, after.name) == (here.id, here.public_id, "New Academy")
    assert await stays(ect) == [(N, date(2025, 9, 1), None, None, None)]
    (alias,) = await fetch("SELECT alias_of_school_id, status_code FROM school WHERE urn = $1", S)
    assert tuple(alias) == (here.id, 2)
    assert "school_changed" in await kinds(N)
    assert await mail() == [("M-83", "alice@ash.example")]
    (level,) = await fetch("SELECT last_level FROM school WHERE urn = $1", N)
    assert level["last_level"] == "full"


@pytest.mark.rule("REF-3.5")
@pytest.mark.rule("REF-1.4")
async def test_a_renumbered_school_is_read_again_without_a_change(register: Register) -> None:
    await make.ect(await at(S))
    register.close()
    register.link(S, N)
    await register.run()
    before, told = await everything(), await kinds()
    await register.run(MONDAY + timedelta(days=1))
    assert (await everything(), (await kinds())[len(told) :]) == (before, ["import_run_finished"])


@pytest.mark.rule("REF-3.5")
async def test_a_school_may_be_renumbered_again(register: Register) -> None:
    here = await at(S)
    await make.ect(here)
    register.close()
    register.link(S, N)
    await register.run()
    later = MONDAY + timedelta(days=100)
    register.close(N, later - timedelta(days=1))
    register.link(N, OTHER)
    await register.run(later)
    assert (await at(OTHER)).id == here.id
    aliases = await fetch("SELECT urn FROM school WHERE alias_of_school_id = $1 ORDER BY urn", here.id)
    assert [row["urn"] for row in aliases] == [S, N]


# c, Continue


@dataclass
class People:
    """An ECT with training and a mentor at S."""

    here: make.School
    ect: make.Stay
    mentor: make.Stay
    partnership: Any
    provider: make.Named
    partner: make.Named


async def people_at(urn: str) -> People:
    here = await at(urn)
    provider, partner = await make.lead_provider(), await make.delivery_partner()
    partnership = await make.partnership(here, provider, partner)
    ect, mentor = await make.ect(here, "Erin Ect", email="erin@s.example"), await make.mentor(here, "Max Mentor")
    await make.mentorship(ect, mentor)
    await make.training(ect, provider, partnership)
    return People(here, ect, mentor, partnership, provider, partner)


async def joined(register: Register, *, kind: str = "Successor - merged") -> None:
    register.close()
    register.link(S, N, kind)
    await register.run()


@pytest.mark.rule("REF-3.5")
@pytest.mark.rule("REF-3.4")
@pytest.mark.rule("PER-47")
async def test_people_go_on_at_the_successor_from_the_next_day(register: Register) -> None:
    who = await people_at(S)
    await joined(register)
    started = date(2025, 9, 1)
    assert await stays(who.ect) == [
        (S, started, LAST_DAY, "school_closed", None),
        (N, FIRST_DAY, None, None, None),
    ]
    old, new = await fetch("SELECT * FROM ect_at_school_period ORDER BY id")
    assert (new["continues_stay_id"], old["ended_by_stay_id"]) == (old["id"], new["id"])
    for column in ("email", "working_pattern", "school_reported_appropriate_body_id", "identity_match"):
        assert new[column] == old[column]
    assert "teacher_continues_at_successor" in await kinds(N)
    assert {"school_merged"} <= set(await kinds(N)) & set(await kinds(S))
    assert await verify() == []


@pytest.mark.rule("REF-3.5")
async def test_confirmed_training_goes_on_in_a_partnership_carried_forward(register: Register) -> None:
    who = await people_at(S)
    await joined(register)
    there = await at(N)
    (made,) = await fetch("SELECT * FROM school_partnership WHERE school_id = $1", there.id)
    assert (made["origin"], made["carried_from_partnership_id"], made["contract_period_year"]) == (
        *("carried_forward", who.partnership["id"], 2025),
    )
    old, new = await fetch("SELECT * FROM training_period ORDER BY id")
    assert (old["finished_on"], new["started_on"], new["finished_on"]) == (LAST_DAY, FIRST_DAY, None)
    assert (new["school_partnership_id"], new["confirmation_source"]) == (made["id"], "carried_forward")
    assert (new["schedule_id"], new["contract_period_year"]) == (old["schedule_id"], old["contract_period_year"])


@pytest.mark.rule("REF-3.5")
async def test_the_successors_own_partnership_is_used(register: Register) -> None:
    who, there = await people_at(S), await at(N)
    own = await make.partnership(there, who.provider, who.partner)
    await joined(register, kind="Successor")
    rows = await fetch("SELECT school_partnership_id FROM training_period WHERE school_id = $1", there.id)
    assert [row["school_partnership_id"] for row in rows] == [own["id"]]
    assert len(await fetch("SELECT 1 FROM school_partnership")) == 2


@pytest.mark.rule("REF-3.5")
async def test_where_the_successor_challenged_it_training_is_requested(register: Register) -> None:
    who, there = await people_at(S), await at(N)
    challenged = {"challenged_at": clock.now(), "challenge_reason": "looks_like_a_mistake"}
    await make.partnership(there, who.provider, who.partner, **challenged)
    await joined(register)
    (row,) = await fetch("SELECT * FROM training_period WHERE school_id = $1", there.id)
    assert (row["school_partnership_id"], row["confirmed_at"]) == (None, None)
    assert row["requested_at"] is not None


STOPPED = {
    "withdrawn": {"withdrawn_at": make.noon(date(2026, 5, 1)), "withdrawal_reason": "other"},
    "paused": {"deferred_at": make.noon(date(2026, 5, 1)), "deferral_reason": "other"},
}


@pytest.mark.rule("REF-3.5")
@pytest.mark.parametrize("marks", STOPPED.values(), ids=STOPPED)
async def test_training_that_was_stopped_does_not_go_on(register: Register, marks: dict[str, Any]) -> None:
    who = await people_at(S)
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(marks, 1))
    await fetch(f"UPDATE training_period SET {sets}, finished_on = '2026-12-31'", *marks.values())
    await joined(register)
    assert await fetch("SELECT 1 FROM training_period WHERE school_id <> $1", who.here.id) == []


@pytest.mark.rule("REF-3.5")
async def test_disputed_training_does_not_go_on_and_a_request_stays_one(register: Register) -> None:
    who = await people_at(S)
    asked = await make.ect(who.here, "Rita Requested")
    await make.training(asked, who.provider)
    await fetch("UPDATE school_partnership SET challenged_at = now(), challenge_reason = 'looks_like_a_mistake'")
    await joined(register)
    there = await at(N)
    (row,) = await fetch("SELECT * FROM training_period WHERE school_id = $1", there.id)
    assert (row["teacher_id"], row["school_partnership_id"]) == (asked.teacher.id, None)
    assert await fetch("SELECT 1 FROM school_partnership WHERE school_id = $1", there.id) == []


@pytest.mark.rule("REF-3.5")
async def test_mentoring_goes_on_between_the_new_stays(register: Register) -> None:
    await people_at(S)
    await joined(register)
    rows = await fetch(
        "SELECT s.urn, m.started_on, m.finished_on FROM mentorship_period m JOIN school s ON s.id = m.school_id ORDER BY m.id"
    )
    assert [tuple(row) for row in rows] == [(S, date(2025, 9, 1), LAST_DAY), (N, FIRST_DAY, None)]


@pytest.mark.rule("REF-3.5")
async def test_a_mentor_who_is_there_already_keeps_that_one_stay(register: Register) -> None:
    who, there = await people_at(S), await at(N)
    own = await make.mentor(there, who.mentor.teacher, date(2026, 1, 5))
    await joined(register)
    assert [row[0] for row in await stays(who.mentor, Role.MENTOR)] == [S, N]
    (ended,) = await fetch("SELECT ended_by_stay_id FROM mentor_at_school_period WHERE id = $1", who.mentor.id)
    assert ended["ended_by_stay_id"] == own.id
    (going,) = await fetch("SELECT mentor_at_school_period_id FROM mentorship_period WHERE school_id = $1", there.id)
    assert going["mentor_at_school_period_id"] == own.id


@pytest.mark.rule("REF-3.5")
async def test_who_was_to_start_later_starts_at_the_successor_on_that_day(register: Register) -> None:
    here, later = await at(S), LAST_DAY + timedelta(days=40)
    coming = await make.ect(here, "Cara Coming", later)
    await make.training(coming)
    await joined(register)
    assert await stays(coming) == [(S, later, None, None, "school_closed"), (N, later, None, None, None)]
    rows = await fetch("SELECT started_on, cancelled_at IS NULL AS counts FROM training_period ORDER BY id")
    assert [tuple(row) for row in rows] == [(later, False), (later, True)]


@pytest.mark.rule("REF-3.5")
async def test_who_was_to_leave_later_still_leaves_then(register: Register) -> None:
    here, leaves = await at(S), LAST_DAY + timedelta(days=40)
    leaving = await make.ect(here, "Lea Leaving", finished_on=leaves)
    await joined(register)
    assert (await stays(leaving))[1] == (N, FIRST_DAY, leaves, "left", None)


@pytest.mark.rule("REF-3.5")
async def test_who_goes_to_another_school_later_just_ends(register: Register) -> None:
    here, leaves = await at(S), LAST_DAY + timedelta(days=40)
    moving = await make.ect(here, "Moe Moving", finished_on=leaves, end_reason="joined_another_school")
    await make.ect(await at(OTHER), moving.teacher, leaves + timedelta(days=1))
    await joined(register)
    assert [row[:3] for row in await stays(moving)] == [
        (S, date(2025, 9, 1), LAST_DAY),
        (OTHER, leaves + timedelta(days=1), None),
    ]


@pytest.mark.rule("REF-3.5")
@pytest.mark.rule("M-83")
async def test_what_a_school_has_is_handed_over_where_the_successor_has_none(register: Register) -> None:
    here, there = await at(S), await at(N)
    alice, bob = await make.user(), await make.user("Bob Bright", "bob@ash.example")
    await make.access(here, alice, source="email_link")
    await make.access(here, bob)
    await make.induction_tutor(here, alice)
    await make.ect(here)
    await fetch("UPDATE school SET last_training_programme = 'school_led' WHERE id = $1", here.id)
    await joined(register)
    rows = await fetch("SELECT user_id, source FROM school_access WHERE school_id = $1", there.id)
    assert [tuple(row) for row in rows] == [(alice.id, "email_link")]
    (tutor,) = await fetch("SELECT name, confirmed_for_year FROM induction_tutor WHERE school_id = $1", there.id)
    assert tuple(tutor) == ("Alice Archer", 2025)
    (chosen,) = await fetch("SELECT last_training_programme FROM school WHERE id = $1", there.id)
    assert chosen["last_training_programme"] == "school_led"
    assert await mail() == [("M-83", "alice@ash.example"), ("M-83", "bob@ash.example")]


@pytest.mark.rule("REF-3.5")
async def test_the_successors_own_tutor_and_choices_stay(register: Register) -> None:
    here, there = await at(S), await at(N)
    alice, bob = await make.user(), await make.user("Bob Bright", "bob@ash.example")
    await make.induction_tutor(here, alice)
    await make.induction_tutor(there, bob)
    await fetch("UPDATE school SET last_training_programme = 'school_led' WHERE id = $1", there.id)
    await joined(register, kind="Successor")
    (tutor,) = await fetch("SELECT name FROM induction_tutor WHERE school_id = $1", there.id)
    assert tutor["name"] == "Bob Bright"


@pytest.mark.rule("REF-3.4")
async def test_two_schools_that_become_one_both_go_on_there(register: Register) -> None:
    one, two = await make.ect(await at(S), "Ona One"), await make.ect(await at(OTHER), "Toby Two")
    register.close(S)
    register.close(OTHER)
    register.link(S, N)
    register.link(OTHER, N)
    await register.run()
    for who in (one, two):
        assert (await stays(who))[1][0] == N


@pytest.mark.rule("REF-3.4")
async def test_a_successor_that_may_not_use_the_service_is_followed_all_the_same(register: Register) -> None:
    ect = await make.ect(await at(S))
    register.close()
    register.say(N, **{"TypeOfEstablishment (code)": "11"})
    register.link(S, N)
    await register.run()
    assert (await stays(ect))[1][:2] == (N, FIRST_DAY)


# d, waiting


@pytest.mark.rule("REF-3.4")
async def test_a_successor_that_is_not_open_yet_is_waited_for(register: Register) -> None:
    ect = await make.ect(await at(S))
    register.close()
    register.say(N, PROPOSED)
    register.link(S, N)
    await register.run()
    assert ((await stays(ect))[0][2], await items()) == (None, [])
    await register.run(MONDAY + timedelta(days=28))
    assert await items() == []
    await register.run(MONDAY + timedelta(days=29))
    assert await items() == [("Q-06", "successor_not_open", S)]
    register.say(N)
    await register.run(MONDAY + timedelta(days=30))
    assert (await stays(ect), await items()) == ([(N, date(2025, 9, 1), None, None, None)], [])


# f, g: Decide


async def split(register: Register) -> make.Stay:
    ect = await make.ect(await at(S))
    register.close()
    register.link(S, N, "Successor - Split School")
    register.link(S, OTHER, "Successor - Split School")
    await register.run()
    return ect


@pytest.mark.rule("REF-3.6")
@pytest.mark.rule("REF-3.4")
async def test_nothing_ends_while_staff_have_to_decide(register: Register) -> None:
    ect = await split(register)
    assert (await stays(ect))[0][2] is None
    assert await items() == [("Q-06", "several_successors", S)]
    (item,) = await fetch("SELECT detail FROM register_item")
    assert json.loads(item["detail"]) == {"targets": [N, OTHER], "people": 1}
    (level,) = await fetch("SELECT last_level FROM school WHERE urn = $1", S)
    assert level["last_level"] == "none(closed)"


@pytest.mark.rule("REF-3.4")
async def test_a_successor_the_register_does_not_have_is_for_staff(register: Register) -> None:
    ect = await make.ect(await at(S))
    register.close()
    register.link(S, "999999")
    await register.run()
    assert ((await stays(ect))[0][2], await items()) == (None, [("Q-06", "successor_unknown", S)])


@pytest.mark.rule("REF-3.6")
async def test_without_a_decision_for_56_days_everybodys_time_ends(register: Register) -> None:
    ect = await split(register)
    await register.run(LAST_DAY + timedelta(days=56))
    assert (await stays(ect))[0][2] is None
    await register.run(LAST_DAY + timedelta(days=57))
    assert (await stays(ect))[0][2:4] == (LAST_DAY, "school_closed")
    assert await items() == [("Q-06", "ended_undecided", S)]


@pytest.mark.rule("REF-3.6")
async def test_staff_decide_for_each_person(register: Register) -> None:
    here = await at(S)
    goes, left = await make.ect(here, "Gina Goes"), await make.ect(here, "Leo Left")
    await split(register)
    there = await at(N)
    with clock.at(clock.at_noon(MONDAY)):
        going = DecideSuccession(SchoolId(here.id), SchoolId(there.id), {(Role.ECT, goes.id)})
        assert await decide_succession(going, SYSTEM, MONDAY) == 2
        leaving = DecideSuccession(SchoolId(here.id), None, {(Role.ECT, left.id)})
        assert await decide_succession(leaving, SYSTEM, MONDAY) == 1
        rest = DecideSuccession(SchoolId(here.id), SchoolId(there.id))
        assert await decide_succession(rest, SYSTEM, MONDAY) == 0
        with pytest.raises(Refused):
            await decide_succession(rest, SYSTEM, MONDAY)
    assert [row[0] for row in await stays(goes)] == [S, N]
    assert [row[0] for row in await stays(left)] == [S]
    assert await items() == []


# REF-3.7 to 3.9


@pytest.mark.rule("REF-3.7")
@pytest.mark.rule("REF-3.2")
async def test_a_school_that_is_open_after_all_has_everything_back(register: Register) -> None:
    who = await people_at(S)
    coming = await make.ect(who.here, "Cara Coming", LAST_DAY + timedelta(days=30))
    await make.training(coming)
    before = await everything()
    register.close()
    await register.run()
    register.say(S)
    report = await register.run(MONDAY + timedelta(days=31))
    assert f"reopened {S}: 3 people" in report.changes
    after = await everything()
    for table in ("ect_at_school_period", "mentor_at_school_period", "training_period", "mentorship_period"):
        assert without_stamps(after[table]) == without_stamps(before[table])
    assert await items() == []
    assert "school_opened" in await kinds(S)


@pytest.mark.rule("REF-3.7", "FIX-12")
async def test_who_was_to_come_has_all_back_though_their_record_was_merged_meanwhile(register: Register) -> None:
    coming = await make.ect(await at(S), "Cara Coming", LAST_DAY + timedelta(days=30))
    training = await make.training(coming)
    register.close()
    await register.run()
    survivor = await make.teacher()
    gone = TRN(coming.teacher.trn)
    await merge_people(MergePeople(TeacherId(survivor.id), gone, checked=True), SYSTEM, MONDAY)
    register.say(S)
    await register.run(MONDAY + timedelta(days=5))
    (row,) = await fetch("SELECT id, cancelled_at FROM training_period")
    assert tuple(row) == (training["id"], None)


@pytest.mark.rule("REF-3.7")
async def test_who_is_at_another_school_by_then_stays_there(register: Register) -> None:
    ect = await make.ect(await at(S))
    register.close()
    await register.run()
    await make.ect(await at(OTHER), ect.teacher, MONDAY)
    register.say(S)
    await register.run(MONDAY + timedelta(days=5))
    assert (await stays(ect))[0][2] == LAST_DAY
    assert await items() == [("Q-06", "restore", S)]


@pytest.mark.rule("REF-3.7")
@pytest.mark.rule("EML-01")
async def test_who_has_lost_their_address_meanwhile_is_for_staff(register: Register) -> None:
    ect = await make.ect(await at(S), email="shared@s.example")
    register.close()
    await register.run()
    await make.ect(await at(OTHER), "Somebody Else", MONDAY, email="Shared@S.example")
    register.say(S)
    await register.run(MONDAY + timedelta(days=5))
    assert ((await stays(ect))[0][2], await items()) == (LAST_DAY, [("Q-06", "restore", S)])


@pytest.mark.rule("REF-3.7")
async def test_after_31_days_staff_decide_what_is_restored(register: Register) -> None:
    ect = await make.ect(await at(S))
    register.close()
    await register.run()
    register.say(S)
    await register.run(MONDAY + timedelta(days=32))
    assert ((await stays(ect))[0][2], await items()) == (LAST_DAY, [("Q-06", "restore", S)])


@pytest.mark.rule("REF-3.8")
@pytest.mark.parametrize(("days", "goes_on"), [(92, True), (93, False)])
async def test_a_late_successor_is_followed_from_the_close_date(register: Register, days: int, goes_on: bool) -> None:
    who = await people_at(S)
    register.close()
    await register.run()
    register.link(S, N)
    await register.run(MONDAY + timedelta(days=days))
    expected = [(S, LAST_DAY), (N, None)] if goes_on else [(S, LAST_DAY)]
    assert [(row[0], row[2]) for row in await stays(who.ect)] == expected
    assert await items() == ([] if goes_on else [("Q-06", "late_successor", S)])
    mentored = await fetch("SELECT started_on, finished_on FROM mentorship_period ORDER BY id")
    joins = [(date(2025, 9, 1), LAST_DAY), (FIRST_DAY, None)]
    assert [tuple(row) for row in mentored] == (joins if goes_on else joins[:1])


@pytest.mark.rule("REF-3.9")
async def test_a_moved_close_date_moves_the_last_days(register: Register) -> None:
    who = await people_at(S)
    register.close()
    await register.run()
    earlier = LAST_DAY - timedelta(days=20)
    register.close(S, earlier)
    await register.run(MONDAY + timedelta(days=1))
    assert (await stays(who.ect))[0][2:4] == (earlier, "school_closed")
    (training,) = await fetch("SELECT finished_on FROM training_period")
    assert (training["finished_on"], await items()) == (earlier, [])


@pytest.mark.rule("REF-3.9")
async def test_a_close_date_moved_after_people_went_on_is_for_staff(register: Register) -> None:
    who = await people_at(S)
    await joined(register)
    register.close(S, LAST_DAY - timedelta(days=20))
    await register.run(MONDAY + timedelta(days=1))
    assert (await stays(who.ect))[0][2] == LAST_DAY
    assert await items() == [("Q-06", "close_date_moved", S)]


@pytest.mark.rule("REF-3.9")
async def test_a_link_withdrawn_after_people_went_on_is_for_staff(register: Register) -> None:
    who = await people_at(S)
    await joined(register)
    register.links = [(S, OTHER, "Other", "")]
    await register.run(MONDAY + timedelta(days=1))
    assert [row[0] for row in await stays(who.ect)] == [S, N]
    assert await items() == [("Q-06", "link_withdrawn", S)]


# REF-3.10 to 3.12, 1.3, 1.4


@pytest.mark.rule("REF-3.11")
async def test_a_fault_in_one_school_leaves_it_as_it_was_and_goes_before_staff(
    register: Register,
) -> None:
    one, two = await make.ect(await at(S), "Ona One"), await make.ect(await at(OTHER), "Toby Two")
    with seen_by(OWNER):
        await fetch(
            """CREATE FUNCTION fail_at_one() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN IF NEW.id = 0 THEN RETURN NEW; END IF; RAISE EXCEPTION ''no''; END'"""
        )
        await fetch(
            f"""CREATE TRIGGER fails BEFORE UPDATE ON ect_at_school_period FOR EACH ROW
            WHEN (OLD.id = {one.id}) EXECUTE FUNCTION fail_at_one()"""
        )
    register.close(S)
    register.close(OTHER)
    report = await register.run()
    assert (report.counts["schools_failed"], report.counts["schools_closed"]) == (1, 1)
    assert ((await stays(one))[0][2], (await stays(two))[0][2]) == (None, LAST_DAY)
    assert await items() == [("Q-06", "fault", S)]
    with seen_by(OWNER):
        await fetch("DROP TRIGGER fails ON ect_at_school_period")
        await fetch("DROP FUNCTION fail_at_one")
    await register.run(MONDAY + timedelta(days=1))
    assert ((await stays(one))[0][2], await items()) == (LAST_DAY, [])


@pytest.mark.rule("REF-1.4")
@pytest.mark.rule("REF-3.12")
@pytest.mark.parametrize("kind", ["", "Successor", "Successor - merged", "Successor - Split School"])
async def test_running_again_changes_nothing_more(register: Register, kind: str) -> None:
    await people_at(S)
    register.close()
    if kind:
        register.link(S, N, kind)
    await register.run()
    before, told = await everything(), await kinds()
    await register.run(MONDAY + timedelta(days=1))
    assert await everything() == before
    assert (await kinds())[len(told) :] == ["import_run_finished"]


@pytest.mark.rule("REF-1.3")
@pytest.mark.parametrize("kind", ["", "Successor", "Successor - merged", "Successor - Split School"])
async def test_a_rehearsal_lists_exactly_what_is_done(register: Register, kind: str) -> None:
    await people_at(S)
    register.close()
    if kind:
        register.link(S, N, kind)
    before, told = await everything(), await kinds()
    dry = await register.run(dry_run=True)
    assert (await everything(), await kinds()) == (before, told)
    real = await register.run()
    assert (real.changes, real.counts) == (dry.changes, dry.counts)
    assert any(line.endswith(S) or f" {S}: " in line for line in real.changes)


@pytest.mark.rule("REF-2.10")
async def test_a_school_absent_for_more_than_30_days_goes_before_staff(register: Register) -> None:
    del register.rows[THIRD]
    await register.run(MONDAY)
    await register.run(MONDAY + timedelta(days=30))
    assert await items() == []
    await register.run(MONDAY + timedelta(days=31))
    assert await items() == [("Q-12", "absent", THIRD)]
    register.say(THIRD)
    await register.run(MONDAY + timedelta(days=32))
    assert await items() == []


@pytest.mark.rule("REF-2.9")
@pytest.mark.rule("REF-2.7")
async def test_odd_values_go_before_staff(register: Register) -> None:
    register.say(N, **{"TypeOfEstablishment (code)": "99"})
    register.say(OTHER, UKPRN="10000009")
    register.say(THIRD, UKPRN="10000009")
    await register.run()
    assert sorted(await items()) == [("Q-12", "type_unknown", N), ("Q-12", "ukprn_repeated", THIRD)]


@pytest.mark.rule("REF-3.10")
async def test_a_level_that_the_day_changes_is_told(register: Register) -> None:
    register.say(N, OpenDate=f"{MONDAY:%d-%m-%Y}")
    await register.run(LAST_DAY)
    await register.run(MONDAY)
    rows = await fetch("SELECT changes, metadata FROM event WHERE kind = 'school_eligibility_changed' ORDER BY id")
    assert [json.loads(row["changes"])["level"]["new"] for row in rows] == ["none(not_open_yet)", "full"]


@pytest.mark.rule("REF-3.10")
async def test_losing_section_41_keeps_open_training_going(register: Register) -> None:
    register.say(N, **{"TypeOfEstablishment (code)": "11", "Section41Approved (name)": "Approved"})
    await register.run(LAST_DAY)
    ect = await make.ect(await at(N))
    await make.training(ect)
    register.say(N, **{"TypeOfEstablishment (code)": "11", "Section41Approved (name)": "Not approved"})
    await register.run()
    (level,) = await fetch("SELECT last_level FROM school WHERE urn = $1", N)
    assert (level["last_level"], (await stays(ect))[0][2]) == ("full_no_new_ects", None)


@pytest.mark.rule("REF-3.5")
@pytest.mark.rule("REF-4.16")
async def test_what_was_loaded_for_the_new_number_is_the_schools(register: Register) -> None:
    here, there = await at(S), await at(N)
    await make.ect(here)
    await make.insert(
        "school_uplift", school_id=there.id, contract_period_year=2025, pupil_premium=True, sparsity=False
    )
    register.close()
    register.link(S, N)
    await register.run()
    (uplift,) = await fetch("SELECT school_id, pupil_premium FROM school_uplift")
    assert tuple(uplift) == (here.id, True)


@pytest.mark.rule("REF-3.5")
async def test_a_former_number_finds_the_school(register: Register) -> None:
    here = await at(S)
    await make.ect(here)
    register.close()
    register.link(S, N)
    await register.run()
    assert await school_by_urn(S) == await school_by_urn(N) == here.id


# What each sentence of REF-3.4 to 3.9 says of one thing alone


USES = ("stay", "mentor", "access", "tutor", "draft", "partnership")
FORMER_USES = ("removed stay", "ended access", "ended tutor", "deleted draft")


async def use(school: make.School, what: str) -> None:
    """Make a school be in use by one thing alone, or have been by one that counts no more."""
    alice, ago = await make.user(), clock.now()
    match what:
        case "stay":
            await make.ect(school)
        case "removed stay":
            await make.ect(school, removed_at=ago, removal_reason="duplicate")
        case "mentor":
            await make.mentor(school)
        case "access" | "ended access":
            await make.access(school, alice, ended_at=ago if what.startswith("ended") else None)
        case "tutor" | "ended tutor":
            over = {"started_at": ago - timedelta(days=9), "ended_at": ago} if what.startswith("ended") else {}
            await make.induction_tutor(school, alice, **over)
        case "partnership":
            await make.partnership(school, await make.lead_provider(), await make.delivery_partner())
        case _:
            await make.insert(
                "draft",
                kind="register_ect",
                journey="register-ect",
                school_id=school.id,
                started_by_user_id=alice.id,
                last_saved_by_user_id=alice.id,
                last_saved_at=ago,
                expires_at=ago,
                id="00000000-0000-0000-0000-000000000001",
                state="deleted" if what.startswith("deleted") else "open",
                ended_at=ago if what.startswith("deleted") else None,
                version=1,
                answers="{}",
                answer_versions="{}",
            )


@pytest.mark.rule("REF-3.4")
@pytest.mark.parametrize("what", [*USES, *FORMER_USES])
async def test_each_use_alone_makes_a_school_be_in_use(register: Register, what: str) -> None:
    await use(await at(S), what)
    register.close()
    register.link(S, N)
    report = await register.run()
    assert report.counts.get("schools_renumbered", 0) == (what in USES)


@pytest.mark.rule("REF-3.5")
async def test_a_mentor_who_is_at_another_school_as_well_goes_on(register: Register) -> None:
    mentor = await make.mentor(await at(S))
    await make.mentor(await at(OTHER), mentor.teacher, LAST_DAY + timedelta(days=40))
    await joined(register)
    assert [row[:3] for row in await stays(mentor, Role.MENTOR)] == [
        (S, date(2024, 9, 1), LAST_DAY),
        (N, FIRST_DAY, None),
        (OTHER, LAST_DAY + timedelta(days=40), None),
    ]


@pytest.mark.rule("REF-3.5")
async def test_an_ect_who_was_elsewhere_before_goes_on(register: Register) -> None:
    before = await make.ect(await at(OTHER), "Tia Twice", date(2024, 9, 1), finished_on=date(2025, 8, 31))
    await make.ect(await at(S), before.teacher)
    await joined(register)
    assert [row[0] for row in await stays(before)] == [OTHER, S, N]


@pytest.mark.rule("REF-3.5")
async def test_mentoring_that_had_ended_does_not_go_on(register: Register) -> None:
    here = await at(S)
    ect, former, mentor = await make.ect(here), await make.mentor(here, "Flo Former"), await make.mentor(here)
    await make.mentorship(ect, former, finished_on=date(2026, 2, 1))
    await make.mentorship(ect, mentor, date(2026, 2, 2))
    await joined(register)
    rows = await fetch(
        "SELECT mentor_teacher_id FROM mentorship_period m JOIN school s ON s.id = m.school_id WHERE s.urn = $1", N
    )
    assert [row["mentor_teacher_id"] for row in rows] == [mentor.teacher.id]


@pytest.mark.rule("REF-3.5")
async def test_a_partnership_with_another_partner_or_of_another_year_is_not_the_same(register: Register) -> None:
    who, there = await people_at(S), await at(N)
    await make.partnership(there, who.provider, await make.delivery_partner("Elder Partners"))
    await make.partnership(there, who.provider, who.partner, 2026)
    await joined(register)
    (row,) = await fetch(
        """SELECT p.delivery_partner_id, p.contract_period_year, p.origin FROM training_period t
        JOIN school_partnership p ON p.id = t.school_partnership_id WHERE t.school_id = $1""",
        there.id,
    )
    assert tuple(row) == (who.partner.id, 2025, "carried_forward")


@pytest.mark.rule("REF-3.5", "SCH-04")
async def test_training_that_the_school_pays_for_goes_on_as_such(register: Register) -> None:
    ect = await make.ect(await at(S))
    await make.training(ect, await make.lead_provider(), self_funded=True)
    await joined(register)
    rows = await fetch("SELECT self_funded FROM training_period ORDER BY id")
    assert [row["self_funded"] for row in rows] == [True, True]


@pytest.mark.rule("REF-3.5")
async def test_what_had_ended_is_not_handed_over(register: Register) -> None:
    here, there, alice = await at(S), await at(N), await make.user()
    await make.access(here, alice, source="email_link", ended_at=clock.now())
    await make.induction_tutor(here, alice, started_at=clock.now() - timedelta(days=9), ended_at=clock.now())
    await make.ect(here)
    await joined(register)
    for table in ("school_access", "induction_tutor"):
        assert await fetch(f"SELECT FROM {table} WHERE school_id = $1", there.id) == []


@pytest.mark.rule("REF-3.5")
@pytest.mark.parametrize("chosen_there", [False, True])
async def test_last_choices_fill_blanks_alone(register: Register, chosen_there: bool) -> None:
    here, there = await at(S), await at(N)
    body, own = await make.appropriate_body(), await make.appropriate_body("South Hub")
    provider = await make.lead_provider()
    sets = "last_training_programme = $2, last_lead_provider_id = $3, last_appropriate_body_id = $4 WHERE id = $1"
    await fetch(f"UPDATE school SET {sets}", here.id, "provider_led", provider.id, body.id)
    if chosen_there:
        await fetch(f"UPDATE school SET {sets}", there.id, "school_led", None, own.id)
    await make.ect(here)
    await joined(register)
    (row,) = await fetch(
        "SELECT last_training_programme, last_lead_provider_id, last_appropriate_body_id FROM school WHERE id = $1",
        there.id,
    )
    expected = ("school_led", None, own.id) if chosen_there else ("provider_led", provider.id, body.id)
    assert tuple(row) == expected


@pytest.mark.rule("REF-3.5")
@pytest.mark.rule("M-83")
async def test_users_of_the_successor_are_told_as_well(register: Register) -> None:
    await make.access(await at(N), await make.user("Nia North", "nia@n.example"))
    await make.ect(await at(S))
    await joined(register)
    assert await mail() == [("M-83", "nia@n.example")]


@pytest.mark.rule("REF-3.5")
async def test_choices_and_what_staff_set_stay_with_a_renumbered_school(register: Register) -> None:
    here, body = await at(S), await make.appropriate_body()
    kept = {
        "access_override": "full",
        "access_override_note": "Agreed",
        "email_link_override": "on",
        "last_appropriate_body_id": body.id,
        "last_training_programme": "school_led",
        "reminders_off_until": date(2026, 12, 31),
    }
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(kept, 2))
    await fetch(f"UPDATE school SET {sets} WHERE id = $1", here.id, *kept.values())
    await make.ect(here)
    register.close()
    register.link(S, N)
    await register.run()
    (row,) = await fetch(f"SELECT {', '.join(kept)} FROM school WHERE urn = $1", N)
    assert dict(row) == kept


@pytest.mark.rule("REF-3.6")
async def test_an_end_without_a_decision_is_shown_for_90_days(register: Register) -> None:
    await split(register)
    ended = LAST_DAY + timedelta(days=57)
    await register.run(ended)
    await register.run(ended + timedelta(days=90))
    assert await items() == [("Q-06", "ended_undecided", S)]
    await register.run(ended + timedelta(days=91))
    assert await items() == []


@pytest.mark.rule("REF-3.9")
async def test_a_close_date_moved_to_later_moves_the_last_days(register: Register) -> None:
    who = await people_at(S)
    register.close()
    await register.run()
    register.close(S, LAST_DAY + timedelta(days=3))
    await register.run(LAST_DAY + timedelta(days=4))
    assert (await stays(who.ect))[0][2:4] == (LAST_DAY + timedelta(days=3), "school_closed")
    (mentorship,) = await fetch("SELECT finished_on FROM mentorship_period")
    assert (mentorship["finished_on"], await items()) == (LAST_DAY + timedelta(days=3), [])


@pytest.mark.rule("REF-3.9")
async def test_a_link_withdrawn_before_anything_was_done_is_forgotten(register: Register) -> None:
    ect = await split(register)
    register.links = [(S, N, "Successor", "")]
    await register.run(MONDAY + timedelta(days=1))
    assert (await stays(ect), await items()) == ([(N, date(2025, 9, 1), None, None, None)], [])
