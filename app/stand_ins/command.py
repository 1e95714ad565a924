"""The console command `register stand-in …` (EXT-6.1)."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from app import clock
from app.db.console import Day
from app.stand_ins import server
from app.stand_ins.dfe_sign_in import DfESignIn
from app.stand_ins.files import Mistakes, Unreadable, read_file
from app.stand_ins.gias import GIAS, read_folder
from app.stand_ins.notify import Notify
from app.stand_ins.trs import TRS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    Make = Callable[[object, date], server.System]

TRS_PORT, DFE_SIGN_IN_PORT, GIAS_PORT, NOTIFY_PORT = 9201, 9202, 9203, 9204
INPUT_HAS_ERRORS = 1
WRONG_USE = 2
REFUSED = 3


def make_command(
    teaching_records: Callable[[date], object],
    dfe_sign_in: Callable[[date], object],
    school_register: Callable[[date], object],
) -> click.Group:
    """Make the group `stand-in`; without `--file` a server serves what is passed here for a day."""
    group = click.Group("stand-in", help="Run one stand-in for an outside system.")
    what = "Serve teaching records on 127.0.0.1, never in production."
    group.add_command(_command("trs", TRS_PORT, what, TRS, teaching_records))
    what = "Serve DfE Sign-in on 127.0.0.1, never in production."
    group.add_command(_command("dfe-sign-in", DFE_SIGN_IN_PORT, what, DfESignIn, dfe_sign_in))
    what = "Serve the school register on 127.0.0.1, never in production; FILE is a folder."
    group.add_command(_command("gias", GIAS_PORT, what, GIAS, school_register, read=read_folder))
    what = "Take mail as GOV.UK Notify does, on 127.0.0.1, never in production."
    group.add_command(_command("notify", NOTIFY_PORT, what, Notify, lambda _: {"format": 1}))
    return group


def _command(
    name: str,
    usual_port: int,
    what: str,
    system: Callable[[object, date], server.System],
    demo: Callable[[date], object],
    *,
    read: Callable[[Path], object] = read_file,
) -> click.Command:

    @click.command(name, help=what)
    @click.option("--port", type=click.IntRange(0, 65535), default=usual_port, show_default=True, help="0: a free one")
    @click.option("--file", "path", type=click.Path(path_type=Path), help="its data; none: the demo data")
    @click.option("--as-of", type=Day(), help="the day that relative dates count from")
    def command(port: int, path: Path | None, as_of: datetime | None) -> None:
        _refuse_production()
        day = as_of.date() if as_of else clock.today()
        _serve(_loaded(system, day, lambda: read(path) if path else demo(day)), port)

    return command


def _refuse_production() -> None:
    # Asked of the environment itself: a production machine with incomplete settings is refused as well.
    if os.environ.get("ENVIRONMENT", "").strip().lower() == "production":
        _stop(REFUSED, "stand-ins do not run in production")


def _loaded(system: Make, day: date, content: Callable[[], object]) -> server.System:
    try:
        return system(content(), day)
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
    line |= getattr(system, "announces", {})
    click.echo(json.dumps(line))
    asyncio.run(server.serve_until_stopped(system, taken))


def _stop(code: int, why: str) -> NoReturn:
    click.echo(why, err=True)
    raise SystemExit(code)
