"""Answers of reads: one record or a page of them, with its ETag and the way on (API-5, API-7, API-20.1)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode
from uuid import UUID

from litestar import Response

from app import clock
from app.api.v3 import asking, cursors
from app.api.v3.calling import call_of
from app.api.v3.faults import answer_json
from app.problems import problem
from app.provider_records.asked import After, Filters, Offset, ResourceType
from app.provider_records.changes import latest_change_number
from app.provider_records.queries import one_record, records_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from litestar import Request

    from app.api.v3.asking import Asked

    AnyRequest = Request[Any, Any, Any]

LENIENT = "handling=lenient"


@dataclass(frozen=True)
class Listing:
    """What an address lists, and by which filters; `cohort_required` when it shows one cohort at a time (API-8)."""

    kind: ResourceType
    filters: tuple[str, ...] = ()
    cohort_required: bool = False


def is_lenient(request: AnyRequest) -> bool:
    """Tell whether what is not known shall be passed by (API-7.3)."""
    wishes = call_of(request).headers.get("prefer", "").lower().replace(" ", "").replace(";", ",").split(",")
    return LENIENT in wishes


def asked_of(request: AnyRequest, others: tuple[str, ...] = ()) -> Asked:
    """Read the query of a call."""
    return asking.read_query(request.scope["query_string"], lenient=is_lenient(request), others=others)


async def listed(request: AnyRequest, listing: Listing) -> Response[bytes]:
    """Answer a page of a list (API-5.1)."""
    asked = asked_of(request)
    filters = filters_of(asked, listing)
    order = asking.order(asked)
    page = asking.page(asked)
    caller = call_of(request).known
    digest = cursors.digest_of(path_of(request), filters, order)
    position = None
    if page.cursor:
        position = tuple(cursors.read(page.cursor, caller.lead_provider_id, digest, settings_of(request)))
    tag = await etag_of(request, (listing.kind,))
    if is_known(request, tag):
        return unchanged(tag)
    paging = After(page.size, position) if page.keyset else Offset(page.size, page.offset)
    found = await records_page(caller.lead_provider_id, listing.kind, filters, order, paging, clock.today())
    links = ""
    if page.keyset:
        way = "null"
        if found.last is not None:
            cursor = cursors.write(found.last, caller.lead_provider_id, digest, settings_of(request))
            way = f'"{next_path(request, asked, cursor)}"'
        links = f',"links":{{"next":{way}}}'
    return many(request, found.rows, links, tag)


def many(request: AnyRequest, rows: list[bytes], beside: str, tag: str) -> Response[bytes]:
    """Answer rows that are JSON already, with what stands beside `data` (API-5.1)."""
    request.scope["state"]["rows"] = len(rows)
    # Megabytes are put together once.
    parts = rows or [b""]
    parts[0] = b'{"data":[' + parts[0]
    parts[-1] += f"]{beside}}}".encode()
    return _answer(request, tag, b",".join(parts))


async def shown(request: AnyRequest, listing: Listing, record_id: str) -> Response[bytes]:
    """Answer one record, or 404 for an id that is no UUID, unknown or of another lead provider (API-1.4)."""
    asked = asked_of(request)
    cohort = asking.one_year(asked.filters) if listing.cohort_required else None
    tag = await etag_of(request, (listing.kind,))
    if asking.UUID_FORM.fullmatch(record_id) is None or (listing.cohort_required and cohort is None):
        raise problem(404)
    if is_known(request, tag):
        return unchanged(tag)
    lead_provider_id = call_of(request).known.lead_provider_id
    found = await one_record(lead_provider_id, listing.kind, UUID(record_id), clock.today(), cohort)
    if found is None:
        raise problem(404)
    request.scope["state"]["rows"] = 1
    return _answer(request, tag, b'{"data":' + found + b"}")


def filters_of(asked: Asked, listing: Listing) -> Filters:
    """Read the filters that a list uses; the others are passed by (API-7.2)."""
    given = {name: values for name, values in asked.filters.items() if name in listing.filters}
    if listing.cohort_required:
        year = asking.one_year(given)
        years: tuple[int, ...] | None = () if year is None else (year,)
    else:
        years = asking.years(given)
    return Filters(
        cohorts=years,
        urn=asking.single(given, "urn") or None,
        updated_since=asking.since(given),
        delivery_partner_ids=asking.uuids(given, "delivery_partner_id"),
        training_statuses=asking.items(given, "training_status"),
        from_participant_ids=asking.uuids(given, "from_participant_id"),
    )


def path_of(request: AnyRequest) -> str:
    """Return the path asked for, without the slash that may end it."""
    return str(request.scope["path"]).rstrip("/")


def settings_of(request: AnyRequest) -> Any:
    """Return the settings of the application."""
    return request.app.state.settings


def next_path(request: AnyRequest, asked: Asked, cursor: str) -> str:
    """Return the complete path of the next page: the same query, from the cursor on (API-7.9)."""
    pairs = [(name, value) for name, value in asked.pairs if name != "page[after]"]
    return f"{path_of(request)}?{urlencode([*pairs, ('page[after]', cursor)], safe='[]', quote_via=quote_plus)}"


async def etag_of(request: AnyRequest, kinds: Sequence[ResourceType]) -> str:
    """Return the weak tag of an answer, before any record is read (API-20.1)."""
    number = await latest_change_number(call_of(request).known.lead_provider_id, kinds)
    return tag_of(request, number, clock.today())


def tag_of(request: AnyRequest, number: int, today: date) -> str:
    """Return the weak tag of what an address shows at a change number on a day."""
    known = call_of(request).known
    asked = f"{path_of(request)}?{request.scope['query_string'].decode('latin-1')}"
    parts = (known.lead_provider_id, number, today.isoformat(), asked, is_lenient(request), request.app.state.build)
    digest = hashlib.sha256(repr(parts).encode()).digest()[:15]
    return f'W/"{base64.urlsafe_b64encode(digest).decode()}"'


def is_known(request: AnyRequest, tag: str) -> bool:
    """Tell whether the caller has the answer of this tag; `*` matches nothing (API-29.4)."""
    given = call_of(request).headers.get("if-none-match", "")
    return tag.removeprefix("W/") in {each.strip().removeprefix("W/") for each in given.split(",")}


def unchanged(tag: str) -> Response[bytes]:
    """Answer that the caller has what there is."""
    return Response(b"", status_code=304, headers={"ETag": tag})


def preferences(request: AnyRequest) -> dict[str, str]:
    """Return the header that says which wish was granted (API-7.3)."""
    return {"Preference-Applied": LENIENT} if is_lenient(request) else {}


def _answer(request: AnyRequest, tag: str, body: bytes) -> Response[bytes]:
    return answer_json(body, headers={"ETag": tag, **preferences(request)})
