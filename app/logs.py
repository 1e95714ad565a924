"""Logs: one JSON object a line on standard error, one line per request, no personal data (OPS-2, ACC-17.5)."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REQUESTS = logging.getLogger("register.request")
FAULTS = logging.getLogger("register.fault")
ALARMS = logging.getLogger("register.alarm")
SECURITY = logging.getLogger("register.security")
"""A stream of its own: what was refused, and what changed about who may do what (OPS-2)."""
REFUSALS = {400: "not_for_this_service", 401: "not_known", 403: "not_allowed", 429: "too_often"}
request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request being answered; empty outside one (EXT-1.9)."""
ROOT = str(Path(__file__).resolve().parent.parent)


class RequestLine(TypedDict):
    """What is kept of a request: the pattern of its address, never the address itself."""

    request_id: str
    route: str
    method: str
    status: int
    actor_kind: str
    school: str
    """A keyed hash that tells schools apart and names none; empty for who is at none."""
    request_time: float
    request_cpu_time: float
    db_count: int
    db_time: float
    outside_time: float
    partial: bool


class JSONLines(logging.Formatter):
    """Formats a record as one JSON object; line breaks in values are escaped by JSON itself."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; of an exception only its type and where it happened, as its text may name people."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        fields = getattr(record, "fields", None)
        line |= fields if isinstance(fields, dict) else {"message": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            line |= described(record.exc_info[1])
        return _written(line)


def _written(line: Mapping[str, object]) -> str:
    """Return the line in ASCII, whatever the encoding of standard error: other letters are escaped."""
    try:
        made = _encoder.encode(line)
    except UnicodeEncodeError:  # half a letter, which has no bytes but an escape
        made = b"\xff"
    return made.decode() if made.isascii() else json.dumps(line, ensure_ascii=True, default=str)


_encoder = msgspec.json.Encoder(enc_hook=str)


def configure() -> None:
    """Send every log of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("httpx", "httpcore", "asyncio"):  # the first two would log addresses with queries
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").propagate = False  # so that the server does not even word its own line


def log_request(line: RequestLine, more: Mapping[str, object]) -> None:
    """Write the one line of a request; more: what else is kept of a call by a program (API-23.1)."""
    if REQUESTS.isEnabledFor(logging.INFO):
        record = logging.LogRecord.__new__(logging.LogRecord)
        created = time.time()  # noqa: TID251 - the machine's own time, as of any other record
        vars(record).update(_OF_A_REQUEST, created=created, fields={**line, **more} if more else line)
        REQUESTS.handle(record)


_OF_A_REQUEST = vars(logging.LogRecord(REQUESTS.name, logging.INFO, "", 0, "request", (), None))
"""What the record of one request says like that of any other: not worth finding out each time."""


def log_refusal(line: RequestLine) -> None:
    """Write that somebody was refused, as far as the status tells it."""
    what = REFUSALS.get(line["status"])
    if what is not None:
        kept = ("request_id", "route", "method", "status", "actor_kind", "school")
        SECURITY.warning(what, extra={"fields": {"security": what, **{name: line[name] for name in kept}}})  # type: ignore[literal-required]


def log_change_of_rights(kinds: Iterable[str]) -> None:
    """Write that somebody signed in, or that who may do what has changed: the kinds of the audit trail's events."""
    for kind in kinds:
        SECURITY.info(kind, extra={"fields": {"security": kind, "request_id": request_id.get()}})


def raise_alarm(what: str) -> None:
    """Write that somebody who looks after the service should look: a word for what failed."""
    ALARMS.error(what, extra={"fields": {"alarm": True, "what": what, "request_id": request_id.get()}})


def log_fault(fault: BaseException, request_id: str) -> None:
    """Write that a request failed: the type and place of the exception, not its text."""
    known = described(fault)
    FAULTS.error("fault %s", known, extra={"fields": {"request_id": request_id, **known}})


def described(fault: BaseException) -> dict[str, object]:
    """Return the types of an exception and its causes, and the places it passed in our own code first."""
    kinds = []
    cause: BaseException | None = fault
    while cause is not None:
        kinds.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(fault.__traceback__)
    places = [f"{frame.filename.removeprefix(ROOT).lstrip('/')}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": kinds[:5], "frames": places[-15:]}
