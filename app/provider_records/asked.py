"""What may be asked of a list: which resource, filters, order and page (API-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from app.terms import Word


class ResourceType(Word):
    """What a lead provider is shown, by the name it has in the API (API-17.1).

    Each is made by the function `…_documents` of its name, in migration 0069.
    """

    SCHOOL = "school"
    DELIVERY_PARTNER = "delivery-partner"
    PARTNERSHIP = "partnership"
    PARTICIPANT = "participant"
    PARTICIPANT_TRANSFER = "participant-transfer"
    UNFUNDED_MENTOR = "unfunded-mentor"
    EXPRESSION_OF_INTEREST = "expression-of-interest"


@dataclass(frozen=True)
class Filters:
    """What narrows a list: None leaves it as it is, an empty list matches nothing (API-7.5, API-7.6).

    Schools need exactly one cohort.
    """

    cohorts: tuple[int, ...] | None = None
    urn: str | None = None
    updated_since: datetime | None = None
    delivery_partner_ids: tuple[UUID, ...] | None = None
    training_statuses: tuple[str, ...] | None = None
    from_participant_ids: tuple[UUID, ...] | None = None


SortKey = tuple[Literal["created_at", "updated_at"], bool]
"""A time, and whether it descends."""
Order = tuple[SortKey, ...]
"""The id ascending always comes last (API-7.7)."""
BY_CREATION: Order = (("created_at", False),)


@dataclass(frozen=True)
class Offset:
    """A page by how many rows come before it (API-7.8)."""

    limit: int
    offset: int = 0


@dataclass(frozen=True)
class After:
    """A page by the position of the row before it; None is the first page (API-7.9)."""

    limit: int
    position: tuple[str, ...] | None = None


Page = Offset | After


@dataclass(frozen=True)
class Listed:
    """A page of a list as the lead provider is shown it: complete JSON of each row, in UTF-8.

    last: the position of its last row; None when nothing comes after it, and for a page by number.
    """

    rows: list[bytes]
    last: tuple[str, ...] | None = None
