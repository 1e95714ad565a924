"""The commands `register token …` (contract, section 1; API-3)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

LARCH = (
    "INSERT INTO lead_provider (created_at, updated_at, public_id, key, name, notification_emails)"
    " VALUES (now(), now(), gen_random_uuid(), 'larch', 'Larch Learning', '{}')"
)


async def rows(url: str, query: str) -> list[Any]:
    """Ask the commands' database."""
    conn = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await conn.fetch(query)]
    finally:
        await conn.close()


@pytest.mark.rule("ADM-10.3", "API-3.1", "API-3.2", "API-3.4", "API-3.8")
async def test_a_token_is_shown_once_listed_by_its_first_characters_and_revoked(
    run: Run, migrated_database: str
) -> None:
    await rows(migrated_database, LARCH)
    made = await run("token", "create", "--lead-provider", "larch learning", "--description", "Their system")
    token = made.stdout.splitlines()[-1]
    assert re.fullmatch(r"ect_test_[A-Za-z0-9_-]{43}", token), made.output
    stored = (await rows(migrated_database, "SELECT row_to_json(t)::text, event::text FROM api_token t, event"))[0]
    assert token[9:] not in str(stored)
    (listed,) = json.loads((await run("token", "list", "--json")).stdout)
    assert list(listed) == [
        *("id", "lead_provider", "first_characters", "scope"),
        *("created_at", "expires_at", "revoked_at", "last_used_at"),
    ]
    assert (listed["lead_provider"], listed["first_characters"]) == ("Larch Learning", token[9:17])
    assert (listed["scope"], listed["expires_at"][:4] > listed["created_at"][:4]) == ("read+write", True)
    rotated = await run("token", "rotate", listed["id"], "--overlap-days", "3", "--expires-in-days", "never")
    assert re.fullmatch(r"ect_test_[A-Za-z0-9_-]{43}", rotated.stdout.splitlines()[-1]), rotated.output
    ends = "SELECT revoked_at - now() BETWEEN '2 days' AND '3 days', expires_at IS NULL FROM api_token ORDER BY id"
    assert await rows(migrated_database, ends) == [(True, False), (None, True)]
    assert "refused from now on" in (await run("token", "revoke", listed["id"])).output
    assert "Nothing to do" in (await run("token", "revoke", listed["id"])).output
    kinds = await rows(migrated_database, "SELECT kind, actor_kind FROM event ORDER BY id")
    assert kinds == [(f"api_token_{done}", "operator") for done in ("created", "rotated", "revoked")]


WRONG = (
    (("create", "--lead-provider", "Nobody"), 1, "There are: Larch Learning"),
    (("create", "--lead-provider", "Larch Learning", "--expires-in-days", "0"), 1, "1 to 400"),
    (("create", "--lead-provider", "Larch Learning", "--expires-in-days", "401"), 1, "1 to 400"),
    (("create", "--lead-provider", "Larch Learning", "--expires-in-days", "soon"), 1, "1 to 400"),
    (("create", "--lead-provider", "Larch Learning", "--scope", "write"), 2, "read+write"),
    (("revoke", "0b7d9c52-8f43-4a0b-b1f0-2f4f8f3f9d21"), 1, "no such token"),
    (("revoke", "larch"), 2, "UUID"),
)


@pytest.mark.rule("API-3.3")
async def test_what_is_wrong_makes_no_token_and_no_end_is_a_choice(run: Run, migrated_database: str) -> None:
    await rows(migrated_database, LARCH)
    for arguments, code, said in WRONG:
        result = await run("token", *arguments)
        assert (result.exit_code, said in result.output) == (code, True), (arguments, result.output)
    assert await rows(migrated_database, "SELECT FROM api_token") == []
    await run("token", "create", "--lead-provider", "Larch Learning", "--expires-in-days", "never", "--scope", "read")
    assert await rows(migrated_database, "SELECT expires_at, scope FROM api_token") == [(None, "read")]
