"""The outbox: a row and its job, written in the transaction of what causes the mail (NOT-1.1, GEN-07)."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import current_unit
from app.notices import (  # noqa: F401 - enter their messages in the catalogue
    access_messages,
    digest_messages,
    induction_messages,
    reminder_messages,
    staff_messages,
    support_messages,
    teaching_record_messages,
)
from app.notices.catalogue import TEXTS, Message
from app.notices.kinds import FieldKind
from app.notices.recipients import Recipient, actor_copy, is_blocked, school_recipient
from app.notices.titles import titled
from app.notices.wording import kinds_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

    from app.terms import Actor

DELIVER = "deliver_message"
"""The name of the job that delivers one message; its only argument is the message's id."""

MAIL_QUEUE = "mail"
OPT_OUT = "opt_out"
"""The field of reminders with the link that stops them (OP-01)."""
INSIDE = ("/school/", "/admin/")


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """What a message is about, by internal ids (NOT-1.2)."""

    school_id: int | None = None
    teacher_id: int | None = None
    ect_at_school_period_id: int | None = None
    mentor_at_school_period_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True)
class Content:
    """What the row keeps of a message until it has arrived (NOT-1.6); unsent: a copy of what the person did not get."""

    text: str
    fields: dict[str, Any]
    copy: bool = False
    explain_access: bool = False
    unsent: bool = False

    def message(self) -> Message:
        """Return the message as it was queued."""
        return msgspec.convert(self.fields, TEXTS[self.text])


@dataclass(frozen=True)
class Mail:
    """One email as it is queued: which message, and to whom."""

    message_id: str
    to: str

    @property
    def key(self) -> str:
        """What names it on a form."""
        return f"{self.message_id} {self.to.casefold()}"

    @property
    def words(self) -> str:
        """What staff read of it."""
        return f"{self.to}: {titled(self.message_id)}"


@dataclass
class Watch:
    """What is queued while somebody watches; what is held is not queued."""

    held: frozenset[str]
    queued: list[Mail] = field(default_factory=list)
    held_back: set[str] = field(default_factory=set)

    def lets(self, mail: Mail) -> bool:
        """Note an email and tell whether it is to be queued."""
        if mail.key in self.held:
            self.held_back.add(mail.key)
            return False
        self.queued.append(mail)
        return True


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watching(held: Collection[str] = ()) -> Iterator[Watch]:
    """Note every email that the body queues, but hold back some, each given as `Mail.key` (ADM-1.3)."""
    watch = Watch(frozenset(held))
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)


def note_mail(mail: Mail) -> None:
    """Tell whoever watches of an email that goes out without being queued anew (ADM-1.3)."""
    watch = _watch.get()
    if watch is not None:
        watch.queued.append(mail)


async def queue_message(  # noqa: PLR0913 - each is a column of the row
    message: Message,
    *,
    to: str,
    dedupe_key: str,
    about: Subjects,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    copy: bool = False,
    explain_access: bool = False,
    unsent: bool = False,
) -> UUID | None:
    """Queue one email to one address; returns its id, or None when this very mail was queued before (NOT-1.3).

    Leaves after the transaction in force commits: at once, or from `not_before` on (then only a periodic run or
    `register jobs run-due` takes it). An address that bounced gets nothing: the row says `suppressed` (NOT-2.8).
    Raises RuntimeError outside a transaction, LookupError for a message outside the catalogue, ValueError for a link
    to a page that needs no sign-in in a message that may not have one (NOT-3.5).
    """
    current_unit()
    if TEXTS.get(message.text) is not type(message):
        raise LookupError(f"{type(message).__name__} is not in the catalogue of messages")
    if not leads_inside(message):
        raise ValueError(f"{type(message).__name__} links to a page that needs no sign-in")
    watch = _watch.get()
    if watch is not None and not watch.lets(Mail(message.id, to)):
        return None
    content = Content(message.text, dataclasses.asdict(message), copy, explain_access, unsent)
    state = "suppressed" if await is_blocked(to) else "pending"
    queued = await _insert(message, to, dedupe_key, content, about, not_before, expires_at, state)
    if queued is not None and state == "pending" and not_before is None:
        await defer_delivery(queued, message.priority)
    return queued


def leads_inside(message: Message) -> bool:
    """Tell whether every link leads to a page that needs sign-in, but for one that lets in or stops reminders."""
    kinds = kinds_of(message.text)
    links = [name for name, kind in kinds.items() if kind is FieldKind.SERVICE_LINK and name != OPT_OUT]
    return message.opens_doors or all(getattr(message, name).startswith(INSIDE) for name in links)


