"""docs/security.md says what is proved and what reads beyond a school: it is held to the program and to the tests."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import APP, ROOT, modules

PAGE = ROOT / "docs" / "security.md"
QUALITY = ROOT / "docs" / "spec" / "quality.md"
ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)
IN_SQL = re.compile(r"\bacross_schools\.(\w+)\(")
DATABASE = "app/db/"


def rows(section: str, columns: int) -> list[tuple[str, ...]]:
    """Return the rows of the tables of a section with so many columns, without headings."""
    _, _, text = PAGE.read_text(encoding="utf-8").partition(f"## {section}\n")
    found = [tuple(cell.strip() for cell in row.split("|")) for row in ROW.findall(text.partition("\n## ")[0])]
    return [row for row in found if len(row) == columns and not set(row[0]) <= {"-"}]


def plain(cell: str) -> str:
    return cell.strip("`")


def dotted(module: str) -> str:
    return module.removesuffix(".py").replace("/", ".")


def readings() -> set[tuple[str, str]]:
    """Return module and rule of every `across_schools` of the program."""
    return {
        (dotted(module.name), node.args[0].value)
        for module in modules(APP)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "across_schools"
        if isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.rule("ACC-14.6")
def test_what_pages_read_beyond_their_school_is_listed_with_the_rule_that_asks_for_it() -> None:
    listed = {(plain(module), rule) for module, rule, _ in rows("Two walls between schools", 3)[1:]}
    assert readings() == listed
    specification = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "spec").glob("*.md"))
    assert {rule for _, rule in listed if rule not in specification} == set()


@pytest.mark.rule("ACC-14.6")
def test_what_statements_read_beyond_their_school_is_listed_too() -> None:
    used = {
        (dotted(module.name), name)
        for module in modules(APP)
        if not module.name.startswith(DATABASE) and IN_SQL.search(module.text)
        for text in module.texts()
        for name in IN_SQL.findall(text)
    }
    assert used == {(plain(module), plain(name)) for module, name, _, _ in rows("Two walls between schools", 4)[1:]}


@pytest.mark.rule("ACC-14.6")
def test_nothing_but_the_database_and_the_gates_chooses_whose_rows_are_seen() -> None:
    choosing = {"seen_by", "of_school", "OWNER"}
    users = {
        module.name
        for module in modules(APP)
        if not module.name.startswith(DATABASE)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name) and node.id in choosing
    }
    read_as_chosen = {"app/web/gates.py", "app/web/middleware.py"}
    of_the_owner = {"app/drill.py", "app/national/bare.py", "app/national/load.py", "app/provider_records/postponed.py"}
    assert users == read_as_chosen | of_the_owner


def requirements() -> set[str]:
    """Return the ids of every security requirement of the specification."""
    text = QUALITY.read_text(encoding="utf-8")
    return set(re.findall(r"^\| (SEC-\d+) \|", text, re.MULTILINE)) | set(re.findall(r"\*\*(SEC-\d+)\*\*", text))


def test_every_requirement_has_its_tests_or_says_what_is_missing() -> None:
    told = [row for row in rows("Requirements", 2) if row[0].startswith("SEC-")]
    assert {row[0] for row in told} == requirements()
    proved = {requirement: re.findall(r"`(tests/[^`]+)`", cell) for requirement, cell in told if "`tests/" in cell}
    named = [test for tests in proved.values() for test in tests]
    assert len(named) > len(requirements())
    assert [test for test in named if not is_there(test)] == []


def is_there(test: str) -> bool:
    """Tell whether a test module, or one test in it, exists."""
    module, _, name = test.partition("::")
    path = ROOT / module
    return path.exists() and (not name or f"def {name}(" in path.read_text(encoding="utf-8"))
