"""Files of the school register that staff bring in (ADM-13.3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch
from app.refdata.run_uploads import run_uploads
from app.refdata.runs import SCHOOL_REGISTER
from app.refdata.uploads import ApplyUpload, BringFiles, Upload, apply_upload, bring_files, packed, upload
from app.terms import Actor, ActorKind, Refused
from tests.refdata.files import fillers, write_links, write_register

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

DEE = Actor(ActorKind.STAFF, "Dee Data")


async def brought(*paths: Path) -> Upload:
    """Bring files in and have them tried out."""
    files = [(path.name, path.read_bytes()) for path in paths]
    public_id = await bring_files(BringFiles(SCHOOL_REGISTER, files), packed(files), DEE)
    assert await run_uploads() == 1
    return await stored(public_id)


async def stored(public_id: UUID) -> Upload:
    found = await upload(public_id)
    assert found is not None
    return found


async def applied(found: Upload, override: str = "") -> Upload:
    await apply_upload(ApplyUpload(found.public_id, found.hash, "Asked by the register", "", override), DEE)
    assert await run_uploads() == 1
    return await stored(found.public_id)


@pytest.mark.rule("ADM-13.3", "REF-2.8")
async def test_the_register_is_tried_out_applied_and_forced_only_against_a_rule(database: None, tmp_path: Path) -> None:
    with clock.at(clock.at_noon(date(2026, 11, 2))):
        links = write_links(tmp_path / "links.csv", ("900001", "900001", "Other", ""))
        first = await brought(write_register(tmp_path / "one.csv", fillers(100)), links)
        assert (first.state, first.report["counts"]["new"], await fetch("SELECT id FROM school")) == (
            "checked",
            100,
            [],
        )
        assert (await applied(first)).state == "done"
        assert len(await fetch("SELECT id FROM school")) == 100
    with clock.at(clock.at_noon(date(2026, 11, 3))):
        fewer = await brought(write_register(tmp_path / "two.csv", fillers(80)))
        assert (fewer.state, fewer.overridable) == ("refused", "--accept-shrink")
        with pytest.raises(Refused, match="cannot be applied"):
            await applied(fewer)
        assert (await applied(fewer, "--accept-shrink")).state == "done"
    rows = await fetch(
        "SELECT kind, actor_name, metadata ->> 'note' AS note FROM event WHERE kind = 'import_run_forced'"
    )
    assert [tuple(row) for row in rows] == [("import_run_forced", "Dee Data", "Asked by the register")]
    assert [row["by"] for row in await fetch("SELECT report ->> 'by' AS by FROM register_run")] == ["Dee Data"] * 2
