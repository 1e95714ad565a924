"""The clients of Get Information About Schools: public dated downloads, and the extract service (EXT section 4)."""

from __future__ import annotations

import asyncio
import tempfile
import time
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

import httpx

from app.adapters.caller import Caller
from app.adapters.gias_wire import EXTRACT, ExtractLogin, envelope, read_extract
from app.adapters.http import Limits, log_call, make_client
from app.schools.gias import Files, NotYet, Refused, Unavailable
from app.terms import FailureCause

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import date

    from app.adapters.breaker import CircuitBreaker
    from app.adapters.caller import Health
    from app.adapters.http import Deadline
    from app.schools.gias import FetchOutcome

WHOLE_STEP = 900.0
"""Seconds that all files of one day may take."""
LIMITS = Limits(connect=5, attempt=60, step=WHOLE_STEP, attempts=1, retry_wait=0, retry_needs=0)
SYSTEM = "gias"
DAYS_BACK = 3
ENOUGH = 16_384
"""Bytes that show whether an answer is what it should be."""
MOST_BYTES = 500_000_000
OK, UNAUTHORISED, FORBIDDEN, NOT_FOUND, TOO_MANY, SERVER_FAULTS = 200, 401, 403, 404, 429, 500


@dataclass(frozen=True)
class Got:
    """A whole answer in a file."""

    status: int
    content_type: str


@dataclass(frozen=True)
class Missing:
    """There is no such file."""


class _Client(ABC):
    """Streams answers into files, within the time limits of EXT-1.5, with a log line each (EXT-1.9)."""

    def __init__(self, base_url: str, limits: Limits, breaker: CircuitBreaker | None) -> None:
        self._client = make_client(base_url, {}, limits)
        self._caller = Caller(SYSTEM, self._client, breaker)
        self._limits = limits

    async def close(self) -> None:
        """Close the pooled connections."""
        await self._caller.close()

    def health(self) -> Health:
        """Return how the register has answered lately, asking it nothing (EXT-1.14)."""
        return self._caller.health()

    async def fault(self, day: date) -> str:
        """Ask for the beginning of what a run would get; returns what is wrong, in words, else nothing (EXT-1.14)."""
        with tempfile.TemporaryDirectory() as name:
            outcome = await self._asked(day, Path(name))
        match outcome:
            case Refused(reason):
                return f"it refused: {reason}"
            case Unavailable(cause):
                return f"it {cause.words}"
            case NotYet():
                return f"there are no files of today or of the {DAYS_BACK} days before"
        return ""

    @abstractmethod
    async def _asked(self, day: date, folder: Path) -> FetchOutcome:
        """Ask as for a day's files, but only for the beginning of each."""

    async def _step(self, work: Callable[[Deadline], Awaitable[FetchOutcome]]) -> FetchOutcome:
        """Take one step of all files of a day, counted once by its outcome (EXT-1.6)."""
        return await self._caller.step(work, self._limits.step, Unavailable)

    async def get(
        self, operation: str, request: httpx.Request, to: Path, deadline: Deadline, enough: int = 0
    ) -> Got | Unavailable:
        """Send one request and write its body to a file; whatever happens on the way is an outcome.

        enough: bytes after which the rest is not waited for; 0: all.
        """
        started = time.perf_counter()
        outcome: Got | Unavailable
        try:
            async with asyncio.timeout(deadline.left()):
                outcome = await self._stream(request, to, enough)
        except (TimeoutError, httpx.TimeoutException):
            outcome = Unavailable(FailureCause.TIMEOUT)
        except httpx.UnsupportedProtocol:
            outcome = Unavailable(FailureCause.MISCONFIGURED)
        except (httpx.RemoteProtocolError, httpx.DecodingError):
            outcome = Unavailable(FailureCause.CONTRACT)
        except (httpx.TransportError, OSError):
            outcome = Unavailable(FailureCause.CONNECT)
        _log(operation, outcome, started)
        return outcome

    def request(self, method: str, path: str, **more: object) -> httpx.Request:
        """Make a request to a path of the system."""
        return self._client.build_request(method, path, **more)  # type: ignore[arg-type]

    async def _stream(self, request: httpx.Request, to: Path, enough: int) -> Got:
        response = await self._client.send(request, stream=True)
        try:
            written = 0
            with _written(to) as file:
                async for chunk in response.aiter_bytes():
                    written += len(chunk)
                    if written > MOST_BYTES:
                        raise httpx.RemoteProtocolError("more than we take")
                    file.write(chunk)
                    if enough and written >= enough:
                        break
            return Got(response.status_code, response.headers.get("content-type", ""))
        finally:
            await response.aclose()


@contextmanager
def _written(to: Path) -> Iterator[IO[bytes]]:
    with to.open("wb") as file:
        yield file