async def queue_with_copy(
    message: Message, *, to: str, actor: Actor, cause: str, about: Subjects, not_before: datetime | None = None
) -> None:
    """Queue an email to a person, and a copy to who acted if they want copies (NOT-3.2).

    cause: what makes it unique, such as "stay 12"; one mail when both have the same address.
    """
    key = f"{message.id}:{cause}:person"
    await queue_message(message, to=to, dedupe_key=key, about=about, not_before=not_before)
    await queue_copy(message, of=to, actor=actor, cause=cause, about=about, not_before=not_before)


async def queue_copy(
    message: Message,
    *,
    of: str,
    actor: Actor,
    cause: str,
    about: Subjects,
    not_before: datetime | None = None,
    unsent: bool = False,
) -> None:
    """Queue the copy of a person's email to who acted, if they want copies and are somebody else (NOT-3.2).

    unsent: the person themself gets none (NOT-3.7), and the copy says so.
    """
    copy_to = await actor_copy(actor)
    if copy_to and copy_to.casefold() != of.casefold():
        key = f"{message.id}:{cause}:actor"
        await queue_message(
            message, to=copy_to, dedupe_key=key, about=about, not_before=not_before, copy=True, unsent=unsent
        )


async def queue_to_school(
    message: Message, *, school_id: int, cause: str, about: Subjects, registered_by: int | None = None
) -> Recipient | None:
    """Queue school mail to the first recipient of NOT-3.1; returns them, or None when nobody can be reached.

    registered_by: internal id of the user who registered the person concerned.
    """
    recipient = await school_recipient(school_id, registered_by)
    if recipient is not None:
        await queue_message(
            message,
            to=recipient.email,
            dedupe_key=school_key(message.id, cause),
            about=dataclasses.replace(about, school_id=school_id),
            explain_access=recipient.from_register,
        )
    return recipient


def school_key(message_id: str, cause: str) -> str:
    """Return the dedupe key of school mail, to ask whether it was queued before (NOT-1.3)."""
    return f"{message_id}:{cause}:school"


async def queued_before(keys: Iterable[str]) -> set[str]:
    """Return which of these mails were queued before (NOT-1.3)."""
    rows = await fetch("SELECT dedupe_key FROM message WHERE dedupe_key = ANY($1)", list(keys))
    return {row["dedupe_key"] for row in rows}


async def queue_to_lead_provider(message: Message, *, lead_provider_id: int, cause: str, about: Subjects) -> None:
    """Queue an email to every address of a lead provider; none is no mail (notifications, section 4)."""
    row = await fetch_one("SELECT notification_emails FROM lead_provider WHERE id = $1", lead_provider_id)
    for email in row["notification_emails"] if row else ():
        await queue_message(message, to=email, dedupe_key=f"{message.id}:{cause}:{email.casefold()}", about=about)


async def cancel_pending(dedupe_prefix: str) -> None:
    """Cancel mail that has not left, by the beginning of its dedupe key: its cause was undone first (NOT-1.7)."""
    await fetch(
        """UPDATE message SET state = 'cancelled', finished_at = $2, updated_at = $2, version = version + 1
        WHERE starts_with(dedupe_key, $1) AND state = 'pending'""",
        dedupe_prefix,
        clock.now(),
    )


async def defer_delivery(message: UUID, priority: int) -> None:
    """Put the delivery job of a message into the queue, in the transaction in force."""
    await fetch(
        """SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
            $1::varchar, $2::varchar, $3::int, NULL::text, NULL::text, $4::jsonb, NULL::timestamptz
        )::procrastinate_job_to_defer_v1])""",
        MAIL_QUEUE,
        DELIVER,
        -priority,
        msgspec.json.encode({"message": str(message)}).decode(),
    )


async def _insert(  # noqa: PLR0913, PLR0917 - each is a column of the row
    message: Message,
    to: str,
    dedupe_key: str,
    content: Content,
    about: Subjects,
    not_before: datetime | None,
    expires_at: datetime | None,
    state: str,
) -> UUID | None:
    now = clock.now()
    row = await fetch_one(
        """INSERT INTO message (id, created_at, updated_at, message_id, priority, recipient, personalisation,
            dedupe_key, not_before, expires_at, state, attempts, earlier_failures, finished_at, version,
            school_id, teacher_id, ect_at_school_period_id, mentor_at_school_period_id, user_id)
        VALUES (gen_random_uuid(), $1, $1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, 0, 0, $10, 1, $11, $12, $13, $14, $15)
        ON CONFLICT (dedupe_key) DO NOTHING RETURNING id""",
        now,
        message.id,
        int(message.priority),
        to,
        None if state == "suppressed" and message.opens_doors else msgspec.json.encode(content).decode(),
        dedupe_key,
        not_before or now,
        expires_at,
        state,
        now if state == "suppressed" else None,
        about.school_id,
        about.teacher_id,
        about.ect_at_school_period_id,
        about.mentor_at_school_period_id,
        about.user_id,
    )
    return row["id"] if row else None
