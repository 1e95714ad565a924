"""The draft row: one statement merges one page, so that two tabs lose nothing (DRF-01, DRF-13)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import msgspec

from app import clock
from app.db.documents import Wanted, decoded, document
from app.db.engine import fetch
from app.db.shown_names import shown_to_schools
from app.drafts.events import RegistrationDraftDeleted, RegistrationDraftStarted
from app.drafts.expire import closures_in, kept_until
from app.events.record import About, record
from app.terms import TRN, DraftKind, DraftState, IdentityMatch, SchoolId
from app.values import Form

if TYPE_CHECKING:
    from app.policy import Policy
    from app.terms import Actor, ECTAtSchoolId

COLUMNS = f"""d.id, d.kind, d.journey, d.school_id, d.started_by_user_id, d.last_saved_by_user_id, d.last_saved_at,
    d.expires_at, d.state, d.trn, d.identity_match, d.lookup_step, d.trs_snapshot, d.trs_fetched_at, d.answers,
    d.answer_versions, d.seen, d.created_at, d.ended_at, d.outcome, d.for_ect_stay_id, d.subject_stay_id,
    d.tell_when_open_user_id, d.next_question, d.stopped_at, {shown_to_schools("started")} AS started_by,
    {shown_to_schools("saved")} AS last_saved_by, {shown_to_schools("ended")} AS ended_by"""
PEOPLE = """JOIN app_user started ON started.id = d.started_by_user_id
    JOIN app_user saved ON saved.id = d.last_saved_by_user_id
    LEFT JOIN app_user ended ON ended.id = coalesce(d.ended_by_user_id, d.submitted_by_user_id)"""


ONE = f"""SELECT to_json(found) FROM (
    SELECT {COLUMNS} FROM draft d {PEOPLE} WHERE d.id = $1 AND d.school_id = $2) found"""  # noqa: S608 - constants
CANNOT_FILE = "We cannot file this registration yet"
"""Where a draft stands that a gap in the reference data keeps from being filed (CP-11)."""


@dataclass(frozen=True)
class Draft:
    """One piece of unfinished work, or the stub that says what became of it (DRF-14)."""

    id: UUID
    kind: DraftKind
    journey: str
    school_id: SchoolId
    started_by_user_id: int
    last_saved_by_user_id: int
    last_saved_at: datetime
    expires_at: datetime
    created_at: datetime
    state: DraftState
    trn: TRN | None = None
    identity_match: IdentityMatch | None = None
    lookup_step: str | None = None
    trs_snapshot: Mapping[str, Any] | None = None
    trs_fetched_at: datetime | None = None
    answers: Mapping[str, Form] = field(default_factory=dict)
    answer_versions: Mapping[str, int] = field(default_factory=dict)
    seen: Mapping[str, Any] | None = None
    ended_at: datetime | None = None
    outcome: Mapping[str, Any] | None = None
    for_ect_stay_id: int | None = None
    subject_stay_id: int | None = None
    tell_when_open_user_id: int | None = None
    next_question: str | None = None
    stopped_at: str | None = None
    started_by: str = ""
    last_saved_by: str = ""
    ended_by: str | None = None

    @property
    def matched(self) -> bool:
        """Tell whether an identity has been matched."""
        return self.identity_match is not None

    def version_of(self, slug: str) -> int:
        """Return how often the answer of a page has been saved."""
        return self.answer_versions.get(slug, 0)


class AnswerChangedMeanwhile(Exception):
    """A colleague saved the same page since this form was shown (DRF-13)."""


def lifetime(draft_kind: DraftKind, policy: Policy, *, matched: bool) -> timedelta:
    """Return how long a draft is kept after it was last saved (DRF-09)."""
    if draft_kind is not DraftKind.CHANGE and matched:
        return timedelta(days=policy.draft_days)
    return timedelta(hours=policy.short_draft_hours)


@dataclass(frozen=True)
class NewDraft:
    """A draft to be: whose, of which journey, and with what it begins.

    about: the stay or other row it belongs to; seen: the value on record that it sets out to change (CON-01).
    """

    kind: DraftKind
    journey: str
    school_id: SchoolId
    answers: Mapping[str, Form] = field(default_factory=dict)
    about: int | None = None
    seen: Mapping[str, str] | None = None
    for_ect: ECTAtSchoolId | None = None


async def start(new: NewDraft, actor: Actor, policy: Policy) -> UUID:
    """Store a new draft and return its id; a registration draft records that it was started (DRF-02)."""
    now, draft_id = clock.now(), uuid4()
    await fetch(
        """INSERT INTO draft (id, created_at, updated_at, kind, journey, school_id, started_by_user_id,
            last_saved_by_user_id, last_saved_at, expires_at, state, answers, answer_versions, version, subject_stay_id,
            seen, for_ect_stay_id)
        VALUES ($1, $2, $2, $3, $4, $5, $6, $6, $2, $7, 'open', $8::jsonb, $9::jsonb, 1, $10, $11::jsonb, $12)""",
        draft_id,
        now,
        new.kind.value,
        new.journey,
        new.school_id,
        actor.user_id,
        now + lifetime(new.kind, policy, matched=False),
        json.dumps(dict(new.answers)),
        json.dumps(dict.fromkeys(new.answers, 1)),
        new.about,
        json.dumps(new.seen) if new.seen is not None else None,
        new.for_ect,
    )
    if new.kind is not DraftKind.CHANGE:
        record(RegistrationDraftStarted(About(school_id=new.school_id), new.kind.value), actor)
    return draft_id


async def load(draft_id: UUID, school_id: SchoolId) -> Draft | None:
    """Return a draft of the school, or None for an unknown or another school's id (GEN-05, DRF-14)."""
    return await document(Draft, ONE, draft_id, school_id)


