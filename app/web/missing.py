"""What a school user is told when something is not at the current school (GEN-05, ACC-14.2, ACC-14.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar.exceptions import NotFoundException

from app.registration.elsewhere import belongs_to_another_of
from app.web.faults import AtAnotherSchool

if TYPE_CHECKING:
    from uuid import UUID

    from app.web.session import Here


async def missing(here: Here, public_id: UUID) -> NotFoundException:
    """Return what to raise for something that the current school does not have.

    Only a user's own other schools make a difference: the page is then that of any unknown id, with one line more.
    """
    return (
        AtAnotherSchool()
        if await belongs_to_another_of(here.user.id, here.school.id, public_id)
        else NotFoundException()
    )
