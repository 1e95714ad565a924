"""Reference data, kept by each process for as long as nobody changes it (decision 0120).

Lead providers, appropriate bodies and their like change a few times a year, and nearly every page of a journey depends
on all of them. Every change gives them a new version, in the transaction that makes it: whoever reads facts reads the
version beside them, and uses again what was made of the data of that version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from app.db.documents import Wanted, together

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")
T = TypeVar("T")

VERSION: Wanted[str] = Wanted(str, "SELECT to_json(version) FROM reference_version")
"""How the version that counts for the statement itself is read."""


class Kept(Generic[R, T]):
    """What is made of a document of reference data: read and made once for each version."""

    def __init__(self, wanted: Wanted[R], make: Callable[[R], T]) -> None:
        self.wanted, self._make = wanted, make
        self._kept: tuple[str | None, T] | None = None

    async def at(self, version: str | None) -> T:
        """Return it at a version read in the same transaction, or just now; it is read anew unless it is that one."""
        if version is None or self._kept is None or self._kept[0] != version:
            found, document = await together(VERSION, self.wanted)
            self._kept = found, self._make(document)
        return self._kept[1]

    async def now(self) -> T:
        """Return it as it is now."""
        return await self.at((await together(VERSION))[0])