def wanted(draft_id: UUID, school_id: SchoolId) -> Wanted[Draft]:
    """Say how a draft of the school is read together with other things, as `load` reads it alone."""
    return Wanted(Draft, ONE, (draft_id, school_id))


async def lock(draft_id: UUID) -> None:
    """Hold the row until the transaction ends (DRF-11)."""
    await fetch("SELECT FROM draft WHERE id = $1 FOR UPDATE", draft_id)


SAVE_ANSWER = """UPDATE draft SET answers = answers || jsonb_build_object($2::text, $3::jsonb),
    answer_versions = answer_versions || jsonb_build_object($2::text, $4 + 1),
    last_saved_by_user_id = $5, last_saved_at = $6, updated_at = $6,
    expires_at = CASE WHEN tell_when_open_user_id IS NULL THEN $7 ELSE greatest(expires_at, $7) END,
    warned_at = NULL, version = version + 1, next_question = $8, stopped_at = $9
    WHERE id = $1 AND state = 'open' AND coalesce((answer_versions ->> $2)::int, 0) = $4
    RETURNING answers, answer_versions, expires_at"""


async def save_answer(  # noqa: PLR0917 - all of one row
    draft: Draft,
    slug: str,
    form: Form,
    version: int,
    actor: Actor,
    policy: Policy,
    stands: tuple[str | None, str | None] | None = None,
) -> Draft:
    """Merge the answer of one page, and return the draft with all its answers, in one statement.

    Raises AnswerChangedMeanwhile when the page was saved since it was shown.

    version: the version of this page's answer that the form showed (DRF-13); stands: as `stands_at` remembers it.
    """
    now = clock.now()
    title, stopped_at = stands or (draft.next_question, draft.stopped_at)
    rows = await fetch(
        SAVE_ANSWER,
        draft.id,
        slug,
        json.dumps(dict(form)),
        version,
        actor.user_id,
        now,
        now + lifetime(draft.kind, policy, matched=draft.matched),
        title,
        stopped_at,
    )
    if not rows:
        raise AnswerChangedMeanwhile
    return replace(
        draft,
        answers=msgspec.json.decode(rows[0]["answers"]),
        answer_versions=msgspec.json.decode(rows[0]["answer_versions"]),
        expires_at=rows[0]["expires_at"],
        last_saved_at=now,
        next_question=title,
        stopped_at=stopped_at,
    )


async def see(draft: Draft, seen: Mapping[str, str]) -> None:
    """Remember what is on record now, after the user chose their own change over it (CON-01)."""
    await fetch(
        "UPDATE draft SET seen = $2::jsonb, updated_at = $3 WHERE id = $1", draft.id, json.dumps(seen), clock.now()
    )


async def stands_at(draft: Draft, title: str | None, slug: str) -> None:
    """Remember the page that a draft stands at: its title for the list, its slug for good (DRF-08, CP-11, ADM-12.2).

    No title at most dead ends, nor for changes.
    """
    if (title, slug) != (draft.next_question, draft.stopped_at):
        await fetch(
            "UPDATE draft SET next_question = $2, stopped_at = $3 WHERE id = $1 AND state IN ('open', 'blocked')",
            draft.id,
            title,
            slug,
        )


async def forget_answer(draft: Draft, slug: str) -> None:
    """Take the answer of one page away, so that it is asked again."""
    await fetch(
        "UPDATE draft SET answers = answers - $2::text, updated_at = $3 WHERE id = $1", draft.id, slug, clock.now()
    )


async def note_lookup(draft: Draft, step: str, trn: TRN | None, actor: Actor) -> None:
    """Keep the TRN and the page a look-up led to, and nothing else about the person (IDN-04)."""
    await fetch(
        """UPDATE draft SET lookup_step = $2, trn = $3, last_saved_by_user_id = $4, last_saved_at = $5, updated_at = $5
        WHERE id = $1 AND state = 'open' AND identity_match IS NULL""",
        draft.id,
        step,
        trn,
        actor.user_id,
        clock.now(),
    )


