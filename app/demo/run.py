"""`register demo`: the whole service on this machine, in processes of its own (REF-6.1, EXT-6.2)."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.request import urlopen

import click

from app.db import server
from app.db.console import Exit, run_on_database, stop, valid_settings
from app.db.migrate import migrate
from app.demo.dfe_users import dfe_sign_in_settings
from app.demo.load import is_empty, load
from app.demo.tokens import token_lines
from app.settings import settings

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

    from app.demo.calendar import Days

TRS_KEY = "stand-in-trs-key"
TRS_RATE = "200"
"""Questions a second: our own stand-in has no quota to spare."""
SECONDS_TO_STOP = 15
SECONDS_TO_START = 60
PAUSE = 0.2
LOG = "demo.log"
"""What web, worker and stand-ins log goes to this file of the data folder, so that the terminal stays readable."""


class Demo:
    """One run: what is started is stopped, whatever happens."""

    def __init__(self, days: Days, port: int, data: Path | None) -> None:
        self._days = days
        self._port = port
        self._url = f"http://127.0.0.1:{port}"
        self._environment = _environment(self._url, data)
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._stopping = False
        self._log: TextIO | None = None

    def run(self) -> int:
        """Start everything, wait to be told to stop, stop everything; returns the exit code."""
        os.environ.update(self._environment)
        settings.cache_clear()
        chosen = valid_settings()
        if chosen.production:
            stop(Exit.REFUSED, "The demo never runs in production.")
        if not _port_is_free(self._port):
            stop(Exit.WRONG_USE, f"Port {self._port} is taken. Choose another with --port.")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told_to_stop)
        with ExitStack() as cleanup:
            cleanup.callback(self._stop_database)
            self._prepare()
            self._log = cleanup.enter_context((chosen.data_dir / LOG).open("w", encoding="utf-8"))
            cleanup.callback(self._stop_processes)
            return self._start_and_wait()

    def _told_to_stop(self, *_: object) -> None:
        self._stopping = True

    def _prepare(self) -> None:
        click.echo("Starting the database and loading the demo data (about 10 seconds the first time) ...")
        run_on_database(lambda: _prepare_database(self._days))

    def _start_and_wait(self) -> int:
        self._start_stand_ins()
        self._start("worker", "worker")
        self._start("web", "serve", "--port", str(self._port))
        if self._wait_until_ready():
            click.echo(_welcome(self._url))
        while not self._stopping:
            ended = [name for name, process in self._running.items() if process.poll() is not None]
            if ended:
                where = settings().data_dir / LOG
                click.echo(f"{ended[0]} has ended unexpectedly; stopping the rest. Its log is in {where}", err=True)
                return int(Exit.INPUT_HAS_ERRORS)
            time.sleep(PAUSE)
        return int(Exit.DONE)

    def _start_stand_ins(self) -> None:
        if not os.environ.get("TRS_BASE_URL"):
            os.environ["TRS_BASE_URL"] = self._start_stand_in("trs")
            os.environ["TRS_API_KEY"] = TRS_KEY
            os.environ.setdefault("TRS_JOB_RATE", TRS_RATE)
        if not os.environ.get("DFE_SIGN_IN_ISSUER"):
            url = self._start_stand_in("dfe-sign-in")
            os.environ.update(dfe_sign_in_settings(url))

    def _start_stand_in(self, name: str) -> str:
        """Start one on a free port; returns its address, or nothing when it has ended."""
        as_of = self._days.as_of.isoformat()
        process = self._start(f"stand-in {name}", "stand-in", name, "--port", "0", "--as-of", as_of, read=True)
        line = process.stdout.readline() if process.stdout else ""
        return str(json.loads(line)["url"]) if line else ""

    def _start(self, name: str, *arguments: str, read: bool = False) -> subprocess.Popen[str]:
        # A session of its own: Ctrl-C in the terminal reaches this process alone, which stops the others in order.
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "app.cli", *arguments],
            stdout=subprocess.PIPE if read else None,
            stderr=self._log,
            text=True,
            start_new_session=True,
        )
        self._running[name] = process
        return process

    def _wait_until_ready(self) -> bool:
        until = time.monotonic() + SECONDS_TO_START
        while not self._stopping and time.monotonic() < until:
            if _answers(f"{self._url}/health/ready"):
                return True
            if any(process.poll() is not None for process in self._running.values()):
                return False
            time.sleep(PAUSE)
        return False

    def _stop_processes(self) -> None:
        click.echo("Stopping ...")
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + SECONDS_TO_STOP
        for process in self._running.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @staticmethod
    def _stop_database() -> None:
        chosen = settings()
        if chosen.database_url is None:
            server.stop(chosen.data_dir)
        click.echo("Everything has stopped.")


def _environment(url: str, data: Path | None) -> dict[str, str]:
    """Return what the processes are told beside what is set already."""
    told = {"BASE_URL": url, "ADDRESS_LIMITS": "off"}
    wanted = {name: os.environ.get(name, value) for name, value in told.items()}
    return wanted | ({"DATA_DIR": str(data.resolve())} if data else {})


async def _prepare_database(days: Days) -> None:
    await migrate()
    if await is_empty():
        await load(days)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def _port_is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _welcome(url: str) -> str:
    return "\n".join(
        (
            "",
            f"Register early career teachers is running at {url}",
            "",
            f"  Sign in as anybody:    {url}/personas",
            f"  Or as schools do:      {url}/sign-in (a stand-in for DfE Sign-in asks who you are)",
            f"  Emails it has sent:    {url}/dev/mailbox",
            f"  Change the date:       {url}/clock",
            f"  Support console:       {url}/personas, then choose somebody of DfE support",
            f"  Lead provider API:     {url}/api/docs/v3",
            f"  Logs:                  {settings().data_dir / LOG}",
            "",
            "  Tokens of lead providers' programs, for the API:",
            *(f"  {line}" for line in token_lines()),
            "",
            "To try it: sign in as Alice Archer and register TRN 9900001, born on 14 February 1998.",
            "Then register a mentor for them: TRN 9900002, born on the same day.",
            "Ctrl-C stops everything.",
            "",
        )
    )
