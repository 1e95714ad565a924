"""A server that plays one recorded exchange after another, and compares answers with recorded ones (EXT-6.14)."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

PAIRS = Path(__file__).parent / "pairs"
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
FREE_TEXT = {"name", "details", "title", "detail", "error_description"}
"""Words that a system may change; only that they are there counts."""


def recorded(system: str) -> dict[str, Any]:
    """Return the pairs of a system by name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((PAIRS / system).glob("*.json"))}


def filled(value: Any, words: Mapping[str, Any]) -> Any:
    """Return the value with each `$WORD` in its place."""
    if isinstance(value, dict):
        return {name: filled(part, words) for name, part in value.items()}
    if isinstance(value, list):
        return [filled(part, words) for part in value]
    if not isinstance(value, str):
        return value
    if value in words:
        return words[value]
    for word, meant in words.items():
        if isinstance(meant, str):
            value = value.replace(word, meant)
    return value


def differences(wanted: Any, given: Any, at: str = "") -> list[str]:
    """Return where two answers differ, ids and free words apart; `$ANY` is any text."""
    if isinstance(wanted, dict) and isinstance(given, dict):
        names = [f"{at}.{name}: only one has it" for name in wanted.keys() ^ given.keys() if name not in FREE_TEXT]
        both = [name for name in wanted if name in given and not (name in FREE_TEXT and wanted[name] and given[name])]
        return names + [found for name in both for found in differences(wanted[name], given[name], f"{at}.{name}")]
    if isinstance(wanted, list) and isinstance(given, list) and len(wanted) == len(given):
        pairs = zip(wanted, given, strict=True)
        return [found for number, (a, b) in enumerate(pairs) for found in differences(a, b, f"{at}[{number}]")]
    if wanted == "$KEY" and isinstance(given, dict):
        return [f"{at}: {name} is missing" for name in ("kty", "kid", "use", "n", "e") if name not in given]
    texts = isinstance(wanted, str) and isinstance(given, str)
    if texts and (wanted.startswith("$") or (UUID.fullmatch(wanted) and UUID.fullmatch(given))):
        return []
    return [] if wanted == given else [f"{at}: {wanted!r} is {given!r}"]


class Replay:
    """Answers the recorded requests in their order; what was asked otherwise is in `wrong`."""

    def __init__(self, exchanges: list[dict[str, Any]]) -> None:
        self.left = list(exchanges)
        self.wrong: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").strip().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                writer.write(self._answer(first, headers, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, first: str, headers: Mapping[str, str], body: bytes) -> bytes:
        if not self.left:
            self.wrong.append(f"one too many: {first.split(maxsplit=1)[0]}")
            return b"HTTP/1.1 500 Recorded\r\nContent-Length: 0\r\n\r\n"
        exchange = self.left.pop(0)
        self._compare(exchange["request"], first, headers, body)
        return written(exchange["answer"])

    def _compare(self, wanted: Mapping[str, Any], first: str, headers: Mapping[str, str], body: bytes) -> None:
        method, path, _ = first.split()
        if (method, path) != (wanted["method"], wanted["path"]):
            self.wrong.append(f"{method} {path} for {wanted['method']} {wanted['path']}")
        self.wrong += [
            f"{name}: {headers.get(name.lower())}"
            for name, value in wanted["headers"].items()
            if headers.get(name.lower()) != value
        ]
        sent: Any = body.decode()
        if "form" in wanted:
            sent = dict(parse_qsl(sent))
        elif "json" in wanted:
            sent = json.loads(sent)
        self.wrong += differences(wanted.get("form", wanted.get("json", "")), sent)


def written(answer: Mapping[str, Any]) -> bytes:
    """Return a recorded answer as it goes over the wire."""
    body = json.dumps(answer["json"]).encode() if "json" in answer else answer.get("text", "").encode()
    lines = [f"HTTP/1.1 {answer['status']} Recorded", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in answer.get("headers", {}).items()]
    if answer["content_type"]:
        lines.append(f"Content-Type: {answer['content_type']}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def playing(replay: Replay) -> AsyncIterator[str]:
    """Play on a free port of loopback; gives the address."""
    server = await asyncio.start_server(replay, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
