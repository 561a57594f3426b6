"""An operation as an expression: its formula, or its name, applied to operands."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from typing import Any

import autograd
from autograd import Primitive
from visualize.formula.tidy import literal, tidy, without_root

Opens = Callable[[Primitive], bool]  # whether a notation writes a row by its formula
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
    if row.chooses:
        return _choice(*operands)
    if row.variadic:
        product = row.sum_of
        if product is not None:
            factors = ([operands[place] for place in term] for term in terms(row, len(operands)))
            return _sum([operation(product, f, opens) if len(f) == 2 else f[0] for f in factors])
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
    """Return an expression with names instead of the calls and operations that have these texts.

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
        return without_root(_filled(formula, {"x": operands[0], "y": nothing}))
    whole = reduce(lambda x, y: _filled(formula, {"x": x, "y": y}), operands[1:], operands[0])
    if isinstance(whole, ast.Call) and len(whole.args) == 1:  # sqrt(x**2 + y**2 + ...)
        return ast.Call(whole.func, [_sum(_added(whole.args[0]))], [])
    return whole


def _choice(place: ast.expr, *items: ast.expr) -> ast.expr:
    """Return the choice of the item at a place, one condition after the other."""
    found: ast.expr = ast.Name("nan")
    for number, item in reversed([*enumerate(items)]):
        found = ast.IfExp(ast.Compare(place, [ast.Eq()], [literal(float(number))]), item, found)
    return found


def _added(expression: ast.expr) -> list[ast.expr]:
    """Return the terms of a sum that was built by adding one term at a time."""
    terms = []
    while isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add):
        terms.append(expression.right)
        expression = expression.left
    return [expression, *reversed(terms)]


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


def is_product(row: Primitive) -> bool:
    """Return whether an operation is a product of two factors."""
    return row.gathered is not None and row.arity == 2


def adds_products(row: Primitive) -> bool:
    """Return whether an operation is a sum of products of two factors, as dot is."""
    return row.variadic and row.sum_of is not None and row.sum_of.arity == 2


def terms(row: Primitive, count: int) -> list[tuple[int, ...]]:
    """Return the places of the operands in each term of an operation on `count` operands.

    >>> from autograd.primitive import TABLE
    >>> terms(TABLE["dot"], 4), terms(TABLE["add_n"], 2)
    ([(0, 2), (1, 3)], [(0,), (1,)])
    """
    half = count // 2
    if adds_products(row):
        return list(zip(range(half), range(half, count), strict=True))
    return [(place,) for place in range(count)]


def other_factor(row: Primitive, count: int, position: int) -> int | None:
    """Return the place of the factor that multiplies an operand; None where there is none.

    >>> from autograd.primitive import TABLE
    >>> other_factor(TABLE["mul"], 2, 0), other_factor(TABLE["dot"], 4, 3)
    (1, 1)
    """
    if is_product(row):
        return 1 - position
    return (position + count // 2) % count if adds_products(row) else None
