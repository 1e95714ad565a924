"""Calendar feeds, and what each of them last said."""

from __future__ import annotations

from app.db.tables.access import AppUser
from app.db.tables.base import Row, day, moment, octets, refers, tally, text
from app.db.tables.schools import School


class CalendarFeed(Row, tablename="calendar_feed"):
    """The secret address under which a user reads a school's dates (NOT-7.1)."""

    user_id = refers(AppUser)
    school_id = refers(School)
    token_hash = octets(unique=True)
    names = text()
    fetched_at = moment(null=True)
    ended_at = moment(null=True)


class CalendarEntry(Row, tablename="calendar_entry"):
    """An entry as the feed last gave it, so that moving or withdrawing it shows (NOT-7.4)."""

    feed_id = refers(CalendarFeed)
    key = text()
    on_day = day()
    summary = text()
    sequence = tally()
    withdrawn_on = day(null=True)
