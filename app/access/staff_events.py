"""Events about staff accounts and their codes (access, section 18; ADM-16.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from app.events.record import Event, catalogued

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class StaffEvent(Event):
    """Something about a staff account; `account` is its internal id, None for somebody who has none."""

    account: int | None
    name: str


@catalogued
@dataclass(frozen=True)
class StaffAccountCreated(StaffEvent):
    """There is a new account."""

    kind: ClassVar[str] = "staff_account_created"
    roles: str
    reason: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Staff account made for {self.name}: {self.roles}"


@catalogued
@dataclass(frozen=True)
class StaffAccountUpdated(StaffEvent):
    """An account has other roles or another name."""

    kind: ClassVar[str] = "staff_account_updated"
    old_roles: str
    roles: str
    reason: str
    old_name: str | None = None

    def sentence(self) -> str:
        """Return what happened."""
        if self.roles == self.old_roles:
            return f"Staff account of {self.old_name} is in the name of {self.name} now"
        return f"Roles of {self.name} changed to {self.roles}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return roles and name before and after, as far as they differ."""
        both = {"roles": (self.old_roles, self.roles), "name": (self.old_name or self.name, self.name)}
        return {what: values for what, values in both.items() if values[0] != values[1]}


@catalogued
@dataclass(frozen=True)
class StaffAccountDeactivated(StaffEvent):
    """Somebody may work for support no longer."""

    kind: ClassVar[str] = "staff_account_deactivated"
    reason: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Staff account of {self.name} deactivated"


@catalogued
@dataclass(frozen=True)
class StaffAccountReactivated(StaffEvent):
    """Somebody may work for support again."""

    kind: ClassVar[str] = "staff_account_reactivated"
    reason: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Staff account of {self.name} active again"


@catalogued
@dataclass(frozen=True)
class StaffSelfChangeRefused(StaffEvent):
    """Somebody tried to change their own roles or state (ADM-11.2)."""

    kind: ClassVar[str] = "staff_self_change_refused"
    what: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"{self.name} may not change their own account: {self.what}"


@catalogued
@dataclass(frozen=True)
class StaffSignInRefused(StaffEvent):
    """A code was not accepted, or somebody who came from DfE Sign-in.

    `reason` is wrong_code, locked, inactive, no_account, foreign_domain or no_role.
    """

    kind: ClassVar[str] = "staff_sign_in_refused"
    reason: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Sign-in of {self.name} refused"


@catalogued
@dataclass(frozen=True)
class OTPAccountLocked(StaffEvent):
    """Too many wrong codes in a row."""

    kind: ClassVar[str] = "otp_account_locked"

    def sentence(self) -> str:
        """Return what happened."""
        return f"Staff account of {self.name} locked after wrong codes"


@catalogued
@dataclass(frozen=True)
class OTPAccountUnlocked(StaffEvent):
    """A locked account takes codes again."""

    kind: ClassVar[str] = "otp_account_unlocked"
    reason: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Staff account of {self.name} unlocked"


@catalogued
@dataclass(frozen=True)
class StaffCodeIssuedByOperator(StaffEvent):
    """An operator was shown a code, because mail is down."""

    kind: ClassVar[str] = "staff_code_issued_by_operator"
    reason: str

    def sentence(self) -> str:
        """Return what happened."""
        return f"Sign-in code for {self.name} given out by an operator"
