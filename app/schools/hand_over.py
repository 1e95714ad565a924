"""What a successor gets of a closed school: contact person and last choices, where it has none (REF-3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.events.record import About, record
from app.schools.events import SchoolInductionTutorUpdated

if TYPE_CHECKING:
    from app.terms import Actor, SchoolId


@dataclass(frozen=True)
class HandOver:
    """From which closed school to which successor."""

    school_id: SchoolId
    successor_id: SchoolId


async def hand_over(command: HandOver, actor: Actor) -> None:
    """Copy the induction tutor where the successor has none, and last choices into blanks; nobody is mailed here."""
    copied = await fetch(
        """INSERT INTO induction_tutor (created_at, updated_at, school_id, name, email, confirmed_for_year, started_at,
            recorded_by_user_id)
        SELECT $3, $3, $2, name, email, confirmed_for_year, $3, recorded_by_user_id FROM induction_tutor i
        WHERE i.school_id = $1 AND i.ended_at IS NULL AND NOT EXISTS (
            SELECT FROM induction_tutor there WHERE there.school_id = $2 AND there.ended_at IS NULL)
        RETURNING name, email, confirmed_for_year""",
        command.school_id,
        command.successor_id,
        clock.now(),
    )
    for row in copied:
        about, year = About(school_id=command.successor_id), row["confirmed_for_year"]
        record(SchoolInductionTutorUpdated(about, year, None, None, row["name"], row["email"]), actor)
    await fetch(
        """UPDATE school n SET last_training_programme = s.last_training_programme,
            last_lead_provider_id = s.last_lead_provider_id, updated_at = $3, version = n.version + 1
        FROM school s WHERE s.id = $1 AND n.id = $2 AND n.last_training_programme IS NULL
            AND s.last_training_programme IS NOT NULL""",
        command.school_id,
        command.successor_id,
        clock.now(),
    )
    await fetch(
        """UPDATE school n SET last_appropriate_body_id = s.last_appropriate_body_id, updated_at = $3,
            version = n.version + 1
        FROM school s WHERE s.id = $1 AND n.id = $2 AND n.last_appropriate_body_id IS NULL
            AND s.last_appropriate_body_id IS NOT NULL""",
        command.school_id,
        command.successor_id,
        clock.now(),
    )
