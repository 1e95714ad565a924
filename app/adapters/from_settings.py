"""The clients of outside systems as the settings want them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.adapters.breaker import CircuitBreaker
from app.adapters.mail import Mailer, TemplatesMissing, mailer
from app.adapters.trs import WHILE_A_USER_WAITS, TRSClient
from app.db.console import Exit, stop

if TYPE_CHECKING:
    from pydantic import SecretStr

    from app.adapters.http import Limits
    from app.settings import Settings


def secret(value: SecretStr | None) -> str:
    """Return what a secret setting holds, "" for none."""
    return value.get_secret_value() if value else ""


def breaker_of(chosen: Settings) -> CircuitBreaker | None:
    """Return a breaker for one outside system, None when there are to be none."""
    return CircuitBreaker() if chosen.circuit_breakers == "on" else None


def teaching_records(chosen: Settings, limits: Limits = WHILE_A_USER_WAITS) -> TRSClient:
    """Return the client of the teaching record system."""
    key, version = secret(chosen.trs_api_key), chosen.trs_api_version
    return TRSClient(chosen.trs_base_url, key, api_version=version, breaker=breaker_of(chosen), limits=limits)


def mailer_or_stop(chosen: Settings) -> Mailer:
    """Return whoever sends mail; ends the program when it has no template for some of it."""
    try:
        return mailer(chosen)
    except TemplatesMissing as missing:
        stop(Exit.INPUT_HAS_ERRORS, str(missing))
