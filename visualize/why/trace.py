"""The trace of nan and inf in the backward pass, from a leaf up to where they first came up."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, isnan

from autograd import Contribution, Visit
from visualize.why.ways import Ways

__all__ = ["Step", "by_numbers", "trace"]

Step = tuple[Visit, Contribution | None]  # None: at a sum of what came to the node of the visit


def trace(ways: Ways) -> Iterator[Step]:
    """Yield where nan and inf came up on the way to the leaf, the last in the backward pass first.

    From the leaf up: the contribution that spoilt the gradient, and the gradient that it came from
    as long as that was not finite either. The last one yielded is the first cause.
    """
    by_node = {visit.node: visit for visit in ways.visits}
    here = by_node[ways.leaf]
    while True:
        came = ways.incoming.get(here.node, [])
        is_nan = isnan(here.gradient)
        spoilt = [step for step in came if step[1].sent is not None and not isfinite(step[1].sent)]
        of_kind = [step for step in spoilt if is_nan == isnan(step[1].sent or 0.0)]
        if not spoilt or (is_nan and not of_kind):
            yield here, None  # finite ones that overflowed, or inf - inf
            if not spoilt:
                return
        visit, contribution = (of_kind or spoilt)[0]
        from_above = not isfinite(visit.gradient)
        if not from_above or (isnan(contribution.sent or 0.0) and not isnan(visit.gradient)):
            yield visit, contribution
        if not from_above:
            return
        here = visit


def by_numbers(step: Step) -> bool:
    """Tell whether a local derivative is not finite because numbers of the forward pass are not."""
    visit, contribution = step
    if contribution is None or isfinite(contribution.local or 0.0):
        return False
    node = visit.node
    return not all(map(isfinite, [node.data, *(arg.data for arg in node.args)]))
