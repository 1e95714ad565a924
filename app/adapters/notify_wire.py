"""The wire of GOV.UK Notify: what is sent, and what each answer means (EXT-5.2 to EXT-5.5)."""

from __future__ import annotations

import random
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from app import clock
from app.adapters.http import SERVER_FAULTS, Answer, Failed, Request
from app.notices.sender import (
    Accepted,
    BadAddress,
    DailyLimit,
    Delivery,
    NotSent,
    Receipt,
    Rejected,
    Sent,
    SlowDown,
    Stop,
    Unknown,
)
from app.terms import FailureCause

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.notices.sender import Finding, Mail, Outcome

SEND = "/v2/notifications/email"
NOTIFICATIONS = "/v2/notifications"
FASTEST_AGAIN, SLOWEST_AGAIN = 2.0, 10.0
"""Seconds to wait when Notify asks for a slower pace (NOT-2.4)."""
W = TypeVar("W")
STATES = {
    "created": Delivery.UNDER_WAY,
    "sending": Delivery.UNDER_WAY,
    "delivered": Delivery.DELIVERED,
    "permanent-failure": Delivery.PERMANENT_FAILURE,
    "temporary-failure": Delivery.TEMPORARY_FAILURE,
    "technical-failure": Delivery.TECHNICAL_FAILURE,
}


class Taken(msgspec.Struct):
    """The answer to a mail that was taken; `content` is the rendered mail and is never decoded."""

    id: str


class Notification(msgspec.Struct):
    """What became of one mail."""

    id: str
    status: str


class Notifications(msgspec.Struct):
    """Mails found under a reference, newest first."""

    notifications: list[Notification]


class ReceiptBody(msgspec.Struct):
    """A receipt as Notify posts it."""

    id: str
    status: str
    reference: str | None = None


class Fault(msgspec.Struct):
    """One fault; its message may quote the address and goes nowhere."""

    error: str
    message: str = ""


class Faults(msgspec.Struct):
    """Why a request was refused."""

    errors: list[Fault]


def send(mail: Mail, template: str, headers: Mapping[str, str]) -> Request:
    """Make the request that sends an email; the reference is the outbox row's id (EXT-5.2)."""
    typed = [name for name in mail.typed if name in mail.fields]
    body: dict[str, object] = {
        "email_address": mail.to,
        "template_id": template,
        "personalisation": {**mail.fields, "subject": mail.subject, "body": mail.markdown},
        "reference": str(mail.reference),
    }
    if typed:
        body["sanitise_content_for"] = typed
    if mail.unsubscribe.startswith("https://"):
        body["one_click_unsubscribe_url"] = mail.unsubscribe
    return Request("send", "POST", SEND, msgspec.json.encode(body), headers=headers)


def find(reference: UUID, headers: Mapping[str, str]) -> Request:
    """Make the request that looks mail up by our reference (EXT-5.3)."""
    query = urlencode({"reference": str(reference), "template_type": "email"})
    return Request("find", "GET", f"{NOTIFICATIONS}?{query}", headers=headers)


def state(sender_id: UUID, headers: Mapping[str, str]) -> Request:
    """Make the request that asks what became of one mail (EXT-5.3)."""
    return Request("state", "GET", f"{NOTIFICATIONS}/{sender_id}", headers=headers)


def read_send(answer: Answer | Failed) -> Outcome:
    """Read the answer to a mail, by status and class of error alone (EXT-5.5)."""
    if isinstance(answer, Failed):
        return Unknown(answer.cause)
    if answer.status == HTTPStatus.CREATED:
        taken = _decoded(answer, Taken)
        return Accepted(taken.id) if taken else Unknown(FailureCause.CONTRACT)
    return _refusal(answer)


def read_find(answer: Answer | Failed) -> Finding:
    """Read what was found under a reference; the newest counts."""
    if isinstance(answer, Answer) and answer.status == HTTPStatus.OK:
        found = _decoded(answer, Notifications)
        if found is None:
            return Unknown(FailureCause.CONTRACT)
        return _sent(found.notifications[0]) if found.notifications else NotSent()
    return _not_found(answer)


def read_state(answer: Answer | Failed) -> Finding:
    """Read what became of one mail; one older than a week is no longer kept there."""
    if isinstance(answer, Answer) and answer.status == HTTPStatus.OK:
        found = _decoded(answer, Notification)
        return _sent(found) if found else Unknown(FailureCause.CONTRACT)
    if isinstance(answer, Answer) and answer.status == HTTPStatus.NOT_FOUND:
        return NotSent()
    return _not_found(answer)


def read_receipt(body: bytes) -> Receipt | None:
    """Read a receipt, of which the address is left out (EXT-5.7); None for anything else that is posted."""
    try:
        given = msgspec.json.decode(body, type=ReceiptBody)
        reference = UUID(given.reference or "")
    except (msgspec.DecodeError, ValueError):
        return None
    delivery = STATES.get(given.status)
    return None if delivery is None else Receipt(reference, given.id, delivery)


def _refusal(answer: Answer) -> Outcome:
    faults = _decoded(answer, Faults)
    match answer.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return _stop(answer)
        case HTTPStatus.BAD_REQUEST if faults and faults.errors:
            about_address = [fault for fault in faults.errors if fault.message.startswith("email_address ")]
            invalid = [fault.error for fault in about_address] == ["ValidationError"]
            return BadAddress() if invalid else Rejected(faults.errors[0].error)
        case HTTPStatus.BAD_REQUEST | HTTPStatus.NOT_FOUND:
            return Rejected(HTTPStatus(answer.status).phrase)
        case HTTPStatus.TOO_MANY_REQUESTS:
            return _limit(faults)
    return Unknown(FailureCause.SERVER_ERROR if answer.status >= SERVER_FAULTS else FailureCause.CONTRACT)


def _limit(faults: Faults | None) -> Outcome:
    if faults and any(fault.error == "TooManyRequestsError" for fault in faults.errors):
        return DailyLimit()
    return SlowDown(clock.now() + timedelta(seconds=random.uniform(FASTEST_AGAIN, SLOWEST_AGAIN)))  # noqa: S311 - spreads load


def _not_found(answer: Answer | Failed) -> Finding:
    if isinstance(answer, Failed):
        return Unknown(answer.cause)
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return _stop(answer)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Unknown(FailureCause.RATE_LIMITED)
    return Unknown(FailureCause.SERVER_ERROR if answer.status >= SERVER_FAULTS else FailureCause.CONTRACT)


def _stop(answer: Answer) -> Stop:
    return Stop("unauthorised" if answer.status == HTTPStatus.UNAUTHORIZED else "forbidden")


def _sent(found: Notification) -> Finding:
    delivery = STATES.get(found.status)
    return Unknown(FailureCause.CONTRACT) if delivery is None else Sent(found.id, delivery)


def _decoded(answer: Answer, shape: type[W]) -> W | None:
    try:
        return msgspec.json.decode(answer.body, type=shape) if answer.is_json else None
    except (msgspec.DecodeError, ValueError):
        return None
