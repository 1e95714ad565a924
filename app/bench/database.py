"""How long the statements of a page take beside the best ones written by hand for the same data (PRF-4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg

from app.bench import by_hand
from app.bench.client import Unexpected
from app.bench.metrics import Metric, seconds_of
from app.bench.pages import captured, logged, undisturbed
from app.bench.process import running
from app.bench.scratch import AS_OF, MOMENT
from app.bench.walks import measured_urn, tutor
from app.bench.world import in_use
from app.registration.people.ect_shown import NOT_REPORTED
from app.registration.registering.start_dates import day_in_words
from app.terms import TrainingProgramme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from app.bench.world import World

PATH = "/school/ects"
WARM, ROUNDS = 8, 60
"""PostgreSQL makes up its mind about plans in the first rounds."""
NOTE = "session, access, school, notices, counts and cards"


async def database(world: World) -> list[Metric]:
    """Compare all statements of the ECT list with the best ones by hand for the same data, in turn (PRF-4)."""
    async with in_use(world):
        client, other = await tutor(world.app, measured_urn(100)), await tutor(world.app, measured_urn(10))
        client.address = PATH
        _, shown = await captured(client, {})
        conn = await asyncpg.connect(world.scratch.url)
        try:
            hand = await _by_hand(conn, measured_urn(100))
            same(told_by_page(shown), told_by_hand(*await hand()))
            own, others = await _processes(conn)
            taken, used = Pair(), Pair()
            for _ in range(WARM + ROUNDS):
                await other.get(PATH)  # as in life, the connection was another school's before
                at = _running(others)
                taken.ours.append(float((await logged(client, PATH))["db_time"]))
                used.ours.append(_running(others) - at)
                at = _running(own)
                taken.best += await seconds_of(hand, 1)
                used.best.append(_running(own) - at)
        finally:
            await conn.close()
    return [
        Metric(f"database {PATH} (R4)", taken.ratio, "ratio", 1.5, note=f"{NOTE}; {taken.told}"),
        Metric(f"database {PATH}, processor time", used.ratio, "ratio", note=used.told),
    ]


@dataclass
class Pair:
    """Seconds of each round, of our statements and of the best ones."""

    ours: list[float] = field(default_factory=list)
    best: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Return what ours take against the best, both undisturbed."""
        return undisturbed(self.ours[WARM:]) / max(undisturbed(self.best[WARM:]), 1e-9)

    @property
    def told(self) -> str:
        """Say what both take."""
        ours, best = (undisturbed(each[WARM:]) * 1_000 for each in (self.ours, self.best))
        return f"{ours:.2f} ms against {best:.2f} ms"


async def _processes(conn: asyncpg.Connection) -> tuple[list[int], list[int]]:
    """Return the database's process behind a connection, and those behind all others."""
    rows = await conn.fetch("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    own = conn.get_server_pid()
    return [own], [row["pid"] for row in rows if row["pid"] != own]


def _running(pids: list[int]) -> float:
    return sum(running(pid) for pid in pids)


async def _by_hand(conn: asyncpg.Connection, urn: str) -> Any:
    """Return what reads the data of the page for whoever has just signed in at a school."""
    session = await conn.fetchval(
        "SELECT id_hash FROM session WHERE school_id = (SELECT id FROM school WHERE urn = $1) ORDER BY id DESC LIMIT 1",
        urn,
    )

    async def read() -> tuple[asyncpg.Record, list[asyncpg.Record]]:
        (visitor,) = await conn.fetch(by_hand.VISITOR, session, MOMENT, AS_OF)
        return visitor, await conn.fetch(by_hand.LIST, visitor["school_id"], AS_OF)

    return read


def told_by_page(shown: Mapping[str, Any]) -> list[Any]:
    """Return the facts that the list shows, in its order."""
    chrome = shown["chrome"]
    return [
        ("school", chrome.school_name),
        ("user", chrome.user_name),
        ("notices", chrome.unread_notices),
        ("tabs", [tab.count for tab in shown["tabs"]]),
        *((card.href, card.name, {line.key: line.value for line in card.lines}) for card in shown["cards"]),
    ]


def told_by_hand(visitor: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the same facts from what was read by hand."""
    counts = [rows[0][name] for name in ("current", "completed", "gone")] if rows else [0, 0, 0]
    return [
        ("school", visitor["name"]),
        ("user", visitor["user_name"]),
        ("notices", visitor["unread_notices"]),
        ("tabs", counts),
        *((f"{PATH}/{row['public_id']}", row["name"], _lines(row)) for row in rows),
    ]


def _lines(row: Mapping[str, Any]) -> dict[str, str]:
    told = {"trn": row["trn"], "start-date": day_in_words(row["started_on"]), "last-day": _day(row["finished_on"], "")}
    told["induction-start-date"] = _day(row["induction_on"], "Not yet reported by the appropriate body")
    told["appropriate-body"] = row["body"] or NOT_REPORTED
    told["training-programme"] = TrainingProgramme(row["training_programme"]).words
    told["lead-provider"] = row["lead_provider"] or ""
    told["delivery-partner"] = row["delivery_partner"] or ""
    told["mentor"], *later = row["mentors"] or ["No mentor yet"]
    return {key: value for key, value in {**told, "later-mentor": (later or [""])[-1]}.items() if value}


def _day(day: date | None, otherwise: str) -> str:
    return day_in_words(day) if day else otherwise


def same(page: Sequence[Any], hand: Sequence[Any]) -> None:
    """Raise Unexpected unless what was read by hand is what the page shows."""
    for shown, read in zip(page, hand, strict=False):
        if shown != read:
            raise Unexpected(f"{PATH} shows {shown!r}, by hand {read!r}")
    if len(page) != len(hand):
        raise Unexpected(f"{PATH} shows {len(page)} facts, by hand {len(hand)}")
