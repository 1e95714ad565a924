"""Sign a member of staff in whom DfE Sign-in named: the role opens the door, the account here decides (ACC-7.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app import clock
from app.access import sessions
from app.access.sign_in import STAFF_DFE, Has, HasNot, Unavailable
from app.access.staff_accounts import account_at_dfe_sign_in, staff_account
from app.access.staff_events import StaffSignInRefused
from app.access.staff_rules import is_staff_address
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.catalogue import StaffSignsIn
from app.events.record import About, record
from app.settings import settings
from app.terms import SYSTEM

if TYPE_CHECKING:
    from app.access.sessions import NewSession
    from app.access.sign_in import Identified, RoleDirectory
    from app.access.staff_accounts import StaffAccount


@dataclass(frozen=True)
class SignInStaffWithDfE:
    """Who came back, whether they have the role, and the session they had before."""

    who: Identified
    has_role: bool
    id_token: bytes = field(repr=False)
    """Sealed; only for signing out at the other side."""
    old_session: bytes | None
    path: str | None


async def has_staff_role(who: Identified, directory: RoleDirectory, role_code: str) -> bool | Unavailable:
    """Ask whether somebody has the role at the organisation they chose; holds no lock. Without one they have none."""
    if who.organisation is None:
        return False
    found = await directory.role(who.subject, who.organisation.id)
    match found:
        case Has(codes):
            return role_code in codes
        case HasNot():
            return False
        case Unavailable():
            return found


async def sign_in_staff_with_dfe(command: SignInStaffWithDfE) -> NewSession | None:
    """Return the new session; None when the role or an active account of the same person is missing.

    An account belongs to the first person of its address who came this way: another one is refused, whatever their
    address. What DfE Sign-in calls them changes nothing here (ADM-11.1).
    """
    who = command.who
    async with transaction():
        account = await account_at_dfe_sign_in(who.subject) or await _of_the_address(who.email)
        refusal = _refusal(account, has_role=command.has_role)
        if account is None or refusal:
            number, name = (account.id, account.name) if account else (None, "somebody")
            record(StaffSignInRefused(About(), number, name, refusal), SYSTEM)
            return None
        await fetch(
            "INSERT INTO user_identity (created_at, updated_at, user_id, method, subject) VALUES ($1, $1, $2, $3, $4)"
            " ON CONFLICT DO NOTHING",
            clock.now(),
            account.id,
            STAFF_DFE,
            who.subject,
        )
        record(StaffSignsIn(About(), method=STAFF_DFE), account.actor)
        made = await sessions.replace_by_signed_in(command.old_session, account.id, None, STAFF_DFE)
        await sessions.keep_id_token(made.id_hash, command.id_token)
        if command.path:
            await sessions.remember_path(made.id_hash, command.path)
        return made


async def _of_the_address(email: str) -> StaffAccount | None:
    """Return the account of an address, its row held, unless somebody else came to it by this method before."""
    account = await staff_account(email, lock=True)
    if account is None:
        return None
    taken = await fetch(
        "SELECT id FROM user_identity WHERE user_id = $1 AND method = $2 LIMIT 1", account.id, STAFF_DFE
    )
    return None if taken else account


def _refusal(account: StaffAccount | None, *, has_role: bool) -> str:
    if account is None:
        return "no_account"
    if not account.active:
        return "inactive"
    if not is_staff_address(account.email, settings().staff_domains):
        return "foreign_domain"
    return "" if has_role else "no_role"
