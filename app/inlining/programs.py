"""Programs of templates kept on disk, as Python keeps those of modules (decision 0110)."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import FileSystemBytecodeCache

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2.bccache import Bucket

LIBRARIES = ("jinja2", "govuk-frontend-jinja")


class Programs(FileSystemBytecodeCache):
    """Good as long as nothing has changed that any program is made of; where nothing can be written, none is kept."""

    def __init__(self, folder: Path, made_of: Iterable[Path]) -> None:
        super().__init__(str(folder), "%s.program")
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        digest = sha256(" ".join(map(version, LIBRARIES)).encode())
        for path in sorted((*made_of, *Path(__file__).parent.glob("*.py"))):
            digest.update(f"\n{path}\n".encode())
            digest.update(path.read_bytes())
        self.made_of = digest.hexdigest()

    def get_source_checksum(self, source: str) -> str:
        """Return what a program that is kept has to be made of: a template holds parts of others."""
        return sha256((self.made_of + source).encode()).hexdigest()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a program if that is possible."""
        with suppress(OSError):
            super().dump_bytecode(bucket)
