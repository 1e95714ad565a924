"""Serves the files of `app.assets` from memory: hashed names, precompressed, 304 when already held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import HttpMethod, Request, Response, route
from litestar.exceptions import NotFoundException

from app import assets
from app.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.assets import Asset

FOR_EVER = "public, max-age=31536000, immutable"


@route(
    assets.PREFIX + "{name:path}",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    sync_to_thread=False,
    include_in_schema=False,
)
def static_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Answer a file by its hashed name, in the best coding the browser takes; anything else is not found."""
    found = _by_path().get(request.path_params["name"].strip("/"))
    if found is None:
        raise NotFoundException
    coding = best_coding(request.headers.get("accept-encoding", ""), found.encoded)
    headers = _headers(found, coding)
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    body = found.encoded[coding]
    headers["Content-Length"] = str(len(body))
    content = b"" if request.method == "HEAD" else body
    return Response(content, status_code=200, headers=headers, media_type=found.content_type)


def best_coding(accepted: str, available: Mapping[str, bytes]) -> str:
    """Return the first of the available codings that the header takes; "" is the plain body."""
    wanted = set()
    for part in accepted.lower().split(","):
        coding, _, weight = part.strip().partition(";")
        if weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            wanted.add(coding.strip())
    return next((coding for coding in available if coding in wanted), "")


def _by_path() -> Mapping[str, Asset]:
    brand = settings().brand
    if brand not in _paths:
        _paths[brand] = {item.path: item for item in assets.assets(brand).values()}
    return _paths[brand]


def _headers(found: Asset, coding: str) -> dict[str, str]:
    headers = {
        "Cache-Control": FOR_EVER,
        "ETag": f'"{found.digest}{"-" + coding if coding else ""}"',
        "Vary": "Accept-Encoding",
    }
    if coding:
        headers["Content-Encoding"] = coding
    return headers


_paths: dict[str, Mapping[str, Asset]] = {}
