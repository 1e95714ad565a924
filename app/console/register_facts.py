"""What decides whether a school can register somebody, read before the checks are run (ADM-4.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from app.terms import Role, SchoolKind

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.registration.queries import KnownPerson
    from app.registration.registering.appropriate_bodies import AppropriateBody
    from app.schools.rules import SchoolAccess
    from app.teachers.look_up import Limit
    from app.teachers.snapshot import Snapshot
    from app.teachers.trs import ReadOutcome
    from app.terms import SchoolId, Year
    from app.training.periods import Calendar
    from app.training.queries import SchoolProviders


@dataclass(frozen=True)
class OpenDraft:
    """An unfinished registration of the person at this school."""

    started_by: str
    started_at: datetime
    next_question: str


@dataclass(frozen=True, kw_only=True)
class RegisterFacts:
    """Everything that decides whether a school can register somebody in a role on a day.

    record: what the teaching record said just now; None when it was not asked. failed: outcomes of this school's
    failed look-ups of the TRN in seven days. limit: a look-up limit that is reached.
    """

    role: Role
    today: date
    starts_on: date
    policy: Policy
    calendar: Calendar
    school_id: SchoolId
    school_kind: SchoolKind
    district: str | None
    access: SchoolAccess
    tutor_gate: Year | None
    confirmed_for: Year | None
    closure: str | None
    limit: Limit | None
    failed: tuple[str, ...]
    record: ReadOutcome | None
    snapshot: Snapshot | None
    person: KnownPerson
    schools: dict[SchoolId, str] = field(default_factory=dict)
    """Names of the schools that the person is known at."""
    draft: OpenDraft | None = None
    email: str = ""
    email_holder: str = ""
    """Who holds the address on an open stay; empty for nobody."""
    bodies: tuple[AppropriateBody, ...] = ()
    providers: SchoolProviders | None = None

    @property
    def ect(self) -> bool:
        """Whether it is about an ECT."""
        return self.role is Role.ECT
