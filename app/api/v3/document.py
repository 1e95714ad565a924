"""The published description of the API, in OpenAPI 3.1, made from the types that answers have (API-24)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from app.api.v3 import answers, examples, sent
from app.api.v3.asking import LARGEST_SIZE
from app.api.v3.operations import KEY, Operation, Parameter
from app.api.v3.refusals import DETAILS
from app.problems import BAD_PARAMETER, TITLES, USUAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PREFIX = "/api/v3"
ERRORS = "application/json"
PARAMETER_CODES = ("filter_shape", "parameter_unknown", "parameter_repeated", "sort_invalid", "value_invalid")
RULES = re.compile(r"\s*\(API-[^)]*\)")
TITLE = "Register early career teachers: lead provider API"
DESCRIPTION = f"""Lead providers read which schools want them, whom they train and what changed, and tell which
partnerships they have and who stopped, paused, restarted or changed schedule.

Send your token as `Authorization: Bearer …`. Lists come in pages of 100, at most {LARGEST_SIZE:,} rows. What is marked
`x-addition` is on top of the contract that older clients know; they need none of it."""


def document_of(handlers: Iterable[Any], base_url: str) -> dict[str, Any]:
    """Return the whole document; handlers: every one of the API, each with its operation."""
    paths: dict[str, dict[str, Any]] = {}
    described = [(handler, handler.opt[KEY]) for handler in handlers if KEY in handler.opt]
    for handler, operation in described:
        for path in sorted(handler.paths):
            shown = PREFIX + re.sub(r"\{(\w+):str\}", r"{\1}", path)
            method = next(each for each in sorted(handler.http_methods) if each not in {"HEAD", "OPTIONS"})
            paths.setdefault(shown, {})[method.lower()] = _operation(operation, shown)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Register early career teachers: lead provider API",
            "version": "3",
            "description": DESCRIPTION,
        },
        "servers": [{"url": base_url.rstrip("/")}],
        "security": [{"token": []}],
        "tags": [{"name": name} for name in dict.fromkeys(operation.tag for _, operation in described)],
        "paths": paths,
        "components": {
            "schemas": _schemas([operation for _, operation in described]),
            "responses": {NAMES[status]: _usual(status) for status in NAMES},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A token of yours."}},
        },
    }


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    types = {kind for operation in operations for kind in (operation.answer, operation.body) if kind is not None}
    types |= {answers.BulkStored, answers.BulkRefused, sent.ReportData}
    _, found = msgspec.json.schema_components(
        sorted(types, key=lambda kind: kind.__name__), ref_template="#/components/schemas/{name}"
    )
    made = {name: _plain(schema) for name, schema in sorted(found.items())}
    if "BulkItem" in made:
        made["BulkItem"] = {"oneOf": [_ref("BulkStored"), _ref("BulkRefused")]}
    if "ReportItem" in made:  # what is misshapen is refused by itself, and the call is still answered
        made["ReportItem"] = {"anyOf": [_ref("ReportData"), {}], "description": made["ReportItem"]["description"]}
    for name, schema in made.items():
        if name in examples.EXAMPLES:
            schema["examples"] = [examples.EXAMPLES[name]]
    return made


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _plain(schema: Any) -> Any:
    """Write what may be null as a union of types, name the type of every list of words, and drop rule ids."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _plain(value) for name, value in schema.items()}
    if isinstance(made.get("description"), str):
        made["description"] = RULES.sub("", made["description"])
    if "enum" in made and "type" not in made:
        made["type"] = "integer" if all(isinstance(word, int) for word in made["enum"]) else "string"
    return _joined(made)


def _joined(made: dict[str, Any]) -> dict[str, Any]:
    choices = made.get("anyOf", [])
    kinds = [choice.get("type") for choice in choices]
    if len(choices) != 2 or kinds[1] != "null" or not isinstance(kinds[0], str):  # noqa: PLR2004 - something or null
        return made
    joined = {
        **{name: value for name, value in made.items() if name != "anyOf"},
        **choices[0],
        "type": [kinds[0], "null"],
    }
    if "enum" in joined:
        joined["enum"] = [*joined["enum"], None]
    return joined


