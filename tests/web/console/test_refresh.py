"""Staff read somebody's teaching record again (FIX-13, EXT-2.23)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from app.adapters.trs import TRSClient
from app.db.engine import fetch
from app.stand_ins.trs import running_stand_in
from tests import factories
from tests.applications import application
from tests.web.conftest import PERSONAS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from app.settings import Settings
    from tests.cast import Cast

WHY = {"note": "The school says that the name is old"}
PEOPLE = {
    "format": 1,
    "people": [{"trn": "4512378", "first_name": "Sian", "last_name": "Rees", "date_of_birth": "1998-02-14"}],
}


@pytest.fixture(scope="session")
async def records() -> AsyncIterator[str]:
    async with running_stand_in(PEOPLE) as url:
        yield url


@pytest.fixture
async def outside(records: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=records, trust_env=False) as control:
        await control.put("/__stand-in/faults", json=[])
        await control.delete("/__stand-in/requests")
        yield control


@pytest.fixture
async def app(records: str, app_settings: Settings) -> AsyncIterator[Any]:
    trs = TRSClient(records, "stand-in-trs-key")
    yield application(app_settings, trs=trs, personas=PERSONAS)
    await trs.close()


@pytest.fixture
async def address(people: Cast) -> str:
    who = await factories.teacher("Sian Evans", "4512378")
    await factories.ect(people.ash, who, date(2025, 9, 1))
    return f"/admin/people/{who.public_id}/fixes/refresh"


async def names() -> list[str]:
    return [row["trs_last_name"] for row in await fetch("SELECT trs_last_name FROM teacher")]


@pytest.mark.rule("EXT-2.23", "EXT-2.21", "FIX-13", "ADM-1.3")
async def test_what_differs_is_shown_before_it_is_stored(sam: Any, address: str, outside: httpx.AsyncClient) -> None:
    await sam.get(address.removesuffix("/fixes/refresh"))
    assert f'href="{address}"' in sam.page.text
    await sam.get(address)
    assert (await sam.post(address, {})).status_code == 422
    await sam.post(address, WHY)
    assert sam.h1() == "Check this change"
    assert "Sian Rees" in sam.text()
    assert await names() == ["Evans"]
    answer = await sam.post(address, {**WHY, "confirm": "yes"})
    assert (answer.status_code, answer.headers["location"].endswith("?done=refresh")) == (303, True)
    assert await names() == ["Rees"]
    kinds = [row["kind"] for row in await fetch("SELECT kind FROM event ORDER BY id")]
    assert kinds[-2:] == ["teacher_trs_name_changed", "staff_fix_applied"]
    asked = (await outside.get("/__stand-in/requests")).json()
    assert {(one["operation"], one["query"]) for one in asked} == {("get_person", "include=Alerts,Induction")}
    await sam.get(address)
    assert (await sam.post(address, {**WHY, "confirm": "yes"})).status_code == 429


@pytest.mark.rule("EXT-2.22", "EXT-2.23", "FIX-13")
async def test_without_an_answer_nothing_changes(sam: Any, address: str, outside: httpx.AsyncClient) -> None:
    await outside.put("/__stand-in/faults", json=[{"answer": "rate_limited", "retry_after": 90}])
    await sam.get(address)
    answer = await sam.post(address, {**WHY, "confirm": "yes"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "90")
    assert await names() == ["Evans"]
    assert await fetch("SELECT 1 FROM event WHERE kind = 'staff_fix_applied'") == []
