"""Measurements of what lead providers write, and of a register run that moves many schools (API-26.1, API-26.3)."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from app import clock
from app.bench.caller import YEAR
from app.bench.client import Unexpected
from app.bench.metrics import Metric, percentile, seconds_of
from app.bench.scratch import AS_OF, MOMENT
from app.db.engine import fetch
from app.db.transaction import transaction
from app.provider_records.postponed import postponed, settle_postponed

if TYPE_CHECKING:
    from app.bench.caller import Caller

MILLISECONDS = 1_000
REFUSED = 422
MOST_ITEMS = 500
MOVED = 2_000
ECT = {"course_identifier": "ecf-induction"}
STOPPED = {**ECT, "reason": "other"}
# Of each school at which the lead provider has one partnership in the year: the one with most people first.
PARTNERSHIPS = """SELECT min(p.id) AS id, s.public_id AS school_id, min(dp.public_id::text) AS delivery_partner_id,
        sum((SELECT count(*) FROM training_period t WHERE t.school_partnership_id = p.id AND t.cancelled_at IS NULL
            AND t.withdrawn_at IS NULL AND t.deferred_at IS NULL
            AND coalesce(t.finished_on, 'infinity') >= $3)) AS people
    FROM school_partnership p JOIN school s ON s.id = p.school_id
    JOIN delivery_partner dp ON dp.id = p.delivery_partner_id
    WHERE p.lead_provider_id = $1 AND p.contract_period_year = $2 AND p.challenged_at IS NULL
    GROUP BY s.id HAVING count(*) = 1 ORDER BY people DESC, s.id LIMIT $4"""
CHALLENGE = """UPDATE school_partnership SET challenged_at = $2, challenge_reason = 'looks_like_a_mistake',
    challenged_by_user_id = (SELECT max(id) FROM app_user) WHERE id = ANY ($1)"""


async def actions(who: Caller) -> list[Metric]:
    """Withdraw people, again, with a reason that there is not, and resume them."""
    people = (await who.get("/participants?filter[training_status]=active&page[per_page]=500"))["data"]
    chosen = [one["id"] for one in people if _is_trained(one)][: who.rounds]
    done, refused = [], []
    for one in chosen:
        path = f"/participants/{one}"
        done += await _times(who, f"{path}/withdraw", STOPPED)
        refused += await _times(who, f"{path}/withdraw", STOPPED, REFUSED)
        done += await _times(who, f"{path}/resume", ECT)
        refused += await _times(who, f"{path}/withdraw", {**ECT, "reason": "no such reason"}, REFUSED)
    if not chosen:
        raise Unexpected("nobody to withdraw")
    return [
        Metric("api participant action p95", percentile(done, 0.95) * MILLISECONDS, "ms", 150, note="withdraw, resume"),
        Metric("api refused action p95", percentile(refused, 0.95) * MILLISECONDS, "ms", 150, note="again, no reason"),
    ]


def _is_trained(one: Any) -> bool:
    enrolments = one["attributes"]["ecf_enrolments"]
    return [(each["participant_type"], each["participant_status"]) for each in enrolments] == [("ect", "active")]


async def _times(who: Caller, path: str, attributes: object, status: int = 200) -> list[float]:
    sent = {"data": {"type": "participant", "attributes": attributes}}
    return await seconds_of(partial(who.write, "PUT", path, sent, status), 1)


async def reports(who: Caller) -> list[Metric]:
    """Report the school with most people, again, and then many schools at once: partnerships that were challenged."""
    found = await fetch(PARTNERSHIPS, who.id, YEAR, AS_OF, MOST_ITEMS)
    if not found:
        raise Unexpected("no partnership to report again")
    taken, refused = [], []
    one = {"data": _item(found[0])}
    for _ in range(max(2, who.rounds // 4)):
        await _challenge(found[:1])
        taken += await seconds_of(partial(who.write, "POST", "/partnerships", one), 1)
        refused += await seconds_of(partial(who.write, "POST", "/partnerships", one, REFUSED), 1)
    await _challenge(found)
    started = perf_counter()
    answer = await who.write("POST", "/partnerships/bulk", {"data": [_item(each) for each in found]})
    whole, told = perf_counter() - started, answer["meta"]
    if told["accepted"] != len(found):
        raise Unexpected(f"{told['accepted']} of {len(found)} reports accepted")
    attached = f"{found[0]['people']} attached"
    note = f"{len(found)} items, {told['attached']:,} attached"
    return [
        Metric("api report p95", percentile(taken, 0.95) * MILLISECONDS, "ms", 300, note=attached),
        Metric("api refused report p95", percentile(refused, 0.95) * MILLISECONDS, "ms", 150, note="again"),
        Metric("api bulk report", whole, "s", 20, note=note),
    ]


def _item(row: Any) -> dict[str, Any]:
    named = {"school_id": str(row["school_id"]), "delivery_partner_id": row["delivery_partner_id"]}
    return {"type": "partnership", "attributes": {"cohort": str(YEAR), **named}}


async def _challenge(rows: list[Any]) -> None:
    with clock.at(MOMENT):
        async with transaction():
            await fetch(CHALLENGE, [row["id"] for row in rows], MOMENT)


async def renamed_schools(_: Caller) -> list[Metric]:
    """Give many schools other names as a register run does, and time what lead providers are then shown."""
    with clock.at(MOMENT):
        async with transaction(), postponed():
            rows = await fetch(
                "UPDATE school SET name = name || ' Academy' WHERE id IN (SELECT id FROM school ORDER BY id LIMIT $1)"
                " RETURNING id",
                MOVED,
            )
        started = perf_counter()
        await settle_postponed()
    return [Metric("api settling a register run", perf_counter() - started, "s", 60, note=f"{len(rows):,} schools")]
