"""The person: what the teaching record says, and inductions recorded by appropriate bodies."""

from __future__ import annotations

from piccolo.columns import Numeric

from app.db.tables.base import PublicRow, Row, counter, day, moment, number, refers, text, word
from app.db.tables.providers import AppropriateBody
from app.terms import InductionOutcome, MentorIneligibleReason, TellingState, TRSAnswer, TRSInductionStatus


class Teacher(PublicRow, tablename="teacher"):
    """A teacher, known by TRN; never with a date of birth, National Insurance number or email."""

    trn = text(unique=True)
    trs_first_name = text()
    trs_last_name = text()
    corrected_name = text(null=True)
    search_name = text()
    trs_induction_status = word(TRSInductionStatus, null=True)
    trs_induction_start_date = day(null=True)
    trs_induction_completed_date = day(null=True)
    trs_qts_awarded_on = day(null=True)
    trs_refreshed_at = moment()
    trs_tried_at = moment(null=True)
    trs_answer = word(TRSAnswer)
    trs_merged_into_trn = text(null=True)
    merged_into_teacher_id = refers("self", null=True)
    anonymised_at = moment(null=True)
    ect_first_eligible_at = moment(null=True)
    mentor_first_eligible_at = moment(null=True)
    ect_payments_frozen_year = number(null=True)
    mentor_payments_frozen_year = number(null=True)
    mentor_ineligible_on = day(null=True)
    mentor_ineligible_reason = word(MentorIneligibleReason, null=True)
    version = counter()


class InductionToTell(Row, tablename="induction_to_tell"):
    """A change of somebody's induction that the teaching record is told, and what became of that (EXT-2.24)."""

    teacher_id = refers(Teacher)
    status = word(TRSInductionStatus)
    started_on = day(null=True)
    completed_on = day(null=True)
    decided_at = moment()
    state = word(TellingState)
    due_at = moment()
    attempts = number()
    said = text(null=True)
    finished_at = moment(null=True)


class InductionPeriod(Row, tablename="induction_period"):
    """A period of induction as an appropriate body recorded it, or support for it (FIX-24)."""

    teacher_id = refers(Teacher)
    appropriate_body_id = refers(AppropriateBody)
    started_on = day()
    finished_on = day(null=True)
    outcome = word(InductionOutcome, null=True)
    number_of_terms = Numeric(digits=(3, 1), default=None, null=True)
