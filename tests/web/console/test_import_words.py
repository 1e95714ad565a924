"""Lines of a report without their codes, for those who have no command line (ADM-13.2)."""

from __future__ import annotations

import pytest

from app.web.console.imports import in_words


@pytest.mark.rule("ADM-13.2")
@pytest.mark.parametrize("code", ["URN_INVALID", "REQUIRED", "SECTION_41_UNKNOWN", "IN_USE"])
def test_a_line_is_shown_without_its_code(code: str) -> None:
    assert in_words(f"one.csv:3:URN {code} what is wrong [x]") == "one.csv, line 3, URN: what is wrong [x]"
