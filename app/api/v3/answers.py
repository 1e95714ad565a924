"""The documents that the API answers, as types (API-5.1)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from app.api.v3.shapes import (
    Change,
    ChangesMeta,
    Count,
    DeliveryPartner,
    ExpressionOfInterest,
    Links,
    Participant,
    ParticipantTransfer,
    Partnership,
    School,
    Strict,
    UnfundedMentor,
)


class SchoolAnswer(Strict):
    """One school."""

    data: School


class SchoolsAnswer(Strict):
    """Schools."""

    data: list[School]
    links: Links | UnsetType = UNSET


class DeliveryPartnerAnswer(Strict):
    """One delivery partner."""

    data: DeliveryPartner


class DeliveryPartnersAnswer(Strict):
    """Delivery partners."""

    data: list[DeliveryPartner]
    links: Links | UnsetType = UNSET


class PartnershipAnswer(Strict):
    """One partnership."""

    data: Partnership


class PartnershipsAnswer(Strict):
    """Partnerships."""

    data: list[Partnership]
    links: Links | UnsetType = UNSET


class ParticipantAnswer(Strict):
    """One participant."""

    data: Participant


class ParticipantsAnswer(Strict):
    """Participants."""

    data: list[Participant]
    links: Links | UnsetType = UNSET


class ParticipantTransferAnswer(Strict):
    """The moves of one participant."""

    data: ParticipantTransfer


class ParticipantTransfersAnswer(Strict):
    """Participants who have moved."""

    data: list[ParticipantTransfer]
    links: Links | UnsetType = UNSET


class UnfundedMentorAnswer(Strict):
    """One unfunded mentor."""

    data: UnfundedMentor


class UnfundedMentorsAnswer(Strict):
    """Unfunded mentors."""

    data: list[UnfundedMentor]
    links: Links | UnsetType = UNSET


class ExpressionOfInterestAnswer(Strict):
    """One expression of interest."""

    data: ExpressionOfInterest


class ExpressionsOfInterestAnswer(Strict):
    """Expressions of interest."""

    data: list[ExpressionOfInterest]
    links: Links | UnsetType = UNSET


class NextLink(Strict):
    """What to ask next: always there, also at the end (API-17.2)."""

    next: str


class ChangesAnswer(Strict):
    """Changes, in order."""

    data: list[Change]
    links: NextLink
    meta: ChangesMeta


class Error(Strict):
    """One thing that is wrong (API-6.1)."""

    title: str
    detail: str
    code: str
    pointer: str | UnsetType = UNSET


class BulkStored(Strict):
    """An item that was accepted; the partnership is null when it was only validated (API-11.7)."""

    index: Count
    status: Literal[200]
    partnership: Partnership | None
    attached: Count


class BulkRefused(Strict):
    """An item that was refused, or misshapen (API-11.7)."""

    index: Count
    status: Literal[400, 422]
    errors: Annotated[list[Error], Meta(min_length=1)]


class BulkItem(Strict):
    """What came of one item: as stored, or as refused."""

    index: Count
    status: Literal[200, 400, 422]
    partnership: Partnership | UnsetType | None = UNSET
    attached: Count | UnsetType = UNSET
    errors: Annotated[list[Error], Meta(min_length=1)] | UnsetType = UNSET


class BulkMeta(Strict):
    """What came of the items together."""

    accepted: Count
    refused: Count
    attached: Count
    validate_only: bool


class BulkAnswer(Strict):
    """What came of each item, in the order sent."""

    data: list[BulkItem]
    meta: BulkMeta
