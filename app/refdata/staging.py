"""Register files copied into temporary tables, row errors left out (REF-3.1, first phase)."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import connection
from app.db.pool import is_lost
from app.refdata import links as link_file
from app.refdata.establishments import COLUMNS, FACTS, REQUIRED, Reader
from app.refdata.findings import FileUnreadable, Finding
from app.refdata.links import LinkReader
from app.refdata.register_files import header_faults, opened
from app.refdata.rows import CUT_SHORT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

    import asyncpg

    from app.refdata.establishments import Establishment
    from app.refdata.findings import Findings
    from app.refdata.progress import Progress
    from app.refdata.register_files import Source
    from app.refdata.rows import Row

CHUNK = 2_000
MOST_FINDINGS = 100_000
LONG_SECONDS = 900
LISTED = ", ".join(COLUMNS)
OPTIONAL = tuple(fact.header for fact in FACTS if fact.header not in REQUIRED)
SCHOOLS_ROWS = ("line", *COLUMNS)

DROP = """
    DROP TABLE IF EXISTS pg_temp.school_raw, pg_temp.school_staged, pg_temp.school_seen, pg_temp.link_staged,
        pg_temp.school_kept, pg_temp.school_changed, pg_temp.school_new, pg_temp.school_mark"""
CREATE = f"""
    CREATE TEMP TABLE school_raw AS SELECT 0 AS line, {LISTED} FROM school WITH NO DATA;
    CREATE TEMP TABLE school_staged AS SELECT 0 AS files, 0 AS file, * FROM school_raw WITH NO DATA;
    ALTER TABLE school_staged ADD PRIMARY KEY (urn);
    CREATE TEMP TABLE school_seen (urn text);
    CREATE TEMP TABLE link_staged AS
        SELECT 0 AS file, 0 AS line, urn, link_urn, link_type, link_name, established_on FROM school_link
        WITH NO DATA;
    ALTER TABLE link_staged ADD PRIMARY KEY (urn, link_urn, link_type)"""  # noqa: S608 - names are ours


@dataclass
class Staged:
    """What was read; `columns` are the stored columns that each establishments file says something about."""

    names: list[str] = field(default_factory=list)
    columns: list[frozenset[str]] = field(default_factory=list)
    rows: int = 0
    invalid: int = 0
    replaced: int = 0
    newest_change_on: date | None = None
    """The newest day up to today: one in the future would make every later file look old."""
    seen: set[str] = field(default_factory=set)
    link_rows: int = 0
    link_invalid: int = 0
    link_keys: set[tuple[str, str, str]] = field(default_factory=set)
    link_names: list[str] = field(default_factory=list)
    ukprn_repeated: set[str] = field(default_factory=set)
    status_unknown: set[str] = field(default_factory=set)
    is_unusable: bool = False
    """A required header is missing, or a file ends in the middle of a value."""


async def long(statement: str, *args: Any) -> list[asyncpg.Record]:
    """Run a statement over the whole register, which may take longer than a page's."""
    async with connection() as conn:
        rows: list[asyncpg.Record] = await conn.fetch(statement, *args, timeout=LONG_SECONDS)
        return rows


@asynccontextmanager
async def staging_tables(conn: asyncpg.Connection) -> AsyncIterator[None]:
    """Have the temporary tables on a connection for the body; they last from one of its transactions to the next."""
    for statement in f"{DROP};{CREATE}".split(";"):
        await long(statement)
    try:
        yield
    finally:
        if not is_lost(conn):
            await long(DROP)


class SchoolStager:
    """Copies one establishments file; a URN that stands there twice with different values is left out (REF-2.7)."""

    def __init__(self, source: Source, staged: Staged, findings: Findings) -> None:
        self._source = source
        self._staged = staged
        self._findings = findings
        self._today = clock.today()
        self._first: dict[str, tuple[int, int]] = {}
        self._different: set[str] = set()

    async def run(self, progress: Progress) -> None:
        """Read and copy the file; raises FileUnreadable."""
        progress.phase(f"reading {self._source.name}")
        with opened(self._source) as file:
            faults = header_faults(file, REQUIRED, OPTIONAL)
            if faults:
                self._findings.errors += faults
                self._staged.is_unusable = True
                return
            reader = Reader(file, self._findings)
            chunk: list[tuple[Any, ...]] = []
            for row in file.rows:
                chunk += self._record(reader, row)
                if len(chunk) == CHUNK:
                    await _copy("school_raw", SCHOOLS_ROWS, chunk)
                    progress.at(self._staged.rows, file.share)
                    chunk = []
            await _copy("school_raw", SCHOOLS_ROWS, chunk)
        await self._finish(reader)

    def _record(self, reader: Reader, row: Row) -> list[tuple[Any, ...]]:
        if row.is_blank:
            return []
        self._staged.rows += 1
        if row.fault == CUT_SHORT:
            self._staged.is_unusable = True
        if urn := reader.urn_of(row):
            self._staged.seen.add(urn)
        school = reader.read(row)
        _demand_readable(self._source, self._findings)
        if school is None:
            self._staged.invalid += 1
            if urn and self._findings.errors[-1].code == "STATUS_UNKNOWN":
                self._staged.status_unknown.add(urn)
            return []
        self._note_change(school.values.get("last_changed_on"))
        return [(school.line, *map(school.values.get, COLUMNS))] if self._is_first(school) else []

    def _note_change(self, changed_on: date | None) -> None:
        newest = self._staged.newest_change_on
        if changed_on and changed_on <= self._today and (newest is None or changed_on > newest):
            self._staged.newest_change_on = changed_on

    def _is_first(self, school: Establishment) -> bool:
        digest = hash(tuple(school.values.values()))
        line, earlier = self._first.setdefault(school.urn, (school.line, digest))
        if line == school.line:
            return True
        if digest == earlier:
            self._findings.warnings.append(self._repeated(school.line, school.urn, f"line {line} is the same"))
            return False
        if school.urn not in self._different:
            self._refuse(line, school.urn, school.line)
        self._different.add(school.urn)
        self._refuse(school.line, school.urn, line)
        return False

    def _refuse(self, line: int, urn: str, other: int) -> None:
        self._staged.invalid += 1
        message = f"line {other} says something else about this school"
        self._findings.errors.append(self._repeated(line, urn, message))

    def _repeated(self, line: int, urn: str, message: str) -> Finding:
        return Finding(self._source.name, line, "URN", "URN_REPEATED", message, urn)

    async def _finish(self, reader: Reader) -> None:
        reader.tell_replaced()
        self._staged.replaced += sum(count for _, count in reader.replaced.values())
        number = len(self._staged.names)
        self._staged.names.append(self._source.name)
        self._staged.columns.append(reader.columns)
        await long("DELETE FROM school_raw WHERE urn = ANY($1::text[])", list(self._different))
        newer = ", ".join(f"{column} = EXCLUDED.{column}" for column in (*sorted(reader.columns), "file", "line"))
        await long(
            f"INSERT INTO school_staged (files, file, line, {LISTED})"  # noqa: S608 - names are ours
            f" SELECT {1 << number}, {number}, line, {LISTED} FROM school_raw"
            f" ON CONFLICT (urn) DO UPDATE SET files = school_staged.files | EXCLUDED.files, {newer}"
        )
        await long("TRUNCATE school_raw")


