"""One write: its body, its key, its transaction, and what is refused (API-5.2, API-6.3, API-6.5, API-19)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
import msgspec

from app import clock
from app.api.v3.answering import asked_of, preferences
from app.api.v3.bodies import read_body
from app.api.v3.calling import call_of
from app.api.v3.faults import answer_json
from app.api.v3.refusals import items_of
from app.db.engine import fetch
from app.db.transaction import settle, transaction
from app.problems import body_of, problem
from app.provider_records.idempotency import InProgress, KeyReused, begin, keep
from app.terms import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from litestar import Request, Response

    from app.terms import LeadProviderId

    AnyRequest = Request[Any, Any, Any]
    Work = Callable[[bytes], Awaitable[Callable[[], Awaitable[bytes]]]]

Made = TypeVar("Made")
TRIES = 4
LONGEST_WAIT = "10s"
KEY = re.compile(r"[ -~]{1,255}")
RETRIED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
RETRY_SECONDS = "5"


@dataclass(frozen=True)
class Done:
    """An answer that may be kept under a key: 200, or 422 with what a rule refuses."""

    status: int
    body: bytes
    replayed: bool = False
    codes: tuple[str, ...] = ()


def key_of(request: AnyRequest) -> str:
    """Return the Idempotency-Key, or nothing; raises `header_invalid` (API-19.1, API-29.4)."""
    key = call_of(request).headers.get("idempotency-key", "")
    if key and not KEY.fullmatch(key):
        raise problem(400, "header_invalid", "Idempotency-Key is 1 to 255 printable ASCII characters.")
    return key


async def write(request: AnyRequest, work: Work) -> Response[bytes]:
    """Answer a write: do the work in one transaction, or give again what was answered under the same key (API-19.2).

    work: is given the body, acts, and returns how to read the record as changed. Raises Problem for what keeps it
    from being judged; what a rule refuses is answered 422 and leaves nothing behind (API-6.4).
    """
    body = await read_body(request, call_of(request).headers)
    key = key_of(request)
    done = await retried(lambda: _once(request, body, key, work))
    request.scope["state"]["error_codes"] = list(done.codes)
    request.scope["state"]["rows"] = 1
    headers = preferences(request) | ({"Idempotency-Replayed": "true"} if done.replayed else {})
    return answer_json(done.body, done.status, headers)


async def retried(act: Callable[[], Awaitable[Made]]) -> Made:
    """Do something again that the database broke off for others, up to 3 times; 503 after a long wait (API-6.5)."""
    for left in reversed(range(TRIES)):
        try:
            return await act()
        except RETRIED:
            if not left:
                raise
        except asyncpg.LockNotAvailableError:
            raise problem(503, **{"Retry-After": RETRY_SECONDS}) from None
    raise AssertionError("the last try returns or raises")


async def _once(request: AnyRequest, body: bytes, key: str, work: Work) -> Done:
    kept = Kept(call_of(request).known.lead_provider_id, key, digest_of_request(request, body))
    async with transaction():
        await fetch(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
        done = await kept.answer()
        if done is None:
            done = await judged(request, body, work)
            await kept.keep(done)
        return done


def digest_of_request(request: AnyRequest, body: bytes) -> bytes:
    """Return what tells one request from another (API-19.2)."""
    parts = (request.method, str(request.scope["path"]), request.scope["query_string"].decode("latin-1"))
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + body).digest()


@dataclass(frozen=True)
class Kept:
    """The answer kept under a key, in the transaction in force; without a key none is (API-19)."""

    lead_provider_id: LeadProviderId
    key: str
    digest: bytes

    async def answer(self) -> Done | None:
        """Return what was answered to this very request; raises 409 while it runs, 422 for another with its key."""
        if not self.key:
            return None
        try:
            found = await begin(self.lead_provider_id, self.key, self.digest, clock.machine_now())
        except InProgress:
            raise problem(409, **{"Retry-After": "1"}) from None
        except KeyReused:
            raise Refused("idempotency_key_reused", "idempotency_key") from None
        return Done(found.status, found.body.encode(), replayed=True) if found else None

    async def keep(self, done: Done) -> None:
        """Keep an answer for the next 24 hours."""
        if self.key:
            now = clock.machine_now()
            await keep(self.lead_provider_id, self.key, self.digest, done.status, done.body.decode(), now)


async def judged(request: AnyRequest, body: bytes, work: Work) -> Done:
    """Do the work in the transaction in force; what a rule refuses undoes it and becomes a 422 (API-6.4)."""
    asked_of(request)
    try:
        async with transaction():
            read = await work(body)
            await settle()
            return Done(200, await read())
    except Refused as refused:
        found = items_of(refused)
        return Done(422, msgspec.json.encode(body_of(found)), codes=tuple(item.code for item in found))
