"""The routes of every change of training (journeys section 7)."""

from __future__ import annotations

from app.terms import Role
from app.web.schools.change_training import lead_provider, programme
from app.web.schools.subject_journeys import handlers

HANDLERS = [
    *handlers(Role.ECT, [lead_provider.JOURNEY, programme.JOURNEY]),
    *handlers(Role.MENTOR, [lead_provider.JOURNEY]),
]