async def match(  # noqa: PLR0917 - all of one row
    draft: Draft, trn: TRN, identity_match: IdentityMatch, snapshot: Mapping[str, object], actor: Actor, policy: Policy
) -> Draft:
    """Keep who was matched and how, and return the draft so: TRN, snapshot and kind of match (IDN-03, DM-01)."""
    now = clock.now()
    await fetch(
        """UPDATE draft SET lookup_step = NULL, trn = $2, identity_match = $3, trs_snapshot = $4::jsonb,
            trs_fetched_at = $5, last_saved_by_user_id = $6, last_saved_at = $5, updated_at = $5, expires_at = $7
        WHERE id = $1 AND state = 'open'""",
        draft.id,
        trn,
        identity_match.value,
        json.dumps(snapshot),
        now,
        actor.user_id,
        now + lifetime(draft.kind, policy, matched=True),
    )
    return replace(
        draft, lookup_step=None, trn=trn, identity_match=identity_match, trs_snapshot=snapshot, trs_fetched_at=now
    )


async def refresh(draft: Draft, snapshot: Mapping[str, object]) -> None:
    """Replace the snapshot by a newer reading."""
    await fetch(
        """UPDATE draft SET trs_snapshot = $2::jsonb, trs_fetched_at = $3, updated_at = $3
        WHERE id = $1 AND state = 'open'""",
        draft.id,
        json.dumps(snapshot),
        clock.now(),
    )


async def block(draft: Draft, policy: Policy) -> None:
    """Mark a draft that came to a dead end for good; it is kept a short while and not listed (RE-27, DRF-09)."""
    now = clock.now()
    await fetch(
        "UPDATE draft SET state = 'blocked', updated_at = $2, expires_at = $3 WHERE id = $1 AND state = 'open'",
        draft.id,
        now,
        now + timedelta(hours=policy.short_draft_hours),
    )


async def ask_to_be_told(draft: Draft, actor: Actor, keep_until: datetime) -> None:
    """Note who wants a mail when registration opens, and keep the draft until then (CP-05, DRF-09)."""
    await fetch(
        """UPDATE draft SET tell_when_open_user_id = $2, expires_at = greatest(expires_at, $3), updated_at = $4
        WHERE id = $1 AND state = 'open'""",
        draft.id,
        actor.user_id,
        keep_until,
        clock.now(),
    )


async def finish(draft: Draft, outcome: Mapping[str, Any], actor: Actor) -> None:
    """End a draft with what it did and erase everything typed (DRF-11, DRF-14)."""
    await fetch(
        """UPDATE draft SET state = 'submitted', outcome = $2::jsonb, submitted_at = $3, submitted_by_user_id = $4,
            updated_at = $3, ended_at = $3, answers = '{}', answer_versions = '{}', trs_snapshot = NULL, trn = NULL,
            seen = NULL, lookup_step = NULL, next_question = NULL, tell_when_open_user_id = NULL WHERE id = $1""",
        draft.id,
        json.dumps(outcome),
        clock.now(),
        actor.user_id,
    )


async def delete(draft: Draft, actor: Actor) -> None:
    """End a draft that its school no longer wants; irreversible, with an event (DRF-14, DRF-15)."""
    rows = await fetch(
        """UPDATE draft SET state = 'deleted', ended_at = $2, ended_by_user_id = $3, updated_at = $2, answers = '{}',
            answer_versions = '{}', trs_snapshot = NULL, trn = NULL, seen = NULL, lookup_step = NULL,
            next_question = NULL, tell_when_open_user_id = NULL
        WHERE id = $1 AND state IN ('open', 'blocked') RETURNING id""",
        draft.id,
        clock.now(),
        actor.user_id,
    )
    if rows and draft.kind is not DraftKind.CHANGE:
        record(RegistrationDraftDeleted(About(school_id=draft.school_id), draft.kind.value), actor)


async def listed(school_id: SchoolId) -> list[Draft]:
    """Return the school's unfinished registrations: matched and open, oldest saved first (DRF-08).

    `expires_at` is when each really expires: time inside a closed window is not counted (DRF-09).
    """
    return await listed_of_schools([school_id])


async def listed_of_schools(school_ids: list[SchoolId]) -> list[Draft]:
    """Return the unfinished registrations of several schools, as `listed` does of one."""
    rows = await fetch(
        f"""SELECT to_json(found) AS draft, (SELECT coalesce(json_agg(c), '[]') FROM registration_closure c) AS shut
        FROM (SELECT {COLUMNS} FROM draft d {PEOPLE} WHERE d.school_id = ANY($1) AND d.state = 'open'
        AND d.kind <> 'change' AND d.identity_match IS NOT NULL) found ORDER BY last_saved_at, id""",  # noqa: S608 - constants
        school_ids,
    )
    shut = closures_in(rows[0]["shut"]) if rows else ()
    drafts = [
        replace(draft, expires_at=kept_until(draft.last_saved_at, draft.expires_at, shut))
        for draft in (decoded(Draft, row["draft"]) for row in rows)
    ]
    return [draft for draft in drafts if draft.expires_at > clock.now()]


async def unmatch(draft: Draft, step: str) -> None:
    """Take back a match whose teaching record is gone; the answers are kept (IDN-11)."""
    await fetch(
        """UPDATE draft SET identity_match = NULL, trs_snapshot = NULL, trs_fetched_at = NULL, lookup_step = $2,
            updated_at = $3 WHERE id = $1 AND state = 'open'""",
        draft.id,
        step,
        clock.now(),
    )
