"""Sums and dot products that a page draws as one box, with the operands that nothing else uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from autograd import Primitive
from visualize.formula.operation import is_product
from visualize.scene.collapse import View, by_module, few_outputs, first_view
from visualize.scene.flat import FlatGraph

FEW_BOXES = 150  # with which a page begins


def beginning(graph: FlatGraph, sums: dict[int, list[int]], limit: int = FEW_BOXES) -> View:
    """Return the view that a page begins with: it closes or folds as little as fits the limit."""
    return first_view(graph, limit, _views(graph, sums, limit))[0]


def _views(graph: FlatGraph, sums: dict[int, list[int]], limit: int) -> Iterator[View]:
    alone = few_outputs(graph, limit)
    if len(graph) <= limit:
        yield View("", graph.scopes, 0, alone)
    if not any(graph.scopes):
        yield View("", graph.scopes, 0, alone, list(sums.values()))
    yield from by_module(graph, limit)


def foldable_sums(graph: FlatGraph) -> dict[int, list[int]]:
    """Return the sums and dot products that are worth folding, each with all that its box holds.

    A box holds the sum itself, the leaves and products that are its terms, the leaves of these
    products, and the additions before it in the chain that the builtin sum makes. All belong to
    the module of the sum, none is an output, and nothing else uses them. The last addition of a
    chain is the sum.

    >>> from autograd import Value
    >>> from visualize.scene.flat import flatten
    >>> a, b, c = (Value(float(number)) for number in range(3))
    >>> foldable_sums(flatten([(a + b + c).tanh()]))  # a + b alone is short already
    {4: [4, 2, 3, 0, 1]}
    """
    alone = few_outputs(graph, FEW_BOXES)
    uses = [0] * len(graph)
    for operands in graph.operands:
        for operand in operands:
            uses[operand] += 1
    taken: set[int] = set()
    sums = {}
    for top in range(len(graph) - 1, -1, -1):
        if top in taken or not _adds_up(graph, top):
            continue
        inside = _swallowed(graph, top, uses, alone)
        row = graph.values[top].op
        additions = sum(_adds_up(graph, member) for member in inside)
        if len(inside) > 2 and row is not None and (row.variadic or additions > 1):
            taken.update(inside)
            sums[top] = inside
    return dict(reversed(sums.items()))


def _swallowed(graph: FlatGraph, top: int, uses: list[int], alone: frozenset[int]) -> list[int]:
    inside = [top]
    for value in inside:  # grows while it is walked
        for operand, count in Counter(graph.operands[value]).items():
            is_own = uses[operand] == count
            is_near = graph.scopes[operand] == graph.scopes[top] and operand not in alone
            if is_own and is_near and _is_term(graph, value, operand):
                inside.append(operand)
    return inside


def _adds_up(graph: FlatGraph, value: int) -> bool:
    """Tell whether a value is an addition, or an operation with any number of operands."""
    row = graph.values[value].op
    return row is not None and (row.variadic or term_size(row) == 1)


def _is_term(graph: FlatGraph, value: int, operand: int) -> bool:
    """Tell whether an operand is a leaf, a link of a chain of additions or a product in a sum."""
    term, row = graph.values[operand].op, graph.values[value].op
    if term is None or row is None:
        return True
    return term_size(row) == 1 and (is_product(term) or (term is row and not row.variadic))


def term_size(row: Primitive) -> int:
    """Return how many operands make a term of a sum: 1, or 2 of a dot product; 0 of no sum."""
    terms = row.sum_of
    if terms is None or (terms.arity == 2 and not terms.commutative):  # guarded
        return 0
    return terms.arity
