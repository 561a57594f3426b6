"""Expressions in SymPy's notation."""

# ruff: noqa: D102 - Python says what each method writes

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import ClassVar

from autograd.primitive import TABLE
from visualize.formula.python import ATOM, Python, Text


class SymPy(Python):
    """SymPy's notation: Python's, with its own functions and choices.

    Operations without a formula, `detach` among them, are undefined functions.

    >>> print(SymPy().write(ast.parse("max(a, 0) if a else b == 1", mode="eval").body))
    Piecewise((Max(a, 0), Ne(a, 0)), (Piecewise((1, Eq(b, 1)), (0, True)), True))
    """

    # What Python's own names are called there, as far as formulas have them.
    renamed: ClassVar[dict[str, str]] = {
        "max": "Max", "min": "Min", "inf": "oo", "float": "Float", "sum": "Add",
    }  # fmt: skip
    equalities: ClassVar[dict[type[ast.cmpop], str]] = {ast.Eq: "Eq", ast.NotEq: "Ne"}

    def name(self, name: str) -> Text:
        return Text(self.renamed.get(name, name), ATOM)

    def call(self, name: str, args: Iterable[ast.expr]) -> Text:
        row = TABLE.get(name)
        known = row.sympy if row is not None else self.renamed.get(name)
        return super().call(known or f"Function('{name}')", args)

    def sum_of(self, parts: Sequence[ast.expr]) -> Text:
        return super().call("Add", parts)

    def choice(self, tree: ast.expr) -> Text:
        branches = []
        while isinstance(tree, ast.IfExp):
            branches.append(f"({self.write(tree.body)}, {self.condition(tree.test)})")
            tree = tree.orelse
        return self.piecewise([*branches, f"({self.write(tree)}, True)"])

    def truth(self, tree: ast.expr) -> Text:
        return self.piecewise([f"(1, {self.condition(tree)})", "(0, True)"])

    def piecewise(self, branches: Sequence[str]) -> Text:
        """Return a choice of pairs of values and conditions."""
        return Text(f"Piecewise({', '.join(branches)})", ATOM)

    def condition(self, tree: ast.expr) -> str:
        """Return an expression as a condition: a number is true unless it is 0."""
        match tree:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[right]):
                return super().call(self.equalities[type(op)], [left, right]).text
            case ast.Compare():
                return self.relation(tree)
        return super().call("Ne", [tree, ast.Constant(0)]).text

    def other(self, tree: ast.expr) -> Text:
        return self.truth(tree) if isinstance(tree, ast.BoolOp) else super().other(tree)
