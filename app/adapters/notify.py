"""The client of GOV.UK Notify (EXT section 5), and the list of those it may write to outside production."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OctKey

from app import clock
from app.adapters import notify_wire as wire
from app.adapters.caller import Caller
from app.adapters.http import Limits, make_client
from app.notices.sender import NotSent, Rejected, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.adapters.breaker import CircuitBreaker
    from app.adapters.caller import Health
    from app.adapters.http import Answer, Deadline, Failed, Request
    from app.notices.sender import Finding, Mail, MailSender, Outcome

T = TypeVar("T")
LIMITS = Limits(connect=2.0, attempt=10.0, step=10.0, attempts=1)
"""Never repeated by itself: the outbox decides (EXT-1.5)."""
UUID_LENGTH = 36


@dataclass(frozen=True)
class NotifyKey:
    """Our service at Notify, and the secret that signs each call."""

    service_id: str
    secret: str = field(repr=False)

    @classmethod
    def parse(cls, given: str) -> NotifyKey:
        """Read `name-{service id}-{secret}` from its end (EXT-5.4); raises ValueError without quoting it."""
        secret, service = given[-UUID_LENGTH:], given[-2 * UUID_LENGTH - 1 : -UUID_LENGTH - 1]
        try:
            return cls(str(UUID(service)), str(UUID(secret)))
        except ValueError:
            raise ValueError("not a name, a service id and a secret, joined by hyphens") from None

    def token(self) -> str:
        """Make the token of one call; it holds for 30 seconds by the machine's clock."""
        claims = {"iss": self.service_id, "iat": int(clock.machine_now().timestamp())}
        return jwt.encode({"typ": "JWT", "alg": "HS256"}, claims, OctKey.import_key(self.secret))


class NotifyClient:
    """`MailSender` over HTTPS; one per process, closed at shutdown.

    templates: message id, or name of a text, to the id of its template; `*` for all others (NOT-2.3).
    """

    asks_after = (timedelta(hours=1), timedelta(hours=24), timedelta(hours=72))

    def __init__(
        self,
        base_url: str,
        key: NotifyKey,
        templates: Mapping[str, str],
        *,
        breaker: CircuitBreaker | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        self._key = key
        self._templates = templates
        self._limits = limits
        self._caller = Caller("notify", make_client(base_url, {"Accept": "application/json"}, limits), breaker)

    async def close(self) -> None:
        """Close the pooled connections."""
        await self._caller.close()

    def health(self) -> Health:
        """Return how the system has answered lately, asking it nothing (EXT-1.14)."""
        return self._caller.health()

    async def send(self, mail: Mail) -> Outcome:
        """Hand over one email (EXT-5.2)."""
        template = template_of(self._templates, mail.text, mail.message_id)
        if template is None:
            return Rejected("template")
        return await self._ask(wire.send(mail, template, self._headers()), wire.read_send)

    async def find(self, reference: UUID) -> Finding:
        """Look up whether an email with the reference was taken (EXT-5.3)."""
        return await self._ask(wire.find(reference, self._headers()), wire.read_find)

    async def state(self, sender_id: str) -> Finding:
        """Ask what became of an email by Notify's own id (EXT-5.3)."""
        try:
            known = UUID(sender_id)
        except ValueError:
            return NotSent()
        return await self._ask(wire.state(known, self._headers()), wire.read_state)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key.token()}"}

    async def _ask(self, request: Request, read: Callable[[Answer | Failed], T]) -> T | Unknown:
        async def step(deadline: Deadline) -> T:
            return await self._caller.call(request, read, self._limits, deadline)

        return await self._caller.step(step, self._limits.step, Unknown)


def template_of(templates: Mapping[str, str], text: str, message_id: str) -> str | None:
    """Return the template for a text: its own, that of its message id, or the one for all."""
    return templates.get(text) or templates.get(message_id) or templates.get("*")


@dataclass(frozen=True)
class OnlyAllowed:
    """`MailSender` for machines that are not live: only recipients on a list get real mail (NOT-3.8)."""

    real: MailSender
    otherwise: MailSender
    allowed: frozenset[str]
    """Addresses in small letters, or `@` and a domain for everybody there."""

    @property
    def asks_after(self) -> tuple[timedelta, ...]:
        """Ask when either sender may know more."""
        return tuple(sorted({*self.real.asks_after, *self.otherwise.asks_after}))

    async def send(self, mail: Mail) -> Outcome:
        """Hand over one email to whoever may have it."""
        return await (self.real if self.allows(mail.to) else self.otherwise).send(mail)

    async def find(self, reference: UUID) -> Finding:
        """Look an email up with both."""
        found = await self.otherwise.find(reference)
        return await self.real.find(reference) if isinstance(found, NotSent) else found

    async def state(self, sender_id: str) -> Finding:
        """Ask both what became of an email."""
        found = await self.otherwise.state(sender_id)
        return await self.real.state(sender_id) if isinstance(found, NotSent) else found

    def allows(self, address: str) -> bool:
        """Tell whether real mail may go to an address."""
        folded = address.casefold()
        return folded in self.allowed or f"@{folded.rpartition('@')[2]}" in self.allowed
