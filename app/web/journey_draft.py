"""Finding the draft that an address names, together with the facts of its journey, and walking it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from litestar.exceptions import NotFoundException

from app.db.documents import together
from app.drafts import store
from app.journeys.engine import walk
from app.web.forms import known_id
from app.web.journey import Asked, Journey
from app.web.missing import missing

if TYPE_CHECKING:
    from litestar import Request

    from app.drafts.store import Draft
    from app.web.session import Here

F = TypeVar("F")


async def find_draft(journey: Journey[Any, Any], here: Here, draft_id: str) -> Draft:
    """Return a draft of this journey and school; anything else is not found (GEN-05, DRF-14)."""
    return await checked(journey, here, draft_id, await store.load(known_id(draft_id), here.school.id))


async def find_and_read(journey: Journey[Any, Any], here: Here, draft_id: str) -> tuple[Draft, tuple[Any, ...]]:
    """Return what `find_draft` does, and what the journey reads beside a draft, in one statement."""
    known = known_id(draft_id)
    draft, *beside = await together(store.wanted(known, here.school.id), *journey.beside(known, here))
    return await checked(journey, here, draft_id, draft), tuple(beside)


async def checked(journey: Journey[Any, Any], here: Here, draft_id: str, draft: Draft | None) -> Draft:
    """Return a draft that was looked for, unless there is none or it is another journey's (GEN-05)."""
    if draft is None:
        raise await missing(here, known_id(draft_id))
    if draft.journey != journey.name or draft.subject_stay_id != journey.about:
        raise NotFoundException
    return draft


async def stand(
    journey: Journey[F, Any],
    request: Request[Any, Any, Any],
    here: Here,
    draft: Draft,
    beside: tuple[Any, ...] | None = None,
) -> Asked[F]:
    """Load the facts and walk; beside: what was read together with the draft, if it was."""
    facts = await facts_of(journey, draft, here, beside)
    return Asked(journey, request, here, draft, facts, walk(journey.path, draft.answers, facts))


async def facts_of(journey: Journey[F, Any], draft: Draft, here: Here, beside: tuple[Any, ...] | None = None) -> F:
    """Load what a journey needs to know; beside: what was read together with the draft, if it was."""
    if beside is None:
        wanted = journey.beside(draft.id, here)
        beside = await together(*wanted) if wanted else ()
    return await journey.load(draft, here, *beside)
