"""What the pages of both registrations share: the person's name, unfinished ones, and shared dead ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.registration.registering.unfinished import Unfinished, unfinished

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from app.journeys.engine import Walk
    from app.terms import DraftKind
    from app.web.schools.identity.facts import RegistrationFacts
    from app.web.session import Here

SHARED_EXITS = (
    "trn-not-found",
    "not-found",
    "cannot-register",
    "cant-use-email",
    "cannot-register-yet",
    "cannot-file-yet",
)


def exit_templates(templates: str, own: Iterable[str]) -> Mapping[str, str]:
    """Return the template of every dead end: the shared ones, and a journey's own."""
    shared = {slug: f"journeys/identity/{slug}.html" for slug in SHARED_EXITS}
    return shared | {slug: f"{templates}/{slug}.html" for slug in own}


async def unfinished_of(here: Here, kind: DraftKind) -> tuple[Unfinished, ...]:
    """Return the school's unfinished registrations of one kind, for its start page (RE-01, RM-02)."""
    found = await unfinished(here.school.id, clock.now(), here.policy, here.calendar)
    return tuple(draft for draft in found if draft.kind is kind)


def subject(facts: RegistrationFacts, walked: Walk) -> str:
    """Return the person's name once matched, with its correction (G-05)."""
    if facts.matched is None:
        return ""
    return walked.answer(facts.registering.review) or facts.matched.name


def words(day: date) -> str:
    """Return a date as "1 September 2025"."""
    return f"{day.day} {day:%B %Y}"
