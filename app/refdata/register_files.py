"""Files of the national schools register: plain or zipped CSV, decoded and read by header name (REF-2.1 to REF-2.3)."""

from __future__ import annotations

import codecs
import io
import zipfile
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from app.refdata.archives import archive_at, demand_file, is_archive
from app.refdata.findings import (
    DAMAGED_ZIP,
    WHOLE_FILE,
    WHOLE_ROW,
    FileUnreadable,
    Finding,
    did_you_mean,
    separated_otherwise,
    unreadable,
)
from app.refdata.rows import Row, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MOST_UNPACKED = 500_000_000
UTF_8_MARK = b"\xef\xbb\xbf"
LONGEST_LINE = 1_000_000
LINE_ENDS = "\r\n"
_BLOCK = 1 << 20
ESTABLISHMENTS_MARKS = frozenset({"establishmentname", "establishmentstatus (code)"})
LINKS_MARK = "linkurn"
GROUPS_MARK = "group uid"


@dataclass(frozen=True)
class Source:
    """One CSV file, alone or inside a zip file."""

    path: Path
    member: str | None = None
    size: int = 0

    @property
    def name(self) -> str:
        """Return the name for messages."""
        return self.member or self.path.name


@dataclass
class Opened:
    """A file being read from its header on."""

    source: Source
    header: Row
    rows: Iterator[Row]
    raw: IO[bytes]

    @property
    def share(self) -> float:
        """Return how much of the file has been read."""
        return min(1.0, self.raw.tell() / self.source.size) if self.source.size else 1.0

    @property
    def names(self) -> list[str]:
        """Return the header names as they are compared."""
        return [name.strip().casefold() for name in self.header.cells]


def sources_of(path: Path) -> list[Source]:
    """Return the CSV files behind a path; raises FileUnreadable."""
    with readable(path):
        demand_file(path)
        if not is_archive(path):
            return [Source(path, size=path.stat().st_size)]
        with archive_at(path) as (_, members):
            pass
        if sum(info.file_size for info in members) > MOST_UNPACKED:
            raise FileUnreadable(f"{path.name} holds more than {MOST_UNPACKED // 1_000_000} MB")
        return [Source(path, info.filename, info.file_size) for info in members]


def establishments_and_links(path: Path) -> tuple[list[Source], list[Source]]:
    """Return the establishment files and the link files behind a path; a zip's members are told by their headers."""
    found = sources_of(path)
    if len(found) == 1 and found[0].member is None:
        return found, []
    names = {source: _header_names(source) for source in found}
    links = [source for source in found if LINKS_MARK in names[source]]
    named = [
        source for source in found if ESTABLISHMENTS_MARKS & set(names[source]) and GROUPS_MARK not in names[source]
    ]
    if not named:  # what is wrong with their headers is told in the report
        named = [source for source in found if source not in links and GROUPS_MARK not in names[source]]
    return named, links


def _header_names(source: Source) -> list[str]:
    with opened(source) as file:
        return file.names


@contextmanager
def opened(source: Source) -> Iterator[Opened]:
    """Open a file at its header; raises FileUnreadable, also while its rows are read."""
    with ExitStack() as stack:
        with readable(source.path):
            encoding = "utf-8-sig" if _is_utf_8(source) else "cp1252"
            raw = stack.enter_context(_raw(source))
            text = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
            stack.enter_context(closing(text))
            rows = _guarded(read_rows(_lines(text)), source)
            header = next(rows, Row(1, []))
        yield Opened(source, header, rows, raw)


def _is_utf_8(source: Source) -> bool:
    """Tell whether the file says so by its mark, or is nothing else; Windows-1252 hardly ever looks so (REF-2.2)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _raw(source) as raw:
        block = raw.read(_BLOCK)
        if block.startswith(UTF_8_MARK):
            return True
        try:
            while block:
                decoder.decode(block)
                block = raw.read(_BLOCK)
        except UnicodeDecodeError:
            return False
    return True


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield every line, what is beyond a million characters cut off: no row is that long."""
    while line := text.readline(LONGEST_LINE):
        yield line
        if len(line) == LONGEST_LINE and line[-1] not in LINE_ENDS:
            while (rest := text.readline(LONGEST_LINE)) and len(rest) == LONGEST_LINE and rest[-1] not in LINE_ENDS:
                pass


def _guarded(rows: Iterator[Row], source: Source) -> Iterator[Row]:
    # Around the reading alone: what the reader of the rows does with them may fail in other ways.
    with readable(source.path):
        yield from rows


@contextmanager
def _raw(source: Source) -> Iterator[IO[bytes]]:
    if source.member is None:
        with source.path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(source.path) as archive, archive.open(source.member) as member:
        yield member


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn every fault of reading a file into FileUnreadable."""
    try:
        yield
    except (OSError, *DAMAGED_ZIP) as fault:
        raise unreadable(path.name, fault) from fault


def header_faults(file: Opened, required: Sequence[str], optional: Sequence[str] = ()) -> list[Finding]:
    """Return what is wrong with a header: every required column that is not there, what stands twice (REF-2.3)."""
    shown, names = [name.strip() for name in file.header.cells], file.names
    if not any(shown):
        return [_of_header(file, WHOLE_ROW, "HEADER_MISSING", "the file is empty, or its first line is", WHOLE_FILE)]
    if any("\0" in name for name in names):
        message = "the file must be UTF-8 or Windows-1252, and seems to be UTF-16. Save it as CSV UTF-8"
        return [_of_header(file, WHOLE_ROW, "FILE_ENCODING", message, WHOLE_FILE)]
    otherwise = separated_otherwise(shown)
    faults = [_of_header(file, WHOLE_ROW, "HEADER_UNKNOWN", otherwise)] if otherwise else []
    faults += [
        _of_header(file, name, "HEADER_MISSING", f"this column is required{did_you_mean(name, shown)}")
        for name in required
        if name.casefold() not in names
    ]
    return faults + [
        _of_header(file, name, "HEADER_REPEATED", "the column stands there twice")
        for name in (*required, *optional)
        if names.count(name.casefold()) > 1
    ]


def _of_header(file: Opened, column: str, code: str, message: str, line: int | None = None) -> Finding:
    return Finding(file.source.name, file.header.line if line is None else line, column, code, message)


def row_fault(file: Opened, row: Row) -> Finding | None:
    """Return what is wrong with a row as a whole."""
    message = row.fault
    if not message and len(row.cells) != len(file.header.cells):
        message = f"the row has {len(row.cells)} values, the header {len(file.header.cells)}"
    if not message and any("\0" in cell for cell in row.cells):
        message = "the row holds a NUL character"
    return Finding(file.source.name, row.line, WHOLE_ROW, "FIELD_COUNT", message) if message else None
