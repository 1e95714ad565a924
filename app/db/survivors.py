"""Finding the record that goes on for one that was merged, directly or through others, and those it took (FIX-12)."""

from __future__ import annotations


def survivors(condition: str) -> str:
    """Return the SQL of the ids of records that go on for the teachers who meet a condition on `started`."""
    return f"""(WITH RECURSIVE up AS (
        SELECT started.id, started.merged_into_teacher_id FROM teacher started WHERE {condition}
        UNION SELECT further.id, further.merged_into_teacher_id FROM up
            JOIN teacher further ON further.id = up.merged_into_teacher_id)
        SELECT up.id FROM up WHERE up.merged_into_teacher_id IS NULL)"""  # noqa: S608 - constants


def with_merged(teacher: str) -> str:
    """Return the SQL of a teacher's id, given by a place, and the ids of the records merged into it.

    Events stay with the record that they were recorded for, while stays, training and mentorships move.
    """
    return f"""(WITH RECURSIVE same AS (SELECT {teacher}::bigint AS id
        UNION SELECT gone.id FROM same JOIN teacher gone ON gone.merged_into_teacher_id = same.id)
        SELECT same.id FROM same)"""  # noqa: S608 - constants
