"""Which kinds of event an operation can record, itself or through what it calls: read from the source, never run."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

from tests.architecture.source import APP, Module, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

Name = tuple[str, str]
"""A module and a name that it defines at its top."""
RECORD = ("app.events.record", "record")


def dotted(module: Module) -> str:
    """Return a module as it is imported."""
    return module.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def kinds() -> dict[str, str]:
    """Return the kind of each class of events."""
    return {
        node.name: body.value.value
        for module in modules(APP)
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and "catalogued" in {ast.unparse(each) for each in node.decorator_list}
        for body in node.body
        if isinstance(body, ast.Assign | ast.AnnAssign) and _assigned(body) == "kind"
        if isinstance(body.value, ast.Constant) and body.value.value
    }


def _assigned(node: ast.Assign | ast.AnnAssign) -> str:
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


@cache
def _defined() -> dict[Name, ast.AST]:
    found: dict[Name, ast.AST] = {}
    for module in modules(APP):
        name = dotted(module)
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found[name, node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign) and _assigned(node) and node.value:
                found[name, _assigned(node)] = node.value
    return found


def _top(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in tree.body:
        yield from node.body if isinstance(node, ast.If) else [node]


@cache
def _imported() -> dict[str, dict[str, Name]]:
    return {
        dotted(module): {
            alias.asname or alias.name: (node.module, alias.name)
            for node in _top(module.tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        for module in modules(APP)
    }


@cache
def _used_by(name: Name) -> tuple[Name, ...]:
    """Return what of the program a function, class or constant names."""
    imported, used = _imported()[name[0]], set[Name]()
    for part in ast.walk(_defined()[name]):
        if isinstance(part, ast.Name):
            used.add(imported.get(part.id, (name[0], part.id)))
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in imported:
            package, module = imported[part.value.id]
            used.add((f"{package}.{module}", part.attr))
    return tuple(each for each in used if each in _defined())


@cache
def reached_from(operation: str) -> frozenset[Name]:
    """Return everything that an operation may use; `access.switch_school` is the function of that module's name.

    A function of another name is `module.function`. Raises LookupError when there is none.
    """
    path = f"app.{operation}"
    module, _, function = path.rpartition(".")
    start = (path, function) if (path, function) in _defined() else (module, function)
    if start not in _defined():
        raise LookupError(f"{operation} is no operation")
    seen, waiting = {start}, [start]
    while waiting:
        for name in _used_by(waiting.pop()):
            if name not in seen:
                seen.add(name)
                waiting += [name] if name[1] not in kinds() else []
    return frozenset(seen)


def recorded_by(operation: str) -> frozenset[str]:
    """Return every kind of event that an operation may record."""
    return frozenset(kinds()[name] for _, name in reached_from(operation) if name in kinds())


def recorders() -> set[Name]:
    """Return every function that records an event itself."""
    functions = [name for name, node in _defined().items() if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {name for name in functions if RECORD in _used_by(name)} - {RECORD}
