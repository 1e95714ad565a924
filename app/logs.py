"""Logs: one JSON object a line on standard error, one line per request, no personal data (OPS-2, ACC-17.5)."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUESTS = logging.getLogger("register.request")
FAULTS = logging.getLogger("register.fault")
ALARMS = logging.getLogger("register.alarm")
request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request being answered; empty outside one (EXT-1.9)."""
ROOT = str(Path(__file__).resolve().parent.parent)


@dataclass(frozen=True)
class RequestLine:
    """What is kept of a request: the pattern of its address, never the address itself."""

    request_id: str
    route: str
    method: str
    status: int
    actor_kind: str
    request_time: float
    request_cpu_time: float
    db_count: int
    db_time: float
    partial: bool


class JSONLines(logging.Formatter):
    """Formats a record as one JSON object; line breaks in values are escaped by JSON itself."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; of an exception only its type and where it happened, as its text may name people."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        fields = getattr(record, "fields", None)
        line |= fields if isinstance(fields, dict) else {"message": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            line |= described(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


def configure() -> None:
    """Send every log of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("httpx", "httpcore", "asyncio", "uvicorn.access"):  # the first two would log addresses with queries
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def log_request(line: RequestLine, more: Mapping[str, object]) -> None:
    """Write the one line of a request; more: what else is kept of a call by a program (API-23.1)."""
    REQUESTS.info("request", extra={"fields": {**vars(line), **more}})


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
