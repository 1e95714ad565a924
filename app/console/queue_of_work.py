"""What a work queue is made of (ADM-8.1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Queue:
    """One queue: its SQL gives key, since, school_id, teacher_id and facts of each item.

    $1 is today, $2 the settings as JSON. The key stays the same while the item is the same; an item that was dismissed
    returns when its facts differ. what_to_do: what staff can do about an item.
    """

    id: str
    title: str
    what_to_do: str
    sql: str
    order: str = "since, key"
    of_person: str = ""
    """The same for the person $3 alone, where looking through everybody takes too long for a page about one."""
    page: str = ""
    """Where its items can be seen with everything about them, and decided."""
    letter: str = ""
    """Words to copy for {whom}, about {school}, its {urn} and the {day}, with no name of a teacher."""
    letter_to: str = "NULL"
    """The JSON of an Addressee, by the key of the item `i`."""

    @property
    def slug(self) -> str:
        """How addresses name it."""
        return self.id.lower()

    def letter_about(self, whom: str, school: str, urn: str, day: str) -> str:
        """Return the words to copy about an item at a school since a day."""
        return self.letter.format(whom=whom, school=school, urn=urn, day=day)


@dataclass(frozen=True)
class Addressee:
    """Who is waited for, and where mail reaches them."""

    name: str
    emails: tuple[str, ...]


IN_PROGRESS = """e.removed_at IS NULL AND e.started_on <= $1 AND coalesce(e.finished_on, 'infinity') >= $1
    AND coalesce(t.trs_induction_status, '') NOT IN ('Passed', 'Failed', 'FailedInWales', 'Exempt')
    AND NOT EXISTS (SELECT FROM induction_period o WHERE o.teacher_id = t.id AND o.outcome IS NOT NULL)"""
DAYS = "($2::jsonb ->> '{}')::int"
