"""The examples that a check looks at, the graph of the model over them, and its loss."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite, nan
from numbers import Real
from typing import Any, NamedTuple, TypeAlias

from autograd import NumericWarning, Value, mean, topological_order
from autograd.arguments import as_count, as_function
from autograd.runtime import paused_collector
from visualize.modes import evaluating

Loss: TypeAlias = Callable[[Any, Any], Any]
DEFAULT = "mean squared error, as no loss was given"


@dataclass(frozen=True)
class Sample:
    """Inputs and their targets in plain lists, chosen from the rows `available`."""

    inputs: list[Any]
    targets: list[Any]
    available: int

    def __len__(self) -> int:
        return len(self.inputs)


def sample_of(X: Any, y: Any, rows: int) -> Sample:
    """Return `rows` examples, evenly spaced, or all if there are fewer.

    Raises ValueError for no rows, different lengths, and an input that is nan or inf.

    >>> sample_of([[0.0], [1.0], [2.0], [3.0]], [0, 1, 2, 3], 2)
    Sample(inputs=[[0.0], [2.0]], targets=[0, 2], available=4)
    """
    rows = as_count(rows, "health: rows, how many examples to look at,")
    inputs, targets = _listed(X, "X"), _listed(y, "y")
    if len(inputs) != len(targets):
        raise ValueError(f"health: X has {len(inputs)} rows but y has {len(targets)}")
    if not inputs:
        raise ValueError("health: X holds no row; give at least one example")
    count = min(rows, len(inputs))
    chosen = [place * len(inputs) // count for place in range(count)]
    for row in chosen:
        if not _finite(inputs[row]):
            raise ValueError(
                f"health: row {row} of X holds nan or inf, for which no layer is to blame; "
                "replace or drop such rows"
            )
    return Sample(
        [_plain(inputs[row]) for row in chosen],
        [_plain(targets[row]) for row in chosen],
        len(inputs),
    )


def _listed(rows: Any, name: str) -> list[Any]:
    if not hasattr(type(rows), "__iter__") or isinstance(rows, str | bytes | dict):
        raise TypeError(
            f"health: {name} must hold one row per example, not be a {type(rows).__name__}"
        )
    if getattr(rows, "ndim", 1) == 0:
        raise TypeError(f"health: {name} must hold one row per example, not a single number")
    return list(rows.__array__()) if hasattr(type(rows), "__array__") else list(rows)


def _plain(row: Any) -> Any:
    return row.tolist() if hasattr(type(row), "tolist") else row


def _finite(row: Any) -> bool:
    row = _plain(row)
    if isinstance(row, list | tuple):
        return all(map(_finite, row))
    return not isinstance(row, float) or isfinite(row)


class RowGraph(NamedTuple):
    """The graph of one row: the results of operations, operands first, and the outputs."""

    nodes: list[Value]
    outputs: list[Value]
    answer: Any  # the outputs as the model returned them, for the loss


@contextmanager
def looking_at(model: Any) -> Iterator[None]:
    """Let a block look at a model in evaluation mode, without warnings and side effects.

    Afterwards the modes and the state of `random` are as before. NumericWarning is silent, because
    the check reports overflows itself.
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


def checked_loss(loss: Any) -> Loss | None:
    """Return the loss; TypeError for anything but a function of predictions and targets."""
    if loss is None:
        return None
    made: Loss = as_function(
        loss, "health: loss", "predictions", "targets", such_as="nn.cross_entropy"
    )
    return made


def loss_name(loss: Loss | None) -> str:
    """Return the name of a loss in reports."""
    return DEFAULT if loss is None else getattr(loss, "__name__", type(loss).__name__)


def loss_of(loss: Loss | None, rows: Sequence[RowGraph], targets: list[Any]) -> Value:
    """Return the loss of a batch as a Value; nan if it refuses outputs that are not finite.

    Raises TypeError for a loss that returns something else, and any error of the loss.
    """
    finite = all(isfinite(output.data) for row in rows for output in row.outputs)
    try:
        total = (loss or _squared_error)([row.answer for row in rows], targets)
    except (ArithmeticError, ValueError):
        if finite:
            raise
        return Value(nan)  # the report says where the outputs come from
    if not isinstance(total, Value):
        raise TypeError(
            f"health: the loss must return one Value, not {total!r}; is .data used inside it?"
        )
    return total


def _squared_error(answers: list[Any], targets: list[Any]) -> Any:
    squares: list[Any] = []
    for row, (answer, target) in enumerate(zip(answers, targets, strict=True)):
        outputs, wanted = _flat(answer), _flat(target)
        if len(outputs) != len(wanted):
            raise ValueError(
                f"health, row {row}: the model gives {len(outputs)} outputs and y has "
                f"{len(wanted)}, which have no mean squared error; for classes pass "
                "loss=nn.cross_entropy"
            )
        if not all(isinstance(number, Value | Real) for number in wanted):
            raise TypeError(f"health, row {row}: y holds {target!r}, which is not a number")
        squares += [(output - number) ** 2 for output, number in zip(outputs, wanted, strict=True)]
    return mean(squares)


def _flat(item: Any) -> list[Any]:
    if isinstance(item, Value) or not hasattr(type(item), "__iter__"):
        return [item]
    return [number for inner in item for number in _flat(inner)]
