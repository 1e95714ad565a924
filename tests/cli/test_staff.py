"""The commands `register staff …` (contract, section 1; access, section 7; ADM-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from tests.cli.conftest import NOTIFY

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ANN = "ann@education.gov.uk"
WHY = ("--reason", "asked by phone")


async def rows(url: str, query: str) -> list[Any]:
    """Ask the commands' database."""
    conn = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await conn.fetch(query)]
    finally:
        await conn.close()


@pytest.mark.rule("ACC-7.1", "ADM-11.4", "ADM-16.1")
async def test_the_first_manager_is_made_once(run: Run, migrated_database: str) -> None:
    made = await run("staff", "add-manager", ANN, "--name", "Ann Able", *WHY)
    assert (made.exit_code, made.output) == (0, f"{ANN} is a manager.\n")
    again = await run("staff", "add-manager", ANN.upper(), "--name", "Ann Able", *WHY)
    assert again.exit_code == 0
    assert "Nothing to do" in again.output
    assert await rows(migrated_database, "SELECT name, email, active, staff_roles FROM app_user") == [
        ("Ann Able", ANN, True, ["viewer", "manager"])
    ]
    found = await rows(migrated_database, "SELECT kind, actor_kind, metadata ->> 'reason' FROM event")
    assert found == [("staff_account_created", "operator", "asked by phone")]


@pytest.mark.rule("ACC-7.1", "ACC-15.1")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "ann", "--name", "Ann Able", "--role", "support"), 1),
        (("add", "ann@school.example", "--name", "Ann Able", "--role", "support"), 1),
        (("add", ANN, "--name", "Ann Able", "--role", "queen"), 1),
        (("add", ANN, "--name", "Ann Able"), 2),
        (("add-manager", ANN, "--name", "Ann Able"), 2),
        (("add-manager", ANN, "--name", "Ann Able", "--reason", " "), 1),
        (("issue-code", ANN, *WHY), 1),
        (("unlock", ANN, *WHY), 1),
        (("deactivate", ANN, *WHY), 1),
        (("end-sessions", ANN), 1),
        (("unlock", ANN, *WHY, "--now", "yesterday"), 2),
    ],
)
async def test_what_is_wrong_ends_with_its_code_and_writes_nothing(
    run: Run, migrated_database: str, arguments: tuple[str, ...], code: int
) -> None:
    result = await run("staff", *arguments)
    assert result.exit_code == code, result.output
    assert result.output
    assert await rows(migrated_database, "SELECT id FROM app_user") == []
    assert await rows(migrated_database, "SELECT id FROM event") == []


@pytest.mark.rule("ACC-7.4", "ACC-7.5", "ACC-9.8", "ADM-11.3", "ADM-11.4", "ADM-11.5")
async def test_an_account_from_its_first_to_its_last_day(run: Run, migrated_database: str) -> None:
    assert (await run("staff", "add-manager", "mo@education.gov.uk", "--name", "Mo Moon", *WHY)).exit_code == 0
    added = await run("staff", "add", ANN, "--name", "Ann Able", "--role", "data", "--role", "manager,support")
    assert added.exit_code == 0
    assert (await run("staff", "add", ANN, "--name", "Ann Able", "--role", "data")).exit_code == 1
    mailed = await rows(migrated_database, "SELECT recipient FROM message WHERE message_id = 'M-80' ORDER BY 1")
    assert mailed == [(ANN,), ("mo@education.gov.uk",), ("mo@education.gov.uk",)]

    issued = await run("staff", "issue-code", ANN, *WHY, "--now", "2026-09-14T10:00")
    assert issued.output.splitlines()[-1].isdigit()
    (ends,) = await rows(migrated_database, "SELECT expires_at::text FROM one_time_secret")
    assert ends[0].startswith("2026-09-14 10:10:00")

    assert "not locked" in (await run("staff", "unlock", ANN, *WHY)).output
    assert (await run("staff", "end-sessions", ANN)).output == "Sessions ended: 0\n"
    assert (await run("staff", "deactivate", ANN, *WHY)).exit_code == 0
    assert "Nothing to do" in (await run("staff", "deactivate", ANN, *WHY)).output
    assert (await run("staff", "issue-code", ANN, *WHY)).exit_code == 3
    last = await run("staff", "deactivate", "mo@education.gov.uk", *WHY)
    assert (last.exit_code, "last manager" in last.output) == (3, True)

    assert (await run("staff", "add-manager", ANN, "--name", "Ann Able", *WHY)).exit_code == 0
    found = await rows(migrated_database, f"SELECT active, staff_roles FROM app_user WHERE email = '{ANN}'")
    assert found == [(True, ["viewer", "manager"])]
    kinds = [kind for (kind,) in await rows(migrated_database, "SELECT kind FROM event ORDER BY id")]
    assert kinds == [
        *("staff_account_created", "staff_account_created", "staff_code_issued_by_operator"),
        *("staff_account_deactivated", "staff_account_reactivated", "staff_account_updated"),
    ]


@pytest.mark.rule("GEN-01")
async def test_in_production_there_is_no_other_time(run: Run, environment: pytest.MonkeyPatch) -> None:
    given = {
        "ENVIRONMENT": "production",
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "BASE_URL": "https://register.example",
        "SECRET_KEY": "x" * 64,
        "ALLOWED_HOSTS": "register.example",
        "TRS_BASE_URL": "https://trs.example",
        "TRS_API_KEY": "x",
        "GIAS_SOURCE": "files",
        **NOTIFY,
        "SIGN_IN_METHODS": "email_link,staff_code",
    }
    for name, value in given.items():
        environment.setenv(name, value)
    assert (await run("staff", "unlock", ANN, *WHY, "--now", "2026-09-14")).exit_code == 3
    assert (await run("staff", "unlock", ANN, *WHY)).exit_code == 4
