"""The files of a reference-data set, from a folder or a zip file, as text (REF-4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from app.refdata.archives import archive_at, demand_file, is_archive
from app.refdata.findings import (
    DAMAGED_ZIP,
    WHOLE_FILE,
    WHOLE_ROW,
    FileUnreadable,
    Finding,
    Findings,
    did_you_mean,
    unreadable,
)
from app.refdata.records import DATA_SET, FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
MOST_BYTES = 10_000_000
TOO_BIG = f"a file may have at most {MOST_BYTES // 1_000_000} MB"
KNOWN = tuple(form.file for form in (DATA_SET, *FORMATS))
INDUCTION_RECORDS = "induction_records.csv"


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    read: Callable[[], bytes]


def read_set(path: Path, findings: Findings) -> dict[str, str]:
    """Return the text of each known file by its name; raises FileUnreadable when the path can't be read."""
    texts: dict[str, str] = {}
    try:
        for member in _members(path):
            message = _why_not(member, texts)
            if message:
                findings.errors.append(_whole_file(member.name, *message))
            elif (text := _decoded(member, findings)) is not None:
                texts[member.name] = text
    except (OSError, *DAMAGED_ZIP) as fault:
        raise unreadable(path.name, fault) from fault
    return texts


def read_file(path: Path, findings: Findings) -> str | None:
    """Return the text of one file, None when it is too big or no UTF-8; raises FileUnreadable."""
    try:
        demand_file(path)
        member = _Member(path.name, path.stat().st_size, path.read_bytes)
        if member.size > MOST_BYTES:
            findings.errors.append(_whole_file(path.name, "FILE_TOO_BIG", TOO_BIG))
            return None
        return _decoded(member, findings)
    except OSError as fault:
        raise unreadable(path.name, fault) from fault


def _members(path: Path) -> Iterator[_Member]:
    if path.is_dir():
        for file in sorted(path.iterdir()):
            if file.is_file() and _counts(file.name):
                yield _Member(file.name, file.stat().st_size, file.read_bytes)
        return
    demand_file(path)
    if not is_archive(path):
        raise FileUnreadable(f"{path.name} is no zip file. Name the folder that holds {DATA_SET.file}, or a zip of it")
    with archive_at(path) as (archive, members):
        for info in members:
            inside = PurePosixPath(info.filename)
            if _counts(inside.name):
                yield _Member(inside.name, info.file_size, lambda info=info: archive.read(info))  # type: ignore[misc]


def _counts(name: str) -> bool:
    return name.lower().endswith(".csv") and not name.startswith(".")


def _why_not(member: _Member, read_already: dict[str, str]) -> tuple[str, str] | None:
    if member.name == INDUCTION_RECORDS:
        return "FILE_UNKNOWN", 'induction records are not part of a set; use "register induction load"'
    if member.name not in KNOWN:
        return "FILE_UNKNOWN", f"no file of a set has this name{did_you_mean(member.name, KNOWN)}"
    if member.name in read_already:
        return "FILE_UNKNOWN", "the zip file holds this file twice"
    if member.size > MOST_BYTES:
        return "FILE_TOO_BIG", TOO_BIG
    return None


def _decoded(member: _Member, findings: Findings) -> str | None:
    data = member.read()
    if data.startswith(UTF_16_MARKS):
        message = "the file must be UTF-8, and is UTF-16. Save it as CSV UTF-8"
        findings.errors.append(_whole_file(member.name, "FILE_ENCODING", message))
        return None
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        findings.errors.append(_whole_file(member.name, "FILE_ENCODING", f"line {line} holds a NUL character"))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
        message = f"the file must be UTF-8; line {line} is not. Save it as CSV UTF-8"
        findings.errors.append(_whole_file(member.name, "FILE_ENCODING", message))
        return None


def _whole_file(name: str, code: str, message: str) -> Finding:
    return Finding(name, WHOLE_FILE, WHOLE_ROW, code, message)
