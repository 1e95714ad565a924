"""The addresses that only read: lists of what a lead provider sees, and single records (API-8)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath  # noqa: TC002 - read at run time

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


@get("/schools", opt=read_many("listSchools", "List schools in one cohort", SCHOOLS, answers.SchoolsAnswer))
async def schools(request: AnyRequest) -> Response[bytes]:
    """List the schools of a cohort that can work with lead providers (API-9)."""
    return await listed(request, SCHOOLS)


@get(
    "/schools/{school_id:str}", opt=read_one("getSchool", "Show a school in one cohort", SCHOOLS, answers.SchoolAnswer)
)
async def school(request: AnyRequest, school_id: FromPath[str]) -> Response[bytes]:
    """Show a school in a cohort (API-9)."""
    return await shown(request, SCHOOLS, school_id)


@get(
    "/delivery-partners",
    opt=read_many(
        "listDeliveryPartners", "List your delivery partners", DELIVERY_PARTNERS, answers.DeliveryPartnersAnswer
    ),
)
async def delivery_partners(request: AnyRequest) -> Response[bytes]:
    """List the delivery partners that the lead provider works with (API-10)."""
    return await listed(request, DELIVERY_PARTNERS)


@get(
    "/delivery-partners/{delivery_partner_id:str}",
    opt=read_one("getDeliveryPartner", "Show a delivery partner", DELIVERY_PARTNERS, answers.DeliveryPartnerAnswer),
)
async def delivery_partner(request: AnyRequest, delivery_partner_id: FromPath[str]) -> Response[bytes]:
    """Show a delivery partner (API-10)."""
    return await shown(request, DELIVERY_PARTNERS, delivery_partner_id)


@get(
    "/partnerships",
    opt=read_many("listPartnerships", "List your partnerships", PARTNERSHIPS, answers.PartnershipsAnswer),
)
async def partnerships(request: AnyRequest) -> Response[bytes]:
    """List the unchallenged partnerships of the lead provider (API-11)."""
    return await listed(request, PARTNERSHIPS)


@get(
    "/partnerships/{partnership_id:str}",
    opt=read_one("getPartnership", "Show a partnership", PARTNERSHIPS, answers.PartnershipAnswer),
)
async def partnership(request: AnyRequest, partnership_id: FromPath[str]) -> Response[bytes]:
    """Show a partnership (API-11)."""
    return await shown(request, PARTNERSHIPS, partnership_id)


@get(
    "/participants",
    opt=read_many("listParticipants", "List your participants", PARTICIPANTS, answers.ParticipantsAnswer),
)
async def participants(request: AnyRequest) -> Response[bytes]:
    """List everybody whom the lead provider trains, has trained or will train (API-12)."""
    return await listed(request, PARTICIPANTS)


@get(
    "/participants/{participant_id:str}",
    opt=read_one("getParticipant", "Show a participant", PARTICIPANTS, answers.ParticipantAnswer),
)
async def participant(request: AnyRequest, participant_id: FromPath[str]) -> Response[bytes]:
    """Show a participant (API-12)."""
    return await shown(request, PARTICIPANTS, participant_id)


@get(
    "/participants/transfers",
    opt=read_many(
        "listTransfers", "List participants who move between schools", TRANSFERS, answers.ParticipantTransfersAnswer
    ),
)
async def transfers(request: AnyRequest) -> Response[bytes]:
    """List participants with a move between schools (API-14)."""
    return await listed(request, TRANSFERS)


@get(
    "/participants/{participant_id:str}/transfers",
    opt=read_one("getTransfers", "Show the moves of a participant", TRANSFERS, answers.ParticipantTransferAnswer),
)
async def transfer(request: AnyRequest, participant_id: FromPath[str]) -> Response[bytes]:
    """Show the moves of a participant (API-14)."""
    return await shown(request, TRANSFERS, participant_id)


@get(
    "/unfunded-mentors",
    opt=read_many("listUnfundedMentors", "List unfunded mentors", MENTORS, answers.UnfundedMentorsAnswer),
)
async def unfunded_mentors(request: AnyRequest) -> Response[bytes]:
    """List the mentors of the lead provider's ECTs whom it has never trained (API-15)."""
    return await listed(request, MENTORS)


@get(
    "/unfunded-mentors/{mentor_id:str}",
    opt=read_one("getUnfundedMentor", "Show an unfunded mentor", MENTORS, answers.UnfundedMentorAnswer),
)
async def unfunded_mentor(request: AnyRequest, mentor_id: FromPath[str]) -> Response[bytes]:
    """Show an unfunded mentor (API-15)."""
    return await shown(request, MENTORS, mentor_id)


@get(
    "/expressions-of-interest",
    opt=read_many(
        "listExpressionsOfInterest",
        "List the schools that wait for you",
        INTERESTS,
        answers.ExpressionsOfInterestAnswer,
        addition=True,
    ),
)
async def interests(request: AnyRequest) -> Response[bytes]:
    """List who waits for the lead provider, by school and cohort (API-16)."""
    return await listed(request, INTERESTS)


@get(
    "/expressions-of-interest/{interest_id:str}",
    opt=read_one(
        "getExpressionOfInterest",
        "Show an expression of interest",
        INTERESTS,
        answers.ExpressionOfInterestAnswer,
        addition=True,
    ),
)
async def interest(request: AnyRequest, interest_id: FromPath[str]) -> Response[bytes]:
    """Show who waits for the lead provider at one school (API-16)."""
    return await shown(request, INTERESTS, interest_id)


HANDLERS: list[Any] = [
    schools,
    school,
    delivery_partners,
    delivery_partner,
    partnerships,
    partnership,
    participants,
    transfers,
    participant,
    transfer,
    unfunded_mentors,
    unfunded_mentor,
    interests,
    interest,
]
