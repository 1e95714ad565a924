"""Who is asking: the session cookie, the visitor behind it and what the rules make of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from app import clock
from app.access import sessions
from app.access.end_session import end_session
from app.access.notices_in_force import Notices
from app.access.queries import Visitor, load_visitor
from app.policy import Policy as Settings
from app.registration.rules import induction_tutor_gate
from app.schools.queries import facts_of
from app.schools.rules import SchoolAccess, SchoolFacts, SchoolLevel, school_access
from app.terms import SYSTEM, Actor, ActorKind, ScheduleIdentifier, Year
from app.training.periods import Calendar, ContractPeriod
from app.web import csrf

if TYPE_CHECKING:
    from datetime import date, datetime

    from litestar import Request

    from app.access.queries import CurrentSchool, CurrentTutor, PeriodRow, Terms, User
    from app.access.sessions import NewSession

COOKIE = "session"
SECURE_COOKIE = "__Host-session"


class Visit:
    """One request's visitor; `new_id` and `forget` say what becomes of the cookie."""

    def __init__(self, visitor: Visitor, *, header_now: datetime | None, key: bytes) -> None:
        self.visitor = visitor
        self.header_now = header_now
        self.key = key
        self.new_id = ""
        self.forget = False
        self._standing: Standing | None = None
        self.notices = notices_of(visitor.terms)
        """What staff tell everybody; for visitors without a session the middleware puts it here."""

    @property
    def standing(self) -> Standing:
        """Return what the rules make of the visitor today."""
        if self._standing is None:
            self._standing = Standing(self.visitor, clock.today())
        return self._standing

    async def adopt(self, made: NewSession) -> None:
        """Go on as the owner of a session just made; the browser gets its id."""
        self.new_id, self.forget = made.id, False
        self.become(await load_visitor(made.id_hash, self.header_now, clock.now()))

    def become(self, visitor: Visitor) -> None:
        """Go on as another visitor, or as nobody."""
        self.visitor, self._standing = visitor, None
        if visitor.session is not None:
            self.notices = notices_of(visitor.terms)

    async def reload(self) -> None:
        """Read the visitor again, after something about them changed."""
        if self.visitor.session is not None:
            self.become(await load_visitor(self.visitor.session.id_hash, self.header_now, clock.now()))

    async def ensure_session(self) -> bytes:
        """Return the hash of the visitor's session, which is made when there is none (ACC-9.1)."""
        if self.visitor.session is None:
            await self.adopt(await sessions.create(clock_at=self.visitor.moment))
        session = self.visitor.session
        if session is None:
            raise LookupError("the session just made is not there")
        return session.id_hash

    async def end(self) -> None:
        """End the visitor's session; the cookie goes."""
        if self.visitor.session is not None:
            await end_session(self.visitor.session.id_hash, self.visitor.user.actor if self.visitor.user else SYSTEM)
        self.new_id, self.forget = "", True
        self.become(Visitor())

    @property
    def csrf_token(self) -> str:
        """Return a token for the forms of this page; empty without a session."""
        session = self.visitor.session
        return csrf.make_token(self.key, session.csrf_secret) if session else ""

    @property
    def school_mark(self) -> str:
        """Return the mark for the forms of this page (ACC-10.3)."""
        return csrf.make_mark(self.key, self.visitor.school.id if self.visitor.school else None)


