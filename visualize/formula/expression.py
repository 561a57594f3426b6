"""Rows applied to operands, as expressions: by the formula of the row, or by its name."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from typing import Any

import autograd
from autograd import Primitive
from visualize.formula.tidy import literal, tidy

__all__ = [
    "Numbers",
    "Opens",
    "calls",
    "is_only_symbols",
    "opened_in_latex",
    "opened_in_python",
    "opened_in_sympy",
    "operation",
    "repeats",
    "template",
    "with_names",
]

Opens = Callable[[Primitive], bool]  # whether a notation writes a row by its formula
Numbers = Callable[[float], ast.expr]  # how it writes a number
PLACES = ("x", "y", "z")
PUBLIC = frozenset(autograd.__all__)
PROBES = (-1.0, 2.0)
MOST_TERMS = 20  # with + between them; more terms are the sum of a list


def opened_in_python(row: Primitive) -> bool:
    """Return whether Python writes a row by its formula: it has no function, or an operator."""
    return row.name not in PUBLIC or is_only_symbols(row)


def opened_in_latex(row: Primitive) -> bool:
    """Return whether LaTeX writes a row by its formula, not by its name."""
    return opened_in_python(row) or row.latex == "formula"


def opened_in_sympy(row: Primitive) -> bool:
    """Return whether SymPy has a row by its formula: all rows that have one."""
    return row.formula is not None


def operation(row: Primitive, operands: Sequence[ast.expr], opens: Opens) -> ast.expr:
    """Return a row applied to operands; `opens` chooses which rows are written out.

    >>> from autograd.primitive import TABLE
    >>> x, y, z = map(ast.Name, "xyz")
    >>> ast.unparse(operation(TABLE["clip"], [x, y, z], opened_in_python))
    'clip(x, y, z)'
    >>> ast.unparse(operation(TABLE["clip"], [x, y, z], lambda row: True))
    'min(max(x, y), z)'
    """
    formula = template(row)
    if row.variadic:
        if row.sum_of is not None:
            return _sum(_terms(row, operands, opens))
        if not operands:
            return literal(row.forward())
        if formula is not None and opens(row):
            return _folded(row, formula, operands)
    elif formula is not None and opens(row):
        return _filled(formula, dict(zip(PLACES, operands, strict=False)))
    return ast.Call(ast.Name(row.name), list(operands), [])


def repeats(row: Primitive, position: int, opens: Opens) -> int:
    """Return how often an operand occurs in the text of an operation."""
    formula = template(row)
    if formula is None or row.variadic or not opens(row):
        return 1
    return _counted(formula)[PLACES[position]]


def with_names(expression: ast.expr, names: Mapping[str, str]) -> ast.expr:
    """Return an expression with names in the place of its calls and operations of some texts.

    >>> ast.unparse(with_names(ast.parse("1 - tanh(x) ** 2", mode="eval").body, {"tanh(x)": "y"}))
    '1 - y ** 2'
    """

    class Named(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            name = names.get(ast.unparse(node)) if isinstance(node, ast.Call | ast.BinOp) else None
            return self.generic_visit(node) if name is None else ast.Name(name)

    result: ast.expr = Named().visit(expression)  # type: ignore[assignment]  # typed as any node
    return result


@cache
def calls(row: Primitive) -> bool:
    """Return whether the formula of a row calls another function."""
    formula = template(row)
    return formula is not None and any(isinstance(part, ast.Call) for part in ast.walk(formula))


@cache
def template(row: Primitive) -> ast.expr | None:
    """Return the formula of a row as an expression of x, y, z; None where it has none.

    A formula of a user that is no Python counts as none.
    """
    if row.formula is None:
        return None
    try:
        return ast.parse(row.formula, mode="eval").body
    except (SyntaxError, ValueError):
        return None


@cache
def is_only_symbols(row: Primitive) -> bool:
    """Return whether the formula of a row is one operation on its operands, with no number.

    >>> from autograd.primitive import TABLE
    >>> is_only_symbols(TABLE["maximum"]), is_only_symbols(TABLE["relu"])  # max(x, y), max(x, 0)
    (True, False)
    """
    formula = template(row)
    if formula is None:
        return False
    names = sum(isinstance(part, ast.Name) for part in ast.walk(formula))
    parts = sum(isinstance(part, ast.expr) for part in ast.walk(formula))
    operators = 0 if isinstance(formula, ast.Name) else 1
    return names + operators == parts


def _folded(row: Primitive, formula: ast.expr, operands: Sequence[ast.expr]) -> ast.expr:
    """Return the formula of two operands, applied again and again to all of them.

    A single operand is combined with the result of no operands.
    """
    if len(operands) == 1:
        # the largest of one operand is the operand, the length of one is not
        if all(row.forward(number) == number for number in PROBES):
            return operands[0]
        nothing = literal(row.forward())
        return _length_of_one(_filled(formula, {"x": operands[0], "y": nothing}))
    whole = reduce(lambda x, y: _filled(formula, {"x": x, "y": y}), operands[1:], operands[0])
    if isinstance(whole, ast.Call) and len(whole.args) == 1:  # sqrt(x**2 + y**2 + ...)
        return ast.Call(whole.func, [_sum(_added(whole.args[0]))], [])
    return whole


def _added(expression: ast.expr) -> list[ast.expr]:
    """Return the terms of a sum that was built by adding one term at a time."""
    terms = []
    while isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add):
        terms.append(expression.right)
        expression = expression.left
    return [expression, *reversed(terms)]


def _length_of_one(expression: ast.expr) -> ast.expr:
    """Return sqrt(x**2) as abs(x), and anything else as it is."""
    match expression:
        case ast.Call(
            func=ast.Name(id="sqrt"),
            args=[ast.BinOp(left=inside, op=ast.Pow(), right=ast.Constant(value=2))],
        ):
            return ast.Call(ast.Name("abs"), [inside], [])
    return expression


def _terms(row: Primitive, operands: Sequence[ast.expr], opens: Opens) -> list[ast.expr]:
    product = row.sum_of
    if product is None or product.arity == 1:
        return list(operands)
    half = len(operands) // 2
    pairs = zip(operands[:half], operands[half:], strict=True)
    return [operation(product, pair, opens) for pair in pairs]


def _sum(terms: Sequence[ast.expr]) -> ast.expr:
    if len(terms) > MOST_TERMS:
        return ast.Call(ast.Name("sum"), [ast.List(list(terms))], [])
    if not terms:
        return literal(0.0)
    return reduce(lambda left, right: tidy(ast.BinOp(left, ast.Add(), right)), terms)


@cache
def _counted(formula: ast.expr) -> Counter[str]:
    return Counter(part.id for part in ast.walk(formula) if isinstance(part, ast.Name))


def _filled(formula: ast.expr, operands: Mapping[str, ast.expr]) -> ast.expr:
    """Return a formula with operands for its names, tidied from the bottom up."""
    if isinstance(formula, ast.Name):
        return operands.get(formula.id, formula)
    parts: dict[str, Any] = {name: _part(part, operands) for name, part in ast.iter_fields(formula)}
    return tidy(type(formula)(**parts))


def _part(part: object, operands: Mapping[str, ast.expr]) -> object:
    if isinstance(part, list):
        return [_part(item, operands) for item in part]
    return _filled(part, operands) if isinstance(part, ast.expr) else part
