"""Formulas in SymPy: every operation that SymPy has no function for is written out."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from autograd import Primitive
from autograd.primitive import TABLE
from visualize.formula.listing import Listing
from visualize.formula.python import unparsed

__all__ = ["opened_in_sympy", "sympy"]

# What Python's own names are called there, as far as formulas have them.
OTHER_NAME = {"max": "Max", "min": "Min", "inf": "oo", "float": "Float"}
NAMES_IN_A_LINE = 12


def opened_in_sympy(row: Primitive) -> bool:
    """Return whether a row is written by its formula: all that have one."""
    return row.formula is not None


def sympy(listing: Listing) -> str:
    """Return the assignments as lines to run after `from sympy import *`.

    Operations without a formula, `detach` among them, are undefined functions.

    >>> from autograd import Value
    >>> from visualize.formula.listing import listed
    >>> a = Value(2.0, label="a")
    >>> print(sympy(listed(a.relu() * abs(a), [], opened_in_sympy)))
    a = symbols("a", real=True)
    y = Max(a, 0) * Abs(a)
    """
    lines = list(_symbols(list(listing.leaves)))
    lines += [f"{line.name} = {unparsed(_value(line.expression))}" for line in listing.lines]
    return "\n".join(lines)


def _symbols(names: list[str]) -> Iterator[str]:
    for start in range(0, len(names), NAMES_IN_A_LINE):
        some = names[start : start + NAMES_IN_A_LINE]
        yield f'{", ".join(some)} = symbols("{" ".join(some)}", real=True)'


def _value(expression: ast.expr) -> ast.expr:
    """Return an expression that is a number, in SymPy's functions."""
    match expression:
        case ast.IfExp():
            return _piecewise(_branches(expression))
        case ast.Compare() | ast.BoolOp():
            one, zero = ast.Constant(1), ast.Constant(0)
            return _piecewise([(_condition(expression), one), (ast.Constant(True), zero)])
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(_value(left), op, _value(right))
        case ast.UnaryOp(op=op, operand=operand):
            return ast.UnaryOp(op, _value(operand))
        case ast.Call(func=ast.Name("sum"), args=[ast.List(elts=terms)]):
            return _call("Add", map(_value, terms))
        case ast.Call(func=ast.Name(name), args=args):
            row = TABLE.get(name)
            known = row.sympy if row is not None else OTHER_NAME.get(name)
            if known:
                return _call(known, map(_value, args))
            undefined = _call("Function", [ast.Constant(name)])
            return ast.Call(undefined, list(map(_value, args)), [])
        case ast.Name(name):
            return ast.Name(OTHER_NAME.get(name, name))
    return expression


def _branches(expression: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield (condition, value) of a conditional expression, those of its else-part too."""
    while isinstance(expression, ast.IfExp):
        yield _condition(expression.test), _value(expression.body)
        expression = expression.orelse
    yield ast.Constant(True), _value(expression)


def _condition(expression: ast.expr) -> ast.expr:
    """Return an expression as what is true or false: a number is true unless it is 0."""
    match expression:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return _call("Eq", map(_value, (left, right)))
        case ast.Compare(left=left, ops=[ast.NotEq()], comparators=[right]):
            return _call("Ne", map(_value, (left, right)))
        case ast.Compare(left=left, ops=ops, comparators=others):
            return ast.Compare(_value(left), ops, list(map(_value, others)))
    return _call("Ne", [_value(expression), ast.Constant(0)])


def _piecewise(branches: Iterable[tuple[ast.expr, ast.expr]]) -> ast.expr:
    pairs: list[ast.expr] = [ast.Tuple([value, condition]) for condition, value in branches]
    return ast.Call(ast.Name("Piecewise"), pairs, [])


def _call(name: str, args: Iterable[ast.expr]) -> ast.expr:
    return ast.Call(ast.Name(name), list(args), [])
