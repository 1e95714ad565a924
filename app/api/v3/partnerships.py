"""Reporting a partnership, and naming another delivery partner (API-11.2 to API-11.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request, Response, post, put
from litestar.params import FromPath  # noqa: TC002 - read at run time

from app import clock
from app.api.v3 import answers, sent
from app.api.v3.asking import UUID_FORM
from app.api.v3.bodies import attributes_of, id_of, year_of
from app.api.v3.calling import call_of
from app.api.v3.operations import write as declared
from app.api.v3.writing import write
from app.db.service_settings import policy_in_force
from app.problems import problem
from app.provider_records.asked import ResourceType
from app.provider_records.queries import one_record
from app.training.change_delivery_partner import ChangeDeliveryPartner, change_delivery_partner
from app.training.provider_acts import Unreadable
from app.training.provider_queries import delivery_partner_named, partnership_named, school_named
from app.training.report_partnership import Reported, ReportPartnership, report_partnership

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from app.api.v3.calling import Call
    from app.terms import DeliveryPartnerId, SchoolId

AnyRequest = Request[Any, Any, Any]
FIELDS = ("cohort", "school_id", "delivery_partner_id")
TAG = "Partnerships"


@post(
    "/partnerships",
    status_code=200,
    opt=declared("reportPartnership", "Report a partnership", TAG, sent.Report, answers.PartnershipAnswer, *FIELDS),
)
async def report(request: AnyRequest) -> Response[bytes]:
    """Report that the lead provider works with a school (API-11.2)."""
    call = call_of(request)

    async def work(body: bytes) -> Callable[[], Awaitable[bytes]]:
        reported = await report_one(attributes_of(body, FIELDS), call)
        return lambda: _partnership(call, reported.public_id)

    return await write(request, work)


async def report_one(attributes: Mapping[str, Any], call: Call) -> Reported:
    """Report one partnership by what was sent; raises Refused (API-11.2)."""
    command = ReportPartnership(
        call.known.lead_provider_id, year_of(attributes), await _school(attributes), await _partner(attributes)
    )
    return await report_partnership(command, call.actor, clock.today(), await policy_in_force())


async def _school(attributes: Mapping[str, Any]) -> SchoolId | Unreadable:
    named = id_of(attributes, "school_id")
    return named if isinstance(named, Unreadable) else await school_named(named) or Unreadable.UNKNOWN


async def _partner(attributes: Mapping[str, Any]) -> DeliveryPartnerId | Unreadable:
    named = id_of(attributes, "delivery_partner_id")
    return named if isinstance(named, Unreadable) else await delivery_partner_named(named) or Unreadable.UNKNOWN


async def _partnership(call: Call, public_id: UUID) -> bytes:
    found = await one_record(call.known.lead_provider_id, ResourceType.PARTNERSHIP, public_id, clock.today())
    if found is None:
        raise LookupError("a partnership that was just written is shown")
    return b'{"data":' + found + b"}"


@put(
    "/partnerships/{partnership_id:str}",
    opt=declared(
        "changeDeliveryPartner",
        "Name another delivery partner for a partnership",
        TAG,
        sent.PartnerChange,
        answers.PartnershipAnswer,
        "delivery_partner_id",
        one=True,
    ),
)
async def change(request: AnyRequest, partnership_id: FromPath[str]) -> Response[bytes]:
    """Give a partnership another delivery partner (API-11.6)."""
    call = call_of(request)

    async def work(body: bytes) -> Callable[[], Awaitable[bytes]]:
        lead_provider_id = call.known.lead_provider_id
        public_id = UUID(partnership_id) if UUID_FORM.fullmatch(partnership_id) else None
        known = await partnership_named(public_id, lead_provider_id) if public_id else None
        if known is None or public_id is None:
            raise problem(404)
        attributes = attributes_of(body, ("delivery_partner_id",))
        try:
            partner = await _partner(attributes)
            await change_delivery_partner(ChangeDeliveryPartner(lead_provider_id, known, partner), call.actor)
        except LookupError:
            raise problem(404) from None  # the school challenged it meanwhile
        return lambda: _partnership(call, public_id)

    return await write(request, work)


HANDLERS: list[Any] = [report, change]
