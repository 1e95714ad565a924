"""What every client of an outside system shares: limits, one exchange, one log line (EXT-1.2 to EXT-1.10)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from app import clock
from app.logs import request_id
from app.terms import FailureCause

if TYPE_CHECKING:
    import ssl

LARGEST_ANSWER = 2_000_000
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CHATTY_LOGGERS = ("httpx", "httpcore", "authlib")
CAUSES_THAT_TRIP = frozenset({FailureCause.TIMEOUT, FailureCause.CONNECT, FailureCause.SERVER_ERROR})
CAUSES_THAT_ALARM = frozenset({FailureCause.CONTRACT, FailureCause.MISCONFIGURED})
SERVER_FAULTS = 500
USUAL_WAIT, LONGEST_WAIT = 60, 3_600
"""Seconds (API-29.8)."""
_WORTH_A_RETRY = frozenset({502, 503, 504})

_log = logging.getLogger("register.outside")


@dataclass(frozen=True)
class Limits:
    """Time limits of one kind of call, in seconds (EXT-1.5)."""

    connect: float
    attempt: float
    step: float
    attempts: int
    retry_wait: float = 0.2
    retry_needs: float = 0.0
    repeat_gateways: bool = True
    """Repeat after 502, 503 and 504 too, not only when no connection was made."""


@dataclass(frozen=True)
class Request:
    """One request; `operation` is its name in logs, `path` may carry a query of ours, or be a whole address."""

    operation: str
    method: str
    path: str
    body: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Answer:
    """A complete answer of the other side."""

    status: int
    content_type: str
    body: bytes
    location: str = ""
    retry_after: int | None = None

    @property
    def is_json(self) -> bool:
        """Tell whether the answer promises JSON: as data, as a problem, as a key set."""
        return self.content_type == "application/json" or self.content_type.endswith("+json")


@dataclass(frozen=True)
class Failed:
    """No complete answer came."""

    cause: FailureCause
    status: int | None = None


class Deadline:
    """The moment by which a whole step has to have its outcome."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left, never negative."""
        return max(0.0, self._ends - time.monotonic())


def make_client(base_url: str, headers: Mapping[str, str], limits: Limits) -> httpx.AsyncClient:
    """Make the one pooled client of a system: never follows a redirect, always checks certificates (EXT-1.4)."""
    silence_client_loggers()
    timeout = httpx.Timeout(limits.attempt, connect=limits.connect)
    through_proxy = urlsplit(base_url).hostname not in LOOPBACK
    return httpx.AsyncClient(
        base_url=base_url,
        headers=headers,
        timeout=timeout,
        follow_redirects=False,
        trust_env=through_proxy,
        verify=_certificates(trust_env=through_proxy),
    )


@lru_cache(maxsize=2)
def _certificates(*, trust_env: bool) -> ssl.SSLContext:
    """Return whom to trust, read once for all clients: it takes 20 ms of the processor and a megabyte each time."""
    return httpx.create_ssl_context(trust_env=trust_env)


def silence_client_loggers() -> None:
    """Keep the HTTP libraries from logging addresses, which carry personal facts (EXT-1.10)."""
    for name in CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


async def exchange(client: httpx.AsyncClient, request: Request, seconds: float) -> Answer | Failed:
    """Send one request and read its whole answer within the seconds given; never raises for the other side."""
    try:
        async with asyncio.timeout(seconds):
            return await _exchange(client, request)
    except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout):
        return Failed(FailureCause.TIMEOUT)
    except httpx.UnsupportedProtocol:
        return Failed(FailureCause.MISCONFIGURED)
    except (httpx.TransportError, OSError):
        return Failed(FailureCause.CONNECT)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return Failed(FailureCause.CONTRACT)


def may_try_again(answer: Answer | Failed, *, gateways: bool = True) -> bool:
    """Tell whether the same request may be sent once more: it never arrived, or a gateway failed (EXT-1.5)."""
    if isinstance(answer, Failed):
        return answer.cause is FailureCause.CONNECT
    return gateways and answer.status in _WORTH_A_RETRY


async def _exchange(client: httpx.AsyncClient, request: Request) -> Answer | Failed:
    headers = {**request.headers, **({"Content-Type": request.content_type} if request.body is not None else {})}
    async with client.stream(request.method, request.path, content=request.body, headers=headers) as response:
        try:
            body = await _read(response)
        except (httpx.RemoteProtocolError, httpx.DecodingError):
            body = None
        if body is None and response.status_code < SERVER_FAULTS:
            return Failed(FailureCause.CONTRACT, response.status_code)
        return _answer(response, body or b"")


async def _read(response: httpx.Response) -> bytes | None:
    read = bytearray()
    async for chunk in response.aiter_bytes():
        read += chunk
        if len(read) > LARGEST_ANSWER:
            return None
    return bytes(read)


def _answer(response: httpx.Response, body: bytes) -> Answer:
    return Answer(
        status=response.status_code,
        content_type=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
        body=body,
        location=response.headers.get("location", ""),
        retry_after=seconds_to_wait(response.headers.get("retry-after", "")),
    )


def seconds_to_wait(told: str) -> int | None:
    """Return how long another system asks to wait, in whole seconds that may be passed on; None when it says nothing.

    A date is counted from now by the machine's clock; what is unreadable, past or more than an hour is a minute
    (API-29.8).
    """
    told = told.strip()
    if not told:
        return None
    try:
        seconds = int(told) if told.isdecimal() else ceil((_moment(told) - clock.machine_now()).total_seconds())
    except (ValueError, OverflowError):
        return USUAL_WAIT
    return seconds if 0 <= seconds <= LONGEST_WAIT else USUAL_WAIT


def _moment(told: str) -> datetime:
    moment = parsedate_to_datetime(told)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def log_call(
    *,
    system: str,
    operation: str,
    outcome: str,
    cause: FailureCause | None,
    status: int | None,
    attempt: int,
    milliseconds: int,
) -> None:
    """Write the one line of a call; what needs somebody's attention is an error (EXT-1.9, EXT-2.12)."""
    level = logging.ERROR if cause in CAUSES_THAT_ALARM else logging.INFO
    fields = {
        "system": system,
        "operation": operation,
        "outcome": outcome,
        "cause": cause.value if cause else None,
        "http_status": status,
        "attempt": attempt,
        "milliseconds": milliseconds,
        "alarm": cause in CAUSES_THAT_ALARM,
        "request_id": request_id.get(),
    }
    _log.log(level, "outside call", extra={**fields, "fields": {"message": "outside call", **fields}})
