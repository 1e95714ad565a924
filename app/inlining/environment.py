"""The environment whose templates are written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from markupsafe import escape
from markupsafe._speedups import _escape_inner as escape_text  # what `escape` calls, without the object around it

from app.inlining.write_out import WHOLE, write_out

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from jinja2.compiler import Frame

    from app.inlining.macros import Known

NOTHING = nodes.Template([])


class Environment(jinja2.Environment):
    """Jinja's environment, whose templates are written out unless they are read again when they change."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.sources: dict[str, nodes.Template] = {}
        self.known: dict[str, Mapping[str, Known]] = {}
        self.filters[WHOLE] = as_it_is
        self.code_generator_class = CodeGenerator if self.auto_reload else WritingOut

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template: a plain mapping, because all of it is copied at each rendering."""
        return {**self.globals, **d} if d else self.globals

    def parsed(self, name: str) -> nodes.Template:
        """Return a template as its tree of nodes, which must not be changed; one that is missing says nothing yet."""
        if name not in self.sources:
            try:
                self.sources[name] = self.parse(self.loader.get_source(self, name)[0], name) if self.loader else NOTHING
            except jinja2.TemplateNotFound:
                return NOTHING
        return self.sources[name]

    def forget_sources(self) -> None:
        """Let go of the trees: once every template has its program nobody asks for them."""
        self.sources.clear()
        self.known.clear()

    @staticmethod
    def written(value: object) -> str:
        """Return a value as it stands in HTML."""
        return escape_text(value) if type(value) is str else escape(value)


def as_it_is(value: object) -> object:
    """Return what was given."""
    return value


class WritingOut(CodeGenerator):
    """Makes the program of a template."""

    environment: Environment

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        """Write the template out, then make its program."""
        write_out(node, self.environment)
        super().visit_Template(node, frame)

    def visit_Call(self, node: nodes.Call, frame: Frame, **options: Any) -> None:  # type: ignore[override]  # noqa: N802 - Jinja's name
        """Call a method of a value straight away: unlike a function of ours it never asks for the context."""
        if not isinstance(node.node, nodes.Getattr) or node.dyn_args or node.dyn_kwargs or options:
            super().visit_Call(node, frame, **options)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in [*node.args, *node.kwargs]:
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.written(")
