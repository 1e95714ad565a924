"""`register api`: looking after what the lead provider API keeps ready."""

from __future__ import annotations

import click

from app.db.console import Exit, run_on_database, stop
from app.provider_records.verify import verify


@click.group("api")
def api() -> None:
    """Look after what lead providers are shown."""


@api.command("verify")
@click.option("--repair", is_flag=True, help="put right what differs, with entries in the feeds")
def verify_records(*, repair: bool) -> None:
    """Work out anew everything that lead providers are shown and list what differs from what is kept ready."""
    found = run_on_database(lambda: verify(repair=repair))
    if found and not repair:
        stop(Exit.INPUT_HAS_ERRORS, *map(str, found))
    click.echo(f"{len(found)} differences{' put right' if found else ''}")
