"""The worker and the jobs by hand: what they need and no more, so that the process stays small (OPS-12)."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from app.adapters.from_settings import breaker_of, mailer_or_stop, secret, teaching_records
from app.adapters.gias import GIASDownload, GIASExtract
from app.adapters.gias_wire import ExtractLogin
from app.adapters.trs import IN_A_JOB, TRSClient
from app.db.console import valid_settings
from app.jobs.command import make_commands

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    import click

    from app.adapters.caller import Health
    from app.notices.sender import MailSender

OPEN: dict[str, Callable[[], Mapping[str, Health]]] = {}
"""How each outside system does that this process has open for its jobs, for its metrics."""


@asynccontextmanager
async def _teaching_records_for_jobs() -> AsyncIterator[TRSClient | None]:
    """Open the teaching record system for jobs, with time limits and a breaker of their own; None without address."""
    chosen = valid_settings()
    if not chosen.trs_base_url:
        yield None
        return
    client = teaching_records(chosen, IN_A_JOB)
    OPEN["trs"] = lambda: {"trs": client.health()}
    try:
        yield client
    finally:
        del OPEN["trs"]
        await client.close()


@asynccontextmanager
async def school_register() -> AsyncIterator[GIASExtract | GIASDownload | None]:
    """Open where the school register comes from, with a breaker; None when its files are brought by hand."""
    chosen = valid_settings()
    source: GIASExtract | GIASDownload
    breaker = breaker_of(chosen)
    match chosen.register_source:
        case "extract":
            login = ExtractLogin(chosen.gias_extract_id, chosen.gias_user, secret(chosen.gias_password))
            source = GIASExtract(chosen.extract_url, login, breaker=breaker)
        case "download":
            source = GIASDownload(chosen.downloads_url, breaker=breaker)
        case _:
            yield None
            return
    OPEN["gias"] = lambda: {"gias": source.health()}
    try:
        yield source
    finally:
        del OPEN["gias"]
        await source.close()


@asynccontextmanager
async def _mail_sender() -> AsyncIterator[MailSender]:
    """Open whoever sends mail; ends the program when it has no template for some of it."""
    mail = mailer_or_stop(valid_settings())
    OPEN["mail"] = mail.health
    try:
        yield mail.sender
    finally:
        del OPEN["mail"]
        await mail.close()


def _health() -> dict[str, Health]:
    """Return how each outside system does that jobs ask in this process."""
    return {name: health for told in OPEN.values() for name, health in told().items()}


COMMANDS: tuple[click.Command, ...] = make_commands(_teaching_records_for_jobs, school_register, _mail_sender, _health)
