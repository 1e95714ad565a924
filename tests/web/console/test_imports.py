"""The pages of import runs (ADM-13)."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch
from app.refdata.findings import Finding, Findings
from app.refdata.load import load_set
from app.refdata.report import Report, asked_by
from app.refdata.run_uploads import run_uploads
from app.refdata.runs import SCHOOL_REGISTER, Run, store_run
from app.terms import SYSTEM
from tests.cast import TODAY
from tests.web.console.test_fixes import WHY, hidden
from tests.web.console.test_reference_data import OPERATOR, dee  # noqa: F401 - a fixture
from tests.web.console.test_staff import submitted

if TYPE_CHECKING:
    from pathlib import Path

PATH = "/admin/imports"


@pytest.mark.rule("ADM-13.1", "ADM-13.2", "ADM-13.4")
async def test_runs_are_listed_and_say_what_they_did(client: Any, tmp_path: Path) -> None:
    await client.sign_in_as_staff("viewer")
    await client.get(PATH)
    assert "0 runs" in client.text()
    (tmp_path / "dataset.csv").write_text("name,version,source,published_on,format\nPartners,7,here,2026-01-01,1\n")
    (tmp_path / "delivery_partners.csv").write_text("key,name\nfern,Fern\ngorse,Gorse\n")
    await load_set(tmp_path, dry_run=False, actor=OPERATOR)
    odd = Finding("schools.csv", 7, "URN", "URN_INVALID", "a URN has 5 to 7 digits", "12")
    lines = [f"changed 1000{number:02}: name was -> is" for number in range(25)]
    counts = {"new": 3, "changed": 25, "invalid": 1, "characters_replaced": 2}
    report = Report("x", "done", counts=counts, changes=lines, findings=Findings([odd]), by=asked_by(SYSTEM))
    await store_run(Run(SCHOOL_REGISTER, "schools.csv", ("ab" * 32,), rows_read=90), report, finished=False)

    await client.get(PATH)
    text = " ".join(client.text().split())
    assert re.search(r"School register, timer schools.csv Going on( [\d.]+ s)? 90 3 25 0 1 2", text)
    assert re.search(r"Reference data, command line Partners, version 7 Done [\d.]+ s 2 2 0 0 0 0", text)
    await client.get(f"{PATH}?kind=school_register")
    assert "1 run" in client.text()
    href = first(client)
    await client.get(href)
    assert ("ab" * 32 in client.text(), "page 1 of 2" in client.text()) == (True, True)
    assert "schools.csv, line 7, URN: a URN has 5 to 7 digits [12]" in client.text()
    await client.get(f"{href}?q=100003")
    assert ("1 change." in client.text(), "changed 100003: name was -> is" in client.text()) == (True, True)
    answer = await client.client.get(f"{href}/changes.csv")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert rows[:2] == [["change", "row", "detail"], ["changed", "100000", "name was -> is"]]
    assert len(rows) == 26


def first(client: Any) -> str:
    """Return the address of the first run of the list."""
    before, _, rest = client.page.text.partition(f'href="{PATH}/')
    assert before
    return f"{PATH}/{rest.partition(chr(34))[0]}"


def zipped(**texts: str) -> bytes:
    """Return files as a zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in texts.items():
            archive.writestr(f"{name}.csv", text)
    return made.getvalue()


async def brought(dee: Any, kind: str, content: bytes) -> str:
    """Bring a zip file in and return the address of its page."""
    await dee.get(f"{PATH}/new")
    files = {"first": ("set.zip", content, "application/zip"), "second": ("", b"", "application/octet-stream")}
    answer = await dee.client.post(f"{PATH}/new", data={**dee.hidden(), "kind": kind}, files=files)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


SET = "name,version,source,published_on,format\nPartners,7,here,2026-01-01,1\n"


@pytest.mark.rule("ADM-13.3", "ADM-13.4", "REF-1.3", "REF-1.5", "ADM-1.2")
async def test_files_are_tried_out_and_applied_as_they_were_seen(dee: Any) -> None:
    await dee.get(f"{PATH}/new")
    assert (await dee.post(f"{PATH}/new", {"kind": "reference_data"})).status_code == 422
    first = await brought(dee, "reference_data", zipped(dataset=SET, delivery_partners="key,name\nfern,Fern\n"))
    other = await brought(dee, "reference_data", zipped(dataset=SET, delivery_partners="key,name\nfern,Fern 2\n"))
    wrong = await brought(dee, "reference_data", zipped(dataset=SET, delivery_partners="key,name\nFERN!,Fern\n"))
    torn = await brought(dee, "reference_data", b"PK\x03\x04")
    await dee.get(first)
    assert "The dry run starts within a minute" in dee.text()
    with clock.at(clock.parse(TODAY)):
        assert await run_uploads() == 4
    await dee.get(wrong)
    assert ("Has errors" in dee.text(), "delivery_partners.csv, line 2, key: a key is 2" in dee.text()) == (True, True)
    await dee.get(torn)
    assert "set.zip can't be read: it is no zip file, or it is damaged" in dee.text().replace("’", "'")
    await dee.get(first)
    assert "new delivery_partners fern" in dee.text()
    assert await fetch("SELECT key FROM delivery_partner") == []

    await dee.get(f"{first}/apply")
    answer = await dee.post(f"{first}/apply", {**hidden(dee), **WHY, "hash": "0" * 64})
    assert "not the dry run that you have seen" in dee.text()
    await submitted(dee, f"{first}/apply")
    with clock.at(clock.parse(TODAY)):
        assert await run_uploads() == 1
    rows = await fetch("SELECT kind, actor_kind, metadata ->> 'note' AS note FROM event WHERE kind ~ '^(deliv|ref)'")
    assert {tuple(row) for row in rows} == {
        ("delivery_partner_created", "staff", WHY["note"]),
        ("reference_data_loaded", "staff", WHY["note"]),
    }
    await dee.get(f"{other}/apply")
    answer = await dee.post(f"{other}/apply", {**hidden(dee), **WHY})
    assert (answer.status_code, "Newer data arrived" in dee.text()) == (422, True)
    assert await fetch("SELECT FROM import_upload WHERE state = 'done' AND content IS NOT NULL") == []
