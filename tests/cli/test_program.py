"""Which commands there are, and what they say before they touch anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from app.cli import register
from tests.cli.conftest import NOTIFY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Run

# Those of the contract, section 1.
CONTRACT = {
    "demo", "serve", "worker", "migrate", "check-config", "doctor", "schools import", "schools download",
    "refdata check", "refdata load", "refdata export", "induction load", "demo-data load", "demo-data reset",
    "database stop", "generate national", "token create", "token list", "token rotate", "token revoke", "staff add-manager",
    "staff add", "staff issue-code", "staff unlock", "staff deactivate", "staff end-sessions", "stand-in trs",
    "stand-in dfe-sign-in", "stand-in gias", "stand-in notify", "history load", "jobs run-due", "audit verify",
    "api verify", "drill", "bench",
}  # fmt: skip


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    """Yield the full name of every command."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        elif command:
            yield f"{before}{name}"


@pytest.mark.rule("OPS-13")
def test_the_commands_are_those_of_the_contract() -> None:
    assert set(commands(register)) == CONTRACT


@pytest.mark.rule("OPS-13", "REF-1.1")
@pytest.mark.parametrize("name", sorted(commands(register)))
async def test_every_command_explains_itself(run: Run, name: str) -> None:
    result = await run(*name.split(), "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output
    assert "--help" in result.output


@pytest.mark.rule("OPS-1", "ACC-2.4", "EXT-1.13")
async def test_production_lists_every_missing_setting_at_once(run: Run, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ENVIRONMENT", "production")
    result = await run("check-config")
    assert result.exit_code == 1
    for name in ("DATABASE_URL", "BASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "TRS_BASE_URL", "TRS_API_KEY", *NOTIFY):
        assert f"{name} is required" in result.output
    for name in ("GIAS_EXTRACT_ID", "GIAS_USER", "GIAS_PASSWORD"):
        assert f"{name} is required with GIAS_SOURCE=extract" in result.output
    for name in ("DFE_SIGN_IN_CLIENT_ID", "DFE_SIGN_IN_SECRET", "DFE_SIGN_IN_API_SECRET"):
        assert f"{name} is required while dfe_sign_in is on" in result.output


@pytest.mark.rule("OPS-1")
@pytest.mark.parametrize("command", ["serve", "migrate", "worker", "doctor", "audit verify", "demo-data load"])
async def test_a_command_with_wrong_settings_says_which(
    run: Run, environment: pytest.MonkeyPatch, command: str
) -> None:
    environment.delenv("ENVIRONMENT")
    environment.setenv("DATABASE_URL", "postgresql://somebody:a-password@127.0.0.1:1/none")
    result = await run(*command.split())
    assert result.exit_code == 1
    assert "ENVIRONMENT is required with DATABASE_URL" in result.output
    assert "a-password" not in result.output


@pytest.mark.rule("OPS-1")
async def test_good_settings_are_confirmed(run: Run) -> None:
    result = await run("check-config")
    assert (result.exit_code, result.output) == (0, "The settings can be used.\n")


@pytest.mark.rule("OPS-1", "EXT-1.13")
async def test_the_list_has_each_setting_with_secrets_masked(run: Run, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SECRET_KEY", "not-to-be-shown")
    environment.setenv("BRAND", "govuk")
    result = await run("check-config", "--list")
    assert result.exit_code == 0
    assert "not-to-be-shown" not in result.output
    assert "SECRET_KEY\n" in result.output
    assert "given: ********" in result.output
    assert "BRAND\n  GOV.UK brand only on GOV.UK services; default: generic\n  given: govuk\n" in result.output
    assert "TRS_API_VERSION\n" in result.output


@pytest.mark.rule("EXT-6.2")
async def test_serving_without_teaching_records_says_how_to_start_the_stand_in(run: Run) -> None:
    result = await run("serve")
    assert result.exit_code == 1
    assert "register stand-in trs" in result.output
    assert "register demo" in result.output


@pytest.mark.rule("REF-6.1", "REF-7.2", "OPS-14")
@pytest.mark.parametrize(
    "command",
    [
        *("demo-data load", "demo-data reset", "demo", "history load nowhere.csv", "jobs run-due --now 2026-09-01"),
        *("generate national", "generate national --out folder"),
    ],
)
async def test_demo_data_and_another_time_are_refused_in_production(
    run: Run, environment: pytest.MonkeyPatch, command: str
) -> None:
    given = {
        "ENVIRONMENT": "production",
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "BASE_URL": "https://register.example",
        "SECRET_KEY": "x" * 64,
        "ALLOWED_HOSTS": "register.example",
        "TRS_BASE_URL": "https://trs.example",
        "DFE_SIGN_IN_CLIENT_ID": "register",
        "DFE_SIGN_IN_SECRET": "a-secret",
        "DFE_SIGN_IN_API_SECRET": "another-secret",
        "TRS_API_KEY": "x",
        "GIAS_SOURCE": "files",
        **NOTIFY,
        "SIGN_IN_METHODS": "dfe_sign_in,staff_code",
        "ADDRESS_LIMITS": "on",
    }
    for name, value in given.items():
        environment.setenv(name, value)
    result = await run(*command.split())
    assert result.exit_code == 3
    assert "production" in result.output


@pytest.mark.rule("REF-6.3")
@pytest.mark.parametrize("command", ["demo-data load", "demo"])
async def test_a_day_whose_years_cannot_be_stored_is_wrong_use(run: Run, command: str) -> None:
    result = await run(*command.split(), "--as-of", "2025-05-31")
    assert result.exit_code == 2
    assert "2025-06-01" in result.output
