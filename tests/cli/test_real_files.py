"""From files on the command line to a registered ECT: register, reference data and teaching records of one's own."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from app.db.engine import fetch
from tests.faults.test_killed_web import Web
from tests.web.conftest import Browser
from tests.web.register_ect.walking import FULL_TIME, PROVIDER_LED, YES_NAME, Walker, identity, on, rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

REGISTER = Path(sys.executable).parent / "register"
NATIONAL = Path(__file__).parents[2] / "app" / "refdata" / "datasets" / "national"
CLOCK = {"X-With-Server-Date": "2025-10-06T09:00:00Z"}

ESTABLISHMENTS = """\
URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (code),TypeOfEstablishment (name),\
EstablishmentStatus (code),EstablishmentStatus (name),OpenDate,CloseDate,PhaseOfEducation (name),Street,Town,Postcode,\
DistrictAdministrative (code),DistrictAdministrative (name),LastChangedDate,Section41Approved (name)
123456,909,Cumbria,1234,"St Bega’s School, Ennerdale",34,Academy converter,1,Open,01-09-2012,,Secondary,Lake Road,\
Ennerdale,CA23 3AR,E07000029,Copeland,01-10-2025,Not applicable
"""
REFERENCE = {
    "dataset.csv": "name,version,source,published_on,format\nLocal lists,1,Policy team,2025-09-01,1\n",
    "lead_providers.csv": "key,name,notification_emails\nfell,Fell Training,team@fell.example\n",
    "lead_provider_contracts.csv": "lead_provider,year\nfell,2025\n",
    "delivery_partners.csv": "key,name\ntarn,Tarn Hub\n",
    "pairings.csv": "lead_provider,delivery_partner,year\nfell,tarn,2025\n",
    "appropriate_bodies.csv": "key,name,type,allowed_school_kinds,districts\n"
    "lakes,Lakes Teaching School Hub,teaching_school_hub,"
    "state_funded;independent;british_school_overseas;other,Copeland\n",
}
PEOPLE = """\
format: 1
people:
  - trn: "1234567"
    first_name: Beatrix
    last_name: Heelis
    date_of_birth: 1998-02-14
    qts: 2025-07-15
"""


async def command(*arguments: str, env: dict[str, str]) -> str:
    """Run a console command that must succeed; returns what it printed."""
    made = await asyncio.create_subprocess_exec(
        str(REGISTER), *arguments, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await asyncio.wait_for(made.communicate(), 60)
    assert made.returncode == 0, printed.decode()
    return printed.decode()


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[str]:
    """Serve one's own people file by the console command; gives its address."""
    file = tmp_path / "people.yaml"
    file.write_text(PEOPLE, encoding="utf-8")
    serving = await asyncio.create_subprocess_exec(
        str(REGISTER), "stand-in", "trs", "--port", "0", "--file", str(file), stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "ENVIRONMENT": "test"},
    )  # fmt: skip
    assert serving.stdout is not None
    line = await asyncio.wait_for(serving.stdout.readline(), 30)
    yield line.decode().split('"url": "')[1].split('"')[0]
    serving.terminate()
    await serving.wait()


@pytest.fixture
async def loaded(committed_database: str, people: str, tmp_path: Path) -> AsyncIterator[Web]:
    """Load register and reference files by the console commands, and serve the result."""
    (tmp_path / "establishments.csv").write_bytes(ESTABLISHMENTS.encode("cp1252"))
    local = tmp_path / "local"
    local.mkdir()
    for name, content in REFERENCE.items():
        (local / name).write_text(content, encoding="utf-8")
    web = Web(committed_database, people)
    await command("refdata", "load", str(NATIONAL), env=web.env)
    await command("refdata", "load", str(local), env=web.env)
    await command(
        *("schools", "import", "--establishments", str(tmp_path / "establishments.csv"), "--as-of", "2025-10-05"),
        env=web.env,
    )
    await web.start()
    yield web
    await web.kill()


@pytest.mark.rule("REF-1.1")
@pytest.mark.rule("IT-02")
async def test_an_ect_is_registered_from_files_given_on_the_command_line(loaded: Web) -> None:
    async with httpx.AsyncClient(base_url=loaded.env["BASE_URL"], headers=CLOCK, trust_env=False) as client:
        browser = Browser(client)
        await browser.sign_in("123456", name="Ann Office", email="ann@begas.example")
        await name_the_tutor(browser)
        walker = await Walker(browser).start()
        await walker.answer("review-ect", **identity("1234567"))
        await walker.answer("email-address", **YES_NAME)
        await walker.answer("start-date", email="beatrix@begas.example")
        await walker.answer("working-pattern", **on(6, 10, 2025))
        await walker.answer("appropriate-body", **FULL_TIME)
        await walker.answer("training-programme", appropriate_body_id=walker.choice("Lakes Teaching School Hub"))
        await walker.answer("lead-provider", **PROVIDER_LED)
        await walker.answer("check-answers", provider_choice=walker.choice("Fell Training"))
        await walker.answer("confirmation")
        assert browser.h1() == "Beatrix Heelis is registered as an ECT"
        await browser.get("/school/ects")
        assert browser.page is not None
        assert "Beatrix Heelis" in browser.text()
        assert rows(browser.page.text)["appropriate-body"].startswith("Lakes Teaching School Hub")
    assert len(await fetch("SELECT FROM message WHERE recipient = 'beatrix@begas.example'")) == 1


async def name_the_tutor(browser: Browser) -> None:
    """Pass the gate: a school of the register has no induction tutor yet."""
    answer = await browser.get("/school/home")
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/induction-tutor")
    await browser.get("/school/induction-tutor/new")
    fields = {"induction_tutor_name": "Ann Office", "induction_tutor_email": "ann@begas.example"}
    checked = await browser.post("/school/induction-tutor/new", fields)
    await browser.get(checked.headers["location"])
    confirmed = await browser.post(checked.headers["location"])
    await browser.get(confirmed.headers["location"])
    assert browser.h1() == "Ann Office is now your induction tutor"
