"""The derivation of one gradient: its largest paths, and what all the others add up to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from autograd import Value
from autograd.reverse import Sweep
from visualize.steps.path_sums import path_sums, rest_of_paths
from visualize.steps.paths import Path, largest_paths

__all__ = ["Derivation", "derivations"]


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
