"""Two lead providers with records of every kind: each operation, each id in its address, each kind of token (ACC-15).

An operation with another kind of id, or one that writes, has to be added to `Side.ids` or `BODIES`; it fails here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app import clock
from app.access.api_tokens import Scope
from app.db.engine import fetch
from app.provider_records.turn_day import turn_day
from app.web.policies import routes_with_policies
from tests import factories
from tests.api.client import DOCUMENT, Program, said
from tests.api.conftest import token_of
from tests.provider_records.world import settled
from tests.training.acts import on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.conftest import World
    from tests.factories import Named, School

PREFIX = "/api/v3"
CALLED_ON = date(2026, 3, 4)
"""The day on which the programs of tests call."""
SHARED = {"school_id"}
"""Ids of what every lead provider is shown."""
CANARIES = {"larch": "Quetzal", "oak": "Zebra"}
COURSE = {"course_identifier": "ecf-induction"}
BODIES: dict[str, dict[str, Any]] = {
    "withdraw": {**COURSE, "reason": "moved-school"},
    "defer": {**COURSE, "reason": "parental-leave"},
    "resume": COURSE,
    "change-schedule": {**COURSE, "schedule_identifier": "ecf-extended-september"},
}
NOT_FOUND = [("Resource not found", "not_found")]


@dataclass
class Side:
    """A lead provider's program, a token that reads only, and the id of one of everything that is theirs."""

    program: Program
    reader: Program
    ids: dict[str, str]
    moved: str
    """A participant who has left a school."""
    merged: str
    """The former id of a participant."""

    def address(self, path: str, **other: str) -> str:
        """Return an address with one's own ids, some of them others."""
        own = self.ids | ({"participant_id": self.moved} if path.endswith("/transfers") else {}) | other
        return re.sub(r"\{(\w+)\}", lambda found: own[found.group(1)], path)

    def body(self, path: str) -> dict[str, Any]:
        """Return what can be sent to an address of one's own."""
        return BODIES.get(path.rpartition("/")[2], {"delivery_partner_id": self.ids["delivery_partner_id"]})


async def side(app: Any, provider: Named, school: School, canary: str) -> Side:
    """Give a lead provider a record of every kind at a school, each with a word of its own."""
    with on(date(2025, 9, 1)):
        partner = await factories.delivery_partner(f"{canary} Partners")
        there = await factories.partnership(school, provider, partner)
        ect = await factories.ect(school, f"Ella {canary}")
        await factories.training(ect, provider, there)
        mentor = await factories.mentor(school, f"Mo {canary}")
        await factories.mentorship(ect, mentor)
        await factories.training(await factories.ect(school, f"Una {canary}"), provider)
        gone = await factories.ect(school, f"Wim {canary}", finished_on=date(2025, 10, 1))
        await factories.training(gone, provider, there)
        former = await factories.teacher(f"Ela {canary}", merged_into_teacher_id=ect.teacher.id)
        changed = {"from_teacher_id": former.id, "to_teacher_id": ect.teacher.id, "changed_at": clock.now()}
        await factories.insert("participant_id_change", **changed)
        await settled()
    program = Program(app, (await token_of(provider)).token)
    ids = {
        "school_id": str(school.public_id),
        "delivery_partner_id": str(partner.public_id),
        "partnership_id": str(there["public_id"]),
        "participant_id": str(ect.teacher.public_id),
        "mentor_id": (await program.ids("/unfunded-mentors"))[0],
        "interest_id": (await program.ids("/expressions-of-interest"))[0],
    }
    reader = Program(app, (await token_of(provider, scope=Scope.READ)).token)
    return Side(program, reader, ids, str(gone.teacher.public_id), str(former.public_id))


async def two_sides(world: World, app: Any) -> dict[str, Side]:
    """Return Larch at Ash and Oak at Birch."""
    await factories.schedule(2025, "ecf-extended-september")
    sides = {
        "larch": await side(app, world.acts.larch, world.acts.ash, CANARIES["larch"]),
        "oak": await side(app, world.oak, world.birch, CANARIES["oak"]),
    }
    with on(CALLED_ON):  # what is kept ready is then of that day, and Oak's feed the longer one
        await turn_day()
        for name in ("Zebra Oak", "Zebra Elm", "Zebra Ash"):
            await fetch(
                "UPDATE teacher SET corrected_name = trs_first_name || ' ' || $1 WHERE trs_last_name = 'Zebra'", name
            )
            await settled()
    return sides


@pytest.fixture
async def sides(world: World, app: Any) -> dict[str, Side]:
    """Give the two lead providers."""
    return await two_sides(world, app)


def operations(app: Any) -> list[tuple[str, str]]:
    """Return path and method of every operation; those that change somebody in an order in which each succeeds."""
    found = {
        (path.removeprefix(PREFIX), method)
        for path, method, policy in routes_with_policies(app)
        if policy.audience == "program" and method != "HEAD"
    }
    return sorted(found)


def pairs(sides: dict[str, Side]) -> Iterator[tuple[str, Side, Side]]:
    """Give the word, and one's own and the other's side, both ways round."""
    yield CANARIES["oak"], sides["larch"], sides["oak"]
    yield CANARIES["larch"], sides["oak"], sides["larch"]


