"""The full wire contract of GOV.UK Notify as far as the service meets it, every field, nothing more (EXT-5.2 to 5.7).

Neither the adapter nor the stand-in reads or writes with these models: a misreading by one shows (EXT-6.3).
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - read when messages are decoded
from typing import Annotated, Literal
from uuid import UUID  # noqa: TC003 - read when messages are decoded

from pydantic import BaseModel, ConfigDict, StringConstraints

Status = Literal["created", "sending", "delivered", "permanent-failure", "temporary-failure", "technical-failure"]
Secure = Annotated[str, StringConstraints(pattern=r"^https://")]


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Request(Wire):
    email_address: str
    template_id: UUID
    personalisation: dict[str, str]
    reference: str
    email_reply_to_id: UUID | None = None
    one_click_unsubscribe_url: Secure | None = None
    sanitise_content_for: list[str] = []


class Template(Wire):
    id: UUID
    version: int
    uri: str


class Content(Wire):
    subject: str
    body: str
    from_email: str
    one_click_unsubscribe_url: str | None


class Taken(Wire):
    id: UUID
    reference: str | None
    content: Content
    uri: str
    template: Template
    scheduled_for: datetime | None


class Notification(Wire):
    id: UUID
    reference: str | None
    email_address: str
    type: Literal["email"]
    status: Status
    template: Template
    subject: str
    body: str
    created_at: datetime
    created_by_name: str | None
    sent_at: datetime | None
    completed_at: datetime | None
    scheduled_for: datetime | None
    one_click_unsubscribe_url: str | None


class Links(Wire):
    current: str
    next: str | None = None


class Notifications(Wire):
    notifications: list[Notification]
    links: Links


class Problem(Wire):
    error: str
    message: str


class Problems(Wire):
    status_code: int
    errors: list[Problem]


class Receipt(Wire):
    id: UUID
    reference: str | None
    to: str
    status: Literal["delivered", "permanent-failure", "temporary-failure", "technical-failure"]
    created_at: datetime
    completed_at: datetime | None
    sent_at: datetime | None
    notification_type: Literal["email"]
    template_id: UUID
    template_version: int
