"""A town at play: schools and lead providers do whatever they can, in any order, while the days go by.

Each move goes through the journey or operation that the service itself uses, and either is done or is refused. What
must always hold is checked after each one. The games are the same in every run; with `PLAY_GAMES` there are as many
others as it says, for a longer look.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from app import clock
from app.db.engine import Connection, engine, fetch
from app.db.transaction import Held
from app.events.verify import verify
from app.registration.complete_induction import CompleteInduction, complete_induction
from app.terms import SYSTEM, TRN, Actor, Role, TeacherId
from tests import factories
from tests.provider_records.world import settled
from tests.registration.play import always, moves
from tests.registration.play.answers import Draw
from tests.registration.play.pages import Pages
from tests.registration.play.town import BEGINS, Town, build

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tests.conftest import SharedDatabase

GAMES = int(os.environ.get("PLAY_GAMES", "30"))
LONG = 50
MOVES = (
    *("register an ECT",) * 5,
    *("register a mentor",) * 4,
    *("change",) * 12,
    "change several",
    *("confirm",) * 2,
    "partnership",
    "lead provider reports",
    *("lead provider acts",) * 3,
    *("days go by",) * 8,
    "appropriate body records",
    "pages are read",
)
"""What may happen, the likelier the oftener."""
EXPECTED = {
    "Refused",
    "NotAllowed",
    "Exit",
    "teacher_registered_as_ect",
    "teacher_registered_as_mentor",
    "teacher_name_updated_by_user",
    "teacher_email_address_updated",
    "teacher_starts_training_period",
    "teacher_finishes_training_period",
    "teacher_starts_mentoring",
    "teacher_finishes_mentoring",
    "mentorship_cancelled",
    "teacher_left_school_as_ect",
    "teacher_left_school_as_mentor",
    "teacher_registration_removed",
    "school_partnership_created",
    "teacher_training_withdrawn",
}
"""Kinds of event and of refusal that a play without them would not be worth much."""
ENDS = date(2027, 9, 1)


class Stage:
    """One event loop and one connection, whose transaction is never committed: each game is a savepoint in it."""

    def __init__(self, url: str) -> None:
        self.loop = asyncio.Runner()
        self.conn: Any = self.loop.run(asyncpg.connect(url, connection_class=Connection))
        self.outer: Any = self.conn.transaction()
        self.loop.run(self.outer.start())
        self.loop.run(self._enter())
        with clock.at(clock.at_noon(BEGINS)):
            self.town: Town = self.run(build())
            self.run(settled())
        self.pages = Pages()
        self.happened: Counter[str] = Counter()

    async def _enter(self) -> None:
        engine.current_transaction.set(Held(self.conn))

    def run(self, doing: Awaitable[Any], on: date = BEGINS) -> Any:
        """Do something on a day, at noon."""
        return self.loop.run(self._on(on, doing))

    @staticmethod
    async def _on(day: date, doing: Awaitable[Any]) -> Any:
        with clock.at(clock.at_noon(day)):
            return await doing

    def close(self) -> None:
        """Forget everything."""
        self.loop.run(self.outer.rollback())
        self.loop.run(self.conn.close())
        self.loop.close()


class Play(RuleBasedStateMachine):
    """One game."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.today = BEGINS
        self.waiting: list[moves.Unfinished] = []
        self.seeds: Counter[int] = Counter()
        self.game = self.stage.conn.transaction()
        self.run(self.game.start())
        self.rows: always.Rows = self.run(always.contents())

    @property
    def town(self) -> Town:
        """Where it is played."""
        return self.stage.town

    def run(self, doing: Awaitable[Any]) -> Any:
        """Do something today."""
        return self.stage.run(doing, self.today)

    def teardown(self) -> None:
        try:
            assert not self.run(verify())
        finally:
            self.run(self.game.rollback())

    def move(self, actor: Actor, does: Callable[[], Awaitable[Any]]) -> None:
        """Make a move and look at everything."""
        self.run(self._move(actor, does))

    async def _move(self, actor: Actor, does: Callable[[], Awaitable[Any]]) -> None:
        before, number = await always.contents(), await _newest()
        try:
            await does()
        except moves.NOT_DONE as no:
            self.stage.happened[type(no).__name__] += 1
            always.nothing_done(before, await always.contents(), await always.events_after(number))
            return
        after, events = await always.contents(), await always.events_after(number)
        self.stage.happened.update(event["kind"] for event in events)
        always.nothing_vanished(before, after)
        always.everything_told(before, after, events, actor)
        await self._look()

    async def _look(self) -> None:
        await always.nothing_impossible()
        await always.providers_are_shown_the_facts(self.today)
        for school in (0, 1):
            await always.everybody_is_shown(await self.town.at(school, self.today))

    @rule(seed=st.integers(0, 2**32))
    def somebody_does(self, seed: int) -> None:
        """One rule for all moves, so that no game goes without some of them."""
        self.seeds[seed] += 1
        draw = Draw(f"{seed} {self.seeds[seed]}")
        move, school, provider = draw(MOVES, "move"), draw((0, 1), "school"), draw((0, 1), "provider")
        beside = {
            "days go by": lambda: self._days_go_by(draw),
            "appropriate body records": lambda: self._record_induction(draw),
            "pages are read": lambda: self.run(self._read(school)),
        }
        if move in beside:
            beside[move]()
            return
        who = self.town.providers[provider]
        actor = moves.acting_for(who) if move.startswith("lead provider") else self._actor(school)
        does = {
            "register an ECT": lambda: self._register(draw, school, Role.ECT),
            "register a mentor": lambda: self._register(draw, school, Role.MENTOR),
            "change": lambda: self._change(draw, school),
            "change several": lambda: self._answer(draw, school, moves.several),
            "confirm": lambda: self._confirm(draw, school),
            "partnership": lambda: self._about_partnership(draw, school),
            "lead provider reports": lambda: self._report(draw, school, who),
            "lead provider acts": lambda: self._act(draw, who),
        }
        self.move(actor, does[move])

    def _days_go_by(self, draw: Draw) -> None:
        """Days, or until an edge of a month or year."""
        if self.today > ENDS:
            return
        step = draw((1, 1, 1, 2, 7, 30, 61, "month", "31 May", "1 June", "11 June"), "step")
        self.today = self._edge(step) if isinstance(step, str) else self.today + timedelta(days=step)
        self.run(self._look())

    def _record_induction(self, draw: Draw) -> None:
        """An induction is opened, or passed; the second closes or removes stays (PER-46)."""
        teacher = self.run(_teacher(draw))
        outcome = draw((None, None, "pass", "fail"), "outcome")
        if not self.run(_induction(teacher, self.town.bodies[0], self.today, outcome)):
            return
        command = CompleteInduction(TRN(teacher["trn"]), TeacherId(teacher["id"]))
        self.move(SYSTEM, partial(complete_induction, command, SYSTEM, self.today))

    async def _register(self, draw: Draw, school: int, role: Role) -> None:
        here = await self.town.at(school, self.today)
        journey = moves.REGISTER_ECT if role is Role.ECT else moves.REGISTER_MENTOR
        draft = await moves.register(self.town, draw, here, role)
        await self._finish(draw, moves.Unfinished(school, _the(journey), draft), here)

    async def _change(self, draw: Draw, school: int) -> None:
        here = await self.town.at(school, self.today)
        chosen = await moves.somebody(draw, here)
        await self._answer(draw, school, await moves.journey_of(draw, here, *chosen) if chosen else moves.several)

    async def _answer(self, draw: Draw, school: int, made: Any) -> None:
        here = await self.town.at(school, self.today)
        journey = await made(here)
        draft = await moves.answered(journey, draw, here, moves.blank_draft(journey, here))
        await self._finish(draw, moves.Unfinished(school, made, draft), here)

    async def _finish(self, draw: Draw, unfinished: moves.Unfinished, here: Any) -> None:
        """Confirm now, or leave it for another day."""
        if draw((False, False, False, True), "later"):
            self.waiting.append(unfinished)
        else:
            await moves.confirm(unfinished, here)

    async def _confirm(self, draw: Draw, school: int) -> None:
        """Confirm what was left, whatever has happened since."""
        waiting = [one for one in self.waiting if one.school == school]
        if waiting:
            unfinished = waiting[draw(range(len(waiting)), "unfinished")]
            self.waiting.remove(unfinished)
            await moves.confirm(unfinished, await self.town.at(school, self.today))

    async def _about_partnership(self, draw: Draw, school: int) -> None:
        await moves.act_on_partnership(draw, await self.town.at(school, self.today))

    async def _report(self, draw: Draw, school: int, who: Any) -> None:
        await moves.report(self.town, draw, who, await self.town.at(school, self.today))

    async def _act(self, draw: Draw, who: Any) -> None:
        await moves.act_on_training(draw, who, await self.town.at(0, self.today))

    async def _read(self, school: int) -> None:
        await self.stage.pages.read(self.town, school, await self.town.at(school, self.today))

    def _edge(self, edge: str) -> date:
        day = self.today + timedelta(days=1)
        while not _is(edge, day):
            day += timedelta(days=1)
        return day

    def _actor(self, school: int) -> Actor:
        return self.run(self.town.at(school, self.today)).actor  # type: ignore[no-any-return]


