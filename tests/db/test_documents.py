"""Several documents read in one statement."""

from __future__ import annotations

import pytest

from app.db.documents import NOTHING, Wanted, together
from app.db.engine import Statements, statements

pytestmark = pytest.mark.usefixtures("database")


async def test_each_has_its_own_values_and_all_are_one_statement() -> None:
    counted = Statements()
    token = statements.set(counted)
    numbers = Wanted(list[int], "SELECT json_build_array($2::int, $1::int, $2::int)", (1, 2))
    word = Wanted(str, "SELECT to_json($1::text)", ("a",))
    none = Wanted(str, "SELECT to_json('x'::text) WHERE $1::int = 0", (3,))
    try:
        assert await together(numbers, NOTHING, word, none, numbers) == ([2, 1, 2], None, "a", None, [2, 1, 2])
    finally:
        statements.reset(token)
    assert counted.count == 1
