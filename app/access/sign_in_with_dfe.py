"""Sign somebody in whom DfE Sign-in named, for a school that it confirmed (ACC-3.2, ACC-3.5, ACC-4.10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.access import sessions
from app.access.identify import Identity, user_of
from app.access.open_access import use_school
from app.access.organisations import replace_organisations
from app.access.role_checks import ConfirmRole, confirm_role
from app.access.sign_in import DFE_SIGN_IN
from app.db.transaction import transaction
from app.events.catalogue import SchoolUserSignsIn
from app.events.record import About, record
from app.terms import Actor, ActorKind

if TYPE_CHECKING:
    from app.access.admission import Admitted
    from app.access.sessions import NewSession
    from app.access.sign_in import Identified, Organisation


@dataclass(frozen=True)
class SignInWithDfE:
    """Who came back, for which school, what else they have, and the session they had before."""

    who: Identified
    admitted: Admitted
    others: tuple[Organisation, ...]
    id_token: bytes = field(repr=False)
    """Sealed; only for signing out at the other side."""
    old_session: bytes | None
    path: str | None


async def sign_in_with_dfe(command: SignInWithDfE) -> NewSession:
    """Find or make the user, refresh their access, and give them a new session."""
    who, admitted = command.who, command.admitted
    async with transaction():
        user = await user_of(Identity(DFE_SIGN_IN, who.subject, who.name, who.email))
        actor = Actor(ActorKind.SCHOOL_USER, who.name, who.email, user, admitted.school_id)
        await replace_organisations(user, who.subject, (admitted.organisation, *command.others))
        await confirm_role(ConfirmRole(user, admitted.school_id), actor)
        await use_school(user, admitted.school_id)
        record(SchoolUserSignsIn(About(school_id=admitted.school_id), method=DFE_SIGN_IN), actor)
        made = await sessions.replace_by_signed_in(command.old_session, user, admitted.school_id, DFE_SIGN_IN)
        await sessions.keep_id_token(made.id_hash, command.id_token)
        if command.path:
            await sessions.remember_path(made.id_hash, command.path)
        return made
