"""One HTTP client library, and nothing that would bring in its look-alike (EXT-1.3)."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import ROOT


@pytest.mark.rule("EXT-1.3")
@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
@pytest.mark.rule("TRP-10")
def test_the_look_alike_is_not_locked(lock: str) -> None:
    assert not re.search(r"^httpx2\b", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.rule("EXT-1.3", "EXT-3.11")
@pytest.mark.parametrize("name", ["authlib.integrations", "authlib.jose", "httpx2"])
def test_what_would_change_the_client_is_not_imported(name: str) -> None:
    sources = [path for path in (ROOT / "app").rglob("*.py") if name in path.read_text(encoding="utf-8")]
    assert sources == []
