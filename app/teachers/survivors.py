"""Finding the record that goes on for one that was merged into another, directly or through others (FIX-12)."""

from __future__ import annotations


def survivors(condition: str) -> str:
    """Return the SQL of the ids of records that go on for the teachers who meet a condition on `started`."""
    return f"""(WITH RECURSIVE up AS (
        SELECT started.id, started.merged_into_teacher_id FROM teacher started WHERE {condition}
        UNION SELECT further.id, further.merged_into_teacher_id FROM up
            JOIN teacher further ON further.id = up.merged_into_teacher_id)
        SELECT up.id FROM up WHERE up.merged_into_teacher_id IS NULL)"""  # noqa: S608 - constants
