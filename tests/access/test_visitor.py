"""When a session is over, as every request decides it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.access.queries import load_visitor
from tests import factories

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2025, 10, 6, 9, tzinfo=UTC)
ID_HASH = b"hash of the id"


@pytest.mark.rule("ACC-9.3")
@pytest.mark.parametrize(
    ("idle", "left", "over"),
    [
        pytest.param(7_199, 1, False, id="just in time"),
        pytest.param(7_200, 1, True, id="idle for two hours"),
        pytest.param(0, 0, True, id="twelve hours are up"),
        pytest.param(-50_000, 90_000, False, id="stamped later than now"),
    ],
)
async def test_a_session_is_over_by_either_limit(idle: int, left: int, over: bool) -> None:
    await factories.insert(
        "session",
        id_hash=ID_HASH,
        csrf_secret=b"secret",
        user_id=(await factories.user()).id,
        last_seen_at=NOW - timedelta(seconds=idle),
        absolute_expires_at=NOW + timedelta(seconds=left),
    )
    visitor = await load_visitor(ID_HASH, None, NOW)
    assert (visitor.session is None, visitor.ended) == (over, over)
