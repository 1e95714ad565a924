"""The score sheet has every line that the specification asks for (quality, section 8)."""

from __future__ import annotations

import re

import pytest

from tests import scores

SECTION = (scores.SPEC / "quality.md").read_text(encoding="utf-8").partition("## 8. Score sheet")[2]


def plain(text: str) -> str:
    """Return words without what is in brackets."""
    return " ".join(re.sub(r"\([^)]*\)", "", text).split())


def wanted() -> list[str]:
    """Return what the specification lists, in its order."""
    lines = re.findall(r"^- (.+)$", SECTION, re.MULTILINE)
    return [plain(part) for line in lines for part in line.split("·")]


@pytest.mark.rule("QUA-1.3")
def test_the_sheet_lists_every_line_of_the_specification() -> None:
    told = " ".join(score.words for score in scores.SCORES)
    pieces = [re.split(r", (?!per )| and (?=untriaged|invariant)|,? per document", line) for line in wanted()]
    assert len(pieces) >= 15
    missing = [piece for line in pieces for piece in line if piece and piece not in told]
    assert missing == []
    written = scores.SHEET.read_text(encoding="utf-8")
    assert [words for words, _ in scores.ROW.findall(written)][1:] == [score.words for score in scores.SCORES]


@pytest.mark.rule("QUA-1.3")
def test_a_value_that_nothing_measured_anew_stays_and_the_former_one_stands_beside_the_new() -> None:
    found = {"registration processor time (R8)": 41.0, "render list, full (R1)": 0.5, "render question, full (R1)": 1.2}
    first = scores.sheet(found, "")
    assert "| R8 | 41 ms | ≤ 20 ms | not measured |" in first
    assert "| R1 | 1.2 | ≤ 1.3 | not measured |" in first
    assert "| time of L, R and A | not measured | ≤ 90 s | not measured |" in first
    later = scores.sheet({"registration processor time (R8)": 19.0}, first)
    assert "| R8 | 19 ms | ≤ 20 ms | 41 ms |" in later
    assert "| R1 | 1.2 | ≤ 1.3 | 1.2 |" in later
