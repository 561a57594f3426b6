"""The graph of a model over some rows, evaluated without a trace left in the model."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from autograd import NumericWarning, Value, paused_collector, topological_order
from visualize.modes import evaluating

__all__ = ["RowGraph", "looking_at", "row_graphs"]


class RowGraph(NamedTuple):
    """What a model made of one row: the results of operations, operands first, and its outputs."""

    nodes: list[Value]
    outputs: list[Value]
    answer: Any  # the outputs as the model returned them, for the loss


@contextmanager
def looking_at(model: Any) -> Iterator[None]:
    """Let a block look at a model: in evaluation, in silence, and with no random number used up.

    Modes and the state of `random` are afterwards as they were. Overflows are what is looked for,
    so that NumericWarning has nothing to add.
    """
    state = random.getstate()
    with evaluating(model), warnings.catch_warnings(), paused_collector():
        warnings.simplefilter("ignore", NumericWarning)
        try:
            yield
        finally:
            random.setstate(state)


def row_graphs(model: Any, inputs: list[Any]) -> list[RowGraph]:
    """Return the graph of each row; TypeError where the model gives no Values.

    >>> from autograd import Value
    >>> w = Value(2.0)
    >>> (row,) = row_graphs(lambda x: w * x[0], [[3.0]])
    >>> [node.data for node in row.nodes]
    [6.0]
    """
    if (Value(1.0) + 1.0).op is None:
        raise RuntimeError("health reads the graph of the model; call it outside of no_grad()")
    graphs = []
    for x in inputs:
        answer = model(x)
        outputs = list(_values(answer))
        if not outputs:
            raise TypeError(
                f"health: the model returns {answer!r}, in which there is no Value; a model takes "
                "one row and returns a Value or a list of them, computed from its parameters"
            )
        nodes = [node for node in topological_order(*outputs) if node.op is not None]
        graphs.append(RowGraph(nodes, outputs, answer))
    return graphs


def _values(answer: Any) -> Iterator[Value]:
    if isinstance(answer, Value):
        yield answer
    elif hasattr(type(answer), "__iter__") and not isinstance(answer, str | bytes):
        for item in answer:
            yield from _values(item)
