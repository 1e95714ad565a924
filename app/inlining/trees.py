"""Small questions about the nodes of a template's tree."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2 import nodes

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    import jinja2


def is_caller(node: nodes.Node) -> bool:
    """Tell whether a node is the name of the block given to a macro."""
    return isinstance(node, nodes.Name) and node.name == "caller"


def is_call_of_caller(node: nodes.Node) -> bool:
    """Tell whether a node writes the block given to a macro."""
    return isinstance(node, nodes.Call) and is_caller(node.node)


def constant(node: nodes.Node) -> nodes.Const | None:
    """Return a node as the constant that it always is, or None."""
    if isinstance(node, nodes.Const):
        return node
    if not isinstance(node, nodes.Not | nodes.Compare | nodes.Test):
        return None
    try:
        return nodes.Const(node.as_const(nodes.EvalContext(node.environment)))  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - what can't be known now is left for later
        return None


def stored_in(body: Iterable[nodes.Node]) -> set[str]:
    """Return the names that some statements set."""
    return {name.name for node in body for name in [*node.find_all(nodes.Name), *_itself(node)] if name.ctx != "load"}


def _itself(node: nodes.Node) -> list[nodes.Name]:
    return [node] if isinstance(node, nodes.Name) else []


def names_in(body: Iterable[nodes.Node], without: Container[int] = ()) -> set[str]:
    """Return the names that some statements use; `without`: the ids of nodes that are passed over."""
    found: set[str] = set()
    for node in body:
        if id(node) not in without:
            found |= {node.name} if isinstance(node, nodes.Name) and node.ctx == "load" else set()
            found |= names_in(node.iter_child_nodes(), without)
    return found


N = TypeVar("N", bound=nodes.Node)


def at_home(node: N, environment: jinja2.Environment) -> N:
    """Return a new node, with everything below belonging to an environment."""
    node.set_environment(environment)
    return node


def as_list(made: Any) -> list[nodes.Node]:
    """Return what a visit made, as a list."""
    if made is None:
        return []
    return made if isinstance(made, list) else [made]


def copied(node: N) -> N:
    """Return a copy of a node and everything below; the environment stays the same."""
    made = copy(node)
    for name, value in node.iter_fields():
        if isinstance(value, nodes.Node):
            setattr(made, name, copied(value))
        elif isinstance(value, list):
            setattr(made, name, [copied(one) if isinstance(one, nodes.Node) else one for one in value])
    return made
