"""The unfinished registrations of the demo (REF-6.7)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.db.engine import fetch, fetch_one
from app.demo.cast import AMBERLEY
from app.demo.people import person_of, snapshot_of
from app.demo.rows import fixed_id
from app.policy import Policy
from app.teachers.snapshot import to_dict
from app.terms import DraftKind, DraftState, IdentityMatch
from app.web.schools.register_ect.journey import START, WORKING_PATTERN

if TYPE_CHECKING:
    from app.demo.calendar import Days
    from app.demo.world import World

AFTERNOON = timedelta(hours=15, minutes=20)
MENTORS_ECTS = "Which ECTs will {name} mentor?"
KEPT = timedelta(days=Policy().draft_days)


@dataclass(frozen=True)
class DemoDraft:
    """One unfinished registration at Amberley Grove; starts_on: the day that was typed; waits: for its year to open.

    next_question: the title of the page it stands at, None at a dead end.
    """

    trn: str
    by: str
    saved_days_ago: int
    kind: DraftKind = DraftKind.REGISTER_ECT
    state: DraftState = DraftState.OPEN
    starts_on: date | None = None
    waits: bool = False
    next_question: str | None = None


def drafts(days: Days) -> tuple[DemoDraft, ...]:
    """Return a draft of each kind."""
    bob, alice = "bob@amberley.example", "alice@amberley.example"
    return (
        DemoDraft("9900115", bob, 2, next_question=START),
        DemoDraft("9900174", alice, KEPT.days - 1, next_question=START),
        DemoDraft("9900175", alice, 4, starts_on=date(days.year + 1, 9, 1), waits=True),
        DemoDraft("9900176", alice, 12, starts_on=days.ahead(1), waits=True, next_question=WORKING_PATTERN.title),
        DemoDraft("9900177", "amir@amberley.example", 1, state=DraftState.BLOCKED),
        DemoDraft("9900178", "anna@amberley.example", 3, kind=DraftKind.REGISTER_MENTOR, next_question=MENTORS_ECTS),
    )


async def add_drafts(world: World) -> None:
    """Insert every draft."""
    for draft in drafts(world.days):
        await _insert(draft, world)


async def _insert(draft: DemoDraft, world: World) -> None:
    saved, user = world.days.start_of(world.days.ago(draft.saved_days_ago)) + AFTERNOON, await _user_id(draft.by)
    answers = _answers(draft, world.days)
    await fetch(
        """INSERT INTO draft (id, created_at, updated_at, kind, journey, school_id, started_by_user_id,
            last_saved_by_user_id, last_saved_at, expires_at, state, trn, identity_match, trs_snapshot,
            trs_fetched_at, answers, answer_versions, tell_when_open_user_id, next_question, version)
        VALUES ($1, $2, $2, $3, $4, $5, $6, $6, $2, $7, $8, $9, $10, $11::jsonb, $2, $12::jsonb, $13::jsonb, $14,
            $15, 1)""",
        fixed_id("draft", draft.trn),
        saved,
        draft.kind.value,
        draft.kind.value.replace("_", "-"),
        world.schools[AMBERLEY],
        user,
        saved + KEPT,
        draft.state.value,
        draft.trn,
        IdentityMatch.DATE_OF_BIRTH.value,
        json.dumps(to_dict(snapshot_of(person_of(draft.trn, world.days), world.days))),
        json.dumps(answers),
        json.dumps(dict.fromkeys(answers, 1)),
        user if draft.waits else None,
        _next_question(draft, world.days),
    )


def _next_question(draft: DemoDraft, days: Days) -> str | None:
    person = person_of(draft.trn, days)
    return draft.next_question and draft.next_question.format(name=f"{person.first_name} {person.last_name}")


async def _user_id(email: str) -> int:
    row = await fetch_one("SELECT id FROM app_user WHERE email = $1", email)
    if row is None:
        raise LookupError(f"{email} is no user")
    return int(row["id"])


def _answers(draft: DemoDraft, days: Days) -> dict[str, dict[str, str]]:
    person = person_of(draft.trn, days)
    email = f"{person.first_name}.{person.last_name}@amberley.example".lower()
    role = "ect" if draft.kind is DraftKind.REGISTER_ECT else "mentor"
    answers = {f"review-{role}": {"name_is_correct": "yes"}, "email-address": {"email": email}}
    if draft.starts_on is not None:
        day = draft.starts_on
        parts = {"day": day.day, "month": day.month, "year": day.year}
        answers["start-date"] = {f"start_date_{part}": str(value) for part, value in parts.items()}
    return answers
