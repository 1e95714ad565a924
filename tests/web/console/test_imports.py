"""The pages of import runs (ADM-13)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from app.refdata.findings import Finding, Findings
from app.refdata.load import load_set
from app.refdata.report import Report, asked_by
from app.refdata.runs import SCHOOL_REGISTER, Run, store_run
from app.terms import SYSTEM
from tests.web.console.test_reference_data import OPERATOR

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
    assert "School register timer schools.csv Going on 90 3 25 0 1 2" in text
    assert "Reference data command line Partners, version 7 Done 2 2 0 0 0 0" in text
    await client.get(f"{PATH}?kind=school_register")
    assert "1 run" in client.text()
    href = first(client)
    await client.get(href)
    assert ("ab" * 32 in client.text(), "page 1 of 2" in client.text()) == (True, True)
    assert "schools.csv:7:URN URN_INVALID a URN has 5 to 7 digits [12]" in client.text()
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
