"""Every correction of a name for support to look through, and where many of them differ a lot (ADM-9.1, ADM-9.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from app.console.timeline import WHO
from app.db.documents import document
from app.teachers.rules import MINOR_FROM, NameBand, name_band
from app.terms import ActorKind

if TYPE_CHECKING:
    from app.policy import Policy

YesOrNo = Literal["yes", "no", ""]
MOST_IN_FILE = 10_000
FEWEST_REGISTRATIONS, MOST_SCHOOLS = 10, 20


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which corrections are wanted; "" and None leave it open. Days are those of London, both inclusive."""

    flagged: YesOrNo = ""
    reviewed: YesOrNo = ""
    band: NameBand | Literal[""] = ""
    urn: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Correction:
    """One correction: what the name was and became, how alike it is to the record's, and who did it why."""

    flag: int | None
    reviewed_at: datetime | None
    outcome: str | None
    trs_name: str
    old_name: str
    new_name: str
    score: int
    where: str
    reason: str
    actor_kind: ActorKind
    actor_name: str | None
    made_at: datetime
    school: str
    urn: str
    teacher: UUID
    trn: str

    @property
    def author(self) -> str:
        """Who corrected it."""
        words = WHO[self.actor_kind]
        return f"{self.actor_name}, {words}" if self.actor_name else words[:1].upper() + words[1:]

    @property
    def state(self) -> str:
        """What support did about it."""
        if self.flag is None:
            return "Not flagged"
        return OUTCOMES.get(self.outcome or "", "To be looked at")

    @property
    def open(self) -> bool:
        """Whether support has to look at it."""
        return self.flag is not None and self.reviewed_at is None

    def band(self, policy: Policy) -> NameBand:
        """Return how much it differs (ADM-9.4)."""
        return name_band(self.score, policy.name_large_below)


OUTCOMES = {"accepted": "Accepted", "reverted": "Taken back", "settled": "As on the record again"}


@dataclass(frozen=True)
class Corrections:
    """One page of them."""

    total: int
    page: int
    pages: int
    corrections: tuple[Correction, ...]


LIST = f"""
    WITH wanted AS MATERIALIZED (
        SELECT c.*, n.reviewed_at, n.outcome, s.name AS school, s.urn FROM name_correction c
        JOIN school s ON s.id = c.school_id LEFT JOIN name_flag n ON n.id = c.name_flag_id
        WHERE ($1 = '' OR (n.id IS NOT NULL) = ($1 = 'yes')) AND ($2 = '' OR (n.reviewed_at IS NOT NULL) = ($2 = 'yes'))
            AND ($3 = '' OR $3 = CASE WHEN c.score >= {MINOR_FROM} THEN 'minor' WHEN c.score < $4 THEN 'large'
                ELSE 'partial' END)
            AND ($5 = '' OR s.urn = $5)
            AND ($6::date IS NULL OR (c.made_at AT TIME ZONE 'Europe/London')::date >= $6)
            AND ($7::date IS NULL OR (c.made_at AT TIME ZONE 'Europe/London')::date <= $7)),
    counted AS (SELECT count(*) AS total, greatest(1, ceil(count(*)::numeric / $8))::int AS pages FROM wanted)
    SELECT json_build_object('total', c.total, 'pages', c.pages, 'page', least($9, c.pages),
        'corrections', (SELECT coalesce(json_agg(json_build_object('flag', w.name_flag_id,
            'reviewed_at', w.reviewed_at, 'outcome', w.outcome, 'trs_name', w.trs_name, 'old_name', w.old_name,
            'new_name', w.new_name, 'score', w.score, 'where', w."where", 'reason', w.reason,
            'actor_kind', w.actor_kind, 'actor_name', w.actor_name, 'made_at', w.made_at, 'school', w.school,
            'urn', w.urn, 'teacher', t.public_id, 'trn', t.trn)
            ORDER BY w.place), '[]')
            FROM (SELECT *, row_number() OVER () AS place FROM (SELECT * FROM wanted
                ORDER BY CASE WHEN $1 = 'yes' AND $2 = 'no' THEN score END, made_at DESC, id DESC
                LIMIT $8 OFFSET (least($9, c.pages) - 1) * $8) sorted) w
            JOIN teacher t ON t.id = w.teacher_id))
    FROM counted c"""  # noqa: S608 - constants


async def corrections(wanted: Wanted, policy: Policy, page: int, size: int) -> Corrections:
    """Return one page of corrections, the newest first; of those to be looked at, the least alike first (ADM-9.5)."""
    found = await document(
        Corrections,
        LIST,
        wanted.flagged,
        wanted.reviewed,
        wanted.band,
        policy.name_large_below,
        wanted.urn,
        wanted.since,
        wanted.until,
        size,
        min(max(page, 1), 1_000_000),
    )
    if found is None:
        raise LookupError("counting always returns a row")
    return found


@dataclass(frozen=True)
class CorrectingSchool:
    """How many of a school's registrations were corrected a lot."""

    school: str
    urn: str
    large: int
    registrations: int

    @property
    def per_hundred(self) -> str:
        """Large corrections per 100 registrations, to one decimal."""
        tenths = (2_000 * self.large + self.registrations) // (2 * self.registrations)
        return f"{tenths // 10}.{tenths % 10}"


SCHOOLS = f"""
    SELECT coalesce(json_agg(json_build_object('school', f.name, 'urn', f.urn, 'large', f.large,
        'registrations', f.registrations)), '[]')
        FROM (SELECT s.name, s.urn, c.large, r.registrations
            FROM (SELECT school_id, count(*) AS large FROM name_correction WHERE score < $1 GROUP BY 1) c
            JOIN school s ON s.id = c.school_id
            CROSS JOIN LATERAL (SELECT
                (SELECT count(*) FROM ect_at_school_period e WHERE e.school_id = s.id AND e.removed_at IS NULL)
                + (SELECT count(*) FROM mentor_at_school_period m WHERE m.school_id = s.id AND m.removed_at IS NULL)
                AS registrations) r
            WHERE r.registrations >= {FEWEST_REGISTRATIONS}
            ORDER BY c.large::numeric / r.registrations DESC, s.urn LIMIT {MOST_SCHOOLS}) f"""  # noqa: S608 - constants


async def correcting_schools(policy: Policy) -> tuple[CorrectingSchool, ...]:
    """Return the schools with the most large corrections per 100 registrations, of those with at least 10 (ADM-9.5)."""
    return await document(tuple[CorrectingSchool, ...], SCHOOLS, policy.name_large_below) or ()
