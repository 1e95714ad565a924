"""A full disk for logs costs no request (FLT-27)."""

from __future__ import annotations

import errno
import io
import logging

import pytest

from app.logs import JSONLines
from app.settings import settings
from tests.applications import application
from tests.web.conftest import NoTeachingRecords, browser_of


class FullDisk(io.StringIO):
    """Takes nothing more, as a file on a full disk; counts what it was given."""

    refused = 0

    def write(self, _text: str) -> int:
        """Refuse a line."""
        self.refused += 1
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.rule("FLT-27")
async def test_a_log_that_cannot_be_written_costs_no_request(
    database: None, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = browser_of(application(settings(), trs=NoTeachingRecords()))
    root, full = logging.getLogger(), FullDisk()
    handler, before = logging.StreamHandler(full), root.level
    handler.setFormatter(JSONLines())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        assert (await browser.get("/")).status_code == 200
        assert (await browser.get("/privacy")).status_code == 200
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        await browser.client.aclose()
    assert full.refused >= 2
    assert "No space left" in capsys.readouterr().err
