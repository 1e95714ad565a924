"""What the published document says of each address, declared beside its handler (API-24.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.api.v3.answering import Listing

KEY = "operation"


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query or a header."""

    name: str
    schema: Mapping[str, Any]
    description: str
    place: str = "query"
    required: bool = False
    addition: bool = False
    example: Any = None


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    summary: str
    tag: str
    answer: type
    body: type | None = None
    parameters: tuple[Parameter, ...] = ()
    fields: tuple[str, ...] = ()
    """What it may refuse with 422 (API-6.2)."""
    one: bool = False
    """It is about one record, which may not be found."""
    addition: bool = False
    bad_request: tuple[str, ...] = field(default=())
    """The codes of 400 beside those that every call may get."""


YEAR = {"type": "string", "pattern": "^[^,]*[^,\\s][^,]*$"}
"""One year; other text names no year, which is no mistake (API-7.5)."""
TEXT = {"type": "string"}
FILTERS: dict[str, Parameter] = {
    "cohort": Parameter("filter[cohort]", TEXT, "Only these cohorts: years, separated by commas.", example="2024,2025"),
    "urn": Parameter("filter[urn]", TEXT, "Only the school with this URN.", example="100001"),
    "updated_since": Parameter(
        "filter[updated_since]",
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "string", "format": "date"},
                {"type": "string", "maxLength": 0},
            ]
        },
        "Only what changed at this time or later. Without an offset it is UTC; a date alone is its first moment. Write"
        " + as %2B.",
        example="2025-09-01T00:00:00Z",
    ),
    "delivery_partner_id": Parameter(
        "filter[delivery_partner_id]", TEXT, "Only these delivery partners: ids, separated by commas."
    ),
    "training_status": Parameter(
        "filter[training_status]",
        TEXT,
        "Only these training statuses: active, deferred, withdrawn, separated by commas.",
        example="active",
    ),
    "from_participant_id": Parameter(
        "filter[from_participant_id]", TEXT, "Only the participant that this id was merged into."
    ),
}
ONE_COHORT = Parameter(
    "filter[cohort]", YEAR, "The cohort: the year in which a contract period starts.", required=True, example="2025"
)
NUMBER = Parameter(
    "page[page]",
    {"type": "integer", "minimum": 1, "maximum": 999_999_999, "default": 1},
    "Which page. Past the end there is nothing on it.",
)
SIZE = Parameter(
    "page[per_page]",
    {"type": "integer", "minimum": 1, "maximum": 999_999_999, "default": 100},
    "How many on a page. More than 3,000 count as 3,000.",
)
AFTER = Parameter(
    "page[after]",
    TEXT,
    "Blank for the first page, then what links.next says. A walk like this misses nothing, however long it takes.",
    addition=True,
)
SORT = Parameter(
    "sort",
    {
        "type": "string",
        "default": "created_at",
        "pattern": "^$|^[+-]?created_at(,[+-]?updated_at)?$|^[+-]?updated_at(,[+-]?created_at)?$",
    },
    "By created_at, updated_at or both, with - before the name for the newest first.",
    example="-updated_at",
)
LENIENT = Parameter(
    "Prefer",
    TEXT,
    "handling=lenient has unknown parameters passed by instead of refused.",
    place="header",
    addition=True,
    example="handling=lenient",
)
KNOWN = Parameter(
    "If-None-Match", TEXT, "The ETag of an answer that you have: 304 says that it holds.", place="header", addition=True
)
KEY_HEADER = Parameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 255, "pattern": "^[ -~]*$"},
    "Any text of your own for this one request. Sent again within 24 hours, the same request gets the same answer and"
    " has no second effect.",
    place="header",
    addition=True,
    example="b6f2c1b0-2f0e-4f0e-9b54-0d1f6f1f9a11",
)
PAGED = (NUMBER, SIZE, AFTER, SORT, LENIENT, KNOWN)


def read_many(name: str, summary: str, listing: Listing, answer: type, *, addition: bool = False) -> dict[str, Any]:
    """Declare a list; its parameters are those that it uses."""
    filters = tuple(
        ONE_COHORT if name == "cohort" and listing.cohort_required else FILTERS[name] for name in listing.filters
    )
    codes = (
        "page_invalid",
        "date_invalid",
        "cursor_invalid",
        *(("filter_required",) if listing.cohort_required else ()),
    )
    made = Operation(
        name, summary, tag_of(listing), answer, parameters=(*filters, *PAGED), addition=addition, bad_request=codes
    )
    return {KEY: made}


def read_one(name: str, summary: str, listing: Listing, answer: type, *, addition: bool = False) -> dict[str, Any]:
    """Declare one record."""
    filters = (ONE_COHORT,) if listing.cohort_required else ()
    made = Operation(
        name,
        summary,
        tag_of(listing),
        answer,
        parameters=(*filters, LENIENT, KNOWN),
        one=True,
        addition=addition,
        bad_request=("filter_required",) if filters else (),
    )
    return {KEY: made}


def write(
    name: str, summary: str, tag: str, body: type, answer: type, *fields: str, one: bool = False
) -> dict[str, Any]:
    """Declare a write; fields: what may be refused, in the order of the rule's table."""
    parameters = (LENIENT, KEY_HEADER)
    codes = ("malformed_json", "body_shape")
    made = Operation(name, summary, tag, answer, body, parameters, (*fields, "idempotency_key"), one, bad_request=codes)
    return {KEY: made}


def tag_of(listing: Listing) -> str:
    """Return the heading that a list stands under."""
    return listing.kind.value.replace("-", " ").capitalize() + "s"
