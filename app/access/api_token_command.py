"""The commands `register token …`, for operators: tokens of lead providers' programs (API-3.1)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from app.access.api_tokens import LONGEST_DAYS, LONGEST_OVERLAP, USUAL_DAYS, Scope, Token, tokens
from app.access.create_api_token import CreateAPIToken, MadeToken, create_api_token
from app.access.revoke_api_token import RevokeAPIToken, revoke_api_token
from app.access.rotate_api_token import RotateAPIToken, rotate_api_token
from app.db.console import Exit, run_on_database, stop
from app.db.engine import fetch
from app.terms import Actor, ActorKind, LeadProviderId, Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

OPERATOR = Actor(ActorKind.OPERATOR, "An operator")
NEVER = "never"
SHOWN = (
    "id",
    "lead_provider",
    "first_characters",
    "scope",
    "created_at",
    "expires_at",
    "revoked_at",
    "last_used_at",
)


@click.group("token")
def token() -> None:
    """Look after the tokens of lead providers' programs."""


def _days(_context: click.Context, _option: click.Parameter, value: str) -> int | None:
    if value.strip().lower() == NEVER:
        return None
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:4]) <= LONGEST_DAYS or len(value) > len("400"):
        stop(Exit.INPUT_HAS_ERRORS, f"--expires-in-days: give 1 to {LONGEST_DAYS}, or {NEVER}")
    return int(value)


EXPIRES = click.option(
    "--expires-in-days", default=str(USUAL_DAYS), callback=_days, metavar="N|never", show_default=True
)


@token.command("create")
@click.option("--lead-provider", required=True, metavar="NAME")
@click.option("--description", default="", metavar="TEXT", help="what uses it, to tell tokens apart")
@click.option("--scope", type=click.Choice([each.value for each in Scope]), default=Scope.READ_AND_WRITE.value)
@EXPIRES
def create(lead_provider: str, description: str, scope: str, expires_in_days: int | None) -> None:
    """Make a token; it stands alone on the last line, and is shown only now."""

    async def make() -> MadeToken:
        provider = await _lead_provider(lead_provider)
        command = CreateAPIToken(provider, description.strip(), Scope(scope), expires_in_days)
        return await create_api_token(command, OPERATOR)

    _show_once(_run(make))


def _show_once(made: MadeToken) -> None:
    click.echo(f"Token {made.public_id} of {made.lead_provider}, {_until(made.expires_at)}.", err=True)
    click.echo("Keep it now: it is not shown again.", err=True)
    click.echo(made.token)


async def _lead_provider(name: str) -> LeadProviderId:
    rows = await fetch(
        "SELECT id, name, lower(name) = lower($1) AS meant FROM lead_provider ORDER BY name", name.strip()
    )
    meant = [row["id"] for row in rows if row["meant"]]
    if not meant:
        known = ", ".join(row["name"] for row in rows) or "none"
        raise Refused("unknown", "lead_provider", f"There is no such lead provider. There are: {known}")
    return LeadProviderId(meant[0])


def _until(ends: datetime | None) -> str:
    return f"until {ends:%Y-%m-%d %H:%M} UTC" if ends else "without an end"


@token.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_tokens(*, as_json: bool) -> None:
    """List every token, without the tokens themselves."""
    found = _run(tokens)
    if as_json:
        click.echo(json.dumps([_described(each) for each in found], indent=2))
        return
    for each in found:
        click.echo("  ".join(str(value) if value is not None else "-" for value in _described(each).values()))


def _described(each: Token) -> dict[str, Any]:
    values = {name: getattr(each, "public_id" if name == "id" else name) for name in SHOWN}
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    return value if value is None else str(getattr(value, "value", value))


@token.command("rotate")
@click.argument("token_id", metavar="ID", type=click.UUID)
@click.option(
    "--overlap-days",
    type=click.IntRange(0, LONGEST_OVERLAP),
    default=LONGEST_OVERLAP,
    show_default=True,
    help="how long the former token still works",
)
@EXPIRES
def rotate(token_id: UUID, overlap_days: int, expires_in_days: int | None) -> None:
    """Make the token that takes the place of another; it stands alone on the last line, and is shown only now."""
    _show_once(_run(lambda: rotate_api_token(RotateAPIToken(token_id, overlap_days, expires_in_days), OPERATOR)))


@token.command("revoke")
@click.argument("token_id", metavar="ID", type=click.UUID)
def revoke(token_id: UUID) -> None:
    """Refuse a token from now on."""
    changed = _run(lambda: revoke_api_token(RevokeAPIToken(token_id), OPERATOR))
    click.echo("The token is refused from now on." if changed else "It was revoked already. Nothing to do.")


def _run(work: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return run_on_database(work)
    except Refused as refused:
        stop(Exit.INPUT_HAS_ERRORS, f"{refused.message}.")
