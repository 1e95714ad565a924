"""What may happen at once in two schools with two lead providers, through operations or straight in the tables."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import current_unit, transaction
from app.policy import Policy
from app.provider_records.postponed import postponed, settle_postponed
from app.provider_records.turn_day import turn_day
from app.terms import (
    Actor,
    ActorKind,
    ChallengeReason,
    DeferralReason,
    DeliveryPartnerId,
    LeadProviderId,
    Refused,
    Role,
    ScheduleIdentifier,
    SchoolId,
    SchoolPartnershipId,
    TeacherId,
    UserId,
    WithdrawalReason,
    Year,
)
from app.training.challenge_partnership import ChallengePartnership, challenge_partnership
from app.training.change_delivery_partner import ChangeDeliveryPartner, change_delivery_partner
from app.training.change_schedule import ChangeSchedule, change_schedule
from app.training.defer import Defer, defer
from app.training.report_partnership import ReportPartnership, report_partnership
from app.training.resume import Resume, resume
from app.training.undo_challenge import UndoChallenge, undo_challenge
from app.training.withdraw import Withdraw, withdraw
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.factories import Named, School, Stay, User

BEGINS = date(2025, 10, 1)
NOT_DONE = (Refused, asyncpg.DeadlockDetectedError, asyncpg.IntegrityConstraintViolationError, LookupError)
CONFIRMED = {0, 2, 3}
"""The lead provider of each ECT alternates; so these are confirmed with it, the others have asked."""
SCHEDULES = ("ecf-standard-september", "ecf-extended-september", "ecf-standard-january")


@dataclass(frozen=True)
class Town:
    """Two schools, two lead providers with two partners each, and people in every state."""

    schools: tuple[School, ...]
    user: User
    providers: tuple[Named, ...]
    partners: tuple[Named, ...]
    ects: tuple[Stay, ...]
    mentors: tuple[Stay, ...]


async def build() -> Town:
    """Store it."""
    await factories.contract_periods()
    for identifier in SCHEDULES:
        await factories.schedule(2025, identifier)
    schools = (await factories.school(), await factories.school("100002", "Birch School", type_code=11))
    user = await factories.user()
    for one in schools:
        await factories.induction_tutor(one, user)
    providers = (await factories.lead_provider(), await factories.lead_provider("Maple Training"))
    partners = (await factories.delivery_partner(), await factories.delivery_partner("Elder Partners"))
    for provider in providers:
        for partner in partners:
            await factories.insert(
                "provider_pairing",
                lead_provider_contract_id=await factories.contract(provider),
                delivery_partner_id=partner.id,
                lead_provider_id=provider.id,
                contract_period_year=2025,
            )
    there = {
        0: await factories.partnership(schools[0], providers[0], partners[0]),
        1: await factories.partnership(schools[1], providers[1], partners[1]),
    }
    ects, mentors = [], []
    for number, at in enumerate((schools[0], schools[0], schools[0], schools[1], schools[1])):
        ects.append(await factories.ect(at, f"Ect Number{number}"))
        await factories.training(ects[-1], providers[number % 2], there[number % 2] if number in CONFIRMED else None)
    for number, at in enumerate((schools[0], schools[0], schools[1])):
        mentors.append(await factories.mentor(at, f"Mentor Number{number}"))
    await factories.mentorship(ects[0], mentors[0])
    return Town(schools, user, providers, partners, tuple(ects), tuple(mentors))


@dataclass(frozen=True)
class Act:
    """One thing done, with a pause before it, between its writing and its end, and between its entries and COMMIT."""

    what: str
    seed: int
    before: float
    within: float
    at_commit: float


class Storm:
    """What happens in the town."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.done: list[str] = []
        self.acts: dict[str, Callable[[random.Random], Awaitable[Any]]] = {
            "report": self.report,
            "challenge": self.challenge,
            "undo": self.undo,
            "change partner": self.change_partner,
            "withdraw": self.withdraw,
            "defer": self.defer,
            "resume": self.resume,
            "change schedule": self.change_schedule,
            "mentor": self.mentor,
            "arrive": self.arrive,
            "leave": self.leave,
            "rename": self.rename,
            "merge": self.merge,
            "school": self.school,
            "induction": self.induction,
            "register run": self.register_run,
        }

    async def run(self, act: Act, moment: Any) -> None:
        """Do one thing at a time of the service's clock; what is refused has no effect."""
        await asyncio.sleep(act.before)
        with clock.at(moment):
            try:
                async with transaction():
                    await self.acts[act.what](random.Random(act.seed))  # noqa: S311 - a game
                    await asyncio.sleep(act.within)
                    current_unit().before_commit.append(lambda _: asyncio.sleep(act.at_commit))
            except NOT_DONE:
                return
            self.done.append(act.what)

    async def report(self, draw: random.Random) -> None:
        who, today = draw.choice(self.town.providers), clock.today()
        where, partner = draw.choice(self.town.schools), draw.choice(self.town.partners)
        command = ReportPartnership(
            LeadProviderId(who.id), Year(2025), SchoolId(where.id), DeliveryPartnerId(partner.id)
        )
        await report_partnership(command, self._as(who), today, Policy())

    async def challenge(self, draw: random.Random) -> None:
        there = await self._partnership(draw, "challenged_at IS NULL")
        command = ChallengePartnership(
            SchoolId(there["school_id"]), SchoolPartnershipId(there["id"]), ChallengeReason.LOOKS_LIKE_A_MISTAKE
        )
        await challenge_partnership(command, self._school(), clock.today(), Policy())

    async def undo(self, draw: random.Random) -> None:
        there = await self._partnership(draw, "challenged_at IS NOT NULL")
        command = UndoChallenge(SchoolId(there["school_id"]), SchoolPartnershipId(there["id"]))
        await undo_challenge(command, self._school(), clock.today(), Policy())

    async def change_partner(self, draw: random.Random) -> None:
        there, partner = await self._partnership(draw, "challenged_at IS NULL"), draw.choice(self.town.partners)
        who = next(one for one in self.town.providers if one.id == there["lead_provider_id"])
        command = ChangeDeliveryPartner(
            LeadProviderId(who.id), SchoolPartnershipId(there["id"]), DeliveryPartnerId(partner.id)
        )
        await change_delivery_partner(command, self._as(who))

    async def withdraw(self, draw: random.Random) -> None:
        who, person = await self._trained(draw)
        command = Withdraw(LeadProviderId(who.id), person, Role.ECT, WithdrawalReason.OTHER)
        await withdraw(command, self._as(who), clock.today())

    async def defer(self, draw: random.Random) -> None:
        who, person = await self._trained(draw)
        command = Defer(LeadProviderId(who.id), person, Role.ECT, DeferralReason.CAREER_BREAK)
        await defer(command, self._as(who), clock.today())

    async def resume(self, draw: random.Random) -> None:
        rows = await fetch(
            """SELECT teacher_id, lead_provider_id FROM training_period
            WHERE withdrawn_at IS NOT NULL OR deferred_at IS NOT NULL ORDER BY id"""
        )
        if not rows:
            raise LookupError("nobody to resume")
        stopped = draw.choice(rows)
        who = next(one for one in self.town.providers if one.id == stopped["lead_provider_id"])
        command = Resume(LeadProviderId(who.id), TeacherId(stopped["teacher_id"]), Role.ECT)
        await resume(command, self._as(who), clock.today())

    async def change_schedule(self, draw: random.Random) -> None:
        who, person = await self._trained(draw)
        chosen = ScheduleIdentifier(draw.choice(SCHEDULES))
        command = ChangeSchedule(LeadProviderId(who.id), person, Role.ECT, chosen, None)
        await change_schedule(command, self._as(who), clock.today())

    async def mentor(self, draw: random.Random) -> None:
        """Somebody gets a mentor, or another one, from a day on."""
        ect = draw.choice(self.town.ects)
        mentor = draw.choice([one for one in self.town.mentors if one.school == ect.school])
        starts = clock.today() + timedelta(days=draw.randrange(4))
        await fetch(
            """UPDATE mentorship_period SET finished_on = $2 WHERE ect_at_school_period_id = $1 AND finished_on IS NULL
            AND started_on <= $2""",
            ect.id,
            starts - timedelta(days=1),
        )
        await factories.mentorship(ect, mentor, starts)

    async def arrive(self, draw: random.Random) -> None:
        at, who = draw.choice(self.town.schools), draw.choice(self.town.providers)
        stay = await factories.ect(at, f"New {draw.randrange(10**6)}", clock.today(), working_pattern="part_time")
        found = await fetch_one(
            """SELECT * FROM school_partnership WHERE school_id = $1 AND lead_provider_id = $2
            AND contract_period_year = 2025 AND challenged_at IS NULL""",
            at.id,
            who.id,
        )
        await factories.training(stay, who, found)

    async def leave(self, draw: random.Random) -> None:
        day = clock.today() + timedelta(days=draw.choice((0, 1, 3)))
        stay = draw.choice(self.town.ects)
        finish = "SET finished_on = $2 WHERE ect_at_school_period_id = $1 AND finished_on IS NULL AND started_on <= $2"
        await fetch(f"UPDATE training_period {finish}", stay.id, day)
        await fetch(f"UPDATE mentorship_period {finish}", stay.id, day)
        leave = "UPDATE ect_at_school_period SET finished_on = $2, end_reason = 'left' WHERE id = $1"
        await fetch(leave, stay.id, day)

    async def rename(self, draw: random.Random) -> None:
        table, row = draw.choice(
            (
                ("teacher", draw.choice((*self.town.ects, *self.town.mentors)).teacher.id),
                ("delivery_partner", draw.choice(self.town.partners).id),
                ("lead_provider", draw.choice(self.town.providers).id),
                ("school", draw.choice(self.town.schools).id),
            )
        )
        column = "corrected_name" if table == "teacher" else "name"
        await fetch(f"UPDATE {table} SET {column} = $2 WHERE id = $1", row, f"Named {draw.randrange(10**6)}")

    async def merge(self, draw: random.Random) -> None:
        """Two mentors turn out to be one person, if the older has nothing to do with the newer."""
        gone, kept = draw.sample([one.teacher.id for one in self.town.ects], 2)
        await fetch(
            "UPDATE teacher SET merged_into_teacher_id = $2 WHERE id = $1 AND NOT EXISTS (SELECT FROM teacher"
            " WHERE merged_into_teacher_id = $1 OR id = $2 AND merged_into_teacher_id IS NOT NULL)",
            gone,
            kept,
        )

    async def school(self, draw: random.Random) -> None:
        at = draw.choice(self.town.schools)
        change = draw.choice(
            (
                "primary_email = 'office' || $2 || '@school.example'",
                "section_41_approved = NOT section_41_approved AND $2 <> ''",
                "urn = '1' || right('00000' || $2, 5)",
                "closed_on = CASE WHEN $2 <> '' THEN current_date END, status_code = CASE status_code WHEN 1 THEN 2 ELSE 1 END",
            )
        )
        await fetch(f"UPDATE school SET {change} WHERE id = $1", at.id, str(draw.randrange(10**5)))

    async def register_run(self, draw: random.Random) -> None:
        """What a run of the register stores, whose settling is put off (API-17.3)."""
        async with postponed():
            await self.school(draw)

    async def induction(self, draw: random.Random) -> None:
        person = draw.choice((*self.town.ects, *self.town.mentors)).teacher.id
        change = draw.choice(
            (
                "trs_induction_completed_date = $2",
                "mentor_ineligible_on = $2, mentor_ineligible_reason = 'completed_declaration_received'",
                "ect_payments_frozen_year = extract(year FROM $2::date)",
            )
        )
        await fetch(f"UPDATE teacher SET {change} WHERE id = $1", person, clock.today())

    async def _trained(self, draw: random.Random) -> tuple[Named, TeacherId]:
        return draw.choice(self.town.providers), TeacherId(draw.choice(self.town.ects).teacher.id)

    async def _partnership(self, draw: random.Random, which: str) -> Any:
        rows = await fetch(f"SELECT * FROM school_partnership WHERE {which} ORDER BY id")
        if not rows:
            raise LookupError(which)
        return draw.choice(rows)

    def _as(self, who: Named) -> Actor:
        return Actor(ActorKind.LEAD_PROVIDER, who.name)

    def _school(self) -> Actor:
        return Actor(ActorKind.SCHOOL_USER, self.town.user.name, self.town.user.email, UserId(self.town.user.id))


async def turn(moment: Any) -> None:
    """Settle what was put off, and turn the day for everybody."""
    with clock.at(moment):
        await settle_postponed()
        await turn_day()
