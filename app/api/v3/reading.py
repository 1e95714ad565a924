"""The addresses that only read: lists of what a lead provider sees, and single records (API-8)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from app.api.v3 import answers
from app.api.v3.answering import Listing, listed, shown
from app.api.v3.operations import read_many, read_one
from app.provider_records.asked import ResourceType

AnyRequest = Request[Any, Any, Any]

SCHOOLS = Listing(ResourceType.SCHOOL, ("cohort", "urn", "updated_since"), cohort_required=True)
DELIVERY_PARTNERS = Listing(ResourceType.DELIVERY_PARTNER, ("cohort", "updated_since"))
PARTNERSHIPS = Listing(ResourceType.PARTNERSHIP, ("cohort", "updated_since", "delivery_partner_id"))
PARTICIPANTS = Listing(ResourceType.PARTICIPANT, ("cohort", "updated_since", "training_status", "from_participant_id"))
TRANSFERS = Listing(ResourceType.PARTICIPANT_TRANSFER, ("updated_since",))
MENTORS = Listing(ResourceType.UNFUNDED_MENTOR, ("updated_since",))
INTERESTS = Listing(ResourceType.EXPRESSION_OF_INTEREST, ("cohort", "urn", "updated_since"))


def many(path: str, name: str, summary: str, listing: Listing, answer: type, *, addition: bool = False) -> Any:
    """Make the address of a list."""

    @get(path, opt=read_many(name, summary, listing, answer, addition=addition))
    async def read(request: AnyRequest) -> Response[bytes]:
        return await listed(request, listing)

    return read


def one(path: str, name: str, summary: str, listing: Listing, answer: type, *, addition: bool = False) -> Any:
    """Make the address of single records, whose path holds the id."""

    @get(path, opt=read_one(name, summary, listing, answer, addition=addition))
    async def read(request: AnyRequest) -> Response[bytes]:
        (record_id,) = request.path_params.values()
        return await shown(request, listing, record_id)

    return read


HANDLERS: list[Any] = [
    # the schools of a cohort that can work with lead providers (API-9)
    many("/schools", "listSchools", "List schools in one cohort", SCHOOLS, answers.SchoolsAnswer),
    one("/schools/{school_id:str}", "getSchool", "Show a school in one cohort", SCHOOLS, answers.SchoolAnswer),
    # whom the lead provider works with (API-10)
    many(
        "/delivery-partners",
        "listDeliveryPartners",
        "List your delivery partners",
        DELIVERY_PARTNERS,
        answers.DeliveryPartnersAnswer,
    ),
    one(
        "/delivery-partners/{delivery_partner_id:str}",
        "getDeliveryPartner",
        "Show a delivery partner",
        DELIVERY_PARTNERS,
        answers.DeliveryPartnerAnswer,
    ),
    # its unchallenged partnerships (API-11)
    many("/partnerships", "listPartnerships", "List your partnerships", PARTNERSHIPS, answers.PartnershipsAnswer),
    one(
        "/partnerships/{partnership_id:str}",
        "getPartnership",
        "Show a partnership",
        PARTNERSHIPS,
        answers.PartnershipAnswer,
    ),
    # everybody whom it trains, has trained or will train (API-12)
    many("/participants", "listParticipants", "List your participants", PARTICIPANTS, answers.ParticipantsAnswer),
    one(
        "/participants/{participant_id:str}",
        "getParticipant",
        "Show a participant",
        PARTICIPANTS,
        answers.ParticipantAnswer,
    ),
    # their moves between schools (API-14)
    many(
        "/participants/transfers",
        "listTransfers",
        "List participants who move between schools",
        TRANSFERS,
        answers.ParticipantTransfersAnswer,
    ),
    one(
        "/participants/{participant_id:str}/transfers",
        "getTransfers",
        "Show the moves of a participant",
        TRANSFERS,
        answers.ParticipantTransferAnswer,
    ),
    # the mentors of its ECTs whom it has never trained (API-15)
    many("/unfunded-mentors", "listUnfundedMentors", "List unfunded mentors", MENTORS, answers.UnfundedMentorsAnswer),
    one(
        "/unfunded-mentors/{mentor_id:str}",
        "getUnfundedMentor",
        "Show an unfunded mentor",
        MENTORS,
        answers.UnfundedMentorAnswer,
    ),
    # who waits for it, by school and cohort (API-16)
    many(
        "/expressions-of-interest",
        "listExpressionsOfInterest",
        "List the schools that wait for you",
        INTERESTS,
        answers.ExpressionsOfInterestAnswer,
        addition=True,
    ),
    one(
        "/expressions-of-interest/{interest_id:str}",
        "getExpressionOfInterest",
        "Show an expression of interest",
        INTERESTS,
        answers.ExpressionOfInterestAnswer,
        addition=True,
    ),
]
