"""Tests about the tests: each one can fail, and the rules they name exist."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import ROOT, TESTS, Function, Module, modules

PROOFS = re.compile(r"^(assert|check|expect|raises|must|lint|prove|refuse)", re.IGNORECASE)
RULE = re.compile(r"[A-Z][A-Z0-9]{0,5}-\d+(?:\.\d+)?[a-z]?")
OURS = [module for module in modules(TESTS) if module.path.name.startswith("test_")]


def rules_of_the_specification() -> set[str]:
    """Return every rule id that heads a rule or a table row in docs/spec."""
    head = re.compile(rf"\*\*({RULE.pattern})\*\*|^\|\s*({RULE.pattern})\s*\|", re.MULTILINE)
    return {
        first or second
        for path in (ROOT / "docs" / "spec").glob("*.md")
        for first, second in head.findall(path.read_text(encoding="utf-8"))
    }


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def proves(test: Function) -> bool:
    """Tell whether a test asserts something, itself or by a helper named for it."""
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and PROOFS.match(called(node)))
        for node in ast.walk(test)
    )


@pytest.mark.parametrize("module", OURS, ids=lambda module: module.name)
def test_every_test_can_fail(module: Module) -> None:
    tests = [node for node in module.functions() if node.name.startswith("test_")]
    assert [test.name for test in tests if not proves(test)] == []


def marked(module: Module) -> set[str]:
    """Return the rule ids of the module's marks."""
    return {
        argument.value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called(node) == "rule"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


@pytest.mark.parametrize("module", OURS, ids=lambda module: module.name)
def test_the_rules_it_names_are_in_the_specification(module: Module) -> None:
    assert marked(module) - rules_of_the_specification() == set()


MAY_SKIP = {"tests/browser/test_referee.py"}
"""It asks a provider that needs Node (EXT-6.13)."""


@pytest.mark.parametrize("module", OURS, ids=lambda module: module.name)
def test_nothing_of_ours_is_replaced_and_nothing_is_skipped(module: Module) -> None:
    used = {alias.name for node in ast.walk(module.tree) if isinstance(node, ast.Import) for alias in node.names}
    used |= {node.module or "" for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in used if name.startswith(("unittest.mock", "mock"))}
    marks = {called(node) for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
    assert marks & {"skip", "xfail"} == ({"skip"} if module.name in MAY_SKIP else set())


@pytest.mark.rule("TRP-11")
def test_the_application_is_asked_in_the_event_loop_of_the_test() -> None:
    own_loop = re.compile(r"litestar\.testing|(?:Async)?TestClient\(")
    assert [module.name for module in modules(TESTS) if own_loop.search(module.text)] == []
