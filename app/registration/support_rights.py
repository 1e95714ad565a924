"""What staff of DfE support may do beyond a school, in the operations that both use (ADM-6)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BySupport:
    """Support acts, not the school: with a ticket, and with the agreement of the lead provider or appropriate body."""

    ticket: bool = False
    agreed: bool = False
