"""The body of a macro with its arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from app.inlining.macros import NotPossible
from app.inlining.trees import copied, is_call_of_caller, is_caller

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.inlining.environment import Environment


@dataclass
class Fill(NodeTransformer):
    """Gives the body of a macro its arguments; names of its own become such that nobody else has."""

    environment: Environment
    number: int
    """No other call of the page has it."""
    given: nodes.Scope | None
    bound: Mapping[str, nodes.Expr]
    own: frozenset[str]
    """Names that the macro sets."""
    taken: frozenset[str]
    """Names that mean a macro in the template of this one."""
    kept: dict[str, tuple[nodes.Name, nodes.Expr]] = field(default_factory=dict)
    """The arguments that have to be worked out first, by parameter, with their names here."""

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:  # noqa: N802 - Jinja's name
        """Put the block in where the macro writes it."""
        made: list[nodes.Node] = []
        for child in node.nodes:
            chosen = self._chosen(child)
            if is_call_of_caller(chosen):
                made.append(self.given or nodes.Scope([]))
            else:
                output = nodes.Output([chosen], lineno=node.lineno, environment=self.environment)
                made.append(self.generic_visit(output))
        return made

    def _chosen(self, child: nodes.Expr) -> nodes.Expr:
        """Return the part that is meant of `caller() if caller else value`."""
        if isinstance(child, nodes.CondExpr) and is_caller(child.test):
            if self.given is None and child.expr2 is None:
                raise NotPossible
            return child.expr1 if self.given is not None or child.expr2 is None else child.expr2
        return child

    def visit_Name(self, node: nodes.Name) -> nodes.Expr:  # noqa: N802 - Jinja's name
        """Give a name its argument, or make it one of this place alone."""
        if node.name == "caller":
            raise NotPossible
        if node.ctx != "load":
            if node.name in self.bound:
                raise NotPossible
        elif node.name in self.bound:
            argument = self.bound[node.name]
            if self._can_stand(argument):
                return copied(argument)
            self.kept[node.name] = (nodes.Name(self._named(node.name), "param"), argument)
        elif node.name not in self.own:
            return node
        node.name = self._named(node.name)
        return node

    def _can_stand(self, argument: nodes.Expr) -> bool:
        """Tell whether an argument may stand for its parameter wherever that is used."""
        return isinstance(argument, nodes.Const) or (
            isinstance(argument, nodes.Name) and argument.name not in self.taken and argument.name != "loop"
        )

    def visit_NSRef(self, node: nodes.NSRef) -> nodes.NSRef:  # noqa: N802 - Jinja's name
        """Keep to the name that the namespace has here."""
        node.name = self._named(node.name)
        return node

    def _named(self, name: str) -> str:
        return f"{name}__{self.number}"
