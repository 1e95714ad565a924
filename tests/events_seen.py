"""Watches the events that each request of a test writes, and holds them to docs/events.md (SEC-34, ADM-16.3)."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litestar.exceptions import MethodNotAllowedException, NotFoundException

from app.events import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PAGE = Path(__file__).resolve().parents[1] / "docs" / "events.md"
FILLED_IN = ("step", "fix", "queue", "name", "what", "kind", "act")
"""Parameters of addresses that say what is done rather than to whom; a row names their values."""
GATES = "*"
WHATEVER_IS_DUE = "POST /clock/run-due"
REFUSED = 400

_written: ContextVar[list[str] | None] = ContextVar("written", default=None)
_count = record._count


def _count_and_tell(kinds: list[str]) -> None:
    _count(kinds)
    written = _written.get()
    if written is not None:
        written.extend(kinds)


record._count = _count_and_tell


@dataclass(frozen=True)
class Declared:
    """Kinds of event: those that a request writes when it changes anything, may write besides, or writes though refused."""

    operations: tuple[str, ...] = ()
    always: frozenset[str] = frozenset()
    sometimes: frozenset[str] = frozenset()
    though_refused: frozenset[str] = frozenset()

    @property
    def kinds(self) -> frozenset[str]:
        """Return every kind that the request may write."""
        return self.always | self.sometimes | self.though_refused

    def fault(self, written: Iterable[str], status: int) -> str:
        """Return what is wrong with what a request wrote; empty when it is as declared."""
        seen = frozenset(written) - (REQUESTS[GATES].kinds - self.kinds)
        if not seen - self.though_refused:
            return ""
        if status >= REFUSED:
            return f"though refused with {status}, wrote {sorted(seen)}"
        missing, more = self.always - seen, seen - self.always - self.sometimes
        return f"wrote {sorted(seen)}: {sorted(missing)} missing, {sorted(more)} undeclared" if missing | more else ""


def rows(section: str) -> list[list[str]]:
    """Return the rows of the table of a section of the page, without its heading."""
    _, _, text = PAGE.read_text(encoding="utf-8").partition(f"## {section}\n")
    lines = re.findall(r"^\|(.+)\|$", text.partition("\n## ")[0], re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


def named(cell: str) -> tuple[str, ...]:
    """Return what a cell names."""
    return tuple(re.findall(r"`([^`]+)`", cell))


def _declared(cells: list[str]) -> Declared:
    operations, *kinds = (named(cell) for cell in cells)
    return Declared(operations, *(frozenset(each) for each in kinds))


REQUESTS: Mapping[str, Declared] = {named(request)[0]: _declared(cells) for request, *cells in rows("Requests")}


def row_of(request: str) -> Declared:
    """Return the most exact row for a method and address; one that declares nothing where there is none."""
    found = [row for row in REQUESTS if row != GATES and (row == request or fnmatchcase(request, row))]
    return REQUESTS[max(found, key=lambda row: (row == request, len(row)))] if found else Declared()


def request_of(app: Any, method: str, path: str) -> str:
    """Return a request as the page names it; empty where no route is."""
    try:
        *_, given, pattern = app.asgi_router.handle_routing(path=path.rstrip("/") or "/", method=method)
    except (NotFoundException, MethodNotAllowedException):
        return ""
    for name in FILLED_IN:
        pattern = pattern.replace(f"{{{name}}}", str(given.get(name, f"{{{name}}}")))
    return f"{method} {pattern}"


class Watched:
    """The application; it fails a test whose request writes other events than the page declares."""

    def __init__(self, app: Any) -> None:
        self.app = app.app if isinstance(app, Watched) else app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        status = 0

        async def sent(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        written: list[str] = []
        token = _written.set(written)
        try:
            await self.app(scope, receive, sent)
        finally:
            _written.reset(token)
        request = request_of(self.app, scope["method"], scope["path"]) if written else ""
        fault = row_of(request).fault(written, status) if request != WHATEVER_IS_DUE else ""
        assert not fault, f"{request} {fault}; see docs/events.md"
