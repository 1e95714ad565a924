"""Every criterion of WCAG 2.2, A and AA, has a check that a test names, or a sheet for a person (QUA-2.4, QUA-2.5)."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import ROOT, TESTS

TABLE = (ROOT / "docs" / "accessibility.md").read_text(encoding="utf-8")
SHEETS = (ROOT / "docs" / "manual-checks" / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d\.\d\.\d+) ([^|]+) \| (A{1,2}) \| ([^|]+) \|$", TABLE, re.MULTILINE)
CHECK = re.compile(r"\b(?:AX|LNT|HTX|GDS|QUA|ACC)-\d+(?:\.\d+)?\b")
CRITERIA = {
    *(f"1.1.{n}" for n in (1,)),
    *(f"1.2.{n}" for n in range(1, 6)),
    *(f"1.3.{n}" for n in range(1, 6)),
    *(f"1.4.{n}" for n in (1, 2, 3, 4, 5, 10, 11, 12, 13)),
    *(f"2.1.{n}" for n in (1, 2, 4)),
    *(f"2.2.{n}" for n in (1, 2)),
    *(f"2.3.{n}" for n in (1,)),
    *(f"2.4.{n}" for n in (1, 2, 3, 4, 5, 6, 7, 11)),
    *(f"2.5.{n}" for n in (1, 2, 3, 4, 7, 8)),
    *(f"3.1.{n}" for n in (1, 2)),
    *(f"3.2.{n}" for n in (1, 2, 3, 4, 6)),
    *(f"3.3.{n}" for n in (1, 2, 3, 4, 7, 8)),
    *(f"4.1.{n}" for n in (2, 3)),
}
"""The 55 of levels A and AA; 4.1.1 was withdrawn."""


def named_by_tests() -> set[str]:
    """Return every check that a test is marked with, or that the lint says of itself."""
    marks = re.compile(r"mark\.rule\(([^)]*)\)")
    texts = [path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py")]
    lint = re.findall(r'"""(LNT-\d+)', (TESTS / "page_lint.py").read_text(encoding="utf-8"))
    return {check for text in texts for mark in marks.findall(text) for check in CHECK.findall(mark)} | set(lint)


@pytest.mark.rule("QUA-2.4")
def test_the_table_has_every_criterion_once_and_most_are_checked_by_tests() -> None:
    assert len(CRITERIA) == 55
    assert sorted(number for number, *_ in ROWS) == sorted(CRITERIA)
    by_tests = [number for number, _, _, checks in ROWS if CHECK.search(checks) and "none needed" not in checks]
    assert len(by_tests) >= 40


@pytest.mark.rule("QUA-2.4")
def test_every_check_of_the_table_is_named_by_a_test_and_every_sheet_is_there() -> None:
    wanted = {check for *_, checks in ROWS for check in CHECK.findall(checks)}
    assert wanted - named_by_tests() == set()
    for *_, checks in ROWS:
        assert CHECK.search(checks) or "axe" in checks or "sheet: " in checks
        for sheet in re.findall(r"sheet: (\w+)", checks):
            assert f"| {sheet.capitalize()} |" in SHEETS


@pytest.mark.rule("QUA-2.5")
def test_there_is_a_sheet_for_each_aid_with_what_to_expect() -> None:
    for aid in ("NVDA", "JAWS", "VoiceOver, macOS", "VoiceOver, iOS", "TalkBack", "Dragon", "Magnifier"):
        assert f"| {aid} |" in SHEETS
    assert "## What each announcement should be" in SHEETS
