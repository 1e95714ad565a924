"""The program of a lead provider in tests: each answer it gets is held to the published document (API-24.3)."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import httpx
import jsonschema_rs

from app.api.v3.document import document_of
from app.api.v3.routes import HANDLERS
from tests.events_seen import Watched

BASE_URL = "http://127.0.0.1:8000"
DOCUMENT = document_of(HANDLERS, BASE_URL)
NOON = "T12:00:00+00:00"


@cache
def operations() -> list[tuple[re.Pattern[str], str, Any]]:
    """Return the pattern, method and description of every operation; addresses without ids come first."""
    found = [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), method.upper(), operation)
        for path, methods in sorted(DOCUMENT["paths"].items(), key=lambda pair: pair[0].count("{"))
        for method, operation in methods.items()
    ]
    assert found
    return found


def operation_of(method: str, path: str) -> Any:
    """Return what the document says of a request; None for an address or method that it does not know."""
    meant = "GET" if method == "HEAD" else method
    return next((each for pattern, of, each in operations() if of == meant and pattern.fullmatch(path)), None)


@cache
def validator(operation_id: str, status: int) -> Any:
    """Return what judges the body of an answer."""
    operation = next(each for _, _, each in operations() if each["operationId"] == operation_id)
    answer = operation["responses"][str(status)]
    if "$ref" in answer:
        answer = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    schema = answer["content"]["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]}, validate_formats=True)


def check_answer(answer: httpx.Response) -> None:
    """Fail when an answer is not one that the document says may come (API-24.3, API-5.5, API-6.1)."""
    headers, method = answer.headers, answer.request.method
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers
    assert headers["x-request-id"]
    assert headers["cache-control"] == ("private, no-cache" if method in {"GET", "HEAD"} else "no-store")
    operation = operation_of(method, answer.request.url.path.rstrip("/"))
    if answer.status_code == 304 or method == "HEAD":
        assert answer.content == b""
        return
    assert headers["content-type"] == "application/json; charset=utf-8"
    if operation is None:
        assert set(answer.json()) == {"errors"}, answer.text
        return
    assert str(answer.status_code) in operation["responses"], (
        operation["operationId"],
        answer.status_code,
        answer.text,
    )
    found = [
        error.message for error in validator(operation["operationId"], answer.status_code).iter_errors(answer.json())
    ]
    assert not found, (found, answer.text)


class Program:
    """Calls the API with one token, on one day unless a call says another."""

    def __init__(self, app: Any, token: str, day: str = "2026-03-04") -> None:
        transport = httpx.ASGITransport(app=Watched(app), raise_app_exceptions=True)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers)
        self.day = day

    async def call(
        self, method: str, path: str, *, day: str = "", headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Send a request below /api/v3."""
        at = day or self.day
        clock = {"X-With-Server-Date": at + NOON if len(at) == 10 else at}
        answer = await self.client.request(method, f"/api/v3{path}", headers=clock | (headers or {}), **more)
        check_answer(answer)
        return answer

    async def get(self, path: str, status: int = 200, **more: Any) -> Any:
        """Read; returns the document of the answer."""
        answer = await self.call("GET", path, **more)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def ids(self, path: str, **more: Any) -> list[str]:
        """Return the ids that a list shows."""
        return [each["id"] for each in (await self.get(path, **more))["data"]]

    async def put(self, path: str, status: int = 200, *, sent: Any = None, **more: Any) -> Any:
        """Write attributes with PUT; returns the document of the answer."""
        return await self._write("PUT", path, status, sent, **more)

    async def post(self, path: str, status: int = 200, *, sent: Any = None, **more: Any) -> Any:
        """Write attributes with POST; returns the document of the answer."""
        return await self._write("POST", path, status, sent, **more)

    async def _write(self, method: str, path: str, status: int, sent: Any, **more: Any) -> Any:
        if sent is not None:
            body = {"data": {"type": "anything", "attributes": sent}}
            more |= {"content": json.dumps(body, default=str)}
        answer = await self.call(method, path, **more)
        assert answer.status_code == status, answer.text
        return answer.json()


def said(document: Any) -> list[tuple[str, str]]:
    """Return title and code of each error."""
    return [(error["title"], error["code"]) for error in document["errors"]]
