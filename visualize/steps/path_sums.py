"""The sums over all paths of the chain rule, without walking them one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograd import Value
from autograd.reverse import Sweep
from visualize.steps.paths import Path, largest_paths, multiplied, values_between

__all__ = ["Derivation", "PathSums", "derivations", "path_sums", "rest_of_paths"]


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


def path_sums(sweep: Sweep, wrt: Collection[Value]) -> dict[Value, PathSums]:
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
    between = values_between(sweep, wrt)
    sums = {value: PathSums(0, 0, 0.0, 0.0) for value in wrt}
    counts, opened, sizes = {sweep.root: 1}, {sweep.root: 1}, {sweep.root: 1.0}
    for node, gradient, contributions in sweep.visits:
        if node not in between:
            continue
        # Not kept for later: counts of a long chain may have many thousands of digits.
        count, open_count, size = counts.pop(node), opened.pop(node), sizes.pop(node)
        if node in sums:
            sums[node] = PathSums(count, open_count, gradient, size)
        for contribution in contributions:
            operand, _, local, _, _ = contribution
            if local is None or operand not in between:
                continue
            counts[operand] = counts.get(operand, 0) + count
            opened[operand] = opened.get(operand, 0) + (open_count if local else 0)
            sizes[operand] = sizes.get(operand, 0.0) + abs(multiplied(size, contribution))
    return sums


def rest_of_paths(sweep: Sweep, value: Value, listed: Sequence[Path]) -> float:
    """Return the sum of the products of all paths to `value` but the `listed` ones.

    The other paths are added up themselves. A difference of sums would lose digits where the
    listed paths are large.

    >>> from autograd import Value
    >>> from autograd.reverse import sweep
    >>> from visualize.steps.paths import largest_paths
    >>> x = Value(2.0)
    >>> passes = sweep(1e20 * x + x * x)
    >>> rest_of_paths(passes, x, largest_paths(passes, [x], count=1)[x])
    4.0
    """
    between = values_between(sweep, [value])
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
        for contribution in contributions:
            operand, position, local, _, _ = contribution
            if local is None or operand not in between:
                continue
            sent = multiplied(rest, contribution)
            for product, depth, paths in arrived:
                onward = tuple(path for path in paths if path.edges[depth].position == position)
                longer = multiplied(product, contribution)
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
    best = largest_paths(sweep, wrt, count)
    sums = path_sums(sweep, wrt)
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
                rest=rest_of_paths(sweep, value, paths),
                size=total.size,
            )
        )
    return tuple(made)
