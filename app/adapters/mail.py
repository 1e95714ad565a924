"""Whoever sends mail in this process, as the settings want it (NOT-2.1, NOT-3.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from app.adapters.breaker import CircuitBreaker
from app.adapters.http import LOOPBACK
from app.adapters.notify import NotifyClient, NotifyKey, OnlyAllowed, template_of
from app.notices import outbox  # noqa: F401 - enters every message in the catalogue
from app.notices.mailbox import DeveloperMailbox
from app.notices.message import TEXTS
from app.notices.sender import Stop, Unknown
from app.terms import FailureCause

if TYPE_CHECKING:
    from app.adapters.caller import Health
    from app.notices.sender import MailSender
    from app.settings import Settings

NOBODY = UUID(int=0)


class TemplatesMissing(ValueError):
    """Some texts have no template: says which (NOT-2.3)."""


@dataclass(frozen=True)
class Mailer:
    """The sender, and the client behind it if there is one."""

    sender: MailSender
    client: NotifyClient | None = None

    def health(self) -> dict[str, Health]:
        """Return how the sender has answered this process lately (EXT-1.14)."""
        return {"notify": self.client.health()} if self.client else {}

    async def faults(self) -> list[str]:
        """Ask something harmless; returns what is wrong, in words (EXT-1.14)."""
        found = await self.client.find(NOBODY) if self.client else None
        if isinstance(found, Stop):
            return [f"GOV.UK Notify: it {FailureCause.MISCONFIGURED.words}."]
        cause = found.cause if isinstance(found, Unknown) else None
        return [f"GOV.UK Notify: it {cause.words}."] if cause else []

    async def close(self) -> None:
        """Close the pooled connections."""
        if self.client:
            await self.client.close()


def mailer(chosen: Settings) -> Mailer:
    """Make the sender of mail; raises TemplatesMissing.

    Without a key mail goes to the developer mailbox, which production never gets as far as. Outside production mail
    reaches people on `MAIL_ALLOW_LIST` alone; a stand-in on this machine gets everything while there is no list.
    """
    if chosen.notify_api_key is None:
        return Mailer(DeveloperMailbox())
    templates = chosen.templates_of_notify
    if missing := [text for text, kind in sorted(TEXTS.items()) if not template_of(templates, text, kind.id)]:
        raise TemplatesMissing(f"NOTIFY_TEMPLATES names no template for {', '.join(missing)}")
    breaker = CircuitBreaker() if chosen.circuit_breakers == "on" else None
    key = NotifyKey.parse(chosen.notify_api_key.get_secret_value())
    client = NotifyClient(chosen.notify_url, key, templates, breaker=breaker)
    own_stand_in = urlsplit(chosen.notify_url).hostname in LOOPBACK and not chosen.allowed_recipients
    if chosen.production or own_stand_in:
        return Mailer(client, client)
    return Mailer(OnlyAllowed(client, DeveloperMailbox(), chosen.allowed_recipients), client)
