"""What Prometheus is told, and how much of it there may be (OPS-4, QUA-5.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app import clock
from app.adapters.caller import Health
from app.console.measures import metrics_text
from app.db.engine import DatabaseUnavailable, engine, fetch
from app.db.transaction import transaction
from app.events.record import About, record
from app.jobs.job_runs import note_schedule
from app.jobs.schedule import JOBS, jobs_with
from app.meters import BOUNDS, MOST_ANSWERS, Answered, Meters, gauges
from app.terms import SYSTEM
from app.web.policies import routes_with_policies
from tests.architecture.test_routes import app_for
from tests.events.test_chain import SomethingHappened
from tests.measured import read, value
from tests.notices.rows import insert

MOST_SERIES = 2_000
"""The bar of OPS-4."""
STATUSES = (200, 204, 303, 400, 401, 403, 404, 405, 409, 410, 422, 429, 500, 503)


@pytest.mark.rule("OPS-4")
async def test_events_count_when_they_are_committed_and_not_before(committed_database: str, meters: Meters):
    async with transaction():
        record(SomethingHappened(About()), SYSTEM)
        assert not meters.others
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            record(SomethingHappened(About()), SYSTEM)
            raise ZeroDivisionError
    assert dict(meters.others) == {("events_total", "kind", "something_happened"): 1}


@pytest.mark.rule("OPS-4")
async def test_outside_systems_and_jobs_stand_in_the_metrics(database: None, meters: Meters):
    await note_schedule(JOBS)
    await fetch("UPDATE job_run SET failure = 'OSError' WHERE name = 'send_digests'")
    await fetch("UPDATE job_run SET result = 2 WHERE name = 'verify_audit_trail'")
    health = {"trs": Health("open", calls=9, failures=8), "notify": Health("closed")}
    text = await metrics_text(lambda: health)
    assert value(text, "breaker_open", system="trs") == 1
    assert value(text, "breaker_open", system="notify") == 0
    assert value(text, "outside_failures", system="trs") == 8
    assert value(text, "job_failed", job="send_digests") == 1
    assert value(text, "job_failed", job="expire_drafts") == 0
    assert value(text, "job_result", job="verify_audit_trail") == 2


@pytest.mark.rule("OPS-4")
async def test_without_a_database_the_rest_is_told(meters: Meters):
    held = engine.current_transaction.set(None)
    kept, engine.pool = engine.pool, None
    try:
        with pytest.raises(DatabaseUnavailable):
            await fetch("SELECT 1")
        meters.note("look_ups_total", "outcome", "matched")
        text = await metrics_text(dict)
    finally:
        engine.pool = kept
        engine.current_transaction.reset(held)
    assert value(text, "database_up") == 0
    assert value(text, "look_ups_total", outcome="matched") == 1


@pytest.mark.rule("QUA-5.1", "NOT-2.11")
@pytest.mark.parametrize(
    ("priority", "waited", "state", "is_late"),
    [
        (0, 9, "accepted", 0),
        (0, 11, "accepted", 1),
        (1, 59, "delivered", 0),
        (1, 61, "delivered", 1),
        (0, None, "pending", 1),
        (1, None, "expired", 1),
    ],
)
async def test_mail_is_late_from_ten_and_from_sixty_seconds_on(
    database: None, meters: Meters, priority: int, waited: int | None, state: str, is_late: int
):
    made = datetime(2026, 9, 14, 12, tzinfo=UTC)
    times = {"created_at": made, "updated_at": made, "not_before": made}
    accepted = None if waited is None else made + timedelta(seconds=waited)
    await insert(
        "message",
        id=uuid4(),
        **times,
        message_id="M-01",
        priority=priority,
        recipient="somebody@example.org",
        personalisation="{}",
        dedupe_key="one",
        state=state,
        attempts=1,
        accepted_at=accepted,
        finished_at=made if state in {"delivered", "expired"} else None,
        earlier_failures=0,
        version=1,
    )
    with clock.at(made + timedelta(minutes=30)):
        text = await metrics_text(dict)
    for window in ("1h", "6h"):
        assert value(text, "mail_due", priority=str(priority), window=window) == 1
        assert value(text, "mail_late", priority=str(priority), window=window) == is_late
    with clock.at(made + timedelta(hours=2)):
        later = await metrics_text(dict)
    assert ("mail_due", frozenset({("priority", str(priority)), ("window", "1h")})) not in read(later)


@pytest.mark.rule("OPS-4")
async def test_there_are_never_more_than_two_thousand_series(database: None, meters: Meters):
    await note_schedule(jobs_with(None))
    await fetch("UPDATE job_run SET result = 0")
    providers = ["", *(f"Provider {number}" for number in range(30))]
    routes = [(method, path) for path, method, _ in routes_with_policies(app_for())]
    for method, route in [*routes, *(("GET", f"/more/{number}") for number in range(500))]:
        for status in STATUSES:
            for provider in providers if route.startswith("/api/v3") else [""]:
                meters.count(Answered(provider, method, route, status), 0.5)
    for number in range(900):
        meters.count(Answered("", f"MADE{number}", "/", 405), 0.5)
        meters.note("events_total", "kind", f"kind_{number}")
    text = await metrics_text(lambda: {f"system {number}": Health("closed") for number in range(6)})
    found = read(text)
    assert len(found) <= MOST_SERIES
    assert len([key for key in found if key[0] == "requests_total"]) > MOST_ANSWERS
    assert "MADE" not in text
    counted = sum(number for (name, _), number in found.items() if name == "requests_total")
    assert counted == sum(meters.answers.values())


@pytest.mark.rule("OPS-4")
def test_a_time_falls_into_every_bound_that_it_does_not_exceed():
    meters = Meters()
    for seconds in (0.01, 0.2, 0.3, 9):
        meters.count(Answered("", "GET", "/school/ects", 200), seconds)
    text = meters.text()
    counts = [value(text, "request_duration_seconds_bucket", part="school", le=str(bound)) for bound in BOUNDS]
    assert counts == [1, 1, 1, 2, 3, 3, 3, 3]
    assert value(text, "request_duration_seconds_bucket", part="school", le="+Inf") == 4
    assert value(text, "request_duration_seconds_sum", part="school") == pytest.approx(9.51)


@pytest.mark.rule("OPS-4")
def test_a_value_that_holds_a_quote_is_one_value():
    meters = Meters()
    meters.count(Answered('The "Best"\nPractice', "GET", "/api/v3/participants", 200), 0.1)
    assert value(meters.text(), "requests_total", lead_provider=r"The \"Best\"\nPractice", method="GET",
                 route="/api/v3/participants", status="200") == 1  # fmt: skip
    assert gauges({"a_b": {"": 1}}) == "# TYPE a_b gauge\na_b 1\n"
