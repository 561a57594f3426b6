r"""Expressions in LaTeX: fractions, powers, roots and cases."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from autograd import Primitive
from autograd.primitive import TABLE
from visualize.formula.literals import number_of
from visualize.formula.opening import opened_in_python
from visualize.formula.python import unparsed
from visualize.formula.symbols import upright
from visualize.formula.tidy import opposite

__all__ = ["expression", "opened_in_latex", "terms"]

FUNCTIONS = {"max": r"\max", "min": r"\min"}  # of Python, not of the table
NAMED = {"inf": r"\infty", "pi": r"\pi"}
RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: r"\leq",
    ast.Gt: ">",
    ast.GtE: r"\geq",
    ast.Eq: "=",
    ast.NotEq: r"\neq",
}


class Strength(IntEnum):
    """How tightly the parts of a text hold together: what is weaker needs parentheses."""

    CASES = 0
    SUM = 1
    PRODUCT = 2
    POWER = 3
    ATOM = 4


class Text(NamedTuple):
    """A piece of LaTeX."""

    latex: str
    strength: Strength

    def within(self, least: Strength) -> str:
        """Return the text, in parentheses if it holds together less than `least`."""
        return self.latex if self.strength >= least else rf"\left({self.latex}\right)"


def opened_in_latex(row: Primitive) -> bool:
    """Return whether a row is written by its formula, not by its name."""
    return opened_in_python(row) or row.latex == "formula"


def expression(tree: ast.expr, names: Mapping[str, str]) -> str:
    r"""Return an expression for math mode; `names` gives the symbols of the names in it.

    >>> print(expression(ast.parse("a * b**2 / (1 + a)", mode="eval").body, {"a": r"\alpha"}))
    \frac{\alpha \cdot \mathrm{b}^{2}}{1 + \alpha}
    """
    return _Writer(names).text(tree).latex


def terms(tree: ast.expr, names: Mapping[str, str]) -> list[str]:
    """Return the terms of a sum with the signs between them; of anything else, the whole.

    >>> terms(ast.parse("a + b - 2", mode="eval").body, {"a": "a", "b": "b"})
    ['a', ' + b', ' - 2']
    """
    return _Writer(names).terms(tree)


class _Writer:
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def terms(self, expression: ast.expr) -> list[str]:
        """Return the terms of a sum with their signs; of anything else, the whole."""
        backwards = []
        while isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add | ast.Sub):
            is_sum = isinstance(expression.op, ast.Add)
            # a + (b + c) needs no parentheses, a - (b + c) does
            right = self.text(expression.right)
            is_signed = right.latex.startswith("-")
            least = Strength.SUM if is_sum and not is_signed else Strength.PRODUCT
            backwards.append(f" {'+' if is_sum else '-'} {right.within(least)}")
            expression = expression.left
        match expression:
            case ast.Call(func=ast.Name("sum"), args=[ast.List(elts=parts)]):
                return [*self.joined(parts), *reversed(backwards)]
        first = self.text(expression)
        alone = not backwards
        return [first.latex if alone else first.within(Strength.SUM), *reversed(backwards)]

    def joined(self, parts: Sequence[ast.expr]) -> list[str]:
        """Return the terms of the sum of a list."""
        texts = []
        for part in parts:
            positive = opposite(part)
            sign = "+" if positive is None else "-"
            texts.append(f" {sign} {self.text(positive or part).within(Strength.PRODUCT)}")
        first = texts[0].removeprefix(" + ").replace(" - ", "-", texts[0].startswith(" - "))
        return [first, *texts[1:]]

    def text(self, expression: ast.expr) -> Text:
        """Return an expression as LaTeX."""
        match expression:
            case ast.Name(name):
                symbol = self.names.get(name) or NAMED.get(name) or upright(name)
                is_fraction = symbol.startswith(r"\frac")
                return Text(symbol, Strength.PRODUCT if is_fraction else Strength.ATOM)
            case ast.Constant(value=int() | float() as number):
                return _number(number)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Text("-" + self.text(operand).within(Strength.PRODUCT), Strength.SUM)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return Text("".join(self.terms(expression)), Strength.SUM)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.product(left, right)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self.quotient(left, right)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(self.text(left), self.text(right))
            case ast.IfExp():
                return self.cases(expression)
            case ast.Compare():
                return Text(rf"\left[{self.relation(expression)}\right]", Strength.ATOM)
            case ast.Call(func=ast.Name(name), args=args):
                return self.call(name, args)
        return Text(upright(unparsed(expression)), Strength.ATOM)

    def product(self, left: ast.expr, right: ast.expr) -> Text:
        if isinstance(left, ast.Name) and isinstance(right, ast.Name) and left.id == right.id:
            return self.power(self.text(left), Text("2", Strength.ATOM))
        first, second = self.text(left), self.text(right).within(Strength.PRODUCT)
        positive = opposite(left)
        if positive is not None:
            return Text("-" + self.product(positive, right).latex, Strength.SUM)
        # 2 a as in a book, but 2 · 3 and 2 · ½ with a sign between them
        is_factor = number_of(left) is not None and not second.startswith((r"\frac", r"\left("))
        sign = r"\," if is_factor and not second[0].isdigit() else r" \cdot "
        return Text(first.within(Strength.PRODUCT) + sign + second, Strength.PRODUCT)

    def quotient(self, left: ast.expr, right: ast.expr) -> Text:
        positive = opposite(left)
        if positive is not None:
            return Text("-" + self.quotient(positive, right).latex, Strength.SUM)
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div):
            return self.quotient(left.left, ast.BinOp(left.right, ast.Mult(), right))
        return Text(
            rf"\frac{{{self.text(left).latex}}}{{{self.text(right).latex}}}", Strength.PRODUCT
        )

    def power(self, base: Text, exponent: Text) -> Text:
        return Text(f"{base.within(Strength.ATOM)}^{{{exponent.latex}}}", Strength.POWER)

    def call(self, name: str, args: Sequence[ast.expr]) -> Text:
        if name == "sum" and len(args) == 1 and isinstance(args[0], ast.List):
            return Text("".join(self.joined(args[0].elts)), Strength.SUM)
        inside = ", ".join(self.text(arg).latex for arg in args)
        row = TABLE.get(name)
        latex = row.latex if row and row.latex else FUNCTIONS.get(name, "")
        if "#" in latex and not ("^" in latex and r"\begin" in inside):  # cases are no exponent
            strength = Strength.POWER if "^" in latex else Strength.ATOM
            return Text(latex.replace("#", inside), strength)
        if "\\" not in latex or "#" in latex:
            latex = upright(name).replace("mathrm", "operatorname", 1)
        return Text(rf"{latex}\left({inside}\right)", Strength.POWER)

    def cases(self, expression: ast.expr) -> Text:
        """Return a choice; the first condition that holds decides."""
        *rows, (otherwise, _) = self.choices(expression, "")
        while rows and rows[-1][0] == otherwise:
            rows.pop()
        if not rows:
            return Text(otherwise, Strength.CASES)
        lines = [rf"{value} & \text{{if }} {condition}" for value, condition in rows]
        inside = r" \\ ".join([*lines, rf"{otherwise} & \text{{otherwise}}"])
        return Text(rf"\begin{{cases}} {inside} \end{{cases}}", Strength.CASES)

    def choices(self, expression: ast.expr, where: str) -> Iterator[tuple[str, str]]:
        """Yield the values of a choice with their conditions, those of choices inside it too."""
        if isinstance(expression, ast.IfExp):
            condition = self.relation(expression.test)
            both = rf"{where} \text{{ and }} {condition}" if where else condition
            yield from self.choices(expression.body, both)
            yield from self.choices(expression.orelse, where)
        else:
            yield self.text(expression).latex, where

    def relation(self, expression: ast.expr) -> str:
        """Return a condition; a number is one that is not 0."""
        if not isinstance(expression, ast.Compare):
            return rf"{self.text(expression).latex} \neq 0"
        parts = [self.text(expression.left).latex]
        for relation, other in zip(expression.ops, expression.comparators, strict=True):
            parts += [RELATIONS.get(type(relation), r"\in"), self.text(other).latex]
        return " ".join(parts)


def _number(number: float) -> Text:
    mantissa, _, exponent = repr(number).partition("e")
    if not exponent:
        return Text(mantissa, Strength.ATOM)
    power = f"10^{{{int(exponent)}}}"
    if mantissa == "1":
        return Text(power, Strength.POWER)
    return Text(rf"{mantissa} \cdot {power}", Strength.PRODUCT)
