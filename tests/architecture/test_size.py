"""The house style that a machine can see: short functions, short modules, packages that say what they are for."""

from __future__ import annotations

import ast
from statistics import median

import pytest

from tests.architecture.source import APP, Module, length, modules

LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
MEDIAN_FUNCTION = 10


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_module_can_be_read_in_one_sitting(module: Module) -> None:
    assert len(module.text.splitlines()) <= LONGEST_MODULE
    assert [(node.name, length(node)) for node in module.functions() if length(node) > LONGEST_FUNCTION] == []


def test_most_functions_are_short() -> None:
    assert median(length(node) for module in modules() for node in module.functions()) < MEDIAN_FUNCTION


@pytest.mark.parametrize(
    "package", sorted(path for path in APP.iterdir() if (path / "__init__.py").exists()), ids=lambda path: path.name
)
def test_a_package_says_what_it_owns_and_what_it_must_not_know(package) -> None:
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""
    words = " ".join(docstring.split())
    assert words.count(".") >= 2
    assert "must not know" in words.lower() or "nothing" in words.lower()


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_nothing_is_left_unfinished(module: Module) -> None:
    marks = [word for word in ("TODO", "FIXME", "raise NotImplementedError") if word in module.text]
    assert marks == []
