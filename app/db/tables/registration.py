"""Stays at schools, mentorships, drafts and what is noted while registering."""

from __future__ import annotations

from piccolo.columns import UUID, Array, Text, Timestamptz
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from app import clock
from app.db.tables.access import AppUser
from app.db.tables.base import PublicRow, Row, big, counter, day, json, moment, number, refers, text, word
from app.db.tables.providers import AppropriateBody
from app.db.tables.schools import School
from app.db.tables.teachers import Teacher
from app.terms import (
    ActorKind,
    CancellationReason,
    DraftKind,
    DraftState,
    IdentityMatch,
    LookupOutcome,
    RemovalReason,
    Role,
    StayEndReason,
    WorkingPattern,
)


class ECTAtSchoolPeriod(PublicRow, tablename="ect_at_school_period"):
    """One ECT at one school for one range of days."""

    teacher_id = refers(Teacher)
    school_id = refers(School)
    started_on = day()
    finished_on = day(null=True)
    end_reason = word(StayEndReason, null=True)
    ended_by_stay_id = refers("self", null=True)
    continues_stay_id = refers("self", null=True)
    leaving_reported_by_school_id = refers(School, null=True)
    leaving_reported_at = moment(null=True)
    email = text()
    working_pattern = word(WorkingPattern, null=True)
    school_reported_appropriate_body_id = refers(AppropriateBody, null=True)
    registered_by_user_id = refers(AppUser, null=True)
    identity_match = word(IdentityMatch, null=True)
    removed_at = moment(null=True)
    removal_reason = word(RemovalReason, null=True)
    version = counter()


class MentorAtSchoolPeriod(PublicRow, tablename="mentor_at_school_period"):
    """One mentor at one school for one range of days."""

    teacher_id = refers(Teacher)
    school_id = refers(School)
    started_on = day()
    finished_on = day(null=True)
    end_reason = word(StayEndReason, null=True)
    ended_by_stay_id = refers("self", null=True)
    continues_stay_id = refers("self", null=True)
    leaving_reported_by_school_id = refers(School, null=True)
    leaving_reported_at = moment(null=True)
    email = text()
    registered_by_user_id = refers(AppUser, null=True)
    identity_match = word(IdentityMatch, null=True)
    removed_at = moment(null=True)
    removal_reason = word(RemovalReason, null=True)
    version = counter()


class MentorshipPeriod(PublicRow, tablename="mentorship_period"):
    """One mentor for one ECT at one school for one range of days."""

    ect_at_school_period_id = refers(ECTAtSchoolPeriod)
    ect_teacher_id = refers(Teacher)
    mentor_at_school_period_id = refers(MentorAtSchoolPeriod)
    mentor_teacher_id = refers(Teacher)
    school_id = refers(School)
    started_on = day()
    finished_on = day(null=True)
    cancelled_at = moment(null=True)
    cancellation_reason = word(CancellationReason, null=True)


class Draft(Table, tablename="draft"):
    """Unfinished work of a school: what was typed per page, under an unguessable id."""

    id = UUID(primary_key=True, default=UUID4())
    created_at = Timestamptz(default=clock.now)
    updated_at = Timestamptz(default=clock.now)
    kind = word(DraftKind)
    journey = text()
    school_id = refers(School)
    subject_stay_id = big(null=True)
    for_ect_stay_id = refers(ECTAtSchoolPeriod, null=True)
    started_by_user_id = refers(AppUser)
    last_saved_by_user_id = refers(AppUser)
    last_saved_at = moment()
    expires_at = moment()
    warned_at = moment(null=True)
    state = word(DraftState)
    trn = text(null=True)
    identity_match = word(IdentityMatch, null=True)
    lookup_step = text(null=True)
    trs_snapshot = json(null=True)
    trs_fetched_at = moment(null=True)
    seen = json(null=True)
    next_question = text(null=True)
    stopped_at = text(null=True)
    answers = json()
    answer_versions = json()
    tell_when_open_user_id = refers(AppUser, null=True)
    version = counter()
    submitted_at = moment(null=True)
    submitted_by_user_id = refers(AppUser, null=True)
    ended_at = moment(null=True)
    ended_by_user_id = refers(AppUser, null=True)
    outcome = json(null=True)


class LookupAttempt(Row, tablename="lookup_attempt"):
    """One question to the teaching record system, without the second fact (IDN-06)."""

    user_id = refers(AppUser)
    school_id = refers(School)
    role = word(Role)
    at = moment()
    outcome = word(LookupOutcome)
    trn = text(null=True)
    lifted = Array(base_column=Text(), default=None, null=True)
    """For which of `user`, `school` and `trn` it counts no longer (FIX-23)."""


class NameFlag(Row, tablename="name_flag"):
    """A large name correction for support to look at (NAM-04)."""

    teacher_id = refers(Teacher)
    school_id = refers(School)
    trs_name = text()
    old_name = text()
    new_name = text()
    where = text()
    raised_at = moment()
    reviewed_at = moment(null=True)
    outcome = text(null=True)


class NameCorrection(Row, tablename="name_correction"):
    """Every name that was corrected, how alike it is to the teaching record's, and who did it (ADM-9.1)."""

    teacher_id = refers(Teacher)
    school_id = refers(School)
    trs_name = text()
    old_name = text()
    new_name = text()
    score = number()
    where = text()
    reason = text()
    actor_kind = word(ActorKind)
    actor_name = text(null=True)
    made_at = moment()
    name_flag_id = refers(NameFlag, null=True)


class Anonymisation(Row, tablename="anonymisation"):
    """A request to make somebody unrecognisable, which a second member of staff confirms (FIX-15)."""

    teacher_id = refers(Teacher)
    asked_by_user_id = refers(AppUser)
    note = text()
    ticket = text()
    outcome = text(null=True)
    ended_by_user_id = refers(AppUser, null=True)
    ended_at = moment(null=True)
