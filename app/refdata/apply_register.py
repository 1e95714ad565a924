"""The staged register made the stored one, set by set, with an event for each changed school (REF-2.9 to REF-3.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.transaction import transaction
from app.events.record import About, record
from app.refdata.establishments import COLUMNS
from app.refdata.events import SchoolDetailsChanged
from app.refdata.findings import Finding
from app.refdata.odd_values import hold_odd_values
from app.refdata.staging import LISTED, Staged, long
from app.schools.note_levels import changed_levels, note_levels, store_levels
from app.schools.register_events import SchoolClosed, SchoolOpened
from app.schools.rules import CLOSED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.refdata.findings import Findings
    from app.refdata.report import Report
    from app.terms import Actor

PAGE = 2_000
HIDDEN = frozenset({"primary_email", "secondary_email"})
DERIVED = frozenset({"search_name", "kind"})
LINK_FACTS = "(l.link_name, l.established_on)"

KEPT = """
    CREATE TEMP TABLE school_kept ON COMMIT DROP AS
    WITH RECURSIVE kept (urn) AS (
        SELECT s.urn FROM school_staged s LEFT JOIN school t ON t.urn = s.urn
        WHERE t.id IS NOT NULL OR s.status_code <> 2
            OR coalesce(s.closed_on, s.last_changed_on, '{today}') >= '{since}'
        UNION
        SELECT l.link_urn FROM kept k JOIN school_link l ON l.urn = k.urn JOIN school_staged s ON s.urn = l.link_urn
    )
    SELECT urn FROM kept"""
DIFFERENT = """
    SELECT {pairs}, t.id, t.urn FROM school_changed c JOIN school t ON t.id = c.id
    WHERE t.id > $1 ORDER BY t.id LIMIT $2"""


@dataclass
class RegisterChanges:
    """Applies what was staged inside the transaction in force and fills the report."""

    staged: Staged
    findings: Findings
    report: Report
    actor: Actor
    today: date
    causes: dict[int, str] = field(default_factory=dict)
    """What the register changed of each school, by internal id."""

    async def apply(self, keep_closed_since: date, *, is_first_load: bool) -> None:
        """Replace links, insert and update schools, mark the absent ones.

        Stored schools are written last, when everything else is done, so that they are not held for longer (REF-2.11).
        """
        async with transaction():  # what is checked at the end is checked here, before a school is held
            await self._replace_links()
            await long(KEPT.format(today=self.today.isoformat(), since=keep_closed_since.isoformat()))
            columns = await self._find_changes()
            new = await self._insert_schools(is_silent=is_first_load)
            levels = [level for level in await changed_levels(self.today) if level.school_id not in self.causes]
            await store_levels([level for level in levels if level.school_id in new], self.actor)
        await self._update_schools(columns)
        await self._mark_absent()
        await store_levels([level for level in levels if level.school_id not in new], self.actor)
        await note_levels(self.today, self.actor, self.causes, only=list(self.causes))
        await hold_odd_values(self.staged, self.today)
        self._count("invalid", self.staged.invalid)
        self._count("characters_replaced", self.staged.replaced)

    async def _replace_links(self) -> None:
        """Replace all links of every URN that the links file has (REF-2.5)."""
        unknown = await long("""
            SELECT l.line, l.link_urn FROM link_staged l
            WHERE NOT EXISTS (SELECT FROM school_seen s WHERE s.urn = l.link_urn)
                AND NOT EXISTS (SELECT FROM school t WHERE t.urn = l.link_urn) ORDER BY l.line""")
        for row in unknown:
            message = "neither the file nor this service has a school with this URN"
            name = self.staged.link_names[0]
            finding = Finding(name, row["line"], "LinkURN", "LINK_TARGET_UNKNOWN", message, row["link_urn"])
            self.findings.warnings.append(finding)
        same = "l.urn = k.urn AND l.link_urn = k.link_urn AND l.link_type = k.link_type"
        removed = await long(f"""
            DELETE FROM school_link k WHERE EXISTS (SELECT FROM link_staged l WHERE l.urn = k.urn)
                AND NOT EXISTS (SELECT FROM link_staged l WHERE {same}) RETURNING 1""")  # noqa: S608
        changed = await long(
            f"""
            UPDATE school_link k SET link_name = l.link_name, established_on = l.established_on, updated_at = $1
            FROM link_staged l WHERE {same} AND {LINK_FACTS} IS DISTINCT FROM (k.link_name, k.established_on)
            RETURNING 1""",  # noqa: S608
            clock.now(),
        )
        added = await long(
            f"""
            INSERT INTO school_link (created_at, updated_at, urn, link_urn, link_type, link_name, established_on)
            SELECT $1, $1, l.urn, l.link_urn, l.link_type, l.link_name, l.established_on FROM link_staged l
            WHERE NOT EXISTS (SELECT FROM school_link k WHERE {same}) RETURNING 1""",  # noqa: S608
            clock.now(),
        )
        for name, rows in (("links_new", added), ("links_changed", changed), ("links_removed", removed)):
            self._count(name, len(rows))

    async def _find_changes(self) -> list[str]:
        """Note which stored schools the register says something else about, and what; returns the columns compared."""
        new = {column: self._new_value(column) for column in COLUMNS if column != "urn"}
        given = ", ".join(f"{value} AS {column}" for column, value in new.items())
        stored = ", ".join(f"t.{column}" for column in new)
        await long(
            f"CREATE TEMP TABLE school_changed ON COMMIT DROP AS SELECT t.id, {given}"  # noqa: S608
            " FROM school t JOIN school_staged s ON s.urn = t.urn"
            f" WHERE ({stored}) IS DISTINCT FROM ({', '.join(new.values())})"
        )
        await long("ANALYZE school_changed")
        changed = await self._tell_changes(list(new))
        (row,) = await long("SELECT count(*) AS n FROM school t JOIN school_staged s ON s.urn = t.urn")
        self._count("changed", changed)
        self._count("unchanged", row["n"] - changed)
        return list(new)

    async def _update_schools(self, columns: list[str]) -> None:
        sets = ", ".join(f"{column} = c.{column}" for column in columns)
        await long(
            f"UPDATE school t SET {sets}, updated_at = $1, version = t.version + 1"  # noqa: S608
            " FROM school_changed c WHERE c.id = t.id",
            clock.now(),
        )

    def _new_value(self, column: str) -> str:
        """Return the staged value where one of the files with the school has the column, else the stored one."""
        mask = sum(1 << number for number, columns in enumerate(self.staged.columns) if column in columns)
        if mask == (1 << len(self.staged.columns)) - 1:
            return f"s.{column}"
        return f"CASE WHEN s.files & {mask} <> 0 THEN s.{column} ELSE t.{column} END"

    async def _tell_changes(self, columns: list[str]) -> int:
        pairs = ", ".join(f"t.{column} AS old_{column}, c.{column} AS new_{column}" for column in columns)
        statement = DIFFERENT.format(pairs=pairs)
        count = last = 0
        while rows := await long(statement, last, PAGE):
            for row in rows:
                self._tell_change(row, columns)
            count, last = count + len(rows), rows[-1]["id"]
        return count

    def _tell_change(self, row: Mapping[str, Any], columns: list[str]) -> None:
        changes = {
            column: _shown(column, row[f"old_{column}"], row[f"new_{column}"])
            for column in columns
            if row[f"old_{column}"] != row[f"new_{column}"] and column not in DERIVED
        }
        about = About(school_id=row["id"])
        listed = ", ".join(f"{column} {was} -> {now}" for column, (was, now) in changes.items())
        self.report.changes.append(f"changed {row['urn']}: {listed}")
        record(SchoolDetailsChanged(about, changes), self.actor)
        self.causes[row["id"]] = ", ".join(changes)
        was_closed, is_closed = (row[f"{side}_status_code"] == CLOSED for side in ("old", "new"))
        if was_closed and not is_closed:
            record(SchoolOpened(about, reopened=True), self.actor)
        if is_closed and not was_closed:
            record(SchoolClosed(about, row["new_closed_on"]), self.actor)

    async def _insert_schools(self, *, is_silent: bool) -> set[int]:
        """Insert the schools to keep; those of a first load have the run's event alone. Returns their internal ids."""
        given = ", ".join(
            "coalesce(s.section_41_approved, false)" if column == "section_41_approved" else f"s.{column}"
            for column in COLUMNS
        )
        rows = await long(
            f"INSERT INTO school (created_at, updated_at, version, {LISTED}) SELECT $1, $1, 1, {given}"  # noqa: S608
            " FROM school_staged s JOIN school_kept k ON k.urn = s.urn"
            " WHERE NOT EXISTS (SELECT FROM school t WHERE t.urn = s.urn) ORDER BY s.urn::int"
            " RETURNING id, urn, name, status_code",
            clock.now(),
        )
        for row in rows:
            self.report.changes.append(f"new {row['urn']}: {row['name']}")
            if not is_silent and row["status_code"] != CLOSED:
                record(SchoolOpened(About(school_id=row["id"])), self.actor)
        self._count("new", len(rows))
        (left_out,) = await long(
            "SELECT count(*) AS n FROM school_staged s WHERE NOT EXISTS (SELECT FROM school_kept k WHERE k.urn = s.urn)"
        )
        self._count("not_kept", left_out["n"])
        return {row["id"] for row in rows}

    async def _mark_absent(self) -> None:
        """Note the stored schools that a full file no longer has, and those that came back (REF-2.10)."""
        absent = await long(
            "UPDATE school t SET absent_since = $1, updated_at = $2 WHERE absent_since IS NULL"
            " AND NOT EXISTS (SELECT FROM school_seen s WHERE s.urn = t.urn) RETURNING urn",
            self.today,
            clock.now(),
        )
        back = await long(
            "UPDATE school t SET absent_since = NULL, updated_at = $1 WHERE absent_since IS NOT NULL"
            " AND EXISTS (SELECT FROM school_seen s WHERE s.urn = t.urn) RETURNING urn",
            clock.now(),
        )
        self.report.changes += [f"absent {row['urn']}" for row in absent] + [f"back {row['urn']}" for row in back]
        self._count("absent", len(absent))
        self._count("back", len(back))

    def _count(self, name: str, rows: int) -> None:
        self.report.counts[name] = rows


def _shown(column: str, was: Any, now: Any) -> tuple[Any, Any]:
    return ("not shown", "changed") if column in HIDDEN else (was, now)
