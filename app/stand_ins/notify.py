"""The stand-in for GOV.UK Notify: takes mail, says what became of it, posts receipts (EXT-6.12)."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import BaseModel, ConfigDict, ValidationError

from app import clock
from app.stand_ins import server
from app.stand_ins.faults import Faults
from app.stand_ins.notify_file import read, read_faults
from app.stand_ins.server import Said, as_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from datetime import date, datetime

    from app.stand_ins.faults import Fault
    from app.stand_ins.notify_file import File, Receipts
    from app.stand_ins.server import Asked

SEND = "/v2/notifications/email"
LIST = "/v2/notifications"
MESSAGES = "messages"
TOKEN_LIFE = 30
SLOW = timedelta(minutes=10)
SECONDS_FOR_A_RECEIPT, RECEIPT_TRIES, PAUSE = 5.0, 5, 1.0
MOST_LISTED = 250
ENDS = {
    "+bounce": "permanent-failure",
    "+later": "temporary-failure",
    "+technical": "technical-failure",
}
_ONE = re.compile(r"/v2/notifications/([0-9a-fA-F-]{36})")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Sending(BaseModel):
    """The body of a request to send; anything else in it is refused (EXT-5.2)."""

    model_config = ConfigDict(extra="forbid", strict=True)

    email_address: str
    template_id: str
    personalisation: dict[str, str] = {}
    reference: str | None = None
    email_reply_to_id: str | None = None
    one_click_unsubscribe_url: str | None = None
    sanitise_content_for: list[str] = []


@dataclass(frozen=True)
class Taken:
    """A mail that was taken."""

    id: str
    sent: Sending
    at: datetime

    @property
    def status(self) -> str:
        """Return what has become of it by now: the recipient decides (NOT-8.2)."""
        ending = _ending(self.sent.email_address)
        if ending == "+slow" and clock.machine_now() < self.at + SLOW:
            return "sending"
        return ENDS.get(ending, "delivered")


class Notify:
    """Plays the sender of mail."""

    name = "notify"

    def __init__(self, content: object, as_of: date) -> None:
        self._as_of = as_of
        self._taken: list[Taken] = []
        self._posting: set[asyncio.Task[None]] = set()
        self.replace(content)

    @property
    def records(self) -> int:
        """Return how many templates it knows; none is any."""
        return len(self._file.templates)

    @property
    def announces(self) -> dict[str, object]:
        """Return what its first line says beside the usual."""
        return {"key": self._file.key}

    @property
    def content(self) -> object:
        """Return the file as it was given."""
        return self._content

    def replace(self, content: object) -> None:
        """Serve by another file from now on; mail that was taken stays. Raises Mistakes."""
        self._file: File = read(content, self._as_of)
        self._content = content
        self._faults = Faults(self._file.faults)

    def faults(self) -> list[dict[str, object]]:
        """Return the faults in force."""
        return self._faults.listed()

    def set_faults(self, content: object) -> None:
        """Have these faults from now on; raises Mistakes."""
        self._faults = Faults(read_faults(content, self._as_of))

    def facts(self, asked: Asked) -> Mapping[str, frozenset[str]]:
        """Return what faults are matched on."""
        if asked.path == SEND:
            body = asked.content()
            to = body.get("email_address") if isinstance(body, dict) else None
            return _facts("send", asked.path, str(to) if to else "")
        return _facts("find" if asked.path == LIST else "state", asked.path)

    def meet(self, facts: Mapping[str, frozenset[str]]) -> Fault | None:
        """Return the fault that a request with these facts meets."""
        return self._faults.meet(facts)

    def answer(self, asked: Asked, fault: Fault | None) -> Said:
        """Answer as the sender does, unless a fault of its own stands in the way."""
        return _barred(fault) or self._refusal(asked) or self._routed(asked)

    def control(self, name: str, query: str) -> object | None:
        """Answer what was taken, newest first, by `to` and `reference`; None for another name."""
        if name != MESSAGES:
            return None
        wanted = parse_qs(query)
        to, reference = (wanted.get(key, [None])[0] for key in ("to", "reference"))
        return [
            {**as_notification(taken), "personalisation": taken.sent.personalisation}
            for taken in reversed(self._taken)
            if to in {None, taken.sent.email_address} and reference in {None, taken.sent.reference}
        ]

    def _refusal(self, asked: Asked) -> Said | None:
        given = asked.headers.get("authorization", "")
        if not given.startswith("Bearer "):
            return _fault(HTTPStatus.UNAUTHORIZED, "AuthError", "Unauthorized: authentication token must be provided")
        try:
            token = jwt.decode(
                given.removeprefix("Bearer "), OctKey.import_key(self._file.secret), algorithms=["HS256"]
            )
        except (JoseError, ValueError):
            return _fault(HTTPStatus.FORBIDDEN, "AuthError", "Invalid token: API key not found")
        if token.header.get("typ") != "JWT" or token.claims.get("iss") != self._file.service_id:
            return _fault(HTTPStatus.FORBIDDEN, "AuthError", "Invalid token: service not found")
        if abs(clock.machine_now().timestamp() - float(token.claims.get("iat", 0))) > TOKEN_LIFE:
            return _fault(HTTPStatus.FORBIDDEN, "AuthError", "Error: Your system clock must be accurate to 30 seconds")
        return None

    def _routed(self, asked: Asked) -> Said:
        if asked.path == SEND and asked.method == "POST":
            return self._send(asked)
        if asked.path == LIST and asked.method == "GET":
            return self._list(parse_qs(asked.query))
        named = _ONE.fullmatch(asked.path)
        if named and asked.method == "GET":
            found = next((taken for taken in self._taken if taken.id == named[1].lower()), None)
            return as_json(HTTPStatus.OK, as_notification(found)) if found else _no_result()
        return _no_result()

    def _send(self, asked: Asked) -> Said:
        try:
            sent = Sending.model_validate_json(asked.body)
        except ValidationError as wrong:
            found = wrong.errors(include_url=False)[0]
            where = ".".join(str(part) for part in found["loc"]) or "body"
            return _fault(HTTPStatus.BAD_REQUEST, "ValidationError", f"{where} {found['msg']}")
        for error, message in self._problems(sent):
            return _fault(HTTPStatus.BAD_REQUEST, error, message)
        taken = Taken(str(uuid4()), sent, clock.machine_now())
        self._taken.append(taken)
        if self._file.receipts is not None:
            task = asyncio.get_running_loop().create_task(post_receipt(taken, self._file.receipts))
            self._posting.add(task)
            task.add_done_callback(self._posting.discard)
        return as_json(HTTPStatus.CREATED, as_taken(taken))

    def _problems(self, sent: Sending) -> Iterator[tuple[str, str]]:
        if not _ADDRESS.fullmatch(sent.email_address) or _ending(sent.email_address) == "+reject":
            yield "ValidationError", "email_address Not a valid email address"
        if not _is_uuid(sent.template_id):
            yield "ValidationError", "template_id is not a valid UUID"
        if sent.one_click_unsubscribe_url and not sent.one_click_unsubscribe_url.startswith("https://"):
            yield "ValidationError", "one_click_unsubscribe_url is not a valid https url"
        if sent.email_reply_to_id:
            yield "BadRequestError", "email_reply_to_id does not exist in database for service id"
        known = {template.id: template for template in self._file.templates}
        template = known.get(sent.template_id.lower())
        if known and template is None:
            yield "BadRequestError", "Template not found"
        missing = [name for name in (template.fields if template else []) if name not in sent.personalisation]
        if missing:
            yield "BadRequestError", f"Missing personalisation: {', '.join(missing)}"

    def _list(self, query: Mapping[str, list[str]]) -> Said:
        reference = query.get("reference", [None])[0]
        found = [taken for taken in reversed(self._taken) if reference in {None, taken.sent.reference}]
        listed = [as_notification(taken) for taken in found[:MOST_LISTED]]
        return as_json(HTTPStatus.OK, {"notifications": listed, "links": {"current": LIST}})


def as_taken(taken: Taken) -> dict[str, Any]:
    """Return the answer to a mail that was taken."""
    sent = taken.sent
    content = {"subject": sent.personalisation.get("subject", ""), "body": sent.personalisation.get("body", "")}
    return {
        "id": taken.id,
        "reference": sent.reference,
        "content": {
            **content,
            "from_email": "stand-in@notify.example",
            "one_click_unsubscribe_url": sent.one_click_unsubscribe_url,
        },
        "uri": f"{LIST}/{taken.id}",
        "template": _template(sent),
        "scheduled_for": None,
    }


def as_notification(taken: Taken) -> dict[str, Any]:
    """Return a mail as the sender tells about it."""
    sent, at, done = taken.sent, _moment(taken.at), taken.status not in {"created", "sending"}
    return {
        "id": taken.id,
        "reference": sent.reference,
        "email_address": sent.email_address,
        "type": "email",
        "status": taken.status,
        "template": _template(sent),
        "subject": sent.personalisation.get("subject", ""),
        "body": sent.personalisation.get("body", ""),
        "created_at": at,
        "created_by_name": None,
        "sent_at": at,
        "completed_at": at if done else None,
        "scheduled_for": None,
        "one_click_unsubscribe_url": sent.one_click_unsubscribe_url,
    }


def as_receipt(taken: Taken) -> dict[str, Any]:
    """Return the receipt of a mail (EXT-5.7)."""
    at = _moment(taken.at)
    return {
        "id": taken.id,
        "reference": taken.sent.reference,
        "to": taken.sent.email_address,
        "status": taken.status,
        "created_at": at,
        "completed_at": at,
        "sent_at": at,
        "notification_type": "email",
        "template_id": taken.sent.template_id,
        "template_version": 1,
    }


async def post_receipt(taken: Taken, receipts: Receipts) -> None:
    """Post a receipt once it has ended; again after 5xx, 429 or no answer, a few times."""
    wait = SLOW.total_seconds() if _ending(taken.sent.email_address) == "+slow" else 0
    await asyncio.sleep(max(wait, receipts.delay_ms / 1000))
    headers = {"Authorization": f"Bearer {receipts.token}"}
    async with httpx.AsyncClient(timeout=SECONDS_FOR_A_RECEIPT, trust_env=False, headers=headers) as client:
        for _ in range(RECEIPT_TRIES):
            with contextlib.suppress(httpx.HTTPError):
                answer = await client.post(receipts.url, json=as_receipt(taken))
                worth_another = answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or answer.is_server_error
                if not worth_another:
                    return
            await asyncio.sleep(PAUSE)


def _facts(operation: str, path: str, to: str = "") -> dict[str, frozenset[str]]:
    return {
        "operation": frozenset({operation}),
        "path": frozenset({path}),
        "email": frozenset({to} if to else ()),
    }


def _template(sent: Sending) -> dict[str, object]:
    return {"id": sent.template_id, "version": 1, "uri": f"/v2/template/{sent.template_id}"}


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def _ending(address: str) -> str:
    _, plus, ending = address.partition("@")[0].rpartition("+")
    return plus + ending


def _is_uuid(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(UUID(text))
    return False


def _barred(fault: Fault | None) -> Said | None:
    match fault.answer if fault else None:
        case "unauthorised":
            return _fault(HTTPStatus.UNAUTHORIZED, "AuthError", "Unauthorized: authentication token must be provided")
        case "forbidden":
            return _fault(HTTPStatus.FORBIDDEN, "AuthError", "Invalid token: API key not found")
        case "rate_limited":
            return _fault(HTTPStatus.TOO_MANY_REQUESTS, "RateLimitError", "Exceeded rate limit of 3000 a minute")
        case "daily_limit":
            return _fault(HTTPStatus.TOO_MANY_REQUESTS, "TooManyRequestsError", "Exceeded send limits for today")
    return None


def _no_result() -> Said:
    return _fault(HTTPStatus.NOT_FOUND, "NoResultFound", "No result found")


def _fault(status: int, error: str, message: str) -> Said:
    return as_json(status, {"status_code": int(status), "errors": [{"error": error, "message": message}]})


@contextlib.asynccontextmanager
async def running_stand_in(content: object, *, as_of: date | None = None, port: int = 0) -> AsyncIterator[str]:
    """Take mail in the running event loop; gives the address. Raises Mistakes, OSError."""
    async with server.running(Notify(content, as_of or clock.today()), port) as url:
        yield url
