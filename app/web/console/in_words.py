"""What staff read when a rule says no to what they put right (ADM-1.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.terms import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

CHANGED = "This has changed since you opened the form. Go back and look at it again"


async def in_words(operation: Awaitable[object], words: Mapping[str, str], field: str) -> None:
    """Await an operation; what it refuses by a code alone is raised again with words, beside a field of the form."""
    try:
        await operation
    except Refused as refused:
        if refused.message:
            raise
        raise replace(refused, field=field, message=words.get(refused.code, CHANGED)) from refused
