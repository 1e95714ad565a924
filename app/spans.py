"""Naming what is done, for traces: nothing at all while nobody wants any (OPS-5)."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    Begin = Callable[[str], AbstractContextManager[object]]

OUR_OWN = "app."
_begin: Begin | None = None
_nothing = nullcontext()


def trace_with(begin: Begin | None) -> None:
    """Begin a span of a trace with a function from now on; None: begin none."""
    global _begin  # noqa: PLW0603 - one for the process, as its loggers are
    _begin = begin


def span(name: str) -> AbstractContextManager[object]:
    """Make the body a span of the trace; the name is a word of ours, never what somebody sent."""
    return _nothing if _begin is None else _begin(name)


def operation() -> AbstractContextManager[object]:
    """Make the body a span named after the function that opened the transaction, two calls further out."""
    return _nothing if _begin is None else _begin(_opener())


def _opener() -> str:
    """Return module and name of the nearest function of ours outside the database's package."""
    frame = sys._getframe(2)  # noqa: SLF001 - there is no other way to ask
    while frame.f_back is not None:
        frame = frame.f_back
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(OUR_OWN) and not module.startswith(f"{OUR_OWN}db."):
            return f"{module.removeprefix(OUR_OWN)}.{frame.f_code.co_name}"
    return "transaction"
