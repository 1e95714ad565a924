"""What the staged register changes of the stored one, told before anything is stored (REF-2.9, REF-2.10, REF-3.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import clock
from app.refdata.establishments import COLUMNS
from app.refdata.findings import Finding
from app.refdata.staging import Staged, long

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from app.refdata.findings import Findings
    from app.refdata.report import Report

PAGE = 2_000
HIDDEN = frozenset({"primary_email", "secondary_email"})
DERIVED = frozenset({"search_name", "kind"})
LINK_FACTS = "(l.link_name, l.established_on)"

KEPT = """
    CREATE TEMP TABLE school_kept AS
    WITH RECURSIVE kept (urn) AS (
        SELECT s.urn FROM school_staged s LEFT JOIN school t ON t.urn = s.urn
        WHERE t.id IS NOT NULL OR s.status_code <> 2
            OR coalesce(s.closed_on, s.last_changed_on, '{today}') >= '{since}'
        UNION
        SELECT l.link_urn FROM kept k JOIN school_link l ON l.urn = k.urn JOIN school_staged s ON s.urn = l.link_urn
    )
    SELECT urn FROM kept"""
NEW = """
    CREATE TEMP TABLE school_new AS
    SELECT row_number() OVER (ORDER BY s.urn::int) AS place, s.urn, s.name FROM school_staged s
    JOIN school_kept k ON k.urn = s.urn WHERE NOT EXISTS (SELECT FROM school t WHERE t.urn = s.urn)"""
MARK = """
    CREATE TEMP TABLE school_mark AS
    SELECT t.id, t.urn, t.absent_since IS NULL AS absent FROM school t
    WHERE (t.absent_since IS NULL) <> EXISTS (SELECT FROM school_seen s WHERE s.urn = t.urn)"""
DIFFERENT = """
    SELECT {pairs}, t.id, t.urn FROM school_changed c JOIN school t ON t.id = c.id AND t.urn = c.urn
    WHERE c.id = ANY($1) AND ({old}) IS DISTINCT FROM ({new}) ORDER BY t.id"""


@dataclass
class RegisterChanges:
    """Finds what was staged to change, inside the transaction in force, and fills the report; holds no school."""

    staged: Staged
    findings: Findings
    report: Report
    today: date
    columns: list[str] = field(default_factory=list)
    """The stored columns that the register may change."""
    changed: list[int] = field(default_factory=list)
    """The stored schools of which it says something else, by internal id."""

    async def find(self, keep_closed_since: date) -> None:
        """Replace the links, and note in temporary tables which schools are changed, new, absent or back."""
        await self._replace_links()
        await long(KEPT.format(today=self.today.isoformat(), since=keep_closed_since.isoformat()))
        await self._find_changed()
        await self._find_new()
        await self._find_absent()
        self._count("invalid", self.staged.invalid)
        self._count("characters_replaced", self.staged.replaced)

    async def changed_schools(self, ids: list[int], *, hold: bool = False) -> list[Mapping[str, Any]]:
        """Return those of some schools that are still to be changed, with old and new values; hold: lock them."""
        lock = " FOR NO KEY UPDATE OF t" if hold else ""
        return await long(self._different + lock, ids)

    async def _replace_links(self) -> None:
        """Replace all links of every URN that the links file has (REF-2.5)."""
        unknown = await long("""
            SELECT l.file, l.line, l.link_urn FROM link_staged l
            WHERE NOT EXISTS (SELECT FROM school_seen s WHERE s.urn = l.link_urn)
                AND NOT EXISTS (SELECT FROM school t WHERE t.urn = l.link_urn) ORDER BY l.file, l.line""")
        for row in unknown:
            message = "neither the file nor this service has a school with this URN"
            name = self.staged.link_names[row["file"]]
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

    async def _find_changed(self) -> None:
        new = {column: self._new_value(column) for column in COLUMNS if column != "urn"}
        given = ", ".join(f"{value} AS {column}" for column, value in new.items())
        stored = ", ".join(f"t.{column}" for column in new)
        await long(
            f"CREATE TEMP TABLE school_changed AS SELECT t.id, t.urn, {given}"  # noqa: S608
            " FROM school t JOIN school_staged s ON s.urn = t.urn"
            f" WHERE ({stored}) IS DISTINCT FROM ({', '.join(new.values())})"
        )
        await long("ALTER TABLE school_changed ADD PRIMARY KEY (id)")
        await long("ANALYZE school_changed")
        self.columns = list(new)
        self.changed = [row["id"] for row in await long("SELECT id FROM school_changed ORDER BY id")]
        await self._tell_changed()
        (row,) = await long("SELECT count(*) AS n FROM school t JOIN school_staged s ON s.urn = t.urn")
        self._count("changed", len(self.changed))
        self._count("unchanged", row["n"] - len(self.changed))

    def _new_value(self, column: str) -> str:
        """Return the staged value where one of the files with the school has the column, else the stored one."""
        mask = sum(1 << number for number, columns in enumerate(self.staged.columns) if column in columns)
        if mask == (1 << len(self.staged.columns)) - 1:
            return f"s.{column}"
        return f"CASE WHEN s.files & {mask} <> 0 THEN s.{column} ELSE t.{column} END"

    @property
    def _different(self) -> str:
        pairs = ", ".join(f"t.{column} AS old_{column}, c.{column} AS new_{column}" for column in self.columns)
        old, new = (", ".join(f"{side}.{column}" for column in self.columns) for side in "tc")
        return DIFFERENT.format(pairs=pairs, old=old, new=new)

    async def _tell_changed(self) -> None:
        for some in parts(self.changed, PAGE):
            for row in await self.changed_schools(some):
                listed = ", ".join(
                    f"{column} {was} -> {now}" for column, (was, now) in differences(row, self.columns).items()
                )
                self.report.changes.append(f"changed {row['urn']}: {listed}")

    async def _find_new(self) -> None:
        await long(NEW)
        await long("ALTER TABLE school_new ADD PRIMARY KEY (place)")
        rows = await long("SELECT urn, name FROM school_new ORDER BY place")
        self.report.changes += [f"new {row['urn']}: {row['name']}" for row in rows]
        (left_out,) = await long(
            "SELECT count(*) AS n FROM school_staged s WHERE NOT EXISTS (SELECT FROM school_kept k WHERE k.urn = s.urn)"
        )
        self._count("new", len(rows))
        self._count("not_kept", left_out["n"])

    async def _find_absent(self) -> None:
        """Note the stored schools that a full file no longer has, and those that came back (REF-2.10)."""
        await long(MARK)
        rows = await long("SELECT urn, absent FROM school_mark ORDER BY NOT absent, id")
        for name, is_absent in (("absent", True), ("back", False)):
            found = [row["urn"] for row in rows if row["absent"] is is_absent]
            self.report.changes += [f"{name} {urn}" for urn in found]
            self._count(name, len(found))

    def _count(self, name: str, rows: int) -> None:
        self.report.counts[name] = rows


def differences(row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    """Return what the register changes of a school, column -> (old, new), addresses not shown (REF-3.2)."""
    return {
        column: ("not shown", "changed") if column in HIDDEN else (row[f"old_{column}"], row[f"new_{column}"])
        for column in columns
        if row[f"old_{column}"] != row[f"new_{column}"] and column not in DERIVED
    }


def parts(ids: list[int], most: int) -> list[list[int]]:
    """Return internal ids in lists of at most so many."""
    return [ids[first : first + most] for first in range(0, len(ids), most)]
