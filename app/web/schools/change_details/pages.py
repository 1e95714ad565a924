"""The routes of every change of details (journeys section 7)."""

from __future__ import annotations

from app.terms import Role
from app.web.schools.change_details import appropriate_body, email, name, several_bodies, working_pattern
from app.web.schools.subject_journeys import handlers

HANDLERS = [
    *handlers(Role.ECT, [name.JOURNEY, email.JOURNEY, working_pattern.JOURNEY, appropriate_body.JOURNEY]),
    *handlers(Role.MENTOR, [name.JOURNEY, email.JOURNEY]),
    *several_bodies.HANDLERS,
]
