"""Whatever the register says of schools and their successors, people's time adds up (REF-2.6, REF-3.4, FLT-42)."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.verify import verify
from app.national.invariants import broken_invariants
from app.refdata.school_import import import_schools
from app.terms import SYSTEM, Role
from tests import factories as make
from tests.refdata.files import school, write_links, write_register

if TYPE_CHECKING:
    from pathlib import Path

    from app.refdata.report import Report

SCHOOLS = [str(900_001 + number) for number in range(6)]
FILLERS = [school(910_000 + number) for number in range(8)]
DAY = date(2026, 11, 2)
BEFORE = DAY - timedelta(days=14)
CLOSE_DATES = ["", "31-10-2026", "01-11-2026", "02-11-2026", "20-11-2026", "99-99-2026"]
KINDS = ["Successor", "Successor - merged", "Successor - amalgamated", "Successor - Split School", "Predecessor", "?"]
OF_FACTORIES = {"every ECT's stay has an event", "every mentor's stay has an event"}
GAMES = int(os.environ.get("PLAY_GAMES", "8"))

Facts = tuple[list[tuple[str, str]], list[tuple[str, str, str]]]
STATEMENT = st.tuples(
    st.lists(
        st.tuples(st.sampled_from("1123224"), st.sampled_from(CLOSE_DATES)),
        min_size=len(SCHOOLS),
        max_size=len(SCHOOLS),
    ),
    st.lists(
        st.tuples(st.sampled_from(SCHOOLS), st.sampled_from([*SCHOOLS, "999999"]), st.sampled_from(KINDS)), max_size=9
    ),
)


class _Enough(Exception):
    """Ends one game and takes back what it did."""


async def run(folder: Path, facts: Facts, day: date) -> Report:
    stated, links = facts
    rows = [
        school(urn, **{"EstablishmentStatus (code)": status, "CloseDate": close})
        for urn, (status, close) in zip(SCHOOLS, stated, strict=True)
    ]
    file = write_register(folder / f"{day}.csv", [*rows, *FILLERS])
    given_links = [(urn, target, kind, "") for urn, target, kind in links] or [("910000", "910001", "Other", "")]
    with clock.at(clock.at_noon(day)):
        return await import_schools(
            [file], write_links(folder / f"{day}-links.csv", *given_links), actor=SYSTEM, force=True
        )


async def play(folder: Path, *statements: Facts) -> NoReturn:
    await run(folder, ([("1", "")] * len(SCHOOLS), []), BEFORE)
    await make.contract_periods()
    larch, dogwood = await make.lead_provider(), await make.delivery_partner()
    for number, row in enumerate(await fetch("SELECT id, public_id, urn, name FROM school WHERE urn < '900005'")):
        at = make.School(**dict(row))
        ect, mentor = await make.ect(at, f"Ed Ect{number}"), await make.mentor(at, f"Mo Mentor{number}")
        await make.mentorship(ect, mentor)
        await make.training(ect, larch, await make.partnership(at, larch, dogwood))
    for number, facts in enumerate(statements):
        day = DAY + timedelta(days=9 * number)
        report = await run(folder, facts, day)
        assert report.state == "done", report.in_full()
        assert "schools_failed" not in report.counts, report.in_full()
        assert (await broken_invariants()).keys() - OF_FACTORIES == set()
        assert await verify() == []
        events = await fetch("SELECT count(*) FROM event WHERE kind <> 'import_run_finished'")
        assert (await run(folder, facts, day)).state == "nothing_to_do"
        assert await fetch("SELECT count(*) FROM event WHERE kind <> 'import_run_finished'") == events
    stays = await fetch(f"SELECT count(DISTINCT teacher_id) FROM {Role.ECT.value}_at_school_period")
    assert stays[0][0] == 4
    raise _Enough


@pytest.mark.rule("FLT-42", "REF-2.6", "REF-3.4", "REF-1.4")
@settings(max_examples=GAMES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(first=STATEMENT, second=STATEMENT)
async def test_any_statement_ends_in_a_report_and_loses_nobody(
    database: None, tmp_path: Path, first: Facts, second: Facts
) -> None:
    with pytest.raises(_Enough):
        async with transaction():
            await play(tmp_path, first, second)
