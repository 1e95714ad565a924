"""What schools and lead providers can do, played through the journeys and operations that the service itself uses."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from litestar.exceptions import NotFoundException

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.journeys.engine import Exit, walk
from app.registration.permissions import why_not
from app.registration.subjects import subject
from app.teachers import snapshot as snapshots
from app.terms import (
    TRN,
    Actor,
    ActorKind,
    ChallengeReason,
    DeferralReason,
    DeliveryPartnerId,
    IdentityMatch,
    LeadProviderId,
    Refused,
    Role,
    ScheduleIdentifier,
    SchoolId,
    SchoolPartnershipId,
    TeacherId,
    WithdrawalReason,
    Year,
)
from app.training.challenge_partnership import ChallengePartnership, challenge_partnership
from app.training.change_schedule import ChangeSchedule, change_schedule
from app.training.check_partnership import CheckPartnership, check_partnership
from app.training.defer import Defer, defer
from app.training.report_partnership import ReportPartnership, report_partnership
from app.training.resume import Resume, resume
from app.training.undo_challenge import UndoChallenge, undo_challenge
from app.training.withdraw import Withdraw, withdraw
from app.web.journey_draft import facts_of
from app.web.journey_start import blank_draft
from app.web.schools import leaving, mistakes
from app.web.schools.assign.assign_ects import ASSIGN_ECTS
from app.web.schools.assign.assign_mentor import ASSIGN_MENTOR
from app.web.schools.change_details import appropriate_body, email, name, several_bodies, working_pattern
from app.web.schools.change_training import lead_provider, programme
from app.web.schools.register_ect.pages import JOURNEY as REGISTER_ECT
from app.web.schools.register_mentor.pages import JOURNEY as REGISTER_MENTOR
from app.web.schools.subject_journeys import Instead, NotAllowed
from tests.registration.play.answers import ADDRESSES, Answering, Draw
from tests.registration.play.town import PAIRS, SCHEDULES, YEARS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.drafts.store import Draft
    from app.web.journey import Journey
    from app.web.schools.subject_journeys import SubjectJourney
    from app.web.session import Here
    from tests.registration.play.town import Town

NOT_DONE = (Refused, NotAllowed, NotFoundException, Instead, Exit)
"""Everything by which the service says no; anything else that is raised is a fault."""
LEAVING = 2 * leaving.JOURNEYS
ABOUT_BOTH = (name.JOURNEY, email.JOURNEY, *LEAVING, mistakes.JOURNEY, lead_provider.JOURNEY, lead_provider.JOURNEY)
OF_AN_ECT = (working_pattern.JOURNEY, appropriate_body.JOURNEY, programme.JOURNEY, programme.JOURNEY)
ABOUT: dict[Role, tuple[SubjectJourney, ...]] = {
    Role.ECT: (*ABOUT_BOTH, *OF_AN_ECT, *(ASSIGN_MENTOR,) * 4),
    Role.MENTOR: (*ABOUT_BOTH, *(ASSIGN_ECTS,) * 4),
}
"""What can be done with somebody, the likelier the oftener."""


STORE_DRAFT = """INSERT INTO draft (id, created_at, updated_at, kind, journey, school_id, started_by_user_id,
    last_saved_by_user_id, last_saved_at, expires_at, state, answers, answer_versions, version, trn, identity_match,
    trs_snapshot, trs_fetched_at)
    VALUES ($1, $2, $2, $3, $4, $5, $6, $6, $2, $2, 'open', $7::jsonb, '{}', 1, $8, $9, $10::jsonb, $2)"""


@dataclass(frozen=True)
class Unfinished:
    """A journey that has been answered and waits for its confirmation."""

    school: int
    journey: Callable[[Here], Awaitable[Journey[Any, Any]]]
    draft: Draft


async def register(town: Town, draw: Draw, here: Here, role: Role) -> Draft:
    """Answer a registration of somebody, as an ECT or a mentor, up to its check page."""
    trn = draw(sorted(town.people), "trn")
    journey = REGISTER_ECT if role is Role.ECT else REGISTER_MENTOR
    given = {"email-address": {"email": draw((f"{trn}@play.example", *ADDRESSES), "email")}}
    draft = replace(
        blank_draft(journey, here),
        trn=TRN(trn),
        identity_match=IdentityMatch.DATE_OF_BIRTH,
        trs_snapshot=snapshots.to_dict(town.people[trn]),
        answers=given,
        for_ect_stay_id=await _for_ect(draw, here) if role is Role.MENTOR else None,
    )
    return await answered(journey, draw, here, draft)


async def _for_ect(draw: Draw, here: Here) -> int | None:
    rows = await fetch("SELECT id FROM ect_at_school_period WHERE school_id = $1 ORDER BY id", here.school.id)
    found = draw([None, None, None, *range(len(rows))], "for ECT")
    return None if found is None else int(rows[found]["id"])


async def answered(journey: Journey[Any, Any], draw: Draw, here: Here, draft: Draft) -> Draft:
    """Answer every question of a journey; returns the draft with its answers."""
    ask = Answering(draw, here.today, draft.answers)
    journey.path(ask, await _facts(journey, draft, here))
    return replace(draft, answers=ask.answers)


async def _facts(journey: Journey[Any, Any], draft: Draft, here: Here) -> Any:
    """Load what a journey needs to know of a draft; that of a registration is stored for as long as this takes."""
    if draft.trn is None:
        return await facts_of(journey, draft, here)
    stored = replace(draft, id=uuid4())
    async with transaction():
        await fetch(
            STORE_DRAFT,
            stored.id,
            stored.created_at,
            stored.kind.value,
            stored.journey,
            stored.school_id,
            stored.started_by_user_id,
            json.dumps(stored.answers),
            stored.trn,
            draft.identity_match.value if draft.identity_match else None,
            json.dumps(stored.trs_snapshot),
        )
        facts = await facts_of(journey, stored, here)
        await fetch("DELETE FROM draft WHERE id = $1", stored.id)
    return facts


async def somebody(draw: Draw, here: Here) -> tuple[Role, Any] | None:
    """Choose one of the stays of a school, whatever became of it; most often one that is open."""
    stay = "id, public_id, removed_at IS NULL AND coalesce(finished_on, 'infinity') >= $2 AS open"
    rows = await fetch(
        f"""SELECT 'ect' AS role, {stay} FROM ect_at_school_period WHERE school_id = $1
        UNION ALL SELECT 'mentor', {stay} FROM mentor_at_school_period WHERE school_id = $1 ORDER BY 1, 2""",
        here.school.id,
        here.today,
    )
    rows = 4 * [row for row in rows if row["open"]] + [*rows]
    if not rows:
        return None
    row = rows[draw(range(len(rows)), "stay")]
    return Role(row["role"]), row["public_id"]


async def about(role: Role, public_id: Any, offered: SubjectJourney, here: Here) -> Journey[Any, Any]:
    """Return a journey about somebody if it is open for them, as the pages do."""
    person = await subject(role, here.school.id, public_id, here.today)
    if person is None:
        raise NotFoundException
    if not person.may(offered.action):
        raise NotAllowed(why_not(offered.action, person.standing, person.displayed))
    await offered.allowed(person, here)
    return await offered.build(person, here)


async def several(_here: Here) -> Journey[Any, Any]:
    """Return the journey that changes the appropriate body of several ECTs."""
    return several_bodies.JOURNEY


async def confirm(unfinished: Unfinished, here: Here) -> None:
    """Confirm as the controller does: lock, load afresh, walk again, show, perform (DRF-11)."""
    journey = await unfinished.journey(here)
    draft = unfinished.draft
    asked = walk(journey.path, draft.answers, await _facts(journey, draft, here))
    if not asked.complete:
        raise asked.exit or Exit(asked.next_slug)
    async with transaction():
        if journey.lock is not None:
            await journey.lock(asked.command)
        facts = await _facts(journey, draft, here)
        walked = walk(journey.path, draft.answers, facts)
        assert walked.complete, "nobody else has done anything"
        journey.rows(walked, facts)
        journey.notices(walked, facts, here)
        outcome = await journey.perform(walked.command, facts, here)
    await journey.confirmation(outcome, here)


async def journey_of(
    draw: Draw, here: Here, role: Role, public_id: Any
) -> Callable[[Here], Awaitable[Journey[Any, Any]]]:
    """Choose something to do with somebody; most often something that is open for them."""
    person = await subject(role, here.school.id, public_id, here.today)
    offered = [journey for journey in ABOUT[role] if person is not None and person.may(journey.action)]
    return partial(about, role, public_id, draw([*offered, *offered, *ABOUT[role]], "journey"))


async def act_on_partnership(draw: Draw, here: Here) -> None:
    """Challenge a partnership of the school, take that back, or say that it is right."""
    rows = await fetch("SELECT id FROM school_partnership WHERE school_id = $1 ORDER BY id", here.school.id)
    if not rows:
        raise NotFoundException
    partnership = SchoolPartnershipId(rows[draw(range(len(rows)), "partnership")]["id"])
    does = draw(("challenge", "undo", "check"), "does")
    if does == "challenge":
        reason = draw(list(ChallengeReason), "reason")
        command = ChallengePartnership(here.school.id, partnership, reason)
        await challenge_partnership(command, here.actor, here.today, here.policy)
    elif does == "undo":
        await undo_challenge(UndoChallenge(here.school.id, partnership), here.actor, here.today, here.policy)
    else:
        await check_partnership(CheckPartnership(here.school.id, partnership), here.actor)


def acting_for(provider: Any) -> Actor:
    """Return a lead provider as the author of what it does."""
    return Actor(ActorKind.LEAD_PROVIDER, provider.name)


async def report(town: Town, draw: Draw, provider: Any, here: Here) -> None:
    """A lead provider reports a partnership."""
    pairs = [(partner, year) for partner, years in PAIRS[provider.name].items() for year in years]
    partner, year = draw([*pairs, ("Fern", 2023), ("Moss", 2027)], "pair")
    command = ReportPartnership(
        LeadProviderId(provider.id),
        Year(year),
        SchoolId(here.school.id),
        DeliveryPartnerId(next(one.id for one in town.partners if one.name == partner)),
    )
    await report_partnership(command, acting_for(provider), here.today, here.policy)


async def act_on_training(draw: Draw, provider: Any, here: Here) -> None:
    """A lead provider stops, pauses, resumes or reschedules somebody's training."""
    rows = await fetch(
        """SELECT DISTINCT teacher_id, role FROM training_period
        WHERE lead_provider_id = $1 AND confirmed_at IS NOT NULL ORDER BY teacher_id, role""",
        provider.id,
    )
    if not rows:
        raise NotFoundException
    row = rows[draw(range(len(rows)), "who")]
    whose = LeadProviderId(provider.id), TeacherId(row["teacher_id"]), Role(row["role"])
    does = draw(("withdraw", "defer", "resume", "reschedule"), "does")
    actor, today = acting_for(provider), here.today
    if does == "withdraw":
        await withdraw(Withdraw(*whose, draw(list(WithdrawalReason), "reason")), actor, today)
    elif does == "defer":
        await defer(Defer(*whose, draw(list(DeferralReason), "reason")), actor, today)
    elif does == "resume":
        await resume(Resume(*whose), actor, today)
    else:
        schedule = ScheduleIdentifier(draw(SCHEDULES, "schedule"))
        year = draw((None, *YEARS), "year")
        await change_schedule(ChangeSchedule(*whose, schedule, year), actor, today)


def moment() -> str:
    """Return the time in force as a request carries it."""
    return clock.now().isoformat()
