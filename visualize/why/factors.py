"""What makes the factors of a path small or large: saturation, bounded slopes, weights, numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import exp, log
from typing import NamedTuple

from autograd import Constant, Primitive, Value
from visualize.digits import counted, significant
from visualize.steps.paths import PathEdge
from visualize.why.magnitude import log_size, power

__all__ = ["Shrinkage", "forward_growth", "shrinkage"]

SATURATED = 0.05  # of the largest slope that an activation has
MOST_SIMPLE = 9  # as a denominator
SHARE = 0.5  # of the logarithm of a factor that its number must have
FEWEST_STEPS = 3  # that numbers grow over
LEAST_GROWTH = 1.5  # times a step

NEAR_THE_END = (
    "near the lowest point of a loss every gradient is small, and nothing is wrong; else "
)


class Shrinkage(NamedTuple):
    """Why a product of factors is small: in a clause, at which values, and what to do."""

    says: str
    nodes: tuple[Value, ...]
    way_out: str


def shrinkage(edges: Sequence[PathEdge]) -> Shrinkage:
    """Return what makes the product along a path small: the kind of factor that takes most."""
    bent = [(edge, _largest_slope(edge.node.op)) for edge in edges]
    flat = [(edge, top) for edge, top in bent if top]
    saturated = [edge for edge, top in flat if top and abs(edge.local) < SATURATED * top]
    passing = [(edge, top) for edge, top in flat if edge not in saturated]
    products = [edge for edge, top in bent if top is None and _is_product(edge.node.op)]
    taken = {
        "saturated": -sum(log_size(edge.local) for edge in saturated),
        "bounded": -sum(log_size(edge.local) for edge, _ in passing),
        "factors": -sum(log_size(edge.local) for edge in products),
    }
    most = max(taken, key=lambda kind: taken[kind])
    if taken[most] < SHARE * -sum(log_size(edge.local) for edge in edges):
        return Shrinkage(
            "", (), f"{NEAR_THE_END}scale what is differentiated, or work with logarithms"
        )
    if most == "saturated":
        return Shrinkage(
            f"by {_listed(saturated)} saturated: so far from 0 that the slope is next to nothing",
            tuple(edge.node for edge in saturated[:3]),
            "scale the inputs, start from smaller weights, or leave the last activation to a loss "
            "that takes logits",
        )
    if most == "bounded":
        tops = [log(top) for _, top in passing if top]
        name, top = passing[0][0].node.op, passing[0][1] or 1.0
        count = len(passing)
        bound = f"{counted(count, 'factor')} of that kind: at most {power(sum(tops))}"
        return Shrinkage(
            f"because the slope of {name.name if name else ''} is at most {_fraction(top)} "
            f"({bound})",
            tuple(edge.node for edge, _ in passing[:3]),
            "use relu, leaky_relu or tanh in the layers between, or fewer of them",
        )
    return Shrinkage(
        f"by {counted(len(products), 'small factor')}",
        tuple(edge.node for edge in sorted(products, key=lambda edge: log_size(edge.local))[:3]),
        f"{NEAR_THE_END}start from larger weights, scale the inputs, or shorten the chain",
    )


def forward_growth(edges: Sequence[PathEdge]) -> tuple[Value, Value, int, float] | None:
    """Return where the number that makes the largest factor began to grow, over how many steps.

    None where that factor is no number of the forward pass, or one that did not grow step by step.
    The last number is by how many times it grows in a step.
    """
    if not edges:
        return None
    steepest = max(edges, key=lambda edge: log_size(edge.local))
    whole = sum(max(log_size(edge.local), 0.0) for edge in edges)
    operands = [arg for arg in steepest.node.args if type(arg) is not Constant]
    large = max(operands, key=lambda value: log_size(value.data))
    if log_size(large.data) < SHARE * whole:
        large = steepest.node  # as of exp, whose slope is its own number
    if log_size(steepest.local) < SHARE * whole or log_size(large.data) < SHARE * whole:
        return None
    first, steps = large, 0
    while first.op is not None:
        below = [arg for arg in first.args if type(arg) is not Constant]
        smaller = max(below, key=lambda value: log_size(value.data), default=None)
        if smaller is None or log_size(first.data) - log_size(smaller.data) < log(LEAST_GROWTH):
            break
        first, steps = smaller, steps + 1
    if steps < FEWEST_STEPS or not first.data:
        return None
    return first, large, steps, exp((log_size(large.data) - log_size(first.data)) / steps)


def _largest_slope(row: Primitive | None) -> float | None:
    """Return the slope at 0 of an activation that saturates; None of any other operation."""
    if row is None or row.arity != 1 or row.bounds is None:
        return None
    (slope,) = row.pull(1.0, row.forward(0.0), [0.0])
    return float(slope)


def _is_product(row: Primitive | None) -> bool:
    if row is None:
        return False
    return (row.gathered is not None and row.arity == 2) or (
        row.variadic and row.sum_of is not None and row.sum_of.arity == 2
    )


def _listed(edges: Sequence[PathEdge]) -> str:
    count = Counter(edge.node.op.name for edge in edges if edge.node.op)
    said = [
        f"{name}, which is" if n == 1 else f"{n:,} {name}s, which are" for name, n in count.items()
    ]
    return " and ".join(said)


def _fraction(number: float) -> str:
    """Return a number as a fraction where it is a simple one.

    >>> _fraction(0.25), _fraction(1.0), _fraction(1.1283791670955126)
    ('1/4', '1', '1.128')
    """
    above, below = number.as_integer_ratio()
    return f"{above}/{below}" if 1 < below <= MOST_SIMPLE else significant(number)