class Standing:
    """What the rules say about a visitor's school on a day; each part is worked out when asked for."""

    def __init__(self, visitor: Visitor, today: date) -> None:
        self.visitor = visitor
        self.today = today

    @cached_property
    def policy(self) -> Settings:
        """The settings that staff may change, as they stand."""
        return settings_of(self.visitor.terms)

    @cached_property
    def calendar(self) -> Calendar:
        """Every contract period."""
        return calendar_of(self.visitor.terms)

    @cached_property
    def access(self) -> SchoolAccess:
        """The level of the current school and its reason (ACC-13.5)."""
        return school_access(school_facts(self.visitor.school), self.today, self.policy)

    @cached_property
    def tutor_gate(self) -> Year | None:
        """The year the induction tutor gate stands for; None when it doesn't (IT-01)."""
        if self.visitor.school is None:
            return None
        confirmed = self.visitor.tutor.confirmed_for_year if self.visitor.tutor else None
        return induction_tutor_gate(self.calendar, self.today, Year(confirmed) if confirmed else None)

    @cached_property
    def here(self) -> Here:
        """What a school page works with; raises LookupError for who is at no school."""
        user, school = self.visitor.user, self.visitor.school
        if user is None or school is None:
            raise LookupError("the route's policy doesn't ask for a current school")
        kind = ActorKind.STAFF_FOR_SCHOOL if self.visitor.acts else user.actor_kind
        return Here(
            user=user,
            school=school,
            actor=Actor(kind, user.name, user.email, user.id, school.id),
            today=self.today,
            level=self.access.level,
            calendar=self.calendar,
            policy=self.policy,
            tutor=self.visitor.tutor,
            tutor_gate=None if self.visitor.acts else self.tutor_gate,
        )


@lru_cache(maxsize=8)
def settings_of(terms: Terms) -> Settings:
    """Return the settings that staff may change; raises ValueError for one that can't be."""
    return Settings.from_rows(terms.settings)


@lru_cache(maxsize=8)
def calendar_of(terms: Terms) -> Calendar:
    """Return every contract period."""
    return Calendar(tuple(contract_period(row) for row in terms.periods))


@lru_cache(maxsize=8)
def notices_of(terms: Terms) -> Notices:
    """Return what staff tell everybody."""
    return Notices.from_settings(terms.settings)


def contract_period(row: PeriodRow) -> ContractPeriod:
    """Return a stored contract period as the rules take it."""
    schedule = row.successor_schedule_identifier
    return ContractPeriod(
        Year(row.year),
        row.started_on,
        row.finished_on,
        row.registration_opens_on,
        row.payments_frozen_on,
        Year(row.successor_year) if row.successor_year else None,
        ScheduleIdentifier(schedule) if schedule else None,
        row.mentor_funding_enabled,
    )


def school_facts(school: CurrentSchool | None) -> SchoolFacts:
    """Return the facts that decide about a school's level; none is a school the register doesn't know."""
    if school is None:
        return SchoolFacts(known=False)
    return facts_of(vars(school))


@dataclass(frozen=True)
class Here:
    """What a school page works with: who, where, when, and what may be done."""

    user: User
    school: CurrentSchool
    actor: Actor
    today: date
    level: SchoolLevel
    calendar: Calendar
    policy: Settings
    tutor: CurrentTutor | None
    tutor_gate: Year | None


def visit_of(request: Request[Any, Any, Any]) -> Visit:
    """Return the visit of a request; one that passed no middleware is nobody's."""
    visit: Visit | None = request.scope["state"].get("visit")  # the framework's `state` is a copy made each time
    return visit or Visit(Visitor(), header_now=None, key=b"")


def visitor_of(request: Request[Any, Any, Any]) -> Visitor:
    """Return who is asking."""
    return visit_of(request).visitor


def here_of(request: Request[Any, Any, Any]) -> Here:
    """Return what a school page works with; raises LookupError on a route whose policy doesn't lead to a school."""
    return visit_of(request).standing.here


async def take_return_path(request: Request[Any, Any, Any], audience: str = "school") -> str:
    """Return where the visitor wanted to go before a gate stopped them, and forget it; else their home (ACC-9.9)."""
    session = visitor_of(request).session
    return await sessions.take_path(session.id_hash if session else b"", audience)


async def remember_path(request: Request[Any, Any, Any]) -> None:
    """Keep the page asked for; what was posted has no page to return to (ACC-9.9)."""
    if request.method != "GET":
        return
    query = request.url.query
    path = f"{request.url.path}?{query}" if query else request.url.path
    visit = visit_of(request)
    id_hash = await visit.ensure_session()
    await sessions.remember_path(id_hash, path)
    if visit.visitor.session is not None:
        visit.become(replace(visit.visitor, session=replace(visit.visitor.session, return_path=path)))
