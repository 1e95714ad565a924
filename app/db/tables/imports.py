"""Files that staff bring in."""

from __future__ import annotations

from app.db.tables.access import AppUser
from app.db.tables.base import PublicRow, big, octets, refers, text


class ImportUpload(PublicRow, tablename="import_upload"):
    """Files of the school register or a reference-data set, as one zip file, and what became of them (ADM-13.3)."""

    kind = text()
    source_name = text()
    hash = text()
    content = octets(null=True)
    state = text()
    override = text()
    based_on = big(null=True)
    report = text()
    progress = text()
    note = text()
    ticket = text()
    asked_by = text()
    asked_by_user_id = refers(AppUser, null=True)
