"""What a template becomes when everything it includes and calls is put in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from app.inlining.fill import Fill
from app.inlining.macros import Known, NotPossible, alias_of, bind, check, declared, macros_at, macros_of
from app.inlining.trees import as_list, at_home, constant, copied, names_in, stored_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.inlining.environment import Environment


WHOLE = "in_one_piece"
"""A filter that changes nothing: what a block says is put together at once, and not handed on piece by piece through
every template that its page extends."""


def write_out(template: nodes.Template, environment: Environment) -> None:
    """Put in what a template includes and the macros it calls, and take out what it then does not need."""
    macros = macros_of(template, environment)
    Pieces(environment).inside(template.body, macros)
    left = names_in(template.body)
    if all(isinstance(found.template, nodes.Const) for found in template.find_all(nodes.Include)):
        drop_unused(template, left)
    template.body = [made for node in template.body for made in as_list(Flattening().visit(node))]
    for block in template.find_all(nodes.Block):
        whole = nodes.FilterBlock(block.body, nodes.Filter(None, WHOLE, [], [], None, None))
        block.body = [at_home(whole, environment)]
    inherited = [macros[name] for name in sorted(left & macros.keys()) if macros[name].inherited]
    template.body[:0] = [found.imported(environment) for found in inherited]


def drop_unused(template: nodes.Template, left: set[str]) -> None:
    """Take out imports whose names are not used any more; of a page also its own macros."""
    for node in template.find_all(nodes.FromImport):
        node.names = [one for one in node.names if alias_of(one) in left]
    if template.find(nodes.Extends) is not None:
        template.body = [node for node in template.body if not isinstance(node, nodes.Macro) or node.name in left]


@dataclass
class Pieces:
    """What is put in while one template is written out."""

    environment: Environment
    count: int = 0
    under_way: list[str] = field(default_factory=list)
    given: dict[int, nodes.Scope] = field(default_factory=dict)
    """Blocks between `call` and `endcall`, where the macro puts them: they belong to the caller, not to the macro."""

    def put(self, body: list[nodes.Node]) -> nodes.Scope:
        """Return such a block."""
        made = at_home(nodes.Scope(body), self.environment)
        self.given[id(made)] = made
        return made

    def inside(self, body: list[nodes.Node], macros: Mapping[str, Known]) -> None:
        """Write out some statements in place."""
        body[:] = [made for node in body for made in as_list(Writer(self, macros).visit(node))]

    def include(self, node: nodes.Include, macros: Mapping[str, Known]) -> list[nodes.Node]:
        """Return what a template that is included says; what it sets stays within."""
        name = node.template.value if isinstance(node.template, nodes.Const) else ""
        if not name or node.ignore_missing or not node.with_context:
            return [node]
        included = self.environment.parsed(name)
        if not included.body or any(included.find(kind) for kind in (nodes.Extends, nodes.Block, nodes.Macro)):
            return [node]
        body, known = [copied(one) for one in included.body], {**macros}
        for one in body:
            known |= declared(one, self.environment)
        self.inside(body, known)
        return [nodes.Scope(body, lineno=node.lineno, environment=self.environment)]

    def call(
        self, call: nodes.Expr, macros: Mapping[str, Known], given: list[nodes.Node] | None = None
    ) -> list[nodes.Node] | None:
        """Return what a macro says with these arguments; None when it has to be called, or is no macro."""
        if not isinstance(call, nodes.Call) or not isinstance(call.node, nodes.Name) or call.dyn_args:
            return None
        known = macros.get(call.node.name)
        if known is None or call.dyn_kwargs or known.macro.name in self.under_way:
            return None
        self.under_way.append(known.macro.name)
        try:
            return self._written(known, call, macros, given)
        except NotPossible:
            return None
        finally:
            self.under_way.pop()

    def _written(
        self, known: Known, call: nodes.Call, macros: Mapping[str, Known], given: list[nodes.Node] | None
    ) -> list[nodes.Node]:
        home = macros_at(known.home, self.environment) if known.home else macros
        check(known.macro, home, given, self.environment)
        bound = bind(known.macro, call)
        self.count += 1
        block = self.put(given) if given is not None else None
        own, taken = frozenset(stored_in(known.macro.body)), frozenset(home)
        fill = Fill(self.environment, self.count, block, bound, own, taken)
        body = [made for node in known.macro.body for made in as_list(fill.visit(copied(node)))]
        self.inside(body, home)
        if known.home and names_in(body, self.given) & taken:
            raise NotPossible
        if not fill.kept:
            return body
        targets, values = zip(*fill.kept.values(), strict=True)
        return [at_home(nodes.With(list(targets), list(values), body, lineno=call.lineno), self.environment)]


class Writer(NodeTransformer):
    """Puts in what is called and included, and decides at once what is known already."""

    def __init__(self, pieces: Pieces, macros: Mapping[str, Known]) -> None:
        self.pieces = pieces
        self.macros = macros

    def visit_Scope(self, node: nodes.Scope) -> nodes.Node:  # noqa: N802 - Jinja's name
        """Leave alone what belongs to a caller, which has been written out."""
        return node if id(node) in self.pieces.given else self.generic_visit(node)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Macro:  # noqa: N802 - Jinja's name
        """Leave a macro as it is, for those that have to call it."""
        return node

    def visit_Include(self, node: nodes.Include) -> list[nodes.Node]:  # noqa: N802 - Jinja's name
        """Put in what is included."""
        return self.pieces.include(node, self.macros)

    def visit_CallBlock(self, node: nodes.CallBlock) -> list[nodes.Node]:  # noqa: N802 - Jinja's name
        """Put in a macro that is called around a block."""
        self.pieces.inside(node.body, self.macros)
        made = None if node.args else self.pieces.call(node.call, self.macros, node.body)
        return [node] if made is None else made

    def visit_If(self, node: nodes.If) -> nodes.Node | list[nodes.Node]:  # noqa: N802 - Jinja's name
        """Keep only what can come about."""
        kept: list[nodes.If] = []
        for case in (node, *node.elif_):
            case.test = self.visit(case.test)
            known = constant(case.test)
            if known is None:
                kept.append(case)
            elif known.value:
                node.else_ = case.body
                break
        for body in (*(case.body for case in kept), node.else_):
            self.pieces.inside(body, self.macros)
        if not kept:
            return node.else_
        kept[0].elif_, kept[0].else_ = kept[1:], node.else_
        return kept[0]

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:  # noqa: N802 - Jinja's name
        """Keep only what can come about."""
        self.generic_visit(node)
        known = constant(node.test)
        if known is None or (not known.value and node.expr2 is None):
            return node
        return node.expr1 if known.value or node.expr2 is None else node.expr2

    def visit_Or(self, node: nodes.Or) -> nodes.Node:  # noqa: N802 - Jinja's name
        """Keep only what can come about."""
        self.generic_visit(node)
        known = constant(node.left)
        return node if known is None else node.left if known.value else node.right

    def visit_And(self, node: nodes.And) -> nodes.Node:  # noqa: N802 - Jinja's name
        """Keep only what can come about."""
        self.generic_visit(node)
        known = constant(node.left)
        return node if known is None else node.right if known.value else node.left

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:  # noqa: N802 - Jinja's name
        """Put in the macros that are written into the page, and write the rest in as few pieces as can be."""
        self.generic_visit(node)
        made: list[nodes.Node] = []
        for child in node.nodes:
            for piece in self._pieces_of(child):
                if isinstance(piece, nodes.Expr) and made and isinstance(made[-1], nodes.Output):
                    made[-1].nodes.append(piece)
                elif isinstance(piece, nodes.Expr):
                    made.append(nodes.Output([piece], lineno=node.lineno, environment=self.pieces.environment))
                else:
                    made.append(piece)
        return made

    def _pieces_of(self, child: nodes.Expr) -> list[nodes.Node]:
        if isinstance(child, nodes.Concat):
            return [piece for part in child.nodes for piece in self._pieces_of(part)]
        if isinstance(child, nodes.CondExpr):
            return self._either(child)
        made = self.pieces.call(child, self.macros)
        return [child] if made is None else made

    def _either(self, child: nodes.CondExpr) -> list[nodes.Node]:
        known = constant(child.test)
        if known is not None:  # without anything for the other case, which writes nothing
            return self._pieces_of(child.expr1) if known.value else []
        body, other = (self._written(part, child.lineno) for part in (child.expr1, child.expr2))
        return [nodes.If(child.test, body, [], other, lineno=child.lineno, environment=self.pieces.environment)]

    def _written(self, part: nodes.Expr | None, line: int) -> list[nodes.Node]:
        if part is None:
            return []
        return self.visit_Output(nodes.Output([part], lineno=line, environment=self.pieces.environment))


class Flattening(NodeTransformer):
    """Takes away imports of nothing, and scopes in which nothing is set."""

    def visit_FromImport(self, node: nodes.FromImport) -> nodes.FromImport | None:  # noqa: N802 - Jinja's name
        """Take away what imports nothing."""
        return node if node.names else None

    def visit_Scope(self, node: nodes.Scope) -> nodes.Node | list[nodes.Node]:  # noqa: N802 - Jinja's name
        """Put in what stands in it."""
        self.generic_visit(node)
        keeps = stored_in(node.body) or any(isinstance(one, nodes.FromImport) for one in node.body)
        return node if keeps else node.body