def _the(journey: Any) -> Callable[[Any], Awaitable[Any]]:
    async def given(_here: Any) -> Any:
        return journey

    return given


async def _newest() -> int:
    return int((await fetch("SELECT coalesce(max(id), 0) FROM event"))[0][0])


async def _teacher(draw: Draw) -> Any:
    rows = await fetch("SELECT id, trn FROM teacher ORDER BY id")
    return rows[draw(range(len(rows)), "who")]


async def _induction(teacher: Any, body: Any, today: date, outcome: str | None) -> bool:
    """Store what an appropriate body records; False where there is an outcome already."""
    rows = await fetch("SELECT id, started_on, outcome FROM induction_period WHERE teacher_id = $1", teacher["id"])
    if any(row["outcome"] for row in rows) or (rows and outcome is None):
        return False
    if not rows:
        who = factories.Teacher(teacher["id"], teacher["trn"], "", UUID(int=teacher["id"]))
        facts = {"finished_on": today, "outcome": outcome} if outcome else {}
        await factories.induction(who, body, today, **facts)
        return True
    end = "UPDATE induction_period SET finished_on = $2, outcome = $3 WHERE id = $1"
    await fetch(end, rows[0]["id"], max(today, rows[0]["started_on"]), outcome)
    return True


def _is(edge: str, day: date) -> bool:
    if edge == "month":
        return (day + timedelta(days=1)).day == 1
    return f"{day.day} {day:%B}" == edge


@pytest.fixture
def stage(shared_database: SharedDatabase) -> Iterator[Stage]:
    made = Stage(shared_database.url)
    yield made
    made.close()


@pytest.mark.long
@pytest.mark.rule("EVT-05", "GEN-07", "PER-60", "PER-05", "EML-01", "DM-02", "HM-02")
def test_whatever_a_town_does_what_must_hold_holds(stage: Stage) -> None:
    class Game(Play):
        pass

    Game.stage = stage
    run_state_machine_as_test(
        Game,
        settings=settings(
            max_examples=GAMES,
            stateful_step_count=LONG,
            derandomize="PLAY_GAMES" not in os.environ,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert stage.happened.keys() >= EXPECTED, EXPECTED - stage.happened.keys()
