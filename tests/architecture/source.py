"""Reading the source of the service as text and trees, for tests of its shape."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
TESTS = ROOT / "tests"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the root, its text and its tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Return the path from the root with forward slashes."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def package(self) -> str:
        """Return the name of the package below app, or of the module that stands alone."""
        return self.path.relative_to(APP).parts[0].removesuffix(".py")

    def functions(self) -> list[Function]:
        """Return every function and method, nested ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    def texts(self) -> list[str]:
        """Return every text of the module; what an f-string fills in stands as {}."""
        inside = {id(part) for node in ast.walk(self.tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        return [
            _text(node)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.JoinedStr)
            or (isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside)
        ]


def _text(node: ast.JoinedStr | ast.Constant) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


@cache
def modules(folder: Path = APP) -> tuple[Module, ...]:
    """Return every Python file of a folder, by path."""
    return tuple(
        Module(path, text, ast.parse(text))
        for path in sorted(folder.rglob("*.py"))
        for text in [path.read_text(encoding="utf-8")]
    )


def length(node: Function) -> int:
    """Return how many lines a function has, from its `def` to its end."""
    return (node.end_lineno or node.lineno) - node.lineno + 1