def sent_as(attributes: Any) -> str:
    """Return the body of a request with some attributes."""
    return json.dumps({"data": {"type": "anything", "attributes": attributes}})


async def contents() -> list[str]:
    """Return a sum of what lead providers can change."""
    tables = ("training_period", "school_partnership", "event", "change", "message")
    return [
        (await fetch(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"))[0][0] for table in tables
    ]


@pytest.mark.rule("API-1.4", "SEC-30", "ACC-15.1")
@pytest.mark.rule("SEC-1")
async def test_every_id_of_another_provider_is_as_unknown_as_one_of_nobody(app: Any, sides: dict[str, Side]) -> None:
    await check_ids(app, sides)


async def check_ids(app: Any, sides: dict[str, Side]) -> None:
    """Fail unless each id of another lead provider, in each operation, is answered as one of nobody."""
    before, cells = await contents(), 0
    for canary, mine, theirs in pairs(sides):
        for path, method in operations(app):
            for name in set(re.findall(r"\{(\w+)\}", path)) - SHARED:
                bodies = [sent_as(theirs.body(path)), "{"] if method == "PUT" else [None]
                unknown = [mine.address(path, **{name: value}) for value in (str(uuid4()), "nonsense")]
                for body in bodies:
                    answers = []
                    for where in (theirs.address(path), *unknown):
                        answer = await mine.program.call(method, where, content=body)
                        assert body == "{" or said(answer.json()) == NOT_FOUND, (method, path)
                        assert canary not in answer.text
                        answers.append((answer.status_code, answer.text))
                    assert answers[0][0] in {400, 404}, (method, path)
                    assert answers[0] == answers[1] == answers[2], (method, path)
                cells += 1
    assert cells >= 22
    assert await contents() == before


@pytest.mark.rule("API-1.4", "SEC-30")
async def test_no_list_names_anything_of_another_provider(app: Any, sides: dict[str, Side]) -> None:
    await check_lists(app, sides)


async def check_lists(app: Any, sides: dict[str, Side]) -> None:
    """Fail when a list shows anything of another lead provider, whatever it is narrowed to."""
    seen = 0
    for canary, mine, theirs in pairs(sides):
        for path in (path for path, method in operations(app) if method == "GET" and "{" not in path):
            names = [one["name"] for one in DOCUMENT["paths"][PREFIX + path]["get"]["parameters"]]
            asked = [f"{path}?filter[cohort]=2025" if path == "/schools" else path]
            asked += [
                f"{path}?{name}={(theirs.ids | {'from_participant_id': theirs.merged})[kind]}"
                for name in names
                for kind in re.findall(r"^filter\[(\w+_id)\]$", name)
            ]
            for number, where in enumerate(asked):
                answer = await mine.program.call("GET", where)
                assert (answer.status_code, canary in answer.text) == (200, False), where
                found = answer.json()["data"]
                assert bool(found) is (number == 0), where
                ids = {one["id"] for one in found}
                assert path == "/schools" or not ids & {*theirs.ids.values(), theirs.moved}
                seen += 1
    assert seen >= 2 * (8 + 2)


@pytest.mark.rule("API-1.4", "API-17.8", "SEC-30")
async def test_what_is_gone_from_a_feed_is_gone_whatever_the_other_one_keeps(sides: dict[str, Side]) -> None:
    await check_feeds(sides)


async def check_feeds(sides: dict[str, Side]) -> None:
    """Fail when a position in a feed counts as kept because another lead provider has an entry of that number."""
    longest = await fetch("SELECT lead_provider_id, max(number) AS n FROM change GROUP BY 1 ORDER BY 1")
    assert longest[0]["n"] < longest[1]["n"]
    program = sides["larch"].program
    asked = (await program.get("/changes?page[per_page]=1"))["links"]["next"].removeprefix(PREFIX)
    await fetch(
        """DELETE FROM change WHERE number <= 2 AND lead_provider_id =
            (SELECT lead_provider_id FROM school_partnership WHERE public_id = $1)""",
        sides["larch"].ids["partnership_id"],
    )
    assert (await fetch("SELECT count(*) FROM change WHERE number = 2"))[0][0] == 1
    assert said(await program.get(asked, 410)) == [("Gone", "cursor_expired")]


@pytest.mark.rule("API-3.5", "API-3.7", "SEC-30", "ACC-15.1")
async def test_each_operation_answers_each_kind_of_token(app: Any, sides: dict[str, Side], world: World) -> None:
    mine, stranger = sides["larch"], Program(app, "")
    report = {**world.report, "school_id": str(world.birch.public_id)}
    answers: dict[tuple[str, str], list[int]] = {}
    for path, method in operations(app):
        where = mine.address(path) + ("?filter[cohort]=2025" if path.startswith("/schools") else "")
        sent = None if method == "GET" else sent_as(report if path == "/partnerships" else mine.body(path))
        if path.endswith("/bulk"):
            sent = json.dumps({"data": [{"attributes": report}]})
        for who in (stranger, mine.reader, mine.program):
            answers.setdefault((method, path), []).append((await who.call(method, where, content=sent)).status_code)
    read, written = [401, 200, 200], [401, 403, 200]
    wrong = {route: codes for route, codes in answers.items() if codes != (read if route[0] == "GET" else written)}
    assert wrong == {}
