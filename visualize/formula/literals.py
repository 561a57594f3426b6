"""Numbers as expressions: whole ones without a point, every other one to the last digit."""

from __future__ import annotations

import ast
from math import copysign, isfinite, isnan, pi, sqrt

__all__ = ["literal", "number_of", "recognised"]

LARGEST_WHOLE = 1e15  # beyond it 1e+16 is shorter than its digits

# What the rules of erf and gelu multiply by, as people write it.
KNOWN = {
    pi: "pi",
    sqrt(0.5): "1 / sqrt(2)",
    2.0 / sqrt(pi): "2 / sqrt(pi)",
    1.0 / sqrt(2.0 * pi): "1 / sqrt(2 * pi)",
}


def literal(number: float) -> ast.expr:
    """Return `number` as an expression; a sign is an operation, as Python reads it.

    >>> ast.unparse(literal(10.0)), ast.unparse(literal(-0.1)), ast.unparse(literal(-0.0))
    ('10', '-0.1', '-0.0')
    """
    if isnan(number):
        return ast.Name("nan")
    if copysign(1.0, number) < 0.0:
        # the zero keeps its point: the integer has no sign
        return ast.UnaryOp(ast.USub(), literal(-number) if number else ast.Constant(0.0))
    if not isfinite(number):
        return ast.Name("inf")
    is_whole = number < LARGEST_WHOLE and number == int(number)
    return ast.Constant(int(number) if is_whole else number)


def number_of(expression: ast.expr) -> float | None:
    """Return the number that an expression is; None where it is anything else."""
    if isinstance(expression, ast.UnaryOp) and isinstance(expression.op, ast.USub):
        number = number_of(expression.operand)
        return None if number is None else -number
    if isinstance(expression, ast.Constant) and isinstance(expression.value, int | float):
        return float(expression.value)
    return None


def recognised(number: float) -> ast.expr:
    """Return `number` as an expression, in mathematics' own terms where it is a known one.

    >>> ast.unparse(recognised(0.7071067811865476)), ast.unparse(recognised(0.25))
    ('1 / sqrt(2)', '0.25')
    """
    text = KNOWN.get(abs(number))
    if text is None:
        return literal(number)
    known = ast.parse(text, mode="eval").body
    return known if number > 0.0 else ast.UnaryOp(ast.USub(), known)
