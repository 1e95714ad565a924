"""What people write to support, and what they think of the service."""

from __future__ import annotations

from app.db.tables.access import AppUser
from app.db.tables.base import PublicRow, Row, big, moment, number, refers, text, word
from app.db.tables.schools import School
from app.terms import Role


class SupportQuery(PublicRow, tablename="support_query"):
    """One message to support (SP-01, ADM-15.1)."""

    user_id = refers(AppUser, null=True)
    school_id = refers(School, null=True)
    name = text()
    email = text()
    subject = text()
    message = text()
    about_role = word(Role, null=True)
    about_stay_id = big(null=True)
    page = text(null=True)
    state = text()
    closed_at = moment(null=True)


class Feedback(Row, tablename="feedback"):
    """One anonymous opinion: no user, school or address (SP-02)."""

    satisfaction = number()
    comments = text(null=True)
    page = text(null=True)
    at = moment()
