"""What schools and lead providers do in the demo: each act is the operation that pages and the API perform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch_one
from app.demo.people import person_of, snapshot_of
from app.demo.reference import LEAD_PROVIDERS
from app.demo.rows import fixed_id, fixed_in_mail
from app.policy import Policy
from app.registration.changes.change_appropriate_body import ChangeAppropriateBody, change_appropriate_body
from app.registration.changes.change_email import ChangeEmail, change_email
from app.registration.changes.change_name import ChangeName, NameReason, change_name
from app.registration.changes.change_working_pattern import ChangeWorkingPattern, change_working_pattern
from app.registration.leaving.amend_leaving import AmendLeaving, amend_leaving
from app.registration.leaving.cancel_leaving import CancelLeaving, cancel_leaving
from app.registration.leaving.remove_registration import RemoveRegistration, remove_registration
from app.registration.leaving.report_leaving import ReportLeaving, report_leaving
from app.registration.mentorships.assign_mentor import AssignMentor, assign_mentor
from app.registration.queries import appropriate_bodies
from app.registration.registering.register_ect import RegisterECT, register_ect
from app.schools.answer_school_year import AnswerSchoolYear, answer_school_year
from app.terms import (
    TRN,
    Actor,
    ActorKind,
    AppropriateBodyId,
    DeliveryPartnerId,
    ECTAtSchoolId,
    IdentityMatch,
    LeadProviderId,
    Role,
    SchoolId,
    SchoolKind,
    SchoolPartnershipId,
    TeacherId,
    TrainingProgramme,
    WorkingPattern,
)
from app.training.challenge_partnership import ChallengePartnership, challenge_partnership
from app.training.check_partnership import CheckPartnership, check_partnership
from app.training.defer import Defer, defer
from app.training.report_partnership import ReportPartnership, report_partnership
from app.training.withdraw import Withdraw, withdraw

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date
    from uuid import UUID

    from app.demo.world import World
    from app.registration.registering.appropriate_bodies import AppropriateBody
    from app.terms import ChallengeReason, DeferralReason, ExpectingECTs, RemovalReason, WithdrawalReason, Year

    Act = Callable[[World], Awaitable[None]]

POLICY = Policy()
STAYS = {
    Role.ECT: """SELECT e.id, e.public_id, e.teacher_id, e.school_id, e.school_reported_appropriate_body_id AS body_id
        FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id JOIN school s ON s.id = e.school_id
        WHERE t.trn = $1 AND s.urn = $2 ORDER BY e.started_on DESC LIMIT 1""",
    Role.MENTOR: """SELECT e.id, e.public_id, e.teacher_id, e.school_id, NULL AS body_id
        FROM mentor_at_school_period e JOIN teacher t ON t.id = e.teacher_id JOIN school s ON s.id = e.school_id
        WHERE t.trn = $1 AND s.urn = $2 ORDER BY e.started_on DESC LIMIT 1""",
}
PARTNERSHIP = """SELECT p.id FROM school_partnership p JOIN school s ON s.id = p.school_id
    JOIN lead_provider l ON l.id = p.lead_provider_id
    WHERE s.urn = $1 AND l.key = $2 AND p.contract_period_year = $3 ORDER BY p.id DESC LIMIT 1"""


@dataclass(frozen=True)
class Stay:
    """A stay as stored, as far as acts need it."""

    id: int
    public_id: UUID
    teacher_id: TeacherId
    school_id: SchoolId
    body_id: AppropriateBodyId | None


@dataclass(frozen=True)
class Who:
    """Somebody at a school in a role; their latest stay there is meant."""

    trn: str
    school: str
    role: Role = Role.ECT

    async def stay(self) -> Stay:
        """Return the stay; raises LookupError when there is none."""
        found = await fetch_one(STAYS[self.role], self.trn, self.school)
        if found is None:
            raise LookupError(f"{self.trn} is not registered at {self.school}")
        return Stay(**dict(found))


@dataclass(frozen=True)
class Reported:
    """A partnership, by school, lead provider and year."""

    school: str
    provider: str
    year: Year

    async def id(self) -> SchoolPartnershipId:
        """Return its internal id; raises LookupError when there is none."""
        found = await fetch_one(PARTNERSHIP, self.school, self.provider, self.year)
        if found is None:
            raise LookupError(f"{self.provider} has no partnership with {self.school}")
        return SchoolPartnershipId(found["id"])


def leaves(who: Who, last_day: date) -> Act:
    """Report that somebody leaves."""

    async def act(world: World) -> None:
        stay = await who.stay()
        command = ReportLeaving(who.role, TRN(who.trn), stay.id, stay.school_id, last_day)
        await report_leaving(command, world.tutors[who.school], clock.today(), POLICY)

    return act


def leaves_later(who: Who, last_day: date) -> Act:
    """Change the last day that was reported."""

    async def act(world: World) -> None:
        stay = await who.stay()
        command = AmendLeaving(who.role, TRN(who.trn), stay.id, stay.school_id, last_day)
        await amend_leaving(command, world.tutors[who.school], clock.today(), POLICY)

    return act


def stays_on(who: Who) -> Act:
    """Take back a report of leaving."""

    async def act(world: World) -> None:
        stay = await who.stay()
        command = CancelLeaving(who.role, TRN(who.trn), stay.id, stay.school_id)
        await cancel_leaving(command, world.tutors[who.school], clock.today())

    return act


def removed(who: Who, reason: RemovalReason) -> Act:
    """Say that a registration was a mistake."""

    async def act(world: World) -> None:
        stay = await who.stay()
        command = RemoveRegistration(who.role, TRN(who.trn), stay.id, stay.school_id, reason)
        await remove_registration(command, world.tutors[who.school], clock.today(), POLICY)

    return act


def assigned(mentor: Who, *ects: Who) -> Act:
    """Give ECTs a mentor."""

    async def act(world: World) -> None:
        stay = await mentor.stay()
        people = tuple([(await ect.stay()).public_id for ect in ects])
        command = AssignMentor(stay.school_id, stay.public_id, people)
        await assign_mentor(command, world.tutors[mentor.school], clock.today())

    return act


def renamed(who: Who, name: str) -> Act:
    """Give somebody another name."""

    async def act(world: World) -> None:
        command = ChangeName(who.role, (await who.stay()).id, name, NameReason.NAME_CHANGED)
        await change_name(command, world.tutors[who.school], clock.today())

    return act


def reached_at(who: Who, email: str) -> Act:
    """Give somebody another email address."""

    async def act(world: World) -> None:
        command = ChangeEmail(who.role, (await who.stay()).id, email)
        await change_email(command, world.tutors[who.school], clock.today())

    return act


def works(who: Who, pattern: WorkingPattern) -> Act:
    """Change a working pattern."""

    async def act(world: World) -> None:
        command = ChangeWorkingPattern(ECTAtSchoolId((await who.stay()).id), pattern)
        await change_working_pattern(command, world.tutors[who.school], clock.today())

    return act


def assessed_by(who: Who, body: str) -> Act:
    """Change the appropriate body."""

    async def act(world: World) -> None:
        stay = await who.stay()
        seen = {ECTAtSchoolId(stay.id): stay.body_id}
        command = ChangeAppropriateBody(stay.school_id, SchoolKind.STATE_FUNDED, seen, await _body(body, world))
        await change_appropriate_body(command, world.tutors[who.school], clock.today())

    return act


async def _body(key: str, world: World) -> AppropriateBody:
    return next(body for body in await appropriate_bodies() if body.id == world.bodies[key])


def joins(trn: str, school: str, started_on: date, body: str) -> Act:
    """Register somebody, school-led, whom another school had until now."""

    async def act(world: World) -> None:
        person = person_of(trn, world.days)
        snapshot = snapshot_of(person, world.days)
        command = RegisterECT(
            school_id=SchoolId(world.schools[school]),
            trn=TRN(trn),
            identity_match=IdentityMatch.DATE_OF_BIRTH,
            snapshot=snapshot,
            email=f"{person.first_name}.{person.last_name}@{world.domains[school]}".lower(),
            started_on=started_on,
            working_pattern=WorkingPattern.FULL_TIME,
            appropriate_body=await _body(body, world),
            programme=TrainingProgramme.SCHOOL_LED,
        )
        registered = await register_ect(command, world.tutors[school], clock.today())
        await fixed_in_mail(
            "ect_at_school_period", registered.public_id, fixed_id("ect_at_school_period", (trn, school))
        )

    return act


def withdrawn(provider: str, who: Who, reason: WithdrawalReason) -> Act:
    """Have a lead provider say that it no longer trains somebody."""

    async def act(world: World) -> None:
        teacher = (await who.stay()).teacher_id
        command = Withdraw(LeadProviderId(world.providers[provider]), teacher, who.role, reason)
        await withdraw(command, _of(provider), clock.today())

    return act


def paused(provider: str, who: Who, reason: DeferralReason) -> Act:
    """Have a lead provider pause somebody's training."""

    async def act(world: World) -> None:
        teacher = (await who.stay()).teacher_id
        command = Defer(LeadProviderId(world.providers[provider]), teacher, who.role, reason)
        await defer(command, _of(provider), clock.today())

    return act


