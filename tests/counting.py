"""A process of its own that tries many things at once: started by tests of limits that all processes share.

`python -m tests.counting ADDRESS count|look_up` prints how many of its 50 tries were let through.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from app.access.rate_limit import count
from app.db import engine as engines
from app.db.engine import engine
from app.policy import Policy
from app.teachers.look_up import Limited, LookUp, look_up
from app.teachers.trs import NotFound
from app.terms import TRN, IdentityMatch, Role, SchoolId, UserId

TRIES = 50


async def counted() -> bool:
    """Try what is limited to 30 in 5 minutes."""
    return await count("sign_in", "203.0.113.9", 30, timedelta(minutes=5), b"k" * 32) == 0


async def looked_up(number: int) -> bool:
    """Ask about a TRN of one's own: a user may fail 10 times an hour, in whichever of their schools."""

    async def ask() -> NotFound:
        await asyncio.sleep(0.2)
        return NotFound()

    asked = LookUp(TRN(f"{number:07}"), IdentityMatch.DATE_OF_BIRTH, Role.ECT, SchoolId(number % 3 + 1), UserId(1))
    return not isinstance(await look_up(asked, ask, Policy()), Limited)


async def main(address: str, what: str) -> None:
    """Try everything at once, however long a busy machine takes."""
    engines.POOL_WAIT_SECONDS = 60.0
    engine.point_at(address)
    await engine.open(size=10)
    tries = [counted() if what == "count" else looked_up(number) for number in range(TRIES)]
    print(sum(await asyncio.gather(*tries)))
    await engine.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
