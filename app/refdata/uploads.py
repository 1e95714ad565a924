"""Files that staff bring in: kept as one zip file, tried out, and applied as they were tried out (ADM-13.3)."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.refdata.events import ImportRunAsked
from app.refdata.runs import last_applied
from app.terms import Actor, ActorKind, Refused, UserId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OVERRIDES = ("--accept-shrink", "--force")
"""What a refusal names when it may be overridden (REF-2.8)."""
GOING_ON = frozenset({"waiting", "checking", "asked", "applying"})
ZIP = ".zip"


@dataclass(frozen=True)
class Upload:
    """Files brought in, and how far they have come; `report` is that of the dry run, then of the run."""

    id: int
    public_id: UUID
    kind: str
    source_name: str
    hash: str
    state: str
    override: str
    based_on: int | None
    report: Mapping[str, Any]
    progress: str
    actor: Actor
    note: str
    ticket: str
    created_at: datetime

    @property
    def is_going_on(self) -> bool:
        """Tell whether something is still done with it."""
        return self.state in GOING_ON

    @property
    def overridable(self) -> str:
        """Return the option that the refusal of the dry run names; empty when nothing can be overridden."""
        refusal = self.report.get("refusal", "") if self.state == "refused" else ""
        return next((option for option in OVERRIDES if option in refusal), "")


@dataclass(frozen=True)
class BringFiles:
    """Which kind of files, by name and content."""

    kind: str
    files: Sequence[tuple[str, bytes]] = field(repr=False)


@dataclass(frozen=True)
class ApplyUpload:
    """What is applied, by the hash of the dry run that was seen; override: a safety rule that is set aside."""

    upload: UUID
    hash: str
    note: str
    ticket: str
    override: str = ""


def packed(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Return files as one zip file; a single zip file is that already."""
    if len(files) == 1 and files[0][0].lower().endswith(ZIP):
        return files[0][1]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


def hash_of(files: Sequence[tuple[str, bytes]]) -> str:
    """Return what tells these files from any others."""
    return hashlib.sha256(b"".join(hashlib.sha256(content).digest() for _, content in files)).hexdigest()


async def bring_files(command: BringFiles, content: bytes, actor: Actor) -> UUID:
    """Keep the files, already packed, for their dry run; returns the public id."""
    names, now, public_id = ", ".join(name for name, _ in command.files), clock.now(), uuid4()
    async with transaction():
        await fetch(
            """INSERT INTO import_upload (created_at, updated_at, public_id, kind, source_name, hash, content, state,
                override, report, progress, note, ticket, asked_by, asked_by_user_id)
            VALUES ($1, $1, $2, $3, $4, $5, $6, 'waiting', '', '{}', '', '', '', $7, $8)""",
            now,
            public_id,
            command.kind,
            names,
            hash_of(command.files),
            content,
            actor.name,
            actor.user_id,
        )
        record(ImportRunAsked(About(), names, "a dry run", ""), actor)
    return public_id


async def apply_upload(command: ApplyUpload, actor: Actor) -> None:
    """Ask for the files to be applied as they were tried out.

    Raises Refused when that is not what was seen, when a later run came in between, and for what cannot be applied.
    """
    async with transaction():
        found = await upload(command.upload, lock=True)
        if found is None or not (found.state == "checked" or (command.override and found.overridable)):
            raise Refused("not_checked", "note", "These files cannot be applied: look at their dry run")
        if command.hash != found.hash or command.override != found.overridable:
            raise Refused("not_seen", "note", "This is not the dry run that you have seen. Look at it again")
        last = await last_applied(found.kind)
        if (last.id if last else None) != found.based_on:
            raise Refused("newer_data", "note", "Newer data arrived after this dry run. Bring the files in again")
        await fetch(
            """UPDATE import_upload SET state = 'asked', override = $2, note = $3, ticket = $4, asked_by = $5,
                asked_by_user_id = $6, progress = '', updated_at = $7 WHERE id = $1""",
            found.id,
            command.override,
            command.note,
            command.ticket,
            actor.name,
            actor.user_id,
            clock.now(),
        )
        record(ImportRunAsked(About(), found.source_name, "a run", command.override), actor)


COLUMNS = """u.id, u.public_id, u.kind, u.source_name, u.hash, u.state, u.override, u.based_on, u.report, u.progress,
    u.asked_by, u.asked_by_user_id, u.note, u.ticket, u.created_at"""


async def upload(public_id: UUID, *, lock: bool = False) -> Upload | None:
    """Return files that were brought in; `lock` holds their row until the transaction ends."""
    held = " FOR UPDATE" if lock else ""
    row = await fetch_one(f"SELECT {COLUMNS} FROM import_upload u WHERE u.public_id = $1{held}", public_id)  # noqa: S608
    return as_upload(row) if row else None


async def newest_uploads(most: int = 10) -> tuple[Upload, ...]:
    """Return what was brought in lately, the newest first."""
    rows = await fetch(f"SELECT {COLUMNS} FROM import_upload u ORDER BY u.id DESC LIMIT $1", most)  # noqa: S608
    return tuple(as_upload(row) for row in rows)


def as_upload(row: Any) -> Upload:
    """Return a row as an upload."""
    user = UserId(row["asked_by_user_id"]) if row["asked_by_user_id"] is not None else None
    return Upload(
        row["id"],
        row["public_id"],
        row["kind"],
        row["source_name"],
        row["hash"],
        row["state"],
        row["override"],
        row["based_on"],
        json.loads(row["report"]),
        row["progress"],
        Actor(ActorKind.STAFF, row["asked_by"], "", user),
        row["note"],
        row["ticket"],
        row["created_at"],
    )
