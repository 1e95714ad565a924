"""What a school may do and why, in the words of support (ACC-13.5, ADM-4.3, ADM-5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.console.findings import Passed, Stop
from app.schools.rules import SchoolLevel

if TYPE_CHECKING:
    from app.schools.rules import SchoolAccess

DECIDED_BY = {
    1: "the school has not been imported",
    2: "the register says that it is closed",
    3: "it is not open yet",
    4: "DfE support set it",
    5: "it is a state-funded school in England",
    6: "it is independent and approved under section 41",
    7: "its type was let in without funding",
    8: "it is independent without section 41 approval and has people in training",
    9: "its type is not one that we know",
    10: "it is independent and not approved under section 41",
    11: "it is not in England",
    12: "its type cannot use the service",
}
"""The rows of ACC-13.5 in words."""


def level_words(access: SchoolAccess) -> str:
    """Return what a school may do and why, as one sentence."""
    return f"{_level(access)}, because {DECIDED_BY[access.row]}"


def level_found(access: SchoolAccess, page: str) -> Passed | Stop:
    """Tell whether a school can use the service at all; page: what its people see when it cannot."""
    if access.level is not SchoolLevel.NONE:
        return Passed(_level(access))
    return Stop(
        f"The school cannot use the service, because {DECIDED_BY[access.row]}",
        page,
        "If the register is wrong, the school corrects it there. Otherwise set its access (FIX-18)",
    )


def _level(access: SchoolAccess) -> str:
    words = access.level.words
    return f"{words[:1].upper()}{words[1:]}"
