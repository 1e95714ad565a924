"""Which macros a template knows, and whether one may be put in where it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import nodes

from app.inlining.trees import at_home, names_in, stored_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.inlining.environment import Environment

OF_A_CALL = frozenset({"varargs", "kwargs", "self", "super"})
"""Names that mean something only inside a macro or block of its own."""


def alias_of(imported: str | tuple[str, str]) -> str:
    """Return the name under which something is imported."""
    return imported if isinstance(imported, str) else imported[1]


@dataclass(frozen=True)
class Known:
    """A macro that a template can call: its name here, what it is, and the template it stands in ("" for this one)."""

    alias: str
    macro: nodes.Macro
    home: str
    inherited: bool = False
    """The template that this one extends has imported it."""

    def imported(self, environment: Environment) -> nodes.FromImport:
        """Return the import of the macro."""
        names = [(self.macro.name, self.alias)]
        return at_home(nodes.FromImport(nodes.Const(self.home), names, False), environment)  # noqa: FBT003 - as Jinja has it


def macros_of(template: nodes.Template, environment: Environment, name: str = "") -> dict[str, Known]:
    """Return the macros that a template may call, with those that the templates it extends have imported."""
    found: dict[str, Known] = {}
    for node in template.body:
        if isinstance(node, nodes.Extends) and isinstance(node.template, nodes.Const):
            above = macros_at(node.template.value, environment)
            found |= {key: Known(key, one.macro, one.home, inherited=True) for key, one in above.items()}
        found |= declared(node, environment, name)
    return found


def macros_at(name: str, environment: Environment) -> Mapping[str, Known]:
    """Return the macros that a template of that name may call."""
    if name not in environment.known:
        environment.known[name] = macros_of(environment.parsed(name), environment, name)
    return environment.known[name]


def declared(node: nodes.Node, environment: Environment, name: str = "") -> dict[str, Known]:
    """Return the macros that a statement makes known."""
    if isinstance(node, nodes.Macro):
        return {node.name: Known(node.name, node, name)}
    if not isinstance(node, nodes.FromImport) or not isinstance(node.template, nodes.Const):
        return {}
    home = node.template.value
    there = {one.name: one for one in environment.parsed(home).body if isinstance(one, nodes.Macro)}
    wanted = {alias_of(one): one if isinstance(one, str) else one[0] for one in node.names}
    return {alias: Known(alias, there[macro], home) for alias, macro in wanted.items() if macro in there}


class NotPossible(Exception):
    """A macro that has to be called, because it could mean something else where it is used."""


def check(
    macro: nodes.Macro, home: Mapping[str, Known], given: list[nodes.Node] | None, environment: Environment
) -> None:
    """Refuse a macro that says something else where it is put in; raises NotPossible."""
    if any(macro.find(kind) for kind in (nodes.Include, nodes.Import, nodes.FromImport, nodes.AssignBlock)):
        raise NotPossible
    if given and macro.find(nodes.For) and "loop" in names_in(given):
        raise NotPossible
    own = {argument.name for argument in macro.args} | stored_in(macro.body) | {"caller", "loop"}
    for name in {found.name for found in macro.find_all(nodes.Name)} - own:
        if name in OF_A_CALL or (name not in home and not callable(environment.globals.get(name))):
            raise NotPossible


def bind(macro: nodes.Macro, call: nodes.Call) -> dict[str, nodes.Expr]:
    """Return each parameter with its argument; raises NotPossible when they do not fit."""
    names = [argument.name for argument in macro.args]
    given = dict(zip(names, call.args, strict=False)) | {pair.key: pair.value for pair in call.kwargs}
    defaults = dict(zip(names[len(names) - len(macro.defaults) :], macro.defaults, strict=True))
    if len(call.args) > len(names) or given.keys() - set(names) or set(names) - given.keys() - defaults.keys():
        raise NotPossible
    return defaults | given
