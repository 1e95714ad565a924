"""What every change of a detail has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.registration.permissions import why_not
from app.registration.subjects import subject
from app.teachers.locks import lock_person
from app.web.journey_pages import ConfirmationPage
from app.web.schools.subject_journeys import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any

    from app.registration.permissions import Action
    from app.registration.subjects import Subject
    from app.web.session import Here

ABOUT_NAME = (
    "The name is used in this service only. It does not change the teaching record: "
    "the teacher can change that themselves, in their own account on the teaching record website."
)


async def still(person: Subject, action: Action, here: Here) -> Subject:
    """Read a person again; raises NotAllowed when they have left or the like meanwhile (CON-03, PRM-01)."""
    fresh = await subject(person.role, here.school.id, person.public_id, here.today) or person
    if not fresh.may(action):
        raise NotAllowed(why_not(action, fresh.standing, fresh.displayed))
    return fresh


def locking(person: Subject) -> Callable[[Any], Awaitable[None]]:
    """Return what serialises submits about a person, and about the new address if there is one (CON-03, EML-02)."""

    async def lock(command: Any) -> None:
        await lock_person(person.trn, getattr(command, "email", None))

    return lock


def done(headline: str, outcome: Mapping[str, Any], told: tuple[str, ...], person: Subject) -> ConfirmationPage:
    """Return the confirmation of a change, with the way back to the record (G-07)."""
    links = ((f"View {person.displayed}’s record", person.record),)
    return ConfirmationPage(headline, outcome, told, {"links": links})
