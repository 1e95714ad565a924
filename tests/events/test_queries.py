"""What a school may know of an event: its author, and what changed (EVT-02, ADM-16.2, WDR-02)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.events.queries import StoredEvent
from app.events.words import change_lines
from app.policy import Policy
from app.terms import ActorKind, SchoolId

ASH, BIRCH = SchoolId(1), SchoolId(2)
AUTHORS = [
    (ActorKind.SCHOOL_USER, ASH, "Bob Baker, your school"),
    (ActorKind.SCHOOL_USER, None, "Bob Baker, your school"),
    (ActorKind.SCHOOL_USER, BIRCH, "another school"),
    (ActorKind.STAFF, None, "DfE support"),
    (ActorKind.OPERATOR, None, "DfE support"),
    (ActorKind.STAFF_FOR_SCHOOL, ASH, "DfE support on behalf of the school"),
    (ActorKind.LEAD_PROVIDER, None, "Bob Baker, lead provider"),
    (ActorKind.APPROPRIATE_BODY_USER, None, "Bob Baker, appropriate body"),
    (ActorKind.SYSTEM, None, "This service"),
]


@pytest.mark.rule("EVT-02", "ADM-16.2", "HI-01")
@pytest.mark.parametrize(("kind", "acting_for", "shown"), AUTHORS)
def test_who_did_it(kind: ActorKind, acting_for: SchoolId | None, shown: str) -> None:
    at = datetime(2025, 10, 6, tzinfo=UTC)
    event = StoredEvent(1, "teacher_name_updated_by_user", at, "…", {}, kind, "Bob Baker", acting_for)

    assert event.by(ASH) == shown


@pytest.mark.rule("HI-01", "WDR-02")
def test_changes_are_told_in_words_and_private_reasons_are_kept() -> None:
    changes = {
        "last_day": {"old": None, "new": "2025-12-31"},
        "working_pattern": {"old": "full_time", "new": "part_time"},
        "deferral_reason": {"old": "career_break", "new": "bereavement"},
        "challenge_reason": {"old": None, "new": "looks_like_a_mistake"},
    }

    assert change_lines(changes, Policy().deferral_reasons_hidden) == (
        "What is wrong: was none, now It looks like a mistake",
        "Deferral reason: was career break, now a period of leave",
        "Last day: was none, now 31 December 2025",
        "Working pattern: was Full time, now Part time",
    )
