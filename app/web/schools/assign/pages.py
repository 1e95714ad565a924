"""The addresses of assigning mentors."""

from __future__ import annotations

from app.terms import Role
from app.web.schools.assign.assign_ects import ASSIGN_ECTS
from app.web.schools.assign.assign_mentor import ASSIGN_MENTOR
from app.web.schools.subject_journeys import handlers

HANDLERS = [*handlers(Role.ECT, [ASSIGN_MENTOR]), *handlers(Role.MENTOR, [ASSIGN_ECTS])]
