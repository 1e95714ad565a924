"""Who may have a staff account, and when its codes are sent, end and lock it: pure (access, section 7)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

STAFF_ROLES = ("viewer", "support", "data", "manager")
"""In the order in which they are stored and shown; every account has the first (ACC-15)."""
MANAGER = "manager"
CODE_LIFE = timedelta(minutes=10)
COALESCED = timedelta(seconds=60)
"""A request so soon after the last one makes no other code (ACC-7.3)."""
MOST_MAILS, MAIL_WINDOW = 5, timedelta(minutes=15)
UNUSED_FOR = timedelta(days=90)
"""An account that nobody signed in to for so long is deactivated (ADM-11.5)."""
WARNED_AFTER = UNUSED_FOR - timedelta(days=14)
LOCKED_AFTER = 10
"""So many wrong codes in a row lock the account (ACC-7.4)."""


def is_staff_address(email: str, domains: Collection[str]) -> bool:
    """Tell whether an address is of one of the domains that staff have (ACC-7.1)."""
    return email.rpartition("@")[2].lower() in domains


def roles_held(wanted: Iterable[str]) -> list[str]:
    """Return the roles in their order, `viewer` always among them (ACC-15)."""
    given = set(wanted)
    return [role for role in STAFF_ROLES if role == "viewer" or role in given]


def sends_code(ages: Collection[timedelta]) -> bool:
    """Tell whether another code is mailed, given how long ago the earlier ones were made (ACC-7.3)."""
    if any(age < COALESCED for age in ages):
        return False
    return sum(age < MAIL_WINDOW for age in ages) < MOST_MAILS


def locks(wrong_in_a_row: int) -> bool:
    """Tell whether so many wrong codes in a row lock the account (ACC-7.4)."""
    return wrong_in_a_row >= LOCKED_AFTER


def is_unused(unused_for: timedelta) -> bool:
    """Tell whether an account that nobody signed in to for so long is deactivated (ADM-11.5)."""
    return unused_for >= UNUSED_FOR


def is_warned(unused_for: timedelta) -> bool:
    """Tell whether its owner is told that it will be (M-81)."""
    return WARNED_AFTER <= unused_for < UNUSED_FOR
