"""Getting in by email: how long links last, who may gain access so, how an address is shown: pure (ACC-5, ACC-6)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

NOMINATION_LIFE = timedelta(days=21)
SIGN_IN_LIFE = timedelta(hours=1)
NEW_EMAIL_LIFE = timedelta(hours=1)
PAUSE = timedelta(seconds=300)
"""Asked again within it, nothing more is sent; at its very end it is (ACC-5.8, ACC-6.4)."""
NOMINATIONS_AT_ONCE = 5
WRONG_CODES = 20
CODES_OFF = timedelta(hours=24)
"""So many wrong codes in this time switch codes off for an address for as long again (ACC-6.6)."""
STARS = "****"
SHORTEST_WITH_END, SHORTEST_WITH_START = 4, 3
ALL = "all"


def redacted(address: str) -> str:
    """Return an address with its local part hidden; the number of stars says nothing about its length (ACC-5.6)."""
    local, at, domain = address.rpartition("@")
    start = local[:1] if len(local) >= SHORTEST_WITH_START else ""
    end = local[-1:] if len(local) >= SHORTEST_WITH_END else ""
    return f"{start}{STARS}{end}{at}{domain}"


def may_gain_access(which_schools: str, override: str | None, *, has_dfe_sign_in: bool) -> bool:
    """Tell whether people of a school may gain access by email link (ACC-2.3).

    which_schools: the setting, `without_dfe_sign_in` or `all`; override: what staff said, `on`, `off` or nothing.
    """
    if override is not None:
        return override == "on"
    return which_schools == ALL or not has_dfe_sign_in


def is_same_name(one: str, other: str) -> bool:
    """Tell whether two whole names are the same ignoring case and extra spaces (ACC-5.14)."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def codes_are_off(wrong: Sequence[datetime], now: datetime) -> bool:
    """Tell whether the latest wrong codes of an address, newest first, switch its codes off (ACC-6.6)."""
    if len(wrong) < WRONG_CODES:
        return False
    newest, oldest = wrong[0], wrong[WRONG_CODES - 1]
    return newest - oldest < CODES_OFF and now - newest < CODES_OFF
