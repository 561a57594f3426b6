"""What becomes of a result when one value is raised a little: computed, not taken from a slope."""

from __future__ import annotations

from math import isclose

from autograd import Value, topological_order

__all__ = ["honest_step", "raised"]

STEPS = (1e-3, 1e-6, 1e-9)
CLOSE = 0.1  # of the change: what "about" may be off


def honest_step(root: Value, wrt: Value, gradient: float) -> float | None:
    """Return the largest of some steps of which the slope foretells the result; None if of none.

    None at a kink, and where the step is lost in the digits of the numbers.

    >>> x = Value(0.001)
    >>> honest_step(2 * x, x, 2.0), honest_step(1 / x, x, -1e6), honest_step(abs(x - x), x, 0.5)
    (0.001, 1e-06, None)
    """
    order = topological_order(root)
    for step in STEPS:
        change = raised(order, wrt, step) - root.data
        if isclose(change, gradient * step, rel_tol=CLOSE):
            return step
    return None


def raised(order: list[Value], wrt: Value, step: float) -> float:
    """Return the number of the last value of a graph, in topological order, if `wrt` were larger.

    >>> x = Value(3.0)
    >>> raised(topological_order(x * x), x, 1.0)
    16.0
    """
    data = {wrt: wrt.data + step}
    for node in order:
        if node.op is not None and node is not wrt and any(arg in data for arg in node.args):
            data[node] = node.op.forward(*[data.get(arg, arg.data) for arg in node.args])
    return data.get(order[-1], order[-1].data)
