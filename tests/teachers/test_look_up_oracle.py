"""Nobody learns who is a teacher by trying: the limits of look-ups against somebody who means it (SEC-31, IDN-05)."""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch
from app.policy import Policy
from app.teachers.look_up import Found, Limited, LookUp, Missed, look_up
from app.teachers.trs import NotFound, SecondFactDiffers
from app.teachers.unusual_look_ups import is_unusual, watch_look_ups
from app.terms import TRN, IdentityMatch, Role, SchoolId, UserId
from tests import factories

if TYPE_CHECKING:
    from tests.factories import School, User

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 30
TEACHERS = 0.3
"""Of the numbers tried so many belong to somebody."""


class Attacker:
    """Tries random numbers and dates until refused, and notes what it learns."""

    def __init__(self) -> None:
        self.random = random.Random(7)  # noqa: S311 - the same attacker each time
        self.learned: list[datetime] = []
        self.named = 0
        self.asked = 0

    async def ask(self) -> SecondFactDiffers | NotFound:
        """Answer as the teaching record system would: a random date is hardly ever right."""
        self.asked += 1
        return SecondFactDiffers() if self.random.random() < TEACHERS else NotFound()

    async def attack(self, at: datetime, user: User, school: School, trn: str = "") -> None:
        """Go on until a limit is reached."""
        with clock.at(at):
            while True:
                number = TRN(trn or f"{self.random.randrange(10**7):07}")
                command = LookUp(number, IdentityMatch.DATE_OF_BIRTH, Role.ECT, SchoolId(school.id), UserId(user.id))
                answer = await look_up(command, self.ask, Policy())
                if isinstance(answer, Limited):
                    assert answer.until > at
                    return
                self.named += isinstance(answer, Found)
                if isinstance(answer, Missed) and answer.outcome == "date_of_birth_mismatch":
                    self.learned.append(at)


def most_in(window: timedelta, moments: list[datetime]) -> int:
    """Return how many fall into the fullest window."""
    return max((sum(one <= other < one + window for other in moments) for one in moments), default=0)


@pytest.mark.rule("SEC-31", "IDN-05", "SEC-4", "ACC-16.3")
async def test_one_user_learns_no_name_and_few_numbers_in_a_month(database: None) -> None:
    school, user, attacker = await factories.school(), await factories.user(), Attacker()
    for hours in range(0, DAYS * 24, 8):
        await attacker.attack(START + timedelta(hours=hours), user, school)
    assert attacker.named == 0
    assert attacker.asked == DAYS * 30
    assert most_in(timedelta(hours=1), attacker.learned) <= 10
    assert most_in(timedelta(hours=24), attacker.learned) <= 30


@pytest.mark.rule("SEC-31", "IDN-05")
async def test_more_users_of_one_school_learn_no_more(database: None) -> None:
    school, attacker = await factories.school(), Attacker()
    users = [await factories.user(f"User {number}", f"u{number}@ash.example") for number in range(6)]
    for day in range(3):
        for user in users:
            await attacker.attack(START + timedelta(days=day), user, school)
    assert (attacker.named, attacker.asked) == (0, 3 * 30)


@pytest.mark.rule("SEC-31", "IDN-05")
async def test_many_schools_together_ask_about_one_person_five_times_a_day(database: None) -> None:
    attacker = Attacker()
    for number in range(8):
        school = await factories.school(f"10000{number}", f"School {number}")
        user = await factories.user(f"User {number}", f"u{number}@ash.example")
        await attacker.attack(START, user, school, trn="3000001")
    assert (attacker.named, attacker.asked) == (0, 5)


