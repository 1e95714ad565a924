"""What share of a page's processor time is neither rendering nor the database's driver (PRF-2)."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

from app import templating
from app.db import documents
from app.db.engine import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.bench.client import Client

WARM, ROUNDS = 8, 30


@dataclass
class Spent:
    """Seconds of processor of this process: in all, on templates, and on asking the database and decoding."""

    whole: float = 0.0
    rendering: float = 0.0
    driver: float = 0.0

    @property
    def rest(self) -> float:
        """Return the share of everything else: framework, session, rules, forms."""
        return (self.whole - self.rendering - self.driver) / self.whole


async def spent_on(client: Client, path: str) -> Spent:
    """Ask for a page several times; the median round by what is neither rendering nor driver."""
    rounds = []
    for number in range(WARM + ROUNDS):
        spent = Spent()
        with _timed(spent):
            started = process_time()
            await client.get(path)
            spent.whole = process_time() - started
        if number >= WARM:
            rounds.append(spent)
    middle = median(round(spent.rest, 9) for spent in rounds)
    return min(rounds, key=lambda spent: abs(spent.rest - middle))


@contextmanager
def _timed(spent: Spent) -> Iterator[None]:
    """Add up the time in templates and in the driver while nothing else runs in this process."""
    rendering, decoding, asking = templating.render, documents.decoded, Connection.fetch

    def render(*args: Any) -> str:
        with _adding(spent, "rendering"):
            return rendering(*args)

    def decoded(*args: Any) -> Any:
        with _adding(spent, "driver"):
            return decoding(*args)

    async def fetch(*args: Any, **named: Any) -> Any:
        with _adding(spent, "driver"):
            return await asking(*args, **named)

    with ExitStack() as stack:
        for owner, name, timed in (
            (templating, "render", render),
            (documents, "decoded", decoded),
            (Connection, "fetch", fetch),
        ):
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, timed)
        yield


@contextmanager
def _adding(spent: Spent, name: str) -> Iterator[None]:
    started = process_time()
    try:
        yield
    finally:
        setattr(spent, name, getattr(spent, name) + process_time() - started)
