"""The record changed under a draft: both values are shown, and the user says which of them counts (CON-01)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, TypeVar

from app.db.transaction import transaction
from app.drafts import store
from app.journeys.engine import rows_of
from app.values import Invalid, parse_choice
from app.web.forms import read_form
from app.web.journey_frame import CHECK, frame_of
from app.web.journey_pages import ChangedPage
from app.web.page import page, redirect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response

    from app.values import Form
    from app.web.journey import Asked, Journey

F = TypeVar("F")
CONFLICT, INVALID = 409, 422
RESOLVE, MARK = "resolve", "seen_mark"
MINE, THEIRS = "keep_mine", "keep_theirs"


async def changed_meanwhile(journey: Journey[F, Any], asked: Asked[F]) -> Response[str] | None:
    """Return the page that shows both values, or what its answer leads to; None when nothing has changed (CON-01)."""
    if journey.seen is None or not has_changed(journey, asked):
        return None
    now = dict(journey.seen(asked.facts))
    form = await read_form(asked.request)
    if RESOLVE not in form or form.get(MARK) != mark_of(now):
        return await show_both(journey, asked, now)
    return await settle(journey, asked, now, form)


def has_changed(journey: Journey[F, Any], asked: Asked[F]) -> bool:
    """Tell whether the value on record is another than the one the draft set out to change (CON-01)."""
    if journey.seen is None or asked.draft.seen is None:
        return False
    return dict(journey.seen(asked.facts)) != dict(asked.draft.seen)


def mark_of(seen: Mapping[str, str]) -> str:
    """Return what stands for a value on record in a form, without naming it."""
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:16]


async def settle(journey: Journey[F, Any], asked: Asked[F], now: Mapping[str, str], form: Form) -> Response[str] | None:
    """Go on with the user's own change, on top of what is on record now, or give it up."""
    try:
        chosen = parse_choice(form, RESOLVE, [MINE, THEIRS], "Select which one you want to keep")
    except Invalid as invalid:
        return await show_both(journey, asked, now, errors=invalid.errors)
    async with transaction():
        if chosen == MINE:
            await store.see(asked.draft, now)
            return None
        await store.delete(asked.draft, asked.here.actor)
    return redirect(asked.request, journey.cancel)


async def show_both(
    journey: Journey[F, Any], asked: Asked[F], now: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response[str]:
    """Show what is on record, since when and by whom, beside what the user wanted (CON-01)."""
    latest = await journey.last_change(asked.here) if journey.last_change is not None else None
    context = ChangedPage(
        frame=frame_of(journey, asked, CHECK),
        on_record=tuple(now.items()),
        yours=wanted(journey, asked),
        mark=mark_of(now),
        changed_by=latest.by if latest else "",
        changed_at=latest.at if latest else None,
        errors=errors or {},
    )
    return page(asked.request, "journeys/changed-meanwhile.html", context, status=INVALID if errors else CONFLICT)


def wanted(journey: Journey[F, Any], asked: Asked[F]) -> tuple[tuple[str, str], ...]:
    """Return the user's own change in words; of answers that no longer fit, what was kept in words or typed."""
    complete, stopped = asked.walked.complete, asked.walked.stopped
    rows = journey.rows(asked.walked, asked.facts) if complete else rows_of(asked.walked.trail)
    typed = asked.draft.answers.get(stopped.slug, {}) if stopped is not None else {}
    words = [typed["words"]] if "words" in typed else typed.values()
    return (
        *((row.label, row.value or ", ".join(row.lines)) for row in rows if row.change),
        *((stopped.title, value) for value in words if stopped is not None),
    )
