"""What the service notes about its own work: how each job went, and which answers of forms were refused."""

from __future__ import annotations

from app.db.tables.base import Row, day, moment, number, text


class JobRun(Row, tablename="job_run"):
    """A periodic job with how its latest run went (ADM-14.1)."""

    name = text(unique=True)
    cron = text()
    when_late = text()
    started_at = moment(null=True)
    finished_at = moment(null=True)
    succeeded_at = moment(null=True)
    result = number(null=True)
    failure = text(null=True)


class FieldError(Row, tablename="field_error"):
    """How often an answer to one field of a journey was refused on a day; never by whom or what (ADM-12.2)."""

    day = day()
    journey = text()
    field = text()
    errors = number()
