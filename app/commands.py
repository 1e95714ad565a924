"""The commands of the console program but for `serve`: those of the contract, section 1."""

from __future__ import annotations

import asyncio
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr

from app import clock
from app.access.api_token_command import token
from app.access.command import staff
from app.adapters.dfe_clients import dfe_sign_in_clients
from app.adapters.from_settings import teaching_records
from app.adapters.mail import TemplatesMissing, mailer
from app.bench.command import make_command as make_bench
from app.db import server
from app.db.console import Exit, problems_of, run_on_database, stop, valid_settings
from app.db.migrate import migrate
from app.db.migrations import at_head
from app.demo.command import demo, demo_data, demo_dfe_sign_in, demo_school_register, demo_teaching_records, history
from app.drill import drill_command
from app.events.record import head
from app.events.verify import verify
from app.national.command import generate
from app.provider_records.command import api
from app.refdata.command import induction, make_download, refdata, schools
from app.settings import Settings, ValidationError, settings
from app.stand_ins.command import make_command
from app.teachers.trs import Unavailable
from app.terms import TRN
from app.working import COMMANDS as WORKING
from app.working import school_register

ROTATION = {
    "database_url": "to change the password: set it in PostgreSQL, then here, then restart",
    "secret_key": "to change it: set another and restart; everybody signs in again",
    "dfe_sign_in_secret": "to change it: make a second one at DfE Sign-in, set it here, restart, then end the first",
    "dfe_sign_in_api_secret": "to change it: ask DfE Sign-in for another, set it here at the time agreed, and restart",
    "notify_api_key": "to change it: make a second key at Notify, set it here, restart, then revoke the first",
    "notify_receipt_token": "to change it: set another, restart, and set the same for the callback at Notify at once",
    "metrics_token": "to change it: set another, restart, and give it to whoever reads the metrics",
    "error_collector_dsn": "to change it: make a second one at the collector, set it here, restart, then end the first",
    "gias_password": "to change it: set it at the register's extract service, then here, then restart",
    "trs_api_key": "to change it: ask for a second key, set it here, restart, then have the first one ended",
}
NOBODY = TRN("0000000")


@click.command("migrate")
def migrate_command() -> None:
    """Apply every outstanding migration under a lock."""
    run_on_database(migrate)
    click.echo("The database is up to date.")


@click.command("check-config")
@click.option("--list", "list_all", is_flag=True, help="show every setting, secrets masked")
def check_config(*, list_all: bool) -> None:
    """List everything wrong with the settings at once, or every setting."""
    if list_all:
        for line in _described_settings():
            click.echo(line)
    try:
        settings()
    except ValidationError as found:
        stop(Exit.INPUT_HAS_ERRORS, "These settings are missing or wrong:", *problems_of(found))
    click.echo("The settings can be used.")


def _described_settings() -> list[str]:
    try:
        given: Settings | None = settings()
    except ValidationError:
        given = None
    lines = []
    for name, field in Settings.model_fields.items():
        secret = "SecretStr" in str(field.annotation)
        default = "none" if field.default in {None, ""} else str(field.default)
        lines += [name.upper()]
        lines += [f"  {field.description or 'development, test, sandbox or production'}; default: {default}"]
        if given is not None and name in given.model_fields_set:
            lines += [f"  given: {_masked(getattr(given, name))}"]
        if secret:
            lines += [f"  {ROTATION[name]}"]
    return lines


def _masked(value: object) -> str:
    return "********" if isinstance(value, SecretStr) else str(value)


@click.command("doctor")
def doctor() -> None:
    """Check the database, the teaching record system, DfE Sign-in, the school register and GOV.UK Notify."""
    chosen = valid_settings()
    faults = run_on_database(_faults_of_database)
    faults += asyncio.run(_faults_of_teaching_records(chosen)) + asyncio.run(_faults_of_dfe_sign_in(chosen))
    faults += asyncio.run(_faults_of_school_register())
    faults += asyncio.run(_faults_of_mail(chosen))
    if faults:
        stop(Exit.INPUT_HAS_ERRORS, *faults)
    click.echo("Everything answers.")


async def _faults_of_database() -> list[str]:
    return [] if await at_head() else ["Database: migrations are outstanding. Run: register migrate"]


async def _faults_of_teaching_records(chosen: Settings) -> list[str]:
    if not chosen.trs_base_url or chosen.trs_api_key is None:
        return ["Teaching records: TRS_BASE_URL and TRS_API_KEY are not set."]
    client = teaching_records(chosen)
    try:
        answer = await client.read(NOBODY)
    finally:
        await client.close()
    return [f"Teaching records: the system {answer.cause.words}."] if isinstance(answer, Unavailable) else []


async def _faults_of_dfe_sign_in(chosen: Settings) -> list[str]:
    clients = dfe_sign_in_clients(chosen)
    if clients is None:
        return []
    try:
        return await clients.faults()
    finally:
        await clients.close()


async def _faults_of_school_register() -> list[str]:
    async with school_register() as source:
        fault = await source.fault(clock.today()) if source else ""
    return [f"School register: {fault}."] if fault else []


async def _faults_of_mail(chosen: Settings) -> list[str]:
    try:
        mail = mailer(chosen)
    except TemplatesMissing as missing:
        return [f"GOV.UK Notify: {missing}"]
    try:
        return await mail.faults()
    finally:
        await mail.close()


@click.group("database")
def database() -> None:
    """Look after the embedded database server."""


@database.command("stop")
def stop_database() -> None:
    """Stop the embedded server of DATA_DIR."""
    stopped = server.stop(valid_settings().data_dir)
    click.echo("The database server has stopped." if stopped else "No database server was running.")


@click.group("audit")
def audit() -> None:
    """Look after the audit trail."""


@audit.command("verify")
@click.option("--head", "noted", type=click.Path(path_type=Path), help="file with the number and hash noted earlier")
def verify_audit(noted: Path | None) -> None:
    """Check that no event was altered, removed or swapped; prints the newest event's number and hash."""
    earlier = _read_head(noted) if noted else None
    faults, newest = run_on_database(lambda: _verified(earlier))
    if faults:
        stop(Exit.INPUT_HAS_ERRORS, *faults)
    click.echo(f"{newest[0]} {newest[1].hex()}")


async def _verified(earlier: tuple[int, str] | None) -> tuple[list[str], tuple[int, bytes]]:
    return await verify(earlier), await head()


def _read_head(path: Path) -> tuple[int, str]:
    try:
        number, digest = path.read_text(encoding="ascii").split()
        return int(number), digest.lower()
    except (OSError, ValueError):
        stop(Exit.WRONG_USE, f"{path}: not readable, or not a number and a hash as `register audit verify` prints them")


def _create_app(*given: Any, **named: Any) -> Any:
    """Make a web application, whose modules only benchmarks need here."""
    return import_module("app.asgi").create_app(*given, **named)


schools.add_command(make_download(school_register))
COMMANDS: tuple[click.Command, ...] = (
    migrate_command,
    check_config,
    doctor,
    database,
    audit,
    demo,
    demo_data,
    history,
    make_command(demo_teaching_records, demo_dfe_sign_in, demo_school_register),
    *WORKING,
    refdata,
    induction,
    schools,
    staff,
    token,
    generate,
    api,
    drill_command,
    make_bench(_create_app),
)
