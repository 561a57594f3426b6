"""Paths of the chain rule: the ones from a root to a value with the largest products."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from heapq import nlargest
from math import frexp, inf, isfinite, isnan
from typing import NamedTuple

from autograd import Value
from autograd.reverse import Contribution, Sweep

__all__ = ["Path", "PathEdge", "largest_paths", "multiplied", "values_between"]


class PathEdge(NamedTuple):
    """A step down a path: a use of `operand` by `node`, and the local derivative there."""

    node: Value
    operand: Value
    position: int  # among the operands of the node: x * x has two edges to x
    local: float


@dataclass(frozen=True, slots=True)
class Path:
    """A path from a root down to a value that it was computed from.

    `product` is the product of the local derivatives, multiplied from the root down as the
    reverse sweep does: once it is 0 it stays 0. The path from a root to itself has no edges and
    the product 1.
    """

    root: Value
    edges: tuple[PathEdge, ...]  # from the root down
    product: float

    @property
    def nodes(self) -> tuple[Value, ...]:
        """The values on the path, the root first."""
        return (self.root, *(edge.operand for edge in self.edges))

    @property
    def locals(self) -> tuple[float, ...]:
        """The local derivatives, in the order of the edges."""
        return tuple(edge.local for edge in self.edges)


class _Prefix(NamedTuple):
    """A path from the root down to some value, as its last edge and the path before it."""

    rank: tuple[int, float, float]
    product: float
    before: _Prefix | None
    edge: PathEdge | None


_START = _Prefix((0, 1, 0.5), 1.0, None, None)  # of a product of 1: 0.5 * 2**1


def largest_paths(
    sweep: Sweep, wrt: Collection[Value], count: int = 5
) -> dict[Value, tuple[Path, ...]]:
    """Return, for each value of `wrt`, its paths of largest |product|, the largest first.

    Products that are nan come first and infinite ones second, because they decide a gradient. The
    others are ordered by size, as if floats had no largest and no smallest number, so that paths
    whose products overflow or underflow have an order too. Equal ones keep the order of the sweep.
    Each value has at most `count` paths, and none if no path leads to it.

    The largest paths to a value are among the largest to its users, one step longer. So one pass
    over the sweep finds them, however many paths there are.

    >>> from autograd import Value
    >>> from autograd.reverse import sweep
    >>> x, y = Value(3.0), Value(4.0)
    >>> [path.product for path in largest_paths(sweep(x * x * y + x), [x])[x]]
    [12.0, 12.0, 1.0]
    """
    between = values_between(sweep, wrt)
    candidates: dict[Value, list[_Prefix]] = {sweep.root: [_START]}
    found: dict[Value, tuple[Path, ...]] = dict.fromkeys(wrt, ())
    for visit in sweep.visits:
        if visit.node not in between:
            continue
        best = nlargest(count, candidates.pop(visit.node), key=_rank)
        if visit.node in found:
            found[visit.node] = tuple(_path(sweep.root, prefix) for prefix in best)
        for contribution in visit.contributions:
            operand, position, local, _, _ = contribution
            if local is None or operand not in between:
                continue
            edge = PathEdge(visit.node, operand, position, local)
            longer = candidates.setdefault(operand, [])
            longer += (_extended(prefix, edge, contribution) for prefix in best)
    return found


def values_between(sweep: Sweep, wrt: Collection[Value]) -> set[Value]:
    """Return the values on the paths of the sweep to `wrt`, both ends included.

    >>> from autograd import Value
    >>> from autograd.reverse import sweep
    >>> a, b = Value(3.0), Value(4.0)
    >>> c = a * b + b.exp()
    >>> len(values_between(sweep(c), [a])), len(values_between(sweep(c), [b]))
    (3, 4)
    """
    wanted = set(wrt)
    between: set[Value] = set()
    for visit in reversed(sweep.visits):
        if visit.node in wanted or any(
            contribution.operand in between and contribution.local is not None
            for contribution in visit.contributions
        ):
            between.add(visit.node)
    return between


def multiplied(product: float, contribution: Contribution) -> float:
    """Return `product` times the local derivative of `contribution`, as the sweep multiplies.

    Exactly 0 stays 0. Where an infinity or nan meets a derivative of 0, some rules multiply and
    others select; then the number that the sweep sent decides.
    """
    local = contribution.local or 0.0
    if not product:
        return 0.0
    if local or isfinite(product):
        return product * local
    return contribution.sent or 0.0


def _extended(prefix: _Prefix, edge: PathEdge, contribution: Contribution) -> _Prefix:
    product = multiplied(prefix.product, contribution)
    _, exponent, fraction = prefix.rank
    # An infinite or nan derivative has no size; `kind` ranks it.
    factor, shift = frexp(abs(edge.local)) if isfinite(edge.local) else (0.5, 1)
    fraction, carry = frexp(fraction * factor)
    exponent += shift + carry if fraction else -inf
    kind = 0 if isfinite(product) else 1 + isnan(product)
    return _Prefix((kind, exponent, fraction), product, prefix, edge)


def _rank(prefix: _Prefix) -> tuple[int, float, float]:
    return prefix.rank


def _path(root: Value, prefix: _Prefix) -> Path:
    return Path(root, tuple(_edges(prefix))[::-1], prefix.product)


def _edges(prefix: _Prefix) -> Iterator[PathEdge]:
    """Yield the edges of a path, the last one first."""
    rest: _Prefix | None = prefix
    while rest is not None:
        if rest.edge is not None:
            yield rest.edge
        rest = rest.before
