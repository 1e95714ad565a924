"""Each kind of value in a file of reference data: what it reads and the code of what it refuses (REF-4.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from app.refdata import kinds
from app.refdata.findings import Findings
from app.refdata.induction_records import terms
from app.refdata.set_files import MOST_BYTES, read_file, read_set

if TYPE_CHECKING:
    from pathlib import Path

READ = [
    (kinds.key, "ab", "ab"),
    (kinds.key, "2-b", "2-b"),
    (kinds.key, "a" * 60, "a" * 60),
    (kinds.key, "a", "NOT_A_KEY"),
    (kinds.key, "a" * 61, "NOT_A_KEY"),
    (kinds.key, "-ab", "NOT_A_KEY"),
    (kinds.key, "Ab", "NOT_A_KEY"),
    (kinds.key, "a_b", "NOT_A_KEY"),
    (kinds.key, "ab\n", "NOT_A_KEY"),
    (kinds.day, "1900-01-01", date(1900, 1, 1)),
    (kinds.day, "2099-12-31", date(2099, 12, 31)),
    (kinds.day, "1899-12-31", "NOT_A_DATE"),
    (kinds.day, "2100-01-01", "NOT_A_DATE"),
    (kinds.day, "2025-02-29", "NOT_A_DATE"),
    (kinds.day, "2025-2-01", "NOT_A_DATE"),
    (kinds.day, "20250201", "NOT_A_DATE"),
    (kinds.day, "2025-02-01T00:00", "NOT_A_DATE"),
    (kinds.year, "2020", 2020),
    (kinds.year, "2099", 2099),
    (kinds.year, "2019", "NOT_A_YEAR"),
    (kinds.year, "2100", "NOT_A_YEAR"),
    (kinds.year, "20201", "NOT_A_YEAR"),
    (kinds.flag, "yes", True),
    (kinds.flag, "no", False),
    (kinds.flag, "Yes", "NOT_A_FLAG"),
    (kinds.flag, "true", "NOT_A_FLAG"),
    (kinds.urn, "0100001", "100001"),
    (kinds.urn, "9000001", "9000001"),
    (kinds.urn, "1234", "NOT_A_KEY"),
    (kinds.urn, "12345678", "NOT_A_KEY"),
    (kinds.text(5), " ab \t c ", "ab c"),
    (kinds.text(5), "abcde", "abcde"),
    (kinds.text(5), "abcdef", "TOO_LONG"),
    (kinds.text(5), "ab\x07", "FILE_ENCODING"),
    (kinds.closure_message, "{starts_on} {ends_on} {reopens_on}", "{starts_on} {ends_on} {reopens_on}"),
    (kinds.closure_message, "x" * 500, "x" * 500),
    (kinds.closure_message, "x" * 501, "TOO_LONG"),
    (kinds.closure_message, "from {today}", "NOT_IN_LIST"),
    (kinds.closure_message, "from {", "NOT_IN_LIST"),
    (kinds.items(kinds.key), "ab ; cd;ef", ("ab", "cd", "ef")),
    (kinds.items(kinds.text()), "a;;b", "LIST_ITEM_BLANK"),
    (kinds.items(kinds.text()), ";a", "LIST_ITEM_BLANK"),
    (kinds.items(kinds.text()), "a; a", "LIST_ITEM_REPEATED"),
    (kinds.choice(["one", "two"]), "two", "two"),
    (kinds.choice(["one", "two"]), "Two", "NOT_IN_LIST"),
    (kinds.web_address, "https://north.example", "https://north.example"),
    (kinds.web_address, "north.example", "NOT_IN_LIST"),
    (terms, "0", Decimal(0)),
    (terms, "16.0", Decimal(16)),
    (terms, "2.5", Decimal("2.5")),
    (terms, "16.1", "NOT_A_NUMBER"),
    (terms, "-1", "NOT_A_NUMBER"),
    (terms, "1.25", "NOT_A_NUMBER"),
]


@pytest.mark.rule("REF-4.2", "REF-4.7", "REF-4.14")
@pytest.mark.parametrize(("kind", "cell", "expected"), READ)
def test_a_cell_is_read_or_refused_with_its_code(kind: kinds.Kind, cell: str, expected: object) -> None:
    try:
        found = kind(cell)
    except kinds.Fault as fault:
        found = fault.code
    assert found == expected


@pytest.mark.rule("REF-4.1")
@pytest.mark.parametrize(("more", "codes"), [(0, []), (1, ["FILE_TOO_BIG"])])
def test_a_file_has_at_most_ten_megabytes(tmp_path: Path, more: int, codes: list[str]) -> None:
    file = tmp_path / "pairings.csv"
    file.write_bytes(b"x" * (MOST_BYTES + more))
    of_set, of_file = Findings(), Findings()
    read_set(tmp_path, of_set)
    read_file(file, of_file)
    assert MOST_BYTES == 10_000_000
    assert [fault.code for fault in of_set.errors] == [fault.code for fault in of_file.errors] == codes
