"""The note or ticket that every change by staff needs: pure (ADM-1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.values import Invalid

if TYPE_CHECKING:
    from app.values import Form

SHORTEST_NOTE, LONGEST_NOTE, LONGEST_TICKET = 10, 2_000, 20
_TICKET = re.compile(r"(?=.*[0-9])[A-Za-z0-9-]{1,20}")


@dataclass(frozen=True)
class Reason:
    """Why staff change something; at least one of both is there."""

    note: str = ""
    ticket: str = ""


def parse_reason(form: Form) -> Reason:
    """Read note and ticket; raises Invalid beside the field that is wrong (ADM-1.2)."""
    note, ticket = form.get("note", "").strip(), form.get("ticket", "").strip()
    if not note and not ticket:
        raise Invalid(note="Enter a note or a ticket number")
    errors = {}
    if note and not SHORTEST_NOTE <= len(note) <= LONGEST_NOTE:
        errors["note"] = f"Note must be between {SHORTEST_NOTE} and {LONGEST_NOTE:,} characters"
    if ticket and not _TICKET.fullmatch(ticket):
        errors["ticket"] = (
            f"Ticket number must be at most {LONGEST_TICKET} letters, digits or hyphens, with at least one digit"
        )
    if errors:
        raise Invalid(errors)
    return Reason(note, ticket)
