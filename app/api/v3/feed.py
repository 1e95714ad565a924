"""The change feed: everything that changed in the lead provider's world, in order, once (API-17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app.api.v3 import answers, asking, cursors
from app.api.v3.answering import asked_of, etag_of, is_known, many, next_path, settings_of, unchanged
from app.api.v3.calling import call_of
from app.api.v3.operations import AFTER, KEY, KNOWN, LENIENT, SIZE, Operation, Parameter
from app.problems import bad_parameter, problem
from app.provider_records.asked import ResourceType
from app.provider_records.changes import Changes, Expired, changes_page, latest_change_number

if TYPE_CHECKING:
    from app.api.v3.asking import Asked

AnyRequest = Request[Any, Any, Any]
FEED = "changes"
LATEST = "latest"
KINDS = {kind.value: kind for kind in ResourceType}
TYPES = Parameter(
    "filter[type]",
    {"type": "string", "pattern": f"^$|^({'|'.join(KINDS)})(,({'|'.join(KINDS)}))*$"},
    f"Only changes of these: {', '.join(KINDS)}, separated by commas.",
    addition=True,
    example="participant,partnership",
)
DECLARED = Operation(
    "listChanges",
    "Follow what changes",
    "Changes",
    answers.ChangesAnswer,
    parameters=(TYPES, SIZE, AFTER, LENIENT, KNOWN),
    addition=True,
    bad_request=("page_invalid", "cursor_invalid"),
)


@get("/changes", opt={KEY: DECLARED})
async def changes(request: AnyRequest) -> Response[bytes]:
    """List what changed after a cursor, from the oldest kept without one (API-17.1)."""
    asked = asked_of(request)
    kinds = _kinds(asked)
    size, cursor = _page(asked)
    number = _read(request, cursor) if cursor and cursor != LATEST else None
    tag = await etag_of(request, kinds or tuple(ResourceType))
    if is_known(request, tag):
        return unchanged(tag)
    lead_provider_id = call_of(request).known.lead_provider_id
    if cursor == LATEST:
        return _answer(request, asked, Changes([], await latest_change_number(lead_provider_id), more=False), tag)
    try:
        found = await changes_page(lead_provider_id, number, size, kinds)
    except Expired:
        detail = "The cursor is too old. Take page[after]=latest, then copy everything, then follow the feed."
        raise problem(410, "cursor_expired", detail, pointer="#/query/page/after") from None
    return _answer(request, asked, found, tag)


def _kinds(asked: Asked) -> tuple[ResourceType, ...] | None:
    wanted = asking.items(asked.filters, "type")
    if wanted is None:
        return None
    if set(wanted) - set(KINDS):
        raise bad_parameter("value_invalid", f"'#/type' is a list of: {', '.join(KINDS)}.", "filter/type")
    return tuple(KINDS[word] for word in wanted)


def _page(asked: Asked) -> tuple[int, str]:
    if "page" in asked.pages:
        detail = "The feed has no numbered pages. Send page[after]."
        raise problem(400, "page_invalid", detail, pointer="#/query/page/page")
    page = asking.page(asked)
    return page.size, page.cursor or ""


def _read(request: AnyRequest, cursor: str) -> int:
    place = cursors.read(cursor, call_of(request).known.lead_provider_id, FEED, settings_of(request))
    return int(place[0])


def _answer(request: AnyRequest, asked: Asked, found: Changes, tag: str) -> Response[bytes]:
    cursor = cursors.write([found.next_number], call_of(request).known.lead_provider_id, FEED, settings_of(request))
    way, more = next_path(request, asked, cursor), "true" if found.more else "false"
    return many(request, found.entries, f',"links":{{"next":"{way}"}},"meta":{{"more":{more}}}', tag)


HANDLERS: list[Any] = [changes]