def reported(partnership: Reported, partner: str) -> Act:
    """Have a lead provider report that it works with a school; whoever asked for it is confirmed."""

    async def act(world: World) -> None:
        command = ReportPartnership(
            LeadProviderId(world.providers[partnership.provider]),
            partnership.year,
            SchoolId(world.schools[partnership.school]),
            DeliveryPartnerId(world.partners[partner]),
        )
        made = await report_partnership(command, _of(partnership.provider), clock.today(), POLICY)
        key = (partnership.school, partnership.provider, partner, partnership.year)
        await fixed_in_mail("school_partnership", made.public_id, fixed_id("school_partnership", key))

    return act


def challenged(partnership: Reported, reason: ChallengeReason) -> Act:
    """Have a school say that a partnership is wrong."""

    async def act(world: World) -> None:
        command = ChallengePartnership(SchoolId(world.schools[partnership.school]), await partnership.id(), reason)
        await challenge_partnership(command, world.tutors[partnership.school], clock.today(), POLICY)

    return act


def checked(partnership: Reported) -> Act:
    """Have a school say that a partnership is right."""

    async def act(world: World) -> None:
        command = CheckPartnership(SchoolId(world.schools[partnership.school]), await partnership.id())
        await check_partnership(command, world.tutors[partnership.school])

    return act


def answered(school: str, year: Year, expecting: ExpectingECTs, *, everyone: bool | None = None) -> Act:
    """Have a school answer what it expects of a year."""

    async def act(world: World) -> None:
        command = AnswerSchoolYear(SchoolId(world.schools[school]), year, expecting, everyone)
        await answer_school_year(command, world.tutors[school])

    return act


def _of(provider: str) -> Actor:
    return Actor(ActorKind.LEAD_PROVIDER, LEAD_PROVIDERS[provider])
