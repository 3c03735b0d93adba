# Jinja2 calls methods by the names of its nodes.
# ruff: noqa: N802
"""How parts become Python: as Jinja2 compiles templates, without what no part of ours needs.

Jinja2 asks of each call whether the function wants its context, of each attribute whether it is a
key, of each piece of text in Python whether it is safe already, and each macro for its arguments by
name. A page of ten summaries does so four thousand times. What is printed stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from keyword import iskeyword
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Macro
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from shortscience.lib.routes import address


class _Macro(Macro):
    """A macro that is nearly always called by position."""

    def __call__(self, *given: Any, **named: Any) -> str:  # Any: whatever it declares
        if named:
            return super().__call__(*given, **named)
        # Of too many arguments the function itself complains.
        lacking = self._argument_count - len(given)
        return Markup(self._func(*given, *(missing,) * lacking))  # noqa: S704 - it escapes


class _Generator(CodeGenerator):
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        if iskeyword(node.attr) or isinstance(node.node, nodes.Const):
            super().visit_Getattr(node, frame)
            return
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        is_plain = not (forward_caller or node.dyn_args or node.dyn_kwargs)
        if not is_plain or any(iskeyword(argument.key) for argument in node.kwargs):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def macro_def(self, macro_ref: Any, frame: Frame) -> None:  # Any: private to the compiler
        takes_more = (
            macro_ref.accesses_caller or macro_ref.accesses_kwargs or macro_ref.accesses_varargs
        )
        if not takes_more:
            # The next word is "Macro".
            self.write("environment.")
        super().macro_def(macro_ref, frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.printed(")


class _Folding(NodeTransformer):
    """Says once what is the same on each page: the site's sentences, and addresses of one form."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        said = _SAID_ONCE.get(getattr(node.node, "name", ""))
        if said is None or node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) != 1:
            return node
        (word,) = node.args
        if not isinstance(word, nodes.Const):
            return node
        return nodes.Const(said(word.value), lineno=node.lineno)


# Where there are several languages, the reader's decides.
_SAID_ONCE: dict[str, Callable[[str], str]] = {
    "address": address,
    **({} if settings.USE_I18N else {"_": gettext}),
}


_has_signs = re.compile("[&<>'\"]").search


class PartEnvironment(Environment):
    code_generator_class = _Generator
    Macro = _Macro

    def _generate(self, source: nodes.Template, *where: Any, **how: Any) -> str:
        return super()._generate(_Folding().visit(source), *where, **how)

    @staticmethod
    def printed(value: Any) -> str:  # Any: whatever a part prints
        """Return the value as it stands in HTML."""
        kind = type(value)
        if kind is str:
            # Most words have nothing to escape; to look costs a quarter of escaping them.
            return escape(value) if _has_signs(value) else value
        if kind is Markup or kind is SafeString:
            return value  # type: ignore[no-any-return]
        return str(value) if kind is int else escape(value)
