"""What is shown of an event about somebody who was anonymised: what kind of thing happened, nobody's name (FIX-15).

Events are never changed. Whoever shows them reads sentence and changes through these.
"""

from __future__ import annotations


def _names_nobody(event: str) -> str:
    # Each answer is one value found by keys. An EXISTS may be answered by reading every teacher first.
    return f"""((SELECT gone.anonymised_at IS NOT NULL FROM teacher gone WHERE gone.id = {event}.teacher_id)
        OR (SELECT bool_or(gone.anonymised_at IS NOT NULL) FROM mentorship_period both_of
            JOIN teacher gone ON gone.id = ANY (ARRAY[both_of.ect_teacher_id, both_of.mentor_teacher_id])
            WHERE both_of.id = {event}.mentorship_period_id))"""  # noqa: S608 - aliases


def sentence_of(event: str) -> str:
    """Return the SQL of an event's sentence by its alias."""
    return f"""CASE WHEN {_names_nobody(event)}
        THEN 'About somebody who was anonymised: ' || replace({event}.kind, '_', ' ') ELSE {event}.sentence END"""


def changes_of(event: str) -> str:
    """Return the SQL of an event's changes by its alias."""
    return f"CASE WHEN {_names_nobody(event)} THEN '{{}}'::jsonb ELSE {event}.changes END"
