"""A browser without a network: it calls the application itself, keeps cookies and reads forms."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from app.bench.scratch import MOMENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

HOST = "127.0.0.1:8000"
REDIRECT = 303
_HIDDEN = re.compile(r'name="(csrf_token|school_mark|answer_version)" value="([^"]*)"')


class Unexpected(Exception):
    """The service did not answer as the measurement needs."""


@dataclass
class Answer:
    """One answer."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode()


class Client:
    """One visitor of an ASGI application."""

    def __init__(self, app: Any, **headers: str) -> None:
        self._app = app
        self._cookies: dict[str, str] = {}
        self.headers = {"host": HOST, "x-with-server-date": MOMENT.isoformat(), **headers}
        self.last = Answer()
        self.address = ""

    def at(self, moment: datetime) -> None:
        """Ask at this time from now on."""
        self.headers["x-with-server-date"] = moment.isoformat()

    async def get(self, url: str, **headers: str) -> Answer:
        """Ask for a page, which is remembered as the last one."""
        answer = await self._send("GET", url, b"", headers)
        if answer.status != REDIRECT:
            self.last = answer
        return answer

    async def post(self, url: str, fields: Mapping[str, str]) -> Answer:
        """Send a form with the hidden fields of the last page."""
        hidden = {name: unescape(value) for name, value in reversed(_HIDDEN.findall(self.last.text))}
        body = urlencode({**hidden, **fields}).encode()
        sent = {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
        return await self._send("POST", url, body, sent)

    async def send(self, method: str, url: str, document: object) -> Answer:
        """Send JSON, as a program does."""
        body = json.dumps(document).encode()
        sent = {"content-type": "application/json", "content-length": str(len(body))}
        return await self._send(method, url, body, sent)

    async def follow(self, answer: Answer) -> str:
        """Show where an answer leads, and return the last part of that path. Raises Unexpected."""
        while answer.status == REDIRECT:
            self.address = urlsplit(answer.headers["location"]).path
            answer = await self.get(answer.headers["location"])
        self._must_be_shown(answer, self.address)
        return self.address.rpartition("/")[2]

    async def open(self, url: str) -> Answer:
        """Ask for a page that must be there. Raises Unexpected."""
        answer = await self.get(url)
        self._must_be_shown(answer, url)
        return answer

    @staticmethod
    def _must_be_shown(answer: Answer, address: str) -> None:
        if answer.status >= 400:  # noqa: PLR2004 - an error
            raise Unexpected(f"{answer.status} after {address.rpartition('/')[2]}")

    async def sign_in(self, urn: str, email: str) -> None:
        """Sign in at a school by the test sign-in. Raises Unexpected."""
        await self._sign_in({"kind": "school", "school_urn": urn, "name": "Bench User", "email": email})

    async def sign_in_staff(self, role: str, email: str) -> None:
        """Sign in as staff by the test sign-in. Raises Unexpected."""
        await self._sign_in({"kind": "staff", "roles": role, "name": "Bench Staff", "email": email})

    async def _sign_in(self, form: Mapping[str, str]) -> None:
        answer = await self.post("/personas", form)
        if answer.status != REDIRECT:
            raise Unexpected(f"sign-in: {answer.status}")

    async def _send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        parts, answer, sent = urlsplit(url), Answer(), {**self.headers, **headers}
        if self._cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        sent_back: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent_back.append(message)

        await self._app(scope, receive, send)
        for message in sent_back:  # read only now: what a visitor does is no work of the service
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                self._keep(answer, message["headers"])
            else:
                answer.body += message.get("body", b"")
        return answer

    def _keep(self, answer: Answer, headers: list[tuple[bytes, bytes]]) -> None:
        for name, value in headers:
            answer.headers[name.decode().lower()] = value.decode("latin-1")
            if name.lower() == b"set-cookie":
                jar: SimpleCookie = SimpleCookie(value.decode("latin-1"))
                self._cookies.update({key: morsel.value for key, morsel in jar.items()})
