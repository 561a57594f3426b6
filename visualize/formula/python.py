"""Expressions in Python's notation, and in SymPy's, which has its own functions and choices.

`latex.py` holds the steps of the walk that differ there.
"""

# ruff: noqa: D102 - Python says what each method of SymPy writes

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import ClassVar, NamedTuple

from autograd.primitive import TABLE


class Strength(IntEnum):
    """How tightly the parts of a text hold together: a weaker one needs parentheses."""

    CHOICE = 0
    RELATION = 1
    SIGNED_SUM = 2  # begins with a sign, and stands first in another sum or in parentheses
    SUM = 3
    PRODUCT = 4
    SIGN = 5  # as Python sees it: -x * y is (-x) * y
    POWER = 6
    ATOM = 7


CHOICE, RELATION, SIGNED_SUM, SUM, PRODUCT, SIGN, POWER, ATOM = Strength


class Text(NamedTuple):
    """A piece of text."""

    text: str
    strength: Strength


class Infix(NamedTuple):
    """How an operator is written, and how strong its operands must be to need no parentheses."""

    pattern: str
    strength: Strength
    left: Strength
    right: Strength


class Python:
    """Python's notation, and the walk over an expression that all notations share.

    `names` says what stands for the names in an expression; others stand for themselves.

    >>> tree = ast.parse("-(a + b) * b ** -2 - (1 if a > 0 else b)", mode="eval").body
    >>> Python().write(tree)
    '-(a + b) * b**(-2) - (1 if a > 0 else b)'
    """

    parentheses = "({})"
    operators: ClassVar[dict[type[ast.operator], Infix]] = {
        ast.Add: Infix(" + {}", SUM, SUM, PRODUCT),
        ast.Sub: Infix(" - {}", SUM, SUM, PRODUCT),
        ast.Mult: Infix("{} * {}", PRODUCT, PRODUCT, SIGN),
        ast.Div: Infix("{} / {}", PRODUCT, PRODUCT, SIGN),
        ast.Pow: Infix("{}**{}", POWER, ATOM, POWER),
    }
    sign, least_signed = SIGN, SIGN  # of -x, and of x in it
    relations: ClassVar[dict[type[ast.cmpop], str]] = {
        ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    }  # fmt: skip

    def __init__(self, names: Mapping[str, Text] | None = None) -> None:
        self.names = names or {}

    def write(self, tree: ast.expr) -> str:
        """Return an expression as text."""
        return self.text(tree).text

    def within(self, part: ast.expr | Text, least: Strength) -> str:
        """Return a part as text, in parentheses if it holds together less than `least`."""
        text, strength = part if isinstance(part, Text) else self.text(part)
        return text if strength >= least else self.parentheses.format(text)

    def text(self, tree: ast.expr) -> Text:
        """Return an expression as text that knows when it needs parentheses."""
        match tree:
            case ast.Name(name):
                return self.names.get(name) or self.name(name)
            case ast.Constant(value=int() | float() as number):
                return self.number(number)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Text("-" + self.within(operand, self.least_signed), self.sign)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self.sum(self.terms(tree))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.product(left, right)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self.quotient(left, right)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.infix(ast.Pow, left, right)
            case ast.IfExp():
                return self.choice(tree)
            case ast.Compare(ops=ops) if all(type(op) in self.relations for op in ops):
                return self.truth(tree)
            case ast.Call(func=ast.Name("sum"), args=[ast.List(elts=parts)]):
                return self.sum_of(parts)
            case ast.Call(func=ast.Name(name), args=args, keywords=[]):
                return self.call(name, args)
        return self.other(tree)

    def infix(
        self, operator: type[ast.operator], left: ast.expr | Text, right: ast.expr | Text
    ) -> Text:
        """Return two operands with the operator between them."""
        pattern, strength, least_left, least_right = self.operators[operator]
        parts = self.within(left, least_left), self.within(right, least_right)
        return Text(pattern.format(*parts), strength)

    def terms(self, tree: ast.expr) -> list[str]:
        """Return the terms of a sum with the signs between them; of anything else, the whole."""
        backwards = []
        least = CHOICE
        while isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub):
            pattern, _, least, least_right = self.operators[type(tree.op)]
            backwards.append(pattern.format(self.within(tree.right, least_right)))
            tree = tree.left
        return [*self.first_terms(tree, least), *reversed(backwards)]

    def first_terms(self, tree: ast.expr, least: Strength) -> list[str]:
        """Return the first terms of a sum: one, unless a notation writes more of them."""
        return [self.within(tree, least)]

    def sum(self, terms: Sequence[str]) -> Text:
        """Return terms, with their signs, as a sum."""
        return Text("".join(terms), SUM)

    def product(self, left: ast.expr, right: ast.expr) -> Text:
        """Return `left * right`."""
        return self.infix(ast.Mult, left, right)

    def quotient(self, left: ast.expr, right: ast.expr) -> Text:
        """Return `left / right`."""
        return self.infix(ast.Div, left, right)

    def name(self, name: str) -> Text:
        """Return a name that stands for itself."""
        return Text(name, ATOM)

    def number(self, number: float) -> Text:
        """Return a number, which has no sign."""
        return Text(repr(number), ATOM)

    def call(self, name: str, args: Iterable[ast.expr]) -> Text:
        """Return a function of some arguments."""
        return Text(f"{name}({', '.join(map(self.write, args))})", ATOM)

    def sum_of(self, parts: Sequence[ast.expr]) -> Text:
        """Return the sum of a list, which has too many terms for signs between them."""
        return Text(f"sum([{', '.join(map(self.write, parts))}])", ATOM)

    def choice(self, tree: ast.IfExp) -> Text:
        """Return one of two expressions, chosen by a condition."""
        body, test = (self.within(part, RELATION) for part in (tree.body, tree.test))
        return Text(f"{body} if {test} else {self.write(tree.orelse)}", CHOICE)

    def truth(self, tree: ast.Compare) -> Text:
        """Return a relation as a number: 1 if it holds, else 0."""
        return Text(self.relation(tree), RELATION)

    def relation(self, tree: ast.Compare) -> str:
        """Return a relation as a condition."""
        parts = [self.within(tree.left, SIGNED_SUM)]
        for relation, other in zip(tree.ops, tree.comparators, strict=True):
            parts += [self.relations[type(relation)], self.within(other, SIGNED_SUM)]
        return " ".join(parts)

    def other(self, tree: ast.expr) -> Text:
        """Return any other expression: the formula of a user may be any Python."""
        is_atom = isinstance(tree, ast.Call | ast.Attribute | ast.Subscript | ast.Constant)
        return Text(ast.unparse(tree), ATOM if is_atom else CHOICE)


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


def unparsed(tree: ast.expr) -> str:
    """Return an expression in Python's notation."""
    return Python().write(tree)