def _demand_readable(source: Source, findings: Findings) -> None:
    """Raise FileUnreadable when nearly every row is wrong, so that any file at all takes little memory (FLT-42)."""
    if len(findings.errors) > MOST_FINDINGS or len(findings.warnings) > MOST_FINDINGS:
        raise FileUnreadable(f"{source.name} has more than {MOST_FINDINGS:,} faults. Is it the right file?")


async def stage_links(source: Source, staged: Staged, findings: Findings, progress: Progress) -> None:
    """Read and copy one links file; a repeated link counts once. Raises FileUnreadable."""
    progress.phase(f"reading {source.name}")
    with opened(source) as file:
        faults = header_faults(file, link_file.REQUIRED, (link_file.NAME, link_file.DATE))
        if faults:
            findings.errors += faults
            staged.is_unusable = True
            return
        reader, number = LinkReader(file, findings), len(staged.link_names)
        chunk: list[tuple[Any, ...]] = []
        for row in file.rows:
            staged.is_unusable = staged.is_unusable or row.fault == CUT_SHORT
            chunk += _link(reader, row, staged, number)
            _demand_readable(source, findings)
            if len(chunk) == CHUNK:
                await _copy("link_staged", link_file.COLUMNS, chunk)
                progress.at(staged.link_rows, file.share)
                chunk = []
        await _copy("link_staged", link_file.COLUMNS, chunk)
    staged.link_names.append(source.name)
    await long("DELETE FROM link_staged WHERE urn = ANY($1::text[])", sorted(reader.unsure))


def _link(reader: LinkReader, row: Row, staged: Staged, file: int) -> list[tuple[Any, ...]]:
    """Read one row; a link that an earlier row states already counts once."""
    if row.is_blank:
        return []
    staged.link_rows += 1
    link = reader.read(row)
    if link is None:
        staged.link_invalid += 1
        return []
    key = (link.urn, link.link_urn, link.link_type)
    if key in staged.link_keys:
        return []
    staged.link_keys.add(key)
    return [(file, link.line, *key, link.link_name, link.established_on)]


async def finish_staging(staged: Staged, findings: Findings) -> None:
    """Note the URNs met, and keep a repeated UKPRN on the lowest open URN alone (REF-2.7)."""
    await _copy("school_seen", ("urn",), [(urn,) for urn in staged.seen])
    blanked = await long("""
        WITH ranked AS (
            SELECT urn, row_number() OVER (PARTITION BY ukprn ORDER BY status_code = 2, urn::int) AS place,
                ukprn, first_value(urn) OVER (PARTITION BY ukprn ORDER BY status_code = 2, urn::int) AS keeper
            FROM school_staged WHERE ukprn IS NOT NULL
        )
        UPDATE school_staged s SET ukprn = NULL FROM ranked r WHERE r.urn = s.urn AND r.place > 1
        RETURNING s.urn, s.file, s.line, r.ukprn, r.keeper""")
    for row in sorted(blanked, key=lambda row: (row["file"], row["line"])):
        staged.ukprn_repeated.add(row["urn"])
        message = f"school {row['keeper']} has the same UKPRN and keeps it"
        findings.warnings.append(
            Finding(staged.names[row["file"]], row["line"], "UKPRN", "UKPRN_REPEATED", message, row["ukprn"])
        )
    for table in ("school_staged", "school_seen", "link_staged"):
        await long(f"ANALYZE {table}")


async def _copy(table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        async with connection() as conn:
            await conn.copy_records_to_table(table, records=rows, columns=columns, timeout=LONG_SECONDS)
