"""Facts are filled straight from the database's documents, so their types must be known while running."""

import inspect
from dataclasses import is_dataclass
from typing import get_type_hints

import msgspec
import pytest

from app.registration import rules
from app.registration.changes import body_changes
from app.registration.people import statuses, tracker
from app.registration.registering import appropriate_bodies, start_dates
from app.terms import Role, ScheduleIdentifier, TrainingProgramme
from app.training import arrangements, periods
from app.training import rules as training_rules

MODULES = [
    appropriate_bodies,
    body_changes,
    rules,
    start_dates,
    statuses,
    tracker,
    arrangements,
    periods,
    training_rules,
]
FACTS = [
    kind
    for module in MODULES
    for _, kind in inspect.getmembers(module, is_dataclass)
    if inspect.isclass(kind) and kind.__module__ == module.__name__
]


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
def test_types_of_facts_are_known(kind):
    assert get_type_hints(kind)


def test_a_row_becomes_a_fact():
    row = {
        "id": 1,
        "role": "ect",
        "programme": "provider_led",
        "started_on": "2025-09-01",
        "requested_at": "2025-09-01T10:00:00+00:00",
        "schedule": "ecf-standard-april",
    }
    found = msgspec.convert(row, training_rules.Training)
    assert (found.role, found.programme) == (Role.ECT, TrainingProgramme.PROVIDER_LED)
    assert found.schedule is ScheduleIdentifier.STANDARD_APRIL
