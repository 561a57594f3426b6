"""Equations of an explanation: how each value was made, and the derivative of each step."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

from autograd import Primitive, Value
from autograd.graph import Constant
from autograd.reverse import Sweep
from visualize.explain import statements as say
from visualize.formula.operation import opened_in_python, operation, terms
from visualize.formula.python import unparsed
from visualize.formula.rules import row_digits, rule_digits, rules_of
from visualize.steps.paths import PathEdge

MOST_ROWS = 24  # of values, of derivatives
MOST_TERMS = 4  # of a sum or a dot product written in full; of more, those on a path
LONGEST_RULE = 120  # characters; a longer one says less than its value
KEPT = 3  # items at either end of a long list

Item = TypeVar("Item")


def forward(followed: Collection[Value], names: say.Names) -> say.Rows:
    """Return how some values were made, in the order of the graph."""
    order = [value for value in names if value in followed]
    return _rows(order, "values", lambda value: forward_row(value, names, followed))


def forward_row(value: Value, names: say.Names, followed: Collection[Value]) -> say.Row:
    """Return how a value was made, in names and in numbers.

    A long sum has only the terms with a value of `followed`. A value that was made from none of
    them has its number alone.
    """
    name, result = names[value], say.Number(value.data)
    row = value.op
    if row is None or not any(arg in followed for arg in value.args):
        return say.Row((name, result))
    template, hidden = _template(row, value.args, followed)
    more = (say.Words(f"({hidden:,} more)"),) if hidden else ()
    in_names = (*(_operand(arg, names) for arg in value.args), *more)
    digits = row_digits(value)
    in_numbers = (*(say.Number(arg.data, digits) for arg in value.args), *more)
    cells = (
        say.Applied(template, in_names, name),
        say.Applied(template, in_numbers, result),
        result,
    )
    return say.Row((name, *cells))


def backward(passes: Sweep, edges: Collection[PathEdge], names: say.Names) -> Iterator[say.Block]:
    """Yield the derivatives at some edges, in the order of the sweep, with one of them in words."""
    place = {visit.node: number for number, visit in enumerate(passes.visits)}
    order = sorted(edges, key=lambda edge: (place[edge.node], edge.position))
    first = partial(order[0], names)
    only = " changes when only the " if first.by.use else " changes when only "
    yield say.Sentence((first, " says how fast ", first.of, only, first.by, " is changed."))
    yield _rows(order, "derivatives", lambda edge: _local_row(edge, names))


def _local_row(edge: PathEdge, names: say.Names) -> say.Row:
    """Return the derivative of a value with respect to one operand: rule, numbers and value."""
    value, slope = edge.node, say.Number(edge.local)
    data = [float(arg.data) for arg in value.args]
    rule = rules_of(value)[edge.position]
    cells: tuple[say.Formula, ...] = (partial(edge, names),)
    # "d cube(x)/d x" is not a formula, and a number is the value itself
    if "{" in rule and not rule.startswith("d ") and len(rule) <= LONGEST_RULE:
        operands = tuple(_operand(arg, names) for arg in value.args)
        cells += (say.Applied(rule, operands, names[value]),)
        digits = rule_digits(rule, data, value.data, edge.local)
        if digits:
            numbers = tuple(say.Number(number, digits) for number in data)
            cells += (say.Applied(rule, numbers, say.Number(value.data, digits)),)
    kink = value.op.kink if value.op else None
    notes = [kink(*data) if kink else None, _uses(edge)]
    return say.Row((*cells, slope), "; ".join(filter(None, notes)))


def partial(edge: PathEdge, names: say.Names) -> say.Partial:
    """Return the derivative at an edge by name; of several uses of an operand it says which."""
    args = edge.node.args
    uses = [place for place, arg in enumerate(args) if arg is edge.operand]
    use = uses.index(edge.position) + 1 if len(uses) > 1 else 0
    return say.Partial(names[edge.node], say.Name(names[edge.operand].text, use))


def _uses(edge: PathEdge) -> str:
    """Return a remark on how often an operand is used, at its first use."""
    args = edge.node.args
    count = sum(arg is edge.operand for arg in args)
    is_first = count > 1 and args.index(edge.operand) == edge.position
    return f"{count} uses: each counts on its own" if is_first else ""


def _operand(operand: Value | Constant, names: say.Names) -> say.Name | say.Number | say.Words:
    return say.Number(float(operand)) if isinstance(operand, Constant) else names[operand]


def _template(
    row: Primitive, args: Sequence[Value | Constant], followed: Collection[Value]
) -> tuple[str, int]:
    """Return an operation with blanks for its operands, and the number of terms left out."""
    chosen = whole = terms(row, len(args))
    if row.variadic and len(whole) > MOST_TERMS:
        chosen = [term for term in whole if any(args[place] in followed for place in term)]
        chosen = chosen[:MOST_TERMS]
    blanks: list[ast.expr] = [
        ast.Name(f"{{{place}}}") for places in zip(*chosen) for place in places
    ]
    expression = operation(row, blanks, opened_in_python)
    hidden = len(whole) - len(chosen)
    if hidden and isinstance(expression, ast.Call):
        expression.args.append(ast.Name(f"{{{len(args)}}}"))
    elif hidden:
        expression = ast.BinOp(expression, ast.Add(), ast.Name(f"{{{len(args)}}}"))
    return unparsed(expression), hidden


def shortened(items: Sequence[Item], limit: int, noun: str) -> list[Item | say.Words]:
    """Return the items; of more than `limit`, three from each end and the number between them.

    >>> shortened("abcdefghij", 9, "letters")
    ['a', 'b', 'c', Words(text='… 4 letters …'), 'h', 'i', 'j']
    """
    if len(items) <= limit:
        return list(items)
    between = len(items) - 2 * KEPT
    return [*items[:KEPT], say.Words(f"… {between:,} {noun} …"), *items[-KEPT:]]


def _rows(items: Sequence[Item], noun: str, row: Callable[[Item], say.Row]) -> say.Rows:
    return say.Rows(
        tuple(
            say.Row((item,)) if isinstance(item, say.Words) else row(item)
            for item in shortened(items, MOST_ROWS, noun)
        )
    )
