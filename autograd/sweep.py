"""The reverse sweep with every contribution kept: it shows all and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.errors import refuse
from autograd.graph import Constant, check_fresh, check_node, topological_order
from autograd.mode import quietly
from autograd.number import as_float

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.value import Value

__all__ = ["Contribution", "Sweep", "Visit", "local_derivatives", "sweep"]


class Contribution(NamedTuple):
    """What one operand of a node gets from it: `sent`, the gradient of the node times `local`.

    `local` is the derivative of the node with respect to this operand. Where the operation has
    none, both are None. A gradient of 0 sends exactly 0, whatever `local` is. `total` is what the
    operand has collected so far, this contribution included; None where nothing ever came.
    """

    operand: Value
    position: int  # among the operands of the node
    local: float | None
    sent: float | None
    total: float | None


class Visit(NamedTuple):
    """A node with its whole gradient, and what it hands on; leaves hand on nothing."""

    node: Value
    gradient: float
    contributions: tuple[Contribution, ...]


class Sweep(NamedTuple):
    """The visits of one reverse sweep, in its order: consumers before operands, leaves last."""

    root: Value
    visits: tuple[Visit, ...]

    def gradients(self) -> dict[Value, float]:
        """Return the gradient of every node that the sweep reached."""
        return {visit.node: visit.gradient for visit in self.visits}


@quietly
def sweep(root: Value, gradient: float = 1.0) -> Sweep:
    """Return all that `root.backward(gradient)` would do, without touching any gradient.

    Sums are made in the order of the engine, so that they are equal to the last bit. Raises
    StaleGraphError if a leaf was changed after the graph was computed.

    >>> from autograd import Value, sweep
    >>> x = Value(3.0)
    >>> for visit in sweep(x * x).visits:
    ...     print(visit.gradient, [(c.local, c.sent, c.total) for c in visit.contributions])
    1.0 [(3.0, 3.0, 3.0), (3.0, 3.0, 6.0)]
    6.0 []
    """
    refuse("a sweep", root)
    check_node("sweep", root)
    for node in topological_order(root):
        check_fresh(node)
    levels: list[list[Any]] = [[] for _ in range(root._depth + 1)]
    levels[-1].append(root)
    totals = {root: as_float(gradient, "sweep")}
    visits = []
    for level in reversed(levels):
        for node in level:  # complete: all consumers lie deeper
            contributions = tuple(_contributions(node, totals, levels))
            visits.append(Visit(node, totals[node], contributions))
    return Sweep(root, tuple(visits))


@quietly
def local_derivatives(value: Value) -> tuple[float | None, ...]:
    """Return the derivative of an operation with respect to each of its operands.

    None stands for a constant and for an operand that has no derivative. A leaf has no operands.

    >>> from autograd import Value, local_derivatives
    >>> local_derivatives(Value(2.0) * Value(5.0)), local_derivatives(3 / Value(2.0))
    ((5.0, 2.0), (None, -0.75))
    """
    refuse("a sweep", value)
    check_node("local_derivatives", value)
    if value.op is None:
        return ()
    return tuple(
        None if type(operand) is Constant else local
        for operand, local in zip(value.args, _pulled(value, 1.0))
    )


def _contributions(
    node: Any, totals: dict[Value, float], levels: list[list[Any]]
) -> Iterator[Contribution]:
    if node.op is None:
        return
    gradient = totals[node]
    local_derivatives = _pulled(node, 1.0)
    shares = _pulled(node, gradient) if gradient else [0.0] * len(node.args)
    for position, operand in enumerate(node.args):
        local, sent = local_derivatives[position], shares[position]
        if type(operand) is Constant:
            continue
        if local is None:
            yield Contribution(operand, position, None, None, totals.get(operand))
            continue
        if operand in totals:
            totals[operand] += sent
        else:
            totals[operand] = sent
            levels[operand._depth].append(operand)
        yield Contribution(operand, position, local, sent, totals[operand])


def _pulled(node: Any, gradient: float) -> Sequence[Any]:
    """Return what each operand gets; None for constants, whose rules may have no real value."""
    data = [arg._data for arg in node.args]
    if node.op.variadic:
        return node.op.pull(gradient, node._data, data)  # type: ignore[no-any-return]  # node is Any: Value's slots
    return [
        None if rule is None or type(arg) is Constant else rule(gradient, node._data, *data)
        for rule, arg in zip(node.op.pullbacks, node.args)
    ]
