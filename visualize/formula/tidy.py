"""Expressions as people write them: numbers, signs, and operations that change nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable
from math import copysign, isfinite, isnan, pi, sqrt

Numbers = Callable[[float], ast.expr]  # how a notation writes a number
LARGEST_WHOLE = 1e15  # beyond it 1e+16 is shorter than its digits
NAMES_IN_NUMBERS = frozenset({"sqrt", "pi"})

# Factors in the rules of erf and gelu, as people write them.
KNOWN = {
    pi: "pi",
    sqrt(0.5): "1 / sqrt(2)",
    2.0 / sqrt(pi): "2 / sqrt(pi)",
    1.0 / sqrt(2.0 * pi): "1 / sqrt(2 * pi)",
}


def literal(number: float) -> ast.expr:
    """Return `number` as an expression; its sign is an operation, as in Python.

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
    """Return the number that an expression is; None for any other expression."""
    if isinstance(expression, ast.UnaryOp) and isinstance(expression.op, ast.USub):
        number = number_of(expression.operand)
        return None if number is None else -number
    if isinstance(expression, ast.Constant) and isinstance(expression.value, int | float):
        return float(expression.value)
    return None


def recognised(number: float) -> ast.expr:
    """Return `number` as an expression; known irrational numbers as 1 / sqrt(2) and the like.

    >>> ast.unparse(recognised(0.7071067811865476)), ast.unparse(recognised(0.25))
    ('1 / sqrt(2)', '0.25')
    """
    text = KNOWN.get(abs(number))
    if text is None:
        return literal(number)
    known = ast.parse(text, mode="eval").body
    return known if number > 0.0 else ast.UnaryOp(ast.USub(), known)


def tidy(expression: ast.expr) -> ast.expr:
    """Return an expression with its outermost operation simplified; its parts are tidy already.

    >>> def tidied(text):
    ...     return ast.unparse(tidy(ast.parse(text, mode="eval").body))
    >>> tidied("1 * x"), tidied("x + -y * z"), tidied("-(x / y)"), tidied("sqrt(x)**2")
    ('x', 'x - y * z', '-x / y', 'x')
    >>> tidied("x * (2 / sqrt(pi))"), tidied("exp(log(x + y))")
    ('x * 2 / sqrt(pi)', 'x + y')
    """
    if isinstance(expression, ast.UnaryOp) and isinstance(expression.op, ast.USub):
        return _negation(expression)
    if isinstance(expression, ast.BinOp):
        return _operation(expression)
    if isinstance(expression, ast.IfExp):
        condition = number_of(expression.test)
        if condition is not None:
            return expression.body if condition else expression.orelse
    match expression:
        case ast.Call(
            func=ast.Name(id="exp"),
            args=[ast.Call(func=ast.Name(id="log"), args=[inside])],
        ):
            return inside
    if isinstance(expression, ast.Call):
        return _flat_call(expression)
    return expression


def opposite(expression: ast.expr) -> ast.expr | None:
    """Return the negative of an expression that has a leading sign; None if it has none."""
    if isinstance(expression, ast.UnaryOp) and isinstance(expression.op, ast.USub):
        return expression.operand
    if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Mult | ast.Div):
        left = opposite(expression.left)
        return left and tidy(ast.BinOp(left, expression.op, expression.right))
    return None


def _negation(expression: ast.UnaryOp) -> ast.expr:
    """Move the sign to the first factor, where it needs no parentheses."""
    inner = expression.operand
    positive = opposite(inner)
    if positive is not None:
        return positive
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult | ast.Div):
        return ast.BinOp(_negation(ast.UnaryOp(ast.USub(), inner.left)), inner.op, inner.right)
    return expression


def _operation(expression: ast.BinOp) -> ast.expr:
    left, right = number_of(expression.left), number_of(expression.right)
    match expression.op:
        case ast.Add():
            if left == 0.0:
                return expression.right
            return expression.left if right == 0.0 else _signed(expression, ast.Sub())
        case ast.Sub():
            if left == 0.0:
                return _negation(ast.UnaryOp(ast.USub(), expression.right))
            return expression.left if right == 0.0 else _signed(expression, ast.Add())
        case ast.Mult() if left == 1.0:
            return expression.right
        case ast.Mult() if left == -1.0:
            return _negation(ast.UnaryOp(ast.USub(), expression.right))
        case ast.Mult() if right == -1.0 and left is None:
            return _negation(ast.UnaryOp(ast.USub(), expression.left))
        case ast.Mult() | ast.Div() | ast.Pow() if right == 1.0:
            return expression.left
        case ast.Mult() if right is None and (positive := opposite(expression.right)):
            return _negation(
                ast.UnaryOp(ast.USub(), ast.BinOp(expression.left, ast.Mult(), positive))
            )
        case ast.Mult() if fraction := _fraction(expression.right):
            numerator = tidy(ast.BinOp(expression.left, ast.Mult(), fraction.left))
            return ast.BinOp(numerator, ast.Div(), fraction.right)
        case ast.Div() if left is not None and right:
            return literal(left / right)
        case ast.Pow() if right == 0.0 or left == 1.0:
            return literal(1.0)
        case ast.Pow() if left == 0.0 and right and right > 0.0:
            return literal(0.0)
        case ast.Pow() if right == 2.0:
            match expression.left:
                case ast.Call(func=ast.Name(id="sqrt"), args=[inside]):
                    return inside
    return expression


def _signed(expression: ast.BinOp, turned: ast.operator) -> ast.expr:
    """Write x + -y as x - y, and x - -y as x + y."""
    positive = opposite(expression.right)
    return expression if positive is None else ast.BinOp(expression.left, turned, positive)


def _fraction(expression: ast.expr) -> ast.BinOp | None:
    """Return a number like 2 / sqrt(pi) as itself, and None for anything else."""
    names = {part.id for part in ast.walk(expression) if isinstance(part, ast.Name)}
    match expression:
        case ast.BinOp(op=ast.Div()) if names <= NAMES_IN_NUMBERS:
            return expression
    return None


def _flat_call(expression: ast.Call) -> ast.expr:
    """Write max(max(x, y), z) as max(x, y, z)."""
    match expression.func:
        case ast.Name(id="max" | "min" as name):
            args: list[ast.expr] = []
            for arg in expression.args:
                match arg:
                    case ast.Call(func=ast.Name(id=inner)) if inner == name:
                        args += arg.args
                    case _:
                        args.append(arg)
            return args[0] if len(args) == 1 else ast.Call(expression.func, args, [])
    return expression


def without_root(expression: ast.expr) -> ast.expr:
    """Return sqrt(x**2) as abs(x), and any other expression as it is.

    >>> ast.unparse(without_root(ast.parse("sqrt(x**2)", mode="eval").body))
    'abs(x)'
    """
    match expression:
        case ast.Call(
            func=ast.Name(id="sqrt"),
            args=[ast.BinOp(left=inside, op=ast.Pow(), right=ast.Constant(value=2))],
        ):
            return ast.Call(ast.Name("abs"), [inside], [])
    return expression
