"""Paths of the chain rule: those with the largest products, and the sums over all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograd import Value
from autograd.reverse import Sweep
from visualize.steps.numbered import (
    Numbered,
    Prefix,
    largest_prefixes,
    multiplied,
    path_counts,
    values_on_paths,
)


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


def largest_paths(
    sweep: Sweep, wrt: Collection[Value], count: int = 5, *, passes: Numbered | None = None
) -> dict[Value, tuple[Path, ...]]:
    """Return, for each value of `wrt`, its paths of largest |product|, the largest first.

    Products that are nan come first and infinite ones second, because they decide a gradient. The
    others are ordered by size, as if floats had no largest and no smallest number, so that paths
    whose products overflow or underflow have an order too. Equal ones keep the order of the sweep.
    Each value has at most `count` paths, and none if no path leads to it.

    The largest paths to a value are among the largest to its users, one step longer. So one pass
    over the sweep finds them, however many paths there are. `passes` is the sweep by number, if
    that is made already.

    >>> from autograd import Value
    >>> from autograd.reverse import sweep
    >>> x, y = Value(3.0), Value(4.0)
    >>> [path.product for path in largest_paths(sweep(x * x * y + x), [x])[x]]
    [12.0, 12.0, 1.0]
    """
    passes, wanted = passes or numbered(sweep), _wanted(sweep, wrt)
    best = largest_prefixes(passes, wanted, values_on_paths(passes, wanted), count)
    found: dict[Value, tuple[Path, ...]] = dict.fromkeys(wrt, ())
    for number, prefixes in best.items():
        found[sweep.visits[number].node] = tuple(_path(sweep, prefix) for prefix in prefixes)
    return found


def numbered(sweep: Sweep) -> Numbered:
    """Return a sweep by number: each value has that of its visit."""
    number = {visit.node: place for place, visit in enumerate(sweep.visits)}
    sent = [[it for it in visit.contributions if it.local is not None] for visit in sweep.visits]
    return Numbered(
        starts=[0],
        visits=range(len(number)),
        used=[[number[it.operand] for it in row] for row in sent],
        places=[range(len(row)) for row in sent],
        local=[[it.local for it in row] for row in sent],
        sent=[[it.sent for it in row] for row in sent],
    )


def values_between(
    sweep: Sweep, wrt: Collection[Value], *, passes: Numbered | None = None
) -> set[Value]:
    """Return the values on the paths of the sweep to `wrt`, both ends included.

    >>> from autograd import Value
    >>> from autograd.reverse import sweep
    >>> a, b = Value(3.0), Value(4.0)
    >>> c = a * b + b.exp()
    >>> len(values_between(sweep(c), [a])), len(values_between(sweep(c), [b]))
    (3, 4)
    """
    found = values_on_paths(passes or numbered(sweep), _wanted(sweep, wrt))
    return {visit.node for visit, is_between in zip(sweep.visits, found, strict=True) if is_between}


def _wanted(sweep: Sweep, wrt: Collection[Value]) -> list[bool]:
    wanted = set(wrt)
    return [visit.node in wanted for visit in sweep.visits]


def _path(sweep: Sweep, prefix: Prefix) -> Path:
    """Return a path with its values."""
    edges = []
    rest = prefix
    while rest.before is not None:
        visit = sweep.visits[rest.before.value]
        sent = [it for it in visit.contributions if it.local is not None]
        operand, position, local, _, _ = sent[rest.place]
        assert local is not None
        edges.append(PathEdge(visit.node, operand, position, local))
        rest = rest.before
    return Path(sweep.root, tuple(reversed(edges)), prefix.product)


@dataclass(frozen=True, slots=True)
class PathSums:
    """The number of paths from a root to a value, and the sums of their products."""

    count: int
    open: int  # those that pass no derivative of 0
    total: float  # the sum of their products: the gradient
    size: float  # the sum of their |products|: far above |total| where they cancel


class _Front(NamedTuple):
    """Some listed paths that begin alike, followed down to one value."""

    product: float
    depth: int
    paths: tuple[Path, ...]


def path_sums(
    sweep: Sweep, wrt: Collection[Value], *, passes: Numbered | None = None
) -> dict[Value, PathSums]:
    """Return, for each value of `wrt`, the number of paths that lead to it and their sums.

    Every use of a value counts: `x * x` has two paths to x. One pass over the sweep; the counts
    are exact, however large. `total` is the gradient of the engine to the last bit, 0.0 where no
    path leads.

    >>> from autograd import Value
    >>> from autograd.reverse import sweep
    >>> x = Value(3.0)
    >>> path_sums(sweep(x * x - 4 * x), [x])[x]
    PathSums(count=3, open=3, total=2.0, size=10.0)
    """
    sums = {value: PathSums(0, 0, 0.0, 0.0) for value in wrt}
    passes, wanted = passes or numbered(sweep), _wanted(sweep, wrt)
    counts = path_counts(passes, wanted, values_on_paths(passes, wanted))
    for number, paths in counts.items():
        node, gradient, _ = sweep.visits[number]
        sums[node] = PathSums(paths.count, paths.open, gradient, paths.size)
    return sums


def rest_of_paths(
    sweep: Sweep, value: Value, listed: Sequence[Path], *, passes: Numbered | None = None
) -> float:
    """Return the sum of the products of all paths to `value` but the `listed` ones.

    The other paths are added up themselves. A difference of sums would lose digits where the
    listed paths are large.

    >>> from autograd import Value
    >>> from autograd.reverse import sweep
    >>> x = Value(2.0)
    >>> passes = sweep(1e20 * x + x * x)
    >>> rest_of_paths(passes, x, largest_paths(passes, [x], count=1)[x])
    4.0
    """
    between = values_between(sweep, [value], passes=passes)
    fronts: dict[Value, list[_Front]] = {}
    rests: dict[Value, float] = {}
    if listed:
        fronts[sweep.root] = [_Front(1.0, 0, tuple(listed))]
    else:
        rests[sweep.root] = 1.0
    for node, _, contributions in sweep.visits:
        if node is value:
            return rests.get(value, 0.0)
        if node not in between:
            continue
        rest, arrived = rests.pop(node, 0.0), fronts.pop(node, [])
        for operand, position, local, share, _ in contributions:
            if local is None or operand not in between:
                continue
            sent = multiplied(rest, local, share)
            for product, depth, paths in arrived:
                onward = tuple(path for path in paths if path.edges[depth].position == position)
                longer = multiplied(product, local, share)
                if onward:
                    fronts.setdefault(operand, []).append(_Front(longer, depth + 1, onward))
                else:
                    sent += longer
            rests[operand] = rests.get(operand, 0.0) + sent
    return 0.0


@dataclass(frozen=True, slots=True)
class Derivation:
    """The gradient of `root` with respect to `wrt`, as a sum over paths.

    `paths` are the largest ones, `rest` is the sum of those not among them. A path that passes a
    derivative of 0 is among them only where all do. `size` is the sum of |products| of all paths:
    far above |gradient| where they cancel.
    """

    root: Value
    wrt: Value
    gradient: float  # what backward() gives
    paths: tuple[Path, ...]
    total_paths: int
    open_paths: int  # those that pass no derivative of 0
    rest: float
    size: float

    @property
    def shown(self) -> int:
        """How many paths are listed."""
        return len(self.paths)


def derivations(sweep: Sweep, wrt: Collection[Value], count: int) -> tuple[Derivation, ...]:
    """Return the derivation of the gradient of each value of `wrt`, with up to `count` paths each.

    >>> from autograd import Value
    >>> from autograd.reverse import sweep
    >>> x = Value(3.0)
    >>> (one,) = derivations(sweep(x * x - 4 * x), [x], 2)
    >>> one.gradient, [path.product for path in one.paths], one.rest
    (2.0, [-4.0, 3.0], 3.0)
    """
    passes = numbered(sweep)
    best = largest_paths(sweep, wrt, count, passes=passes)
    sums = path_sums(sweep, wrt, passes=passes)
    made = []
    for value in wrt:
        found, total = best[value], sums[value]
        paths = tuple(path for path in found if path.product or 0.0 not in path.locals) or found
        made.append(
            Derivation(
                root=sweep.root,
                wrt=value,
                gradient=total.total,
                paths=paths,
                total_paths=total.count,
                open_paths=total.open,
                rest=rest_of_paths(sweep, value, paths, passes=passes),
                size=total.size,
            )
        )
    return tuple(made)