def _operation(operation: Operation, path: str) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", path)
    ids = [Parameter(name, {"type": "string", "format": "uuid"}, "The id.", "path", required=True) for name in names]
    made: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [_parameter(each) for each in (*ids, *operation.parameters, REQUEST_ID)],
        "responses": {str(status): answer for status, answer in sorted(_answers(operation).items())},
    }
    if operation.body is not None:
        content = {"schema": _ref(operation.body.__name__)}
        made["requestBody"] = {"required": True, "content": {"application/json": content}}
    if operation.addition:
        made["x-addition"] = True
    return made


REQUEST_ID = Parameter(
    "X-Request-Id",
    {"type": "string"},
    "An id of your own for this request: up to 64 letters, digits and hyphens. It comes back with the answer.",
    "header",
)


def _parameter(each: Parameter) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": each.name,
        "in": each.place,
        "required": each.required,
        "description": each.description,
        "schema": dict(each.schema),
    }
    if each.example is not None:
        made["example"] = each.example
    if each.addition:
        made["x-addition"] = True
    return made


def _answers(operation: Operation) -> dict[int, Any]:
    reads = operation.body is None
    made: dict[int, Any] = {200: _success(operation, reads=reads)}
    if reads:
        made[304] = {"description": "What you have still holds.", "headers": {"ETag": _header("The tag you sent.")}}
    bad = tuple(dict.fromkeys(("header_invalid", *PARAMETER_CODES, *operation.bad_request)))
    made[400] = _refusal("The request cannot be read as it is.", (TITLES[400], BAD_PARAMETER), bad)  # type: ignore[index]
    wanted = [401, 429, 500, 503, *([404] if operation.one else []), *([] if reads else [403, 409, 413, 415])]
    if operation.id == "listChanges":
        wanted.append(410)
    for status in wanted:
        made[status] = {"$ref": f"#/components/responses/{NAMES[status]}"}
    if operation.fields:
        codes = tuple(dict.fromkeys(code for field, code in DETAILS if field in operation.fields))
        made[422] = _refusal("A rule refuses it; nothing was changed.", operation.fields, codes)
    return made


def _success(operation: Operation, *, reads: bool) -> dict[str, Any]:
    headers = {**COUNTERS, "X-Request-Id": _header("The id of this request.")}
    if reads:
        headers["ETag"] = _header("A tag to ask again with, in If-None-Match.")
    else:
        headers["Idempotency-Replayed"] = _header("true, when this is the answer of an earlier request with the key.")
    content = {"schema": _ref(operation.answer.__name__)}
    return {"description": "Done.", "headers": headers, "content": {"application/json": content}}


def _header(description: str, kind: str = "string") -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}}


COUNTERS = {
    "RateLimit-Limit": _header("How many requests of a token there may be in 300 seconds.", "integer"),
    "RateLimit-Remaining": _header("How many of them are left.", "integer"),
    "RateLimit-Reset": _header("In how many seconds the first of them no longer counts.", "integer"),
}
RETRY = {"Retry-After": _header("After how many seconds to try again.", "integer")}
BY_STATUS = {401: {"WWW-Authenticate": _header("Bearer.")}, 409: RETRY, 429: RETRY, 503: RETRY}
NAMES = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Gone",
    413: "BodyTooLarge",
    415: "UnsupportedMediaType",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}
"""Statuses that say the same wherever they come, and what the document calls them."""
GONE = ("cursor_expired", "The cursor is too old.")


def _usual(status: int) -> dict[str, Any]:
    code, detail = GONE if status == 410 else USUAL[status]  # type: ignore[index]  # noqa: PLR2004
    return _refusal(detail, (TITLES[status],), (code,), BY_STATUS.get(status, {}))  # type: ignore[index]


def _refusal(
    description: str, titles: Sequence[str], codes: Sequence[str], headers: dict[str, Any] | None = None
) -> dict[str, Any]:
    item = {
        "type": "object",
        "required": ["title", "detail", "code"],
        "additionalProperties": False,
        "properties": {
            "title": {"type": "string", "enum": list(titles)},
            "detail": {"type": "string"},
            "code": {"type": "string", "enum": list(codes)},
            "pointer": {"type": "string"},
        },
    }
    schema = {
        "type": "object",
        "required": ["errors"],
        "additionalProperties": False,
        "properties": {"errors": {"type": "array", "minItems": 1, "items": item}},
    }
    made: dict[str, Any] = {"description": description, "content": {ERRORS: {"schema": schema}}}
    return made | ({"headers": headers} if headers else {})
