"""What keeps two records of one person apart until it is put right (FIX-12, ADM-1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.db.documents import document
from app.registration.registering.start_dates import day_in_words
from app.terms import TeacherId, Word


class Both(Word):
    """What both records have that one person cannot have twice, as a sentence up to its names and days."""

    ECT = "ect", "Both are registered as an ECT on the same days"
    MENTOR = "mentor", "Both are registered as a mentor at the same school on the same days"
    TRAINING = "training", "Both are trained as a mentor on the same days"
    INDUCTION = "induction", "Both have an induction period on the same days"
    OUTCOME = "outcome", "Both have an outcome of induction"
    MENTORSHIP = "mentorship", "One of them mentors the other"


@dataclass(frozen=True)
class Side:
    """One of the two rows that do not go together: where it is, and its days."""

    name: str
    started_on: date
    finished_on: date | None

    @property
    def words(self) -> str:
        """The row in words."""
        until = f"to {day_in_words(self.finished_on)}" if self.finished_on else "without a last day"
        return f"{self.name} from {day_in_words(self.started_on)} {until}"


@dataclass(frozen=True)
class Conflict:
    """Two rows that do not go together; other: the record that is to be merged."""

    what: Both
    survivor: Side
    other: Side
    other_id: UUID

    @property
    def sentence(self) -> str:
        """The conflict in words."""
        return f"{self.what.words}: {self.survivor.words}, and {self.other.words}"


def _pair(what: Both, table: str, name: str, joins: str, together: str) -> str:
    sides = ", ".join(
        f"""'{side}', json_build_object('name', {name.format(alias)}, 'started_on', {alias}.started_on,
            'finished_on', {alias}.finished_on)"""
        for side, alias in (("survivor", "a"), ("other", "b"))
    )
    return f"""SELECT json_build_object('what', '{what.value}', {sides}, 'other_id', o.public_id) AS row
        FROM {table} a JOIN {table} b ON b.teacher_id = $2 {joins} JOIN teacher o ON o.id = $2
        WHERE a.teacher_id = $1 AND {together}"""  # noqa: S608 - constants


SAME_DAYS = "daterange(a.started_on, a.finished_on, '[]') && daterange(b.started_on, b.finished_on, '[]')"
STANDING = "a.removed_at IS NULL AND b.removed_at IS NULL"
SAME_SCHOOL = "AND b.school_id = a.school_id"
MENTORS_TRAINING = "a.role = 'mentor' AND b.role = 'mentor' AND a.cancelled_at IS NULL AND b.cancelled_at IS NULL"
SCHOOL = "(SELECT s.name FROM school s WHERE s.id = {}.school_id)"
BODY = "(SELECT y.name FROM appropriate_body y WHERE y.id = {}.appropriate_body_id)"
MENTORSHIP = f"""SELECT json_build_object('what', 'mentorship',
        'survivor', json_build_object('name', {SCHOOL.format("m")}, 'started_on', m.started_on,
            'finished_on', m.finished_on),
        'other', json_build_object('name', {SCHOOL.format("m")}, 'started_on', m.started_on,
            'finished_on', m.finished_on), 'other_id', o.public_id) AS row
    FROM mentorship_period m JOIN teacher o ON o.id = $2
    WHERE (m.ect_teacher_id, m.mentor_teacher_id) IN (($1, $2), ($2, $1))"""  # noqa: S608 - constants
ALL = " UNION ALL ".join(
    (
        _pair(Both.ECT, "ect_at_school_period", SCHOOL, "", f"{STANDING} AND {SAME_DAYS}"),
        _pair(Both.MENTOR, "mentor_at_school_period", SCHOOL, SAME_SCHOOL, f"{STANDING} AND {SAME_DAYS}"),
        _pair(Both.TRAINING, "training_period", SCHOOL, "", f"{MENTORS_TRAINING} AND {SAME_DAYS}"),
        _pair(Both.INDUCTION, "induction_period", BODY, "", SAME_DAYS),
        _pair(Both.OUTCOME, "induction_period", BODY, "", "a.outcome IS NOT NULL AND b.outcome IS NOT NULL"),
        MENTORSHIP,
    )
)
CONFLICTS = f"SELECT coalesce(json_agg(found.row), '[]') FROM ({ALL}) found"  # noqa: S608 - constants


async def conflicts_between(survivor: TeacherId, other: TeacherId) -> tuple[Conflict, ...]:
    """List everything that one person cannot have twice, one by one."""
    return await document(tuple[Conflict, ...], CONFLICTS, survivor, other) or ()