@pytest.mark.rule("IDN-05", "IDN-06")
async def test_a_refused_try_is_noted_and_does_not_lengthen_the_wait(database: None) -> None:
    school, user, attacker = await factories.school(), await factories.user(), Attacker()
    for minutes in (0, 20, 59):
        await attacker.attack(START + timedelta(minutes=minutes), user, school)
    assert attacker.asked == 10
    await attacker.attack(START + timedelta(minutes=60), user, school)
    assert attacker.asked == 20
    (row,) = await fetch("SELECT count(*) AS n FROM lookup_attempt WHERE outcome = 'limited'")
    assert row["n"] == 4


@pytest.mark.rule("IDN-05", "IDN-06")
async def test_an_attempt_counts_from_when_it_was_let_through(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Noted at the time of its answer, it would be later than the now of who has just begun to count, and be missed."""
    school, user = await factories.school(), await factories.user()

    async def answered_later() -> NotFound:
        monkeypatch.setattr(clock, "now", lambda: START + timedelta(seconds=3))
        return NotFound()

    monkeypatch.setattr(clock, "now", lambda: START)
    asked = LookUp(TRN("3000001"), IdentityMatch.DATE_OF_BIRTH, Role.ECT, SchoolId(school.id), UserId(user.id))
    assert isinstance(await look_up(asked, answered_later, Policy()), Missed)
    assert [row["at"] for row in await fetch("SELECT at FROM lookup_attempt")] == [START]


async def let_through(address: str, what: str, processes: int) -> int:
    """Return how many tries of several processes at once were let through."""
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.counting", address, what, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(processes)
    ]
    answers = await asyncio.gather(*(process.communicate() for process in started))
    assert [process.returncode for process in started] == [0] * processes
    return sum(int(out) for out, _ in answers)


@pytest.mark.rule("SEC-31", "IDN-05", "TRP-4")
async def test_four_processes_at_once_ask_no_more_than_one(committed_database: str) -> None:
    await factories.user()
    for number in range(3):
        await factories.school(f"10000{number}", f"School {number}")
    assert await let_through(committed_database, "look_up", 4) == 10
    (row,) = await fetch("SELECT count(*) AS n FROM rate_count")
    assert row["n"] == 0


@pytest.mark.rule("ACC-16.1", "TRP-4")
async def test_two_processes_with_a_hundred_tries_share_a_limit(committed_database: str) -> None:
    assert await let_through(committed_database, "count", 2) == 30


@pytest.mark.rule("SEC-31")
@pytest.mark.parametrize(
    ("failed", "before", "unusual"),
    [
        (20, [10, 14] * 14, True),  # 12, with a deviation of 2
        (18, [10, 14] * 14, False),
        (19, [10, 14] * 14, True),
        (10, [0] * 28, False),
        (11, [0] * 28, True),
    ],
)
def test_a_day_is_unusual_beyond_three_standard_deviations(failed: int, before: list[int], unusual: bool) -> None:
    assert is_unusual(failed, before) is unusual


@pytest.mark.rule("SEC-31")
async def test_an_alarm_rises_on_a_day_with_far_more_failures_than_the_28_before(
    database: None, caplog: pytest.LogCaptureFixture
) -> None:
    school, user = await factories.school(), await factories.user()

    async def attempts(day: int, number: int, outcome: str = "trn_not_found") -> None:
        at = START + timedelta(days=day, hours=9)
        for _ in range(number):
            await factories.insert(
                "lookup_attempt", user_id=user.id, school_id=school.id, role="ect", at=at, outcome=outcome
            )

    for day in range(28):
        await attempts(day, 4 + day % 2 * 4)
    await attempts(-1, 50)
    await attempts(28, 12)
    await attempts(28, 30, "matched")
    with clock.at(START + timedelta(days=28, hours=12)):
        assert await watch_look_ups() == 0
        await attempts(28, 1, "date_of_birth_mismatch")
        assert await watch_look_ups() == 1
    (line,) = [record for record in caplog.records if record.name == "register.alarm"]
    assert line.levelname == "ERROR"
    assert line.fields == {"message": "unusual look-ups", "alarm": True, "failed_today": 13, "usual": 6}  # type: ignore[attr-defined]
