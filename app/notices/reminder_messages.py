"""Reminders to schools, group R (notifications, section 5); each says how to stop them."""

from __future__ import annotations

from dataclasses import dataclass

from app.notices.catalogue import Message, Priority, listed
from app.notices.kinds import AcademicYear, Count, SchoolName, ServiceLink


@listed
@dataclass(frozen=True)
class NobodyRegistered(Message):
    """To schools that registered nobody who starts in the year."""

    id = "M-40"
    text = "M-40"
    priority = Priority.SUMMARY
    school: SchoolName
    academic_year: AcademicYear
    link: ServiceLink
    opt_out: ServiceLink


@dataclass(frozen=True)
class PeopleWaiting(Message):
    """To schools with ECTs for whom something is missing: how many, no names; what is none is left out."""

    priority = Priority.SUMMARY
    school: SchoolName
    without_mentor: Count
    not_confirmed: Count
    not_recorded: Count
    without_body: Count
    link: ServiceLink
    opt_out: ServiceLink


@listed
@dataclass(frozen=True)
class WithoutMentor(PeopleWaiting):
    """The first thing missing is a mentor."""

    id = "M-41"
    text = "M-41"


@listed
@dataclass(frozen=True)
class NotConfirmed(PeopleWaiting):
    """The first thing missing is a lead provider's confirmation."""

    id = "M-42"
    text = "M-42"


@listed
@dataclass(frozen=True)
class NotRecorded(PeopleWaiting):
    """The first thing missing is an appropriate body's record."""

    id = "M-43"
    text = "M-43"


@listed
@dataclass(frozen=True)
class WithoutBody(PeopleWaiting):
    """The only thing missing is an appropriate body."""

    id = "M-45"
    text = "M-45"


@listed
@dataclass(frozen=True)
class StartOfTerm(Message):
    """To schools with people registered: tell us who joins, leaves or changes."""

    id = "M-44"
    text = "M-44"
    priority = Priority.SUMMARY
    school: SchoolName
    link: ServiceLink
    opt_out: ServiceLink


@listed
@dataclass(frozen=True)
class RegistrationIsOpen(Message):
    """To every school that may register ECTs, on the day registration opens."""

    id = "M-46"
    text = "M-46"
    priority = Priority.SUMMARY
    school: SchoolName
    academic_year: AcademicYear
    link: ServiceLink
    opt_out: ServiceLink
