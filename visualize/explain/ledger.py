"""The gradient of a value as the sum of what its users send back: one row instead of all paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import nlargest

from autograd import Value
from autograd.reverse import Sweep
from visualize.digits import FEW
from visualize.explain.equations import partial
from visualize.explain.statements import (
    Formula,
    Name,
    Number,
    Partial,
    Product,
    Row,
    Sum,
    Words,
)  # fmt: skip
from visualize.formula.holding import held
from visualize.steps.paths import PathEdge

__all__ = ["ledger_rows"]

MOST_USERS = 3  # with a term of their own, the largest ones

Arrival = tuple[PathEdge, float, float]  # an edge, the gradient above it, what it sends


def ledger_rows(
    passes: Sweep, values: Sequence[Value | Words], names: Mapping[Value, Name]
) -> Iterator[Row]:
    """Yield a row for each value: gradients above times local derivatives, in names and numbers.

    >>> from autograd import Value
    >>> from autograd.reverse import sweep
    >>> x = Value(3.0)
    >>> y = x * x
    >>> (row,) = ledger_rows(sweep(y), [x], {x: Name("x"), y: Name("y")})
    >>> row.cells[2]
    Sum(terms=(Product(factors=(Number(value=3.0, digits=4),)), ...
    """
    wanted = set(values)
    arrivals: dict[Value, list[Arrival]] = {}
    gradients: dict[Value, float] = {}
    for node, gradient, contributions in passes.visits:
        if node in wanted:
            gradients[node] = gradient
        for operand, position, local, sent, _ in contributions:
            if operand in wanted and local is not None and sent is not None:
                edge = PathEdge(node, operand, position, local)
                arrivals.setdefault(operand, []).append((edge, gradient, sent))
    for value in values:
        if isinstance(value, Words):
            yield Row((value,))
        else:
            terms = _terms(passes.root, arrivals[value], gradients[value], names)
            yield Row((Partial(names[passes.root], names[value]), *terms, Number(gradients[value])))


def _terms(
    root: Value, arrivals: Sequence[Arrival], total: float, names: Mapping[Value, Name]
) -> tuple[Formula, Formula]:
    largest = nlargest(MOST_USERS, arrivals, key=lambda arrival: _size(arrival[2]))
    factors = [number for edge, gradient, _ in largest for number in (gradient, edge.local)]
    digits = FEW
    if len(arrivals) == len(largest):
        digits = held(_sum_of_products, factors, total) or FEW
    by_name: list[Formula] = []
    by_number: list[Formula] = []
    for edge, gradient, _ in largest:
        step = partial(edge, names)
        if edge.node is root:  # its own derivative, 1, is no factor to write
            by_name.append(Product((step,)))
            by_number.append(Product((Number(edge.local, digits),)))
        else:
            above = Partial(names[root], names[edge.node])
            by_name.append(Product((above, step)))
            by_number.append(Product((Number(gradient, digits), Number(edge.local, digits))))
    if len(arrivals) > len(largest):
        more = Words(f"({len(arrivals) - len(largest):,} more)")
        by_name.append(more)
        by_number.append(more)
    return Sum(tuple(by_name)), Sum(tuple(by_number))


def _sum_of_products(*factors: float) -> float:
    return sum(x * y for x, y in zip(factors[::2], factors[1::2], strict=True))


def _size(sent: float) -> tuple[bool, float]:
    return (True, 0.0) if sent != sent else (False, abs(sent))
