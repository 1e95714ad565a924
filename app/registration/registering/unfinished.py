"""Unfinished registrations as a school sees them listed (DRF-08, DR-01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from app.drafts import store
from app.registration.home.to_do import Task
from app.registration.people.school_queries import corrected_names
from app.registration.people.statuses import london_day
from app.teachers.rules import display_name
from app.terms import TRN, DraftKind, SchoolId
from app.values import Invalid, parse_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from app.drafts.store import Draft
    from app.policy import Policy
    from app.training.periods import Calendar


@dataclass(frozen=True)
class Unfinished:
    """One unfinished registration; opened_on: when registration opened for a draft that waited for it (TD-17).

    next_question: the title of the page it stood at when it was last saved, empty at a dead end.
    """

    id: UUID
    kind: DraftKind
    name: str
    trn: TRN
    started_by: str
    last_saved_by: str
    last_saved_at: datetime
    deleted_at: datetime
    expires_soon: bool
    opened_on: date | None = None
    next_question: str = ""

    @property
    def task(self) -> Task:
        """Return the line of the to-do list (TD-12, TD-17)."""
        if self.opened_on is not None:
            text = f"Registration has opened: finish registering {self.name}"
            return Task("TD-17", text, self.opened_on, "draft", self.id)
        return Task("TD-12", f"Finish registering {self.name}", london_day(self.last_saved_at), "draft", self.id)


async def unfinished(
    school_id: SchoolId,
    now: datetime,
    policy: Policy,
    calendar: Calendar,
    names: Mapping[TRN, str] | None = None,
) -> tuple[Unfinished, ...]:
    """Return a school's unfinished registrations, oldest saved first (DRF-08).

    names: the corrected names of people in drafts, where they have been read already.
    """
    drafts = await store.listed(school_id)
    if names is None:
        names = await corrected_names([draft.trn for draft in drafts if draft.trn is not None])
    return shown(drafts, names, now, policy, calendar)


def shown(
    drafts: Sequence[Draft], names: Mapping[TRN, str], now: datetime, policy: Policy, calendar: Calendar
) -> tuple[Unfinished, ...]:
    """Return stored drafts as a school sees them; names: the corrected ones."""
    warning = timedelta(days=policy.draft_warning_days)
    return tuple(
        Unfinished(
            draft.id,
            draft.kind,
            name_of(draft, names),
            draft.trn or TRN(""),
            draft.started_by,
            draft.last_saved_by,
            draft.last_saved_at,
            draft.expires_at,
            expires_soon=draft.expires_at - now <= warning,
            opened_on=opened_on(draft, calendar, london_day(now)),
            next_question=draft.next_question or "",
        )
        for draft in drafts
    )


def name_of(draft: Draft, corrected: Mapping[TRN, str]) -> str:
    """Return whom a matched draft is about: the name typed there, else known here, else on the record (NAM-01)."""
    review = draft.answers.get("review-ect") or draft.answers.get("review-mentor") or {}
    typed = review.get("corrected_name", "") if review.get("name_is_correct") == "no" else ""
    snapshot = draft.trs_snapshot or {}
    known = corrected.get(draft.trn) if draft.trn is not None else None
    return display_name(typed.strip() or known, str(snapshot.get("first_name", "")), str(snapshot.get("last_name", "")))


def opened_on(draft: Draft, calendar: Calendar, today: date) -> date | None:
    """Return when registration opened for a draft that waited; one without a date starts today (TD-17, CP-05)."""
    if draft.tell_when_open_user_id is None:
        return None
    try:
        starts_on = parse_date(draft.answers.get("start-date", {}), "start_date", what="start date")
    except Invalid:
        starts_on = today
    period = calendar.containing(starts_on)
    return period.registration_opens_on if period is not None and period.is_enabled(today) else None
