"""Storing what the teaching record says about a teacher (NAM-01, PER-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.survivors import survivors
from app.teachers.rules import display_name, search_text, stored_correction, teaching_record_name
from app.terms import TeacherId, TRSAnswer

if TYPE_CHECKING:
    from app.teachers.snapshot import Snapshot
    from app.terms import TRN


@dataclass(frozen=True)
class StoredName:
    """Who was stored, how they are shown now, and how they were shown before."""

    teacher_id: TeacherId
    displayed: str
    formerly_displayed: str


async def store_teacher(trn: TRN, snapshot: Snapshot, corrected_name: str | None) -> StoredName:
    """Make or refresh a teacher, inside the caller's transaction; a correction equal to the record is none (NAM-01).

    Of a record that was merged into another the answer is kept, and that other is returned (FIX-12).
    """
    first, last = snapshot.first_name, snapshot.last_name
    former = await fetch_one("SELECT corrected_name FROM teacher WHERE trn = $1 FOR UPDATE", trn)
    corrected = stored_correction(corrected_name, first, last)
    row = await fetch_one(
        f"""INSERT INTO teacher (created_at, updated_at, trn, trs_first_name, trs_last_name, corrected_name,
            search_name, trs_induction_status, trs_induction_start_date, trs_induction_completed_date,
            trs_qts_awarded_on, trs_refreshed_at, trs_answer, version)
        VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $1, $11, 1)
        ON CONFLICT (trn) DO UPDATE SET updated_at = $1, trs_first_name = $3, trs_last_name = $4, corrected_name = $5,
            search_name = $6, trs_induction_status = $7, trs_induction_start_date = $8,
                trs_induction_completed_date = $9,
            trs_qts_awarded_on = $10, trs_refreshed_at = $1, trs_tried_at = NULL, trs_answer = $11,
            trs_merged_into_trn = NULL, version = teacher.version + 1
        RETURNING (SELECT coalesce(min(further.id), teacher.id) FROM teacher further WHERE further.id IN
            {survivors("started.id = teacher.merged_into_teacher_id")}) AS id""",  # noqa: S608 - constants
        clock.now(),
        trn,
        first,
        last,
        corrected,
        search_text(corrected, teaching_record_name(first, last)),
        snapshot.induction_status.value,
        snapshot.induction_start_date,
        snapshot.induction_completed_date,
        snapshot.qts_awarded_on,
        TRSAnswer.FOUND.value,
    )
    if row is None:
        raise LookupError("an upsert returned no row")
    formerly = display_name(former["corrected_name"] if former else None, first, last)
    return StoredName(TeacherId(row["id"]), display_name(corrected, first, last), formerly)


async def store_correction(teacher_id: TeacherId, first: str, last: str, corrected_name: str) -> str:
    """Store the name a school gives beside the teaching record's; returns the one shown (NAM-01)."""
    corrected = stored_correction(corrected_name, first, last)
    await fetch(
        """UPDATE teacher SET corrected_name = $2, search_name = $3, updated_at = $4, version = version + 1
        WHERE id = $1""",
        teacher_id,
        corrected,
        search_text(corrected, teaching_record_name(first, last)),
        clock.now(),
    )
    return display_name(corrected, first, last)


async def store_answer(teacher_id: TeacherId, answer: TRSAnswer | None, into: TRN | None = None) -> None:
    """Store why there is no record to read, with a survivor's TRN; None: no answer, only the time of the try."""
    await fetch(
        """UPDATE teacher SET trs_tried_at = CASE WHEN $2::text IS NULL THEN $4::timestamptz END,
            trs_refreshed_at = CASE WHEN $2 IS NULL THEN trs_refreshed_at ELSE $4 END,
            trs_answer = coalesce($2, trs_answer), updated_at = $4,
            trs_merged_into_trn = CASE WHEN $2 IS NULL THEN trs_merged_into_trn ELSE $3 END, version = version + 1
        WHERE id = $1""",
        teacher_id,
        answer.value if answer else None,
        into,
        clock.now(),
    )
