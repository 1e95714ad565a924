"""How mail and jobs do: one statement, and the colours of it (ADM-14.1, ADM-14.2, ADM-14.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from croniter import croniter

from app import clock
from app.access import rules
from app.db.documents import document
from app.notices.rules import NOT_ARRIVED
from app.notices.titles import titled

Colour = Literal["green", "amber", "red"]
SIGN_IN = 0
"""The priority of mail that somebody waits for to get in."""
LIMITS = {
    True: (timedelta(minutes=2), timedelta(minutes=10)),
    False: (timedelta(minutes=15), timedelta(hours=4)),
}
"""From which age unsent mail is amber and red: mail for signing in, and other mail."""
LATE = timedelta(hours=26), timedelta(hours=50)
"""The same for a daily job since its last success."""
MOST_PARKED = 100


@dataclass(frozen=True)
class Depth:
    """What waits in the outbox with a priority; oldest: since when the longest waiting is due."""

    priority: int
    number: int
    oldest: datetime | None


@dataclass(frozen=True)
class Kind:
    """Mail of one kind in the last hour and day; failed counts what bounced, was refused, or never arrived."""

    message_id: str
    sent_hour: int
    sent_day: int
    failed_hour: int
    failed_day: int

    @property
    def words(self) -> str:
        """What it is called, with its id."""
        return titled(self.message_id)


@dataclass(frozen=True)
class Stopped:
    """Since when the sender refuses to work, and why."""

    reason: str
    stopped_at: datetime
    try_at: datetime


@dataclass(frozen=True)
class Job:
    """A periodic job with how its latest run went."""

    name: str
    cron: str
    when_late: str
    noted_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    succeeded_at: datetime | None
    result: int | None
    failure: str | None

    @property
    def daily(self) -> bool:
        """Whether it is done at hours of the day, not every hour."""
        return self.cron.split()[1] != "*"

    @property
    def outcome(self) -> str:
        """How the latest run went, in words."""
        if self.started_at is None:
            return "Has not run yet"
        if self.failure:
            return f"Failed: {self.failure}"
        return "Runs now" if self.finished_at is None else f"Did {self.result}"

    def next_due(self, now: datetime) -> datetime:
        """Return when it is due next."""
        due: datetime = croniter(self.cron, now.astimezone(UTC)).get_next(datetime)
        return due

    def colour(self, now: datetime) -> Colour:
        """Return its colour: a daily job is late when its last success is too old; one stamped later is new."""
        if not self.daily:
            return "amber" if self.failure else "green"
        return coloured(now - (self.succeeded_at or self.noted_at), LATE)


@dataclass(frozen=True)
class ParkedMail:
    """Mail that staff must look at: never to whom nor what it says (ADM-14.2)."""

    id: UUID
    message_id: str
    state: str
    """`parked` after all tries, or `failed`: refused for good."""
    domain: str
    attempts: int
    last_error: str | None
    since: datetime

    @property
    def words(self) -> str:
        """What it is called, with its id."""
        return titled(self.message_id)


@dataclass(frozen=True)
class ParkedJob:
    """A job of the queue that failed after its tries; never its arguments."""

    id: int
    task: str
    attempts: int
    since: datetime | None


@dataclass(frozen=True)
class JobHealth:
    """Everything about mail and jobs."""

    depths: tuple[Depth, ...]
    kinds: tuple[Kind, ...]
    without_receipt: int
    stopped: Stopped | None
    jobs: tuple[Job, ...]
    parked_mails: tuple[ParkedMail, ...]
    parked_jobs: tuple[ParkedJob, ...]
    limits_hit: int
    sessions: int

    def oldest(self, *, sign_in: bool, now: datetime) -> timedelta:
        """Return the age of the oldest unsent mail for signing in, or of other mail."""
        ages = [now - depth.oldest for depth in self.depths if depth.oldest and (depth.priority == SIGN_IN) is sign_in]
        return max(ages, default=timedelta(0))

    def mail_colour(self, now: datetime) -> Colour:
        """Return the colour of the outbox (ADM-14.4)."""
        colours = [coloured(self.oldest(sign_in=kind, now=now), limits) for kind, limits in LIMITS.items()]
        return worst(*colours, "red" if self.stopped else "green")

    def late(self, now: datetime) -> tuple[tuple[str, Colour], ...]:
        """Return the jobs that are not green."""
        found = ((job.name, job.colour(now)) for job in self.jobs)
        return tuple((name, colour) for name, colour in found if colour != "green")


def coloured(age: timedelta, limits: tuple[timedelta, timedelta]) -> Colour:
    """Return the colour of an age."""
    amber, red = limits
    return "red" if age > red else "amber" if age > amber else "green"


def worst(*colours: str) -> Colour:
    """Return the worst of some colours."""
    return "red" if "red" in colours else "amber" if "amber" in colours else "green"


FAILED = f"state IN {NOT_ARRIVED}"
FOUND = f"""SELECT json_build_object(
    'depths', (SELECT coalesce(json_agg(json_build_object('priority', priority, 'number', number, 'oldest', oldest)
        ORDER BY priority), '[]') FROM (SELECT priority, count(*) AS number,
            min(not_before) FILTER (WHERE not_before <= $1) AS oldest
            FROM message WHERE state IN ('pending', 'sending') GROUP BY priority) waiting),
    'kinds', (SELECT coalesce(json_agg(json_build_object('message_id', message_id, 'sent_hour', sent_hour,
            'sent_day', sent_day, 'failed_hour', failed_hour, 'failed_day', failed_day) ORDER BY message_id), '[]')
        FROM (SELECT message_id, count(*) FILTER (WHERE accepted_at > $1 - interval '1 hour') AS sent_hour,
            count(*) FILTER (WHERE accepted_at > $1 - interval '1 day') AS sent_day,
            count(*) FILTER (WHERE {FAILED} AND updated_at > $1 - interval '1 hour') AS failed_hour,
            count(*) FILTER (WHERE {FAILED} AND updated_at > $1 - interval '1 day') AS failed_day
            FROM message WHERE created_at > $1 - interval '8 days' AND updated_at <= $1
            GROUP BY message_id) counted WHERE sent_day + failed_day > 0),
    'without_receipt', (SELECT count(*) FROM message WHERE state = 'accepted'),
    'stopped', (SELECT json_build_object('reason', reason, 'stopped_at', stopped_at, 'try_at', try_at)
        FROM sender_stop WHERE restarted_at IS NULL),
    'jobs', (SELECT coalesce(json_agg(json_build_object('name', name, 'cron', cron, 'when_late', when_late,
        'noted_at', created_at, 'started_at', started_at, 'finished_at', finished_at, 'succeeded_at', succeeded_at,
        'result', result, 'failure', failure) ORDER BY name), '[]') FROM job_run),
    'parked_mails', (SELECT coalesce(json_agg(json_build_object('id', id, 'message_id', message_id, 'state', state,
        'domain', split_part(recipient, '@', 2), 'attempts', attempts, 'last_error', last_error,
        'since', updated_at) ORDER BY updated_at, id), '[]')
        FROM (SELECT * FROM message WHERE state IN ('parked', 'failed')
            ORDER BY updated_at, id LIMIT {MOST_PARKED}) parked),
    'parked_jobs', (SELECT coalesce(json_agg(json_build_object('id', j.id, 'task', j.task_name,
        'attempts', j.attempts, 'since', (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id))
        ORDER BY j.id), '[]') FROM (SELECT * FROM procrastinate_jobs WHERE status = 'failed'
            ORDER BY id LIMIT {MOST_PARKED}) j),
    'limits_hit', (SELECT count(*) FROM lookup_attempt WHERE outcome = 'limited'
        AND at > $1 - interval '1 day' AND at <= $1),
    'sessions', (SELECT count(*) FROM session WHERE user_id IS NOT NULL AND absolute_expires_at > $1
        AND last_seen_at > $1 - make_interval(secs => $2)))"""  # noqa: S608 - constants


async def job_health() -> JobHealth:
    """Return how mail and jobs do now."""
    found = await document(JobHealth, FOUND, clock.now(), float(rules.IDLE_SECONDS))
    if found is None:
        raise LookupError("a document is always built")
    return found
