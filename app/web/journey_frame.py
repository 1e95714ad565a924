"""What surrounds every page of a journey: where its form goes, where Back leads, what becomes of the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from app.web.forms import read_query
from app.web.journey_pages import Frame

if TYPE_CHECKING:
    from app.web.journey import Asked, Journey

F = TypeVar("F")
CHECK = "check-answers"


def frame_of(journey: Journey[F, Any], asked: Asked[F], slug: str) -> Frame:
    """Return what surrounds every page of a journey."""
    draft, query = asked.draft, read_query(asked.request)
    changing = query.get("change") == "1"
    before = asked.walked.before(slug)
    back = (
        journey.at(draft.id, CHECK)
        if changing and asked.walked.complete
        else (journey.at(draft.id, before) if before else journey.base)
    )
    return Frame(
        action=journey.at(draft.id, slug) + ("?change=1" if changing else ""),
        back=back,
        base=journey.at(draft.id, ""),
        subject=journey.subject(asked.facts, asked.walked),
        draft_id=str(draft.id),
        listed=journey.starts and draft.matched,
        unmatched=journey.starts and not draft.matched,
        cancel=journey.cancel,
        cancel_text=journey.cancel_text,
        support_email=asked.here.policy.support_email,
    )
