"""A token of each lead provider's programs, the same every time; everybody may know them (REF-6.4)."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from app.access.api_tokens import SHOWN, Scope, hash_of
from app.demo.reference import LEAD_PROVIDERS
from app.demo.rows import ids_by, insert
from app.settings import settings
from app.terms import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "ect_test_"


def token_of(provider: str) -> str:
    """Return the token of a lead provider, by its key, in the form of API-3.2."""
    digest = hashlib.sha256(f"demo token of {provider}".encode()).digest()
    return PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


async def add_tokens() -> None:
    """Store the token of every lead provider in the transaction in force; none of them ends."""
    providers = await ids_by("lead_provider", "key")
    for key in LEAD_PROVIDERS:
        token = token_of(key)
        values = {
            "lead_provider_id": providers[key],
            "token_hash": hash_of(token, settings()),
            "first_characters": token.removeprefix(PREFIX)[:SHOWN],
            "description": "Demo",
            "scope": Scope.READ_AND_WRITE.value,
            "created_by": SYSTEM.name,
        }
        await insert("api_token", values, key)


def token_lines() -> Iterator[str]:
    """Yield a line for each lead provider with its token."""
    longest = max(map(len, LEAD_PROVIDERS.values()))
    for key, name in LEAD_PROVIDERS.items():
        yield f"  {name:<{longest}}  {token_of(key)}"
