"""What is refused leaves nothing: nobody takes a refusal for an answer inside the transaction that it has to undo.

A refusal that leaves `transaction()` takes every row and event of it away. So it may be caught outside all
transactions, or around one of its own.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import APP, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTSIDE = ("app/web/", "app/api/", "app/access/command.py", "app/access/api_token_command.py", "app/refdata/command.py")
"""Where operations are called from, in no transaction unless one is written around the call."""
ANY = {"Exception", "BaseException"}
FEWEST_TRANSACTIONS = 60


def opens(node: ast.AST) -> bool:
    """Tell whether a statement opens a transaction."""
    return isinstance(node, ast.AsyncWith) and "transaction" in names(*(item.context_expr for item in node.items))


def names(*nodes: ast.AST | None) -> set[str]:
    found = [part for node in nodes if node is not None for part in ast.walk(node)]
    return {part.id for part in found if isinstance(part, ast.Name)}


def waits_unguarded(node: ast.AST) -> bool:
    """Tell whether anything is awaited outside a transaction of its own."""
    if opens(node):
        return False
    return isinstance(node, ast.Await) or any(waits_unguarded(part) for part in ast.iter_child_nodes(node))


def caught(node: ast.AST) -> set[str]:
    """Return which exceptions a statement keeps to itself, by name."""
    if isinstance(node, ast.Try):
        kept = [one for one in node.handlers if not isinstance(one.body[-1], ast.Raise)]
        return names(*(one.type for one in kept)) | (ANY if any(one.type is None for one in kept) else set())
    if isinstance(node, ast.With):
        calls = [item.context_expr for item in node.items if "suppress" in names(item.context_expr)]
        return names(*calls)
    return set()


def kept_refusals(node: ast.AST, *, held: bool, lexical: bool = False) -> Iterator[int]:
    """Give the lines that keep a refusal in a transaction; held: whether all of the code may run in one."""
    for part in ast.iter_child_nodes(node):
        inside = lexical or opens(part)
        wrong = caught(part) & ({"Refused"} | ANY if lexical else {"Refused"})
        body = part.body if isinstance(part, ast.Try | ast.With) else []
        if wrong and (held or lexical) and any(waits_unguarded(each) for each in body):
            yield part.lineno  # type: ignore[attr-defined] - statements have lines
        yield from kept_refusals(part, held=held, lexical=inside)


@pytest.mark.rule("SEC-34", "GEN-07")
def test_no_refusal_is_kept_inside_the_transaction_that_it_undoes() -> None:
    found = [
        f"{module.name}:{line}"
        for module in modules(APP)
        for line in kept_refusals(module.tree, held=not module.name.startswith(OUTSIDE))
    ]
    assert found == []
    assert sum(opens(node) for module in modules(APP) for node in ast.walk(module.tree)) >= FEWEST_TRANSACTIONS


BAD = """
async def operation():
    async with transaction():
        {keeps}
            await work()
        {ends}
"""


@pytest.mark.rule("SEC-34")
@pytest.mark.parametrize(
    ("keeps", "ends"),
    [
        ("try:", "except Refused: return False"),
        ("try:", "except (ValueError, Refused) as no: note(no)"),
        ("try:", "except Exception: pass"),
        ("try:", "except: pass"),
        ("with suppress(Refused):", ""),
    ],
)
def test_a_kept_refusal_is_found(keeps: str, ends: str) -> None:
    assert list(kept_refusals(ast.parse(BAD.format(keeps=keeps, ends=ends)), held=False)) == [4]


@pytest.mark.rule("SEC-34")
def test_a_refusal_may_be_kept_around_a_transaction_of_its_own() -> None:
    text = BAD.format(keeps="try:", ends="except Refused: pass")
    text = text.replace("            await work()", "            async with transaction(): await work()")
    assert list(kept_refusals(ast.parse(text), held=True)) == []
