"""The console command `register stand-in …` (EXT-6.1)."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from app import clock
from app.stand_ins import server
from app.stand_ins.files import Mistakes, Unreadable, read_file
from app.stand_ins.trs import TRS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

TRS_PORT = 9201
INPUT_HAS_ERRORS = 1
WRONG_USE = 2
REFUSED = 3


def make_command(teaching_records: Callable[[date], object]) -> click.Group:
    """Make the group `stand-in`; without `--file` a server serves what is passed here for a day."""

    @click.command("trs")
    @click.option("--port", type=click.IntRange(0, 65535), default=TRS_PORT, show_default=True, help="0: a free one")
    @click.option("--file", "path", type=click.Path(path_type=Path), help="people file; none: the demo data")
    @click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="the day that relative dates count from")
    def trs_stand_in(port: int, path: Path | None, as_of: datetime | None) -> None:
        """Serve teaching records on 127.0.0.1, never in production."""
        _refuse_production()
        day = as_of.date() if as_of else clock.today()
        _serve(_trs(path, day, teaching_records), port)

    group = click.Group("stand-in", help="Run one stand-in for an outside system.")
    group.add_command(trs_stand_in)
    return group


def _refuse_production() -> None:
    # Asked of the environment itself: a production machine with incomplete settings is refused as well.
    if os.environ.get("ENVIRONMENT", "").strip().lower() == "production":
        _stop(REFUSED, "stand-ins do not run in production")


def _trs(path: Path | None, day: date, teaching_records: Callable[[date], object]) -> TRS:
    try:
        return TRS(read_file(path) if path else teaching_records(day), day)
    except Unreadable as error:
        _stop(WRONG_USE, str(error))
    except Mistakes as mistakes:
        _stop(INPUT_HAS_ERRORS, str(mistakes))


def _serve(system: server.System, port: int) -> None:
    try:
        taken = server.bind(port)
    except OSError as error:
        _stop(WRONG_USE, f"port {port}: {error.strerror}")
    # Listening already: whoever reads the line can ask at once, the answer waits for the server to start.
    taken.listen()
    line = {"stand_in": system.name, "url": server.address(taken), "records": system.records}
    click.echo(json.dumps(line))
    asyncio.run(server.serve_until_stopped(system, taken))


def _stop(code: int, why: str) -> NoReturn:
    click.echo(why, err=True)
    raise SystemExit(code)
