"""docs/events.md says what each operation records: it is held to the source; the tests of pages hold it to what happens."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest

from app.asgi import create_app
from app.settings import settings
from app.web.policies import routes_with_policies
from tests.architecture.call_graph import reached_from, recorded_by, recorders
from tests.events_seen import FILLED_IN, REQUESTS, Declared, named, row_of, rows

COMMANDS = {named(operation)[0]: frozenset(named(kinds)) for operation, kinds in rows("Jobs and commands")}
OF_DEMO_DATA = {("app.demo.history", "record_in_order")}
"""Replays what made-up people are said to have done."""


@pytest.mark.rule("SEC-34", "ADM-16.3", "EVT-05")
def test_each_row_has_exactly_what_its_operations_can_record() -> None:
    can = {row: frozenset().union(*map(recorded_by, told.operations)) for row, told in REQUESTS.items()}
    wrong = {row: can[row] ^ told.kinds for row, told in REQUESTS.items() if can[row] != told.kinds}
    wrong |= {name: told ^ recorded_by(name) for name, told in COMMANDS.items() if told != recorded_by(name)}
    assert wrong == {}


@pytest.mark.rule("SEC-34", "ADM-16.3", "EVT-06")
def test_whatever_records_is_reached_from_a_row() -> None:
    operations = {name for told in REQUESTS.values() for name in told.operations} | set(COMMANDS)
    reached = frozenset().union(*map(reached_from, operations))
    assert recorders() - reached == OF_DEMO_DATA


@pytest.mark.rule("ADM-16.3")
def test_each_row_names_a_request_that_there_is() -> None:
    app = create_app(settings(), trs=None)  # type: ignore[arg-type]
    routes = [f"{method} {path}" for path, method, _ in routes_with_policies(app)]
    filled = [re.compile(re.sub(rf"\\{{({'|'.join(FILLED_IN)})\\}}", "[^/]+", re.escape(route))) for route in routes]
    there = {
        row
        for row in REQUESTS
        if any(one.fullmatch(row) for one in filled) or any(fnmatchcase(one, row) for one in routes)
    }
    assert set(REQUESTS) - there == set()


@pytest.mark.rule("SEC-34")
def test_what_is_not_declared_is_found() -> None:
    told = Declared(always=frozenset("ab"), sometimes=frozenset("c"), though_refused=frozenset("r"))
    assert [told.fault(written, 303) for written in ("", "ab", "abc", "r")] == [""] * 4
    assert all(told.fault(written, 303) for written in ("a", "c", "abd"))
    assert (told.fault("r", 403), bool(told.fault("ab", 422))) == ("", True)
    assert Declared().fault("a", 200)
    assert row_of("POST /nowhere") == Declared()
