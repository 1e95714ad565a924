"""Runs of reminders, and which school got which."""

from __future__ import annotations

from app.db.tables.base import PublicRow, Row, day, json, moment, number, refers, text
from app.db.tables.schools import School


class ReminderRun(PublicRow, tablename="reminder_run"):
    """One reminder on one day to every school it concerns (NOT-5.1)."""

    reminder = text()
    planned_on = day()
    runs_on = day()
    state = text()
    sent = number()
    skipped = json()
    finished_at = moment(null=True)


class ReminderSent(Row, tablename="reminder_sent"):
    """One reminder that went to one school (MSG-01)."""

    school_id = refers(School)
    reminder = text()
    sent_on = day()