class GIASDownload(_Client):
    """`SchoolRegisterSource` from the public dated files: both of one day, at most three days back (EXT-4.3)."""

    def __init__(self, base_url: str, limits: Limits = LIMITS, breaker: CircuitBreaker | None = None) -> None:
        super().__init__(base_url, limits, breaker)

    async def fetch(self, day: date, folder: Path) -> FetchOutcome:
        """Get both files of the day, else of one of the three days before it."""
        return await self._step(lambda deadline: self._get(day, folder, deadline))

    async def _asked(self, day: date, folder: Path) -> FetchOutcome:
        return await self._step(lambda deadline: self._get(day, folder, deadline, enough=ENOUGH))

    async def _get(self, day: date, folder: Path, deadline: Deadline, enough: int = 0) -> FetchOutcome:
        for back in range(DAYS_BACK + 1):
            dated = f"{day - timedelta(days=back):%Y%m%d}"
            names = (f"edubasealldata{dated}.csv", f"links_edubasealldata{dated}.csv")
            outcomes = [await self._file(name, folder, deadline, enough) for name in names]
            failed = next((one for one in outcomes if isinstance(one, Unavailable | Refused)), None)
            if failed is not None:
                return failed
            if not any(isinstance(one, Missing) for one in outcomes):
                return Files((folder / names[0],), folder / names[1], names[0])
        return NotYet()

    async def _file(
        self, name: str, folder: Path, deadline: Deadline, enough: int
    ) -> Got | Missing | Refused | Unavailable:
        got = await self.get("download", self.request("GET", name), folder / name, deadline, enough)
        if isinstance(got, Unavailable):
            return got
        if got.status == NOT_FOUND:
            return Missing()
        if got.status == OK and "html" not in got.content_type.lower():
            return got
        return _refusal(got)


class GIASExtract(_Client):
    """`SchoolRegisterSource` from the extract service: SOAP, answered by a zip file in parts (EXT-4.2)."""

    def __init__(
        self, url: str, login: ExtractLogin, limits: Limits = LIMITS, breaker: CircuitBreaker | None = None
    ) -> None:
        super().__init__(url, limits, breaker)
        self._url = url
        self._login = login

    async def fetch(self, day: date, folder: Path) -> FetchOutcome:
        """Get the extract as it is now, as one zip file named for the day."""
        return await self._step(lambda deadline: self._get(day, folder, deadline))

    async def _asked(self, day: date, folder: Path) -> FetchOutcome:
        return await self._step(lambda deadline: self._get(day, folder, deadline, enough=ENOUGH))

    async def _get(self, day: date, folder: Path, deadline: Deadline, enough: int = 0) -> FetchOutcome:
        answer, archive = folder / "answer", folder / f"extract{day:%Y%m%d}.zip"
        request = self.request("POST", self._url, content=envelope(self._login), headers=EXTRACT)
        got = await self.get("extract", request, answer, deadline, enough)
        if isinstance(got, Unavailable):
            return got
        if got.status not in {OK, SERVER_FAULTS}:
            return _refusal(got)
        if enough and got.status == OK and got.content_type.lower().startswith("multipart/"):
            return Files((answer,), None, archive.name)
        outcome = await asyncio.to_thread(read_extract, answer, got.content_type, archive)
        if isinstance(outcome, Refused):
            return outcome
        if got.status == SERVER_FAULTS or not outcome:
            return Unavailable(FailureCause.SERVER_ERROR if got.status == SERVER_FAULTS else FailureCause.CONTRACT)
        return Files((archive,), None, archive.name)


def _refusal(got: Got) -> Refused | Unavailable:
    """Say what an answer without files means."""
    if got.status in {UNAUTHORISED, FORBIDDEN}:
        return Refused("the register does not accept our credentials")
    if got.status == TOO_MANY:
        return Unavailable(FailureCause.RATE_LIMITED)
    if got.status >= SERVER_FAULTS:
        return Unavailable(FailureCause.SERVER_ERROR)
    return Unavailable(FailureCause.MISCONFIGURED if got.status == NOT_FOUND else FailureCause.CONTRACT)


def _cause(outcome: Got | Unavailable) -> FailureCause | None:
    if isinstance(outcome, Unavailable):
        return outcome.cause
    return FailureCause.MISCONFIGURED if outcome.status in {UNAUTHORISED, FORBIDDEN} else None


def _log(operation: str, outcome: Got | Unavailable, started: float) -> None:
    log_call(
        system=SYSTEM,
        operation=operation,
        outcome=type(outcome).__name__,
        cause=_cause(outcome),
        status=outcome.status if isinstance(outcome, Got) else None,
        attempt=1,
        milliseconds=round((time.perf_counter() - started) * 1000),
    )
