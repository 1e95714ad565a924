"""Paths that an operator names: real files and zip files that can be read, or FileUnreadable in words (REF-1.2)."""

from __future__ import annotations

import stat
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.refdata.findings import FileUnreadable, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_MEMBERS = 1_000
ENCRYPTED = 0x1
PACKED_AS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
BEGINS_A_ZIP = b"PK\x03\x04"


def demand_file(path: Path) -> None:
    """Raise FileUnreadable for a folder, and for pipes and devices, which have no end or can't be read twice."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise FileUnreadable(f"{path.name or path} can't be read: it is a folder")
    if not stat.S_ISREG(mode):
        raise FileUnreadable(f"{path.name or path} can't be read: it is no file; save what it gives to a file first")


def is_archive(path: Path) -> bool:
    """Tell whether a file is a zip file, whatever its name; raises FileUnreadable for the stump of one."""
    if zipfile.is_zipfile(path):
        return True
    with path.open("rb") as file:
        if file.read(len(BEGINS_A_ZIP)) == BEGINS_A_ZIP:
            raise unreadable(path.name, zipfile.BadZipFile())
    return False


@contextmanager
def archive_at(path: Path) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """Open a zip file with its members, those aside that a Macintosh adds; raises what FileUnreadable is made of."""
    with zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if not info.is_dir() and "__MACOSX" not in info.filename]
        if len(members) > MOST_MEMBERS:
            raise FileUnreadable(f"{path.name} holds more than {MOST_MEMBERS:,} files. Is it the right file?")
        for info in members:
            if info.flag_bits & ENCRYPTED:
                raise FileUnreadable(f"{path.name} can't be read: {info.filename} is protected by a password")
            if info.compress_type not in PACKED_AS:
                raise FileUnreadable(f"{path.name} can't be read: {info.filename} is packed in an unusual way")
        yield archive, members
