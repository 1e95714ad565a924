"""The documents say what is there: every column has a purpose, every link leads somewhere."""

from __future__ import annotations

import re

import pytest

from app.db.tables import ALL_TABLES
from tests.architecture.source import ROOT
from tests.generated_documents import pages

DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PLACES = re.compile(r"/(?:work|home|root|Users)/|\.\./shared")


def sections() -> dict[str, str]:
    """Return table -> its section of the data map."""
    parts = re.split(r"^## ", (ROOT / "docs" / "data-map.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0].strip(): part for part in parts}


def listed(section: str) -> set[str]:
    found = re.search(r"^Columns: (.+)\.$", section, re.MULTILINE)
    return set(re.findall(r"`(\w+)`", found.group(1))) if found else set()


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table._meta.tablename)
def test_the_data_map_lists_every_column_and_how_long_it_is_kept(table) -> None:
    section = sections().get(table._meta.tablename, "")
    assert listed(section) == {column._meta.db_column_name for column in table._meta.columns}
    assert re.search(r"^Kept: .+\.$", section, re.MULTILINE)


def test_the_data_map_lists_no_table_that_is_gone() -> None:
    assert set(sections()) == {table._meta.tablename for table in ALL_TABLES}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_its_links_lead_somewhere(document) -> None:
    text = document.read_text(encoding="utf-8")
    inside = [link for link in LINK.findall(text) if not link.startswith(("http://", "https://", "mailto:"))]
    assert [link for link in inside if not (document.parent / link).exists()] == []
    assert PLACES.findall(text) == []


def test_the_index_of_decisions_is_complete() -> None:
    folder = ROOT / "docs" / "decisions"
    records = {path.name for path in folder.glob("[0-9]*.md")}
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert records == set(LINK.findall(index))
    for name in records:
        text = (folder / name).read_text(encoding="utf-8")
        assert all(f"**{part}.**" in text for part in ("Context", "Choice", "Consequence"))


@pytest.mark.rule("OPS-15")
async def test_what_is_written_from_the_code_is_as_the_code_has_it(database: None) -> None:
    for name, text in (await pages()).items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, "run python -m tests.generated_documents"


@pytest.mark.rule("OPS-15")
def test_the_readme_has_both_commands_the_map_and_how_to_add_things() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    wanted = ("`make demo`", "`make test`", "## Map", "**Add a question**", "**Add an operation**", "**Add a page**")
    assert [part for part in wanted if part not in readme] == []
    kinds = {"spec", "decisions", "runbooks", "data-map.md", "data-model.md", "settings.md", "contract.md"}
    assert kinds <= {link.removeprefix("docs/").split("/")[0] for link in LINK.findall(readme)}
