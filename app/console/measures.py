"""What the metrics say of this moment, whichever process is asked, and of this process (OPS-4, QUA-5.1)."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app import clock
from app.console.job_health import Job, job_health
from app.db.documents import document
from app.db.engine import DatabaseUnavailable, engine
from app.meters import METERS, gauges
from app.metrics_port import metrics_port
from app.refdata.health import register_health

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from app.console.job_health import JobHealth
    from app.settings import Settings

    Measured = dict[str, dict[str, float]]

HANDED_OVER_SECONDS = {0: 10, 1: 60}
"""Within so many seconds of being due mail of a priority is to be handed over (NOT-2.11)."""
WINDOWS = {"1h": "1 hour", "6h": "6 hours"}
NEVER_DUE = ("suppressed", "cancelled", "failed")
_SINCE = ", ".join(f"('{name}', $1::timestamptz - interval '{length}')" for name, length in WINDOWS.items())
_LIMITS = ", ".join(str(pair) for pair in HANDED_OVER_SECONDS.items())
FOUND = f"""WITH limits (priority, seconds) AS (VALUES {_LIMITS}), windows (name, since) AS (VALUES {_SINCE}),
    made AS (SELECT m.priority, m.state, m.accepted_at, m.created_at, greatest(m.created_at, m.not_before) AS due
        FROM message m WHERE m.created_at > $1 - interval '1 day' AND m.created_at <= $1),
    judged AS (SELECT w.name, m.priority,
            coalesce(m.accepted_at, $1) > m.due + make_interval(secs => l.seconds) AS late
        FROM made m JOIN limits l ON l.priority = m.priority JOIN windows w ON m.created_at > w.since
        WHERE m.state <> ALL($2) AND m.due + make_interval(secs => l.seconds) <= $1)
    SELECT json_build_object(
        'head_at', (SELECT recorded_at FROM event ORDER BY id DESC LIMIT 1),
        'mail', (SELECT coalesce(json_object_agg(state, n), '{{}}')
            FROM (SELECT state, count(*) AS n FROM made GROUP BY state) counted),
        'handed_over', (SELECT coalesce(json_agg(json_build_object('priority', priority, 'window', name,
                'due', due, 'late', late)), '[]')
            FROM (SELECT name, priority, count(*) AS due, count(*) FILTER (WHERE late) AS late FROM judged
                GROUP BY name, priority) counted),
        'postponed', (SELECT count(*) FROM provider_postponed))"""  # noqa: S608 - constants


@dataclass(frozen=True)
class HandedOver:
    """Mail of a priority that was due in a window, and how much of it was handed over late or still waits."""

    priority: int
    window: str
    due: int
    late: int


@dataclass(frozen=True)
class Moment:
    """What one statement reads besides the health of mail and jobs."""

    head_at: datetime | None
    mail: dict[str, int]
    """State to number, of the mail that was made in a day."""
    handed_over: tuple[HandedOver, ...]
    postponed: int
    """Facts of imports that lead providers do not see yet."""


async def metrics_text(dependencies: Callable[[], Mapping[str, Any]]) -> str:
    """Return everything that Prometheus is told by this process; what the database knows only while it answers."""
    own = {**_pools(), **_breakers(dependencies())}
    try:
        of_now = {"database_up": {"": 1.0}, **await _of_the_database()}
    except DatabaseUnavailable:
        of_now = {"database_up": {"": 0.0}}
    return METERS.text() + gauges({**own, **of_now})


def answered_apart(chosen: Settings, dependencies: Callable[[], Mapping[str, Any]]) -> AbstractContextManager[object]:
    """Answer it on a port of its own while the body runs, if the settings name one (ACC-15.1)."""
    if chosen.metrics_port is None:
        return nullcontext()
    token = chosen.metrics_token.get_secret_value() if chosen.metrics_token else ""
    return metrics_port(chosen.metrics_port, lambda: metrics_text(dependencies), token)


def _pools() -> Measured:
    """Return how many connections there are, wait and may be, of those that see everything and one school."""
    pools = {"service": engine.pool, "school": engine.walled}
    found = {name: pool for name, pool in pools.items() if pool}
    return {
        "pool_connections": {f'pool="{name}"': pool.get_size() for name, pool in found.items()},
        "pool_idle": {f'pool="{name}"': pool.get_idle_size() for name, pool in found.items()},
        "pool_most": {f'pool="{name}"': pool.get_max_size() for name, pool in found.items()},
    }


def _breakers(health: Mapping[str, Any]) -> Measured:
    """Return 1 for an outside system that is not asked for now, and how its calls of the last hour went."""
    return {
        "breaker_open": {f'system="{name}"': float(one.breaker == "open") for name, one in health.items()},
        "outside_calls": {f'system="{name}"': one.calls for name, one in health.items()},
        "outside_failures": {f'system="{name}"': one.failures for name, one in health.items()},
    }


async def _of_the_database() -> Measured:
    now = clock.now()
    health = await job_health()
    found = await document(Moment, FOUND, now, list(NEVER_DUE))
    if found is None:
        raise LookupError("a document is always built")
    register = await register_health()
    red: Measured = {"school_register_red": {"": int(register.state == "red")}}
    return {**_mail_and_jobs(health, now), **_targets(found, now), **red}


def _mail_and_jobs(health: JobHealth, now: datetime) -> Measured:
    ages = {depth.priority: (now - depth.oldest).total_seconds() if depth.oldest else 0 for depth in health.depths}
    return {
        "mail_waiting": {f'priority="{depth.priority}"': depth.number for depth in health.depths},
        "mail_oldest_seconds": {f'priority="{priority}"': max(age, 0) for priority, age in ages.items()},
        "mail_sender_stopped": {"": int(health.stopped is not None)},
        "jobs_late": {"": len(health.late(now))},
        "job_failed": _of_jobs(health.jobs, lambda job: int(job.failure is not None)),
        "job_result": _of_jobs(health.jobs, lambda job: job.result),
        "parked": {'kind="mail"': len(health.parked_mails), 'kind="job"': len(health.parked_jobs)},
        "look_up_limits_hit": {"": health.limits_hit},
        "sessions": {"": health.sessions},
    }


def _of_jobs(jobs: tuple[Job, ...], value: Callable[[Job], int | None]) -> dict[str, float]:
    found = ((job.name, value(job)) for job in jobs)
    return {f'job="{name}"': number for name, number in found if number is not None}


def _targets(found: Moment, now: datetime) -> Measured:
    head_age = {"": max((now - found.head_at).total_seconds(), 0)} if found.head_at else {}
    labelled = {f'priority="{one.priority}",window="{one.window}"': one for one in found.handed_over}
    return {
        "audit_head_age_seconds": head_age,
        "mail_made_in_a_day": {f'state="{state}"': number for state, number in sorted(found.mail.items())},
        "mail_due": {labels: one.due for labels, one in labelled.items()},
        "mail_late": {labels: one.late for labels, one in labelled.items()},
        "provider_changes_waiting": {"": found.postponed},
    }
