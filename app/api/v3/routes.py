"""Every address of version 3, and its published document."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import msgspec
import yaml
from litestar import Request, Response, Router, get

from app.api.v3 import actions, bulk, faults, feed, partnerships, reading
from app.api.v3.bodies import LARGEST
from app.api.v3.document import document_of

AnyRequest = Request[Any, Any, Any]
HANDLERS: list[Any] = [
    *reading.HANDLERS,
    *partnerships.HANDLERS,
    *bulk.HANDLERS,
    *actions.HANDLERS,
    *feed.HANDLERS,
]


def router(calling: Any, opt: dict[str, Any]) -> Router:
    """Return the addresses below /api/v3; calling: what every call passes; opt: who may call."""
    return Router(
        "/api/v3",
        route_handlers=HANDLERS,
        middleware=[calling],
        exception_handlers=faults.HANDLERS,
        request_max_body_size=LARGEST,
        opt=opt,
    )


@dataclass
class Published:
    """The document in both notations, with the tag of each."""

    document: dict[str, Any]

    @cached_property
    def json(self) -> bytes:
        """The document as JSON."""
        return msgspec.json.format(msgspec.json.encode(self.document), indent=2)

    @cached_property
    def yaml(self) -> bytes:
        """The document as YAML."""
        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        return bytes(yaml.dump(self.document, Dumper=dumper, sort_keys=False, allow_unicode=True, encoding="utf-8"))

    def tag(self, notation: bytes) -> str:
        """Return the tag of a notation."""
        return f'"{hashlib.sha256(notation).hexdigest()[:20]}"'


@cache
def published(base_url: str) -> Published:
    """Return the document for an address of the service; made once (API-24.1)."""
    return Published(document_of(HANDLERS, base_url))


def _answer(request: AnyRequest, body: bytes, kind: str) -> Response[bytes]:
    made = published(request.app.state.settings.base_url)
    tag = made.tag(body)
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=f"{kind}; charset=utf-8")


@get("/api/docs/v3/openapi.json", sync_to_thread=False)
def as_json(request: AnyRequest) -> Response[bytes]:
    """Give the document as JSON."""
    return _answer(request, published(request.app.state.settings.base_url).json, "application/json")


@get(["/api/docs/v3/openapi.yaml", "/api/docs/v3/swagger.yaml"], sync_to_thread=False)
def as_yaml(request: AnyRequest) -> Response[bytes]:
    """Give the document as YAML, also at the address that older clients know."""
    return _answer(request, published(request.app.state.settings.base_url).yaml, "application/yaml")


DOCUMENTS: list[Any] = [as_json, as_yaml]
