"""Reporting up to 500 partnerships in one call, each by itself (API-11.7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, Response, post

from app import clock
from app.api.v3 import answers, sent
from app.api.v3.answering import asked_of, preferences
from app.api.v3.asking import single
from app.api.v3.bodies import known_attributes, misshapen, parse, read_body
from app.api.v3.calling import call_of, count_call
from app.api.v3.faults import answer_json
from app.api.v3.operations import KEY, KEY_HEADER, LENIENT, Operation, Parameter
from app.api.v3.partnerships import FIELDS, TAG, report_one
from app.api.v3.refusals import items_of
from app.api.v3.writing import LONGEST_WAIT, Done, Kept, digest_of_request, key_of, retried
from app.db.engine import fetch
from app.db.transaction import settle, transaction
from app.problems import Item, Problem, bad_parameter, problem
from app.provider_records.asked import ResourceType
from app.provider_records.queries import one_record
from app.terms import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.api.v3.calling import Call

AnyRequest = Request[Any, Any, Any]
MOST = 500
ITEMS_OF_A_REQUEST = 50
"""As many items count as one request (API-11.7)."""
VALIDATE = Parameter(
    "validate_only",
    {"type": "boolean", "default": False},
    "true to learn what would come of it, without any effect.",
    addition=True,
)
DECLARED = Operation(
    "reportPartnerships",
    "Report several partnerships",
    TAG,
    answers.BulkAnswer,
    sent.BulkReport,
    (VALIDATE, LENIENT, KEY_HEADER),
    ("idempotency_key",),
    addition=True,
    bad_request=("malformed_json", "body_shape", "bulk_size"),
)


class NotForReal(Exception):
    """Takes back what was only tried."""


@dataclass
class Batch:
    """One call: its items, and what came of those that were tried."""

    call: Call
    items: list[Any]
    validate_only: bool
    key: str
    digest: bytes
    results: list[dict[str, Any]] = field(default_factory=list)
    replayed: int = 0


@post("/partnerships/bulk", status_code=200, opt={KEY: DECLARED})
async def report_many(request: AnyRequest) -> Response[bytes]:
    """Report partnerships one after another, each in a transaction of its own (API-11.7)."""
    call = call_of(request)
    body = await read_body(request, call.headers)
    key = key_of(request)
    asked = asked_of(request, others=("validate_only",))
    items = _items(parse(body))
    batch = Batch(call, items, _validate_only(asked.others), key, digest_of_request(request, body))
    if len(items) > ITEMS_OF_A_REQUEST:
        await count_call(call, -(-len(items) // ITEMS_OF_A_REQUEST) - 1)
    if batch.validate_only:
        batch.results = await retried(lambda: _try_all(batch))
    else:
        await _report_all(batch)
    request.scope["state"]["rows"] = len(batch.results)
    headers = preferences(request)
    if batch.replayed == len(items):
        headers["Idempotency-Replayed"] = "true"
    return answer_json(_document(batch), headers=headers)


def _items(document: Any) -> list[Any]:
    items = document.get("data") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise misshapen("The body is not an object with an array 'data'.")
    if not 1 <= len(items) <= MOST:
        raise problem(400, "bulk_size", f"Send 1 to {MOST} partnerships in one call.", pointer="#/data")
    return items


def _validate_only(others: Mapping[str, list[str]]) -> bool:
    value = single(others, "validate_only", "validate_only")
    if value is None:
        return False
    if value not in {"true", "false"}:
        raise bad_parameter("value_invalid", "'#/validate_only' is true or false.", "validate_only")
    return value == "true"


async def _report_all(batch: Batch) -> None:
    for index, item in enumerate(batch.items):
        done = await retried(lambda index=index, item=item: _report(batch, index, item))  # type: ignore[misc]
        batch.replayed += done.replayed
        batch.results.append(msgspec.json.decode(done.body))


async def _report(batch: Batch, index: int, item: Any) -> Done:
    """Report one item in a transaction of its own, or give again what was stored of it under the key."""
    key = f"{batch.key}\n{index}" if batch.key else ""  # no key of a caller holds a line break
    kept = Kept(batch.call.known.lead_provider_id, key, batch.digest)
    async with transaction():
        await fetch(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
        done = await kept.answer()
        if done is None:
            result = await _judged(batch, index, item)
            done = Done(200, msgspec.json.encode(result))  # as the whole call is answered
            await kept.keep(done)
        return done


async def _try_all(batch: Batch) -> list[dict[str, Any]]:
    """Report every item in one transaction that is taken back; later items see earlier ones."""
    results: list[dict[str, Any]] = []
    try:
        async with transaction():
            await fetch(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
            for index, item in enumerate(batch.items):
                results.append(await _judged(batch, index, item))
            raise NotForReal  # noqa: TRY301 - this is how a transaction is taken back
    except NotForReal:
        return results


async def _judged(batch: Batch, index: int, item: Any) -> dict[str, Any]:
    """Return what came of one item (API-29.6)."""
    try:
        attributes = known_attributes(item, FIELDS)
        async with transaction():
            reported = await report_one(attributes, batch.call)
            partnership = None if batch.validate_only else await _shown(batch.call, reported.public_id)
    except Problem as misshaped:
        return {"index": index, "status": 400, "errors": [each.shown() for each in misshaped.items]}
    except Refused as refused:
        return {"index": index, "status": 422, "errors": [_placed(each, index) for each in items_of(refused)]}
    return {"index": index, "status": 200, "partnership": partnership, "attached": reported.attached}


def _placed(item: Item, index: int) -> dict[str, str]:
    """Return what is wrong with one item, with its place among the others."""
    shown = item.shown()
    return shown | {"pointer": shown["pointer"].replace("#/data", f"#/data/{index}")} if "pointer" in shown else shown


async def _shown(call: Call, public_id: UUID) -> Any:
    await settle()
    found = await one_record(call.known.lead_provider_id, ResourceType.PARTNERSHIP, public_id, clock.today())
    if found is None:
        raise LookupError("a partnership that was just written is shown")
    return msgspec.json.decode(found)


def _document(batch: Batch) -> dict[str, Any]:
    accepted = [result for result in batch.results if result["status"] == 200]  # noqa: PLR2004 - stored
    return {
        "data": batch.results,
        "meta": {
            "accepted": len(accepted),
            "refused": len(batch.results) - len(accepted),
            "attached": sum(result["attached"] for result in accepted),
            "validate_only": batch.validate_only,
        },
    }


HANDLERS: list[Any] = [report_many]
