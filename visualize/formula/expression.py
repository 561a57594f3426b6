"""Operations as expressions: a row applied to operands by its formula or its name, and tidied."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from math import copysign, isfinite, isnan, pi, sqrt
from typing import Any

import autograd
from autograd import Primitive

__all__ = [
    "Numbers",
    "Opens",
    "calls",
    "is_only_symbols",
    "literal",
    "number_of",
    "opened_in_latex",
    "opened_in_python",
    "opened_in_sympy",
    "operation",
    "opposite",
    "recognised",
    "repeats",
    "template",
    "tidy",
    "with_names",
]

Opens = Callable[[Primitive], bool]  # whether a notation writes a row by its formula
Numbers = Callable[[float], ast.expr]  # how it writes a number
PLACES = ("x", "y", "z")
PUBLIC = frozenset(autograd.__all__)
PROBES = (-1.0, 2.0)
MOST_TERMS = 20  # with + between them; more terms are the sum of a list
LARGEST_WHOLE = 1e15  # beyond it 1e+16 is shorter than its digits
NAMES_IN_NUMBERS = frozenset({"sqrt", "pi"})

# Factors in the rules of erf and gelu, as people write them.
KNOWN = {
    pi: "pi",
    sqrt(0.5): "1 / sqrt(2)",
    2.0 / sqrt(pi): "2 / sqrt(pi)",
    1.0 / sqrt(2.0 * pi): "1 / sqrt(2 * pi)",
}


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
    place = PLACES[position]
    return sum(isinstance(part, ast.Name) and part.id == place for part in ast.walk(formula))


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
