"""A database that answers too late is one that is not there: people are asked to come back (OPS-3, FLT-42)."""

from __future__ import annotations

import pytest

from app.db.engine import DatabaseUnavailable, fetch
from app.db.transaction import transaction
from tests import factories as make


@pytest.mark.rule("REF-1.2")
async def test_a_statement_that_takes_too_long_says_so_and_its_transaction_is_taken_back(
    committed_database: str,
) -> None:
    del committed_database
    with pytest.raises(DatabaseUnavailable, match="TimeoutError"):
        async with transaction():
            await make.delivery_partner()
            await fetch("SELECT pg_sleep(5)", seconds=0.05)
    assert await fetch("SELECT FROM delivery_partner") == []
