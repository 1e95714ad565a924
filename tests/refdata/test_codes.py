"""The codes of findings are those that the specification lists (REF-1.6)."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import APP, ROOT

CODE = re.compile(r'"([A-Z]+(?:_[A-Z0-9]+)+|REQUIRED)"')
READERS = [*(APP / "refdata").glob("*.py"), APP / "demo" / "migrated.py"]


@pytest.mark.rule("REF-1.6")
def test_every_code_that_a_report_can_show_is_in_the_specification() -> None:
    used = {code for path in READERS for code in CODE.findall(path.read_text(encoding="utf-8"))}
    listed = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs/spec/reference-data.md").read_text(encoding="utf-8")))
    assert len(used) > 40
    assert used - listed == set()
