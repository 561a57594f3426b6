"""The loss of a check: the one that was given, or the mean squared error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite, nan
from numbers import Real
from typing import Any, TypeAlias

from autograd import Value, as_function, mean
from visualize.health.graph import RowGraph

__all__ = ["Loss", "checked_loss", "loss_name", "loss_of"]

Loss: TypeAlias = Callable[[Any, Any], Any]

DEFAULT = "mean squared error, as no loss was given"


def checked_loss(loss: Any) -> Loss | None:
    """Return the loss; TypeError for what is no function of predictions and targets."""
    if loss is None:
        return None
    made: Loss = as_function(
        loss, "health: loss", "predictions", "targets", such_as="nn.cross_entropy"
    )
    return made


def loss_name(loss: Loss | None) -> str:
    """Return what reports call a loss."""
    return DEFAULT if loss is None else getattr(loss, "__name__", type(loss).__name__)


def loss_of(loss: Loss | None, rows: Sequence[RowGraph], targets: list[Any]) -> Value:
    """Return the loss of a batch as a Value; nan where the outputs are none of finite numbers.

    Raises TypeError for a loss that returns something else, and what the loss raises.
    """
    finite = all(isfinite(output.data) for row in rows for output in row.outputs)
    try:
        total = (loss or _squared_error)([row.answer for row in rows], targets)
    except (ArithmeticError, ValueError):
        if finite:
            raise
        return Value(nan)  # a loss may refuse such outputs; the report says where they come from
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
            raise TypeError(f"health, row {row}: y holds {target!r}, which is no number")
        squares += [(output - number) ** 2 for output, number in zip(outputs, wanted, strict=True)]
    return mean(squares)


def _flat(item: Any) -> list[Any]:
    if isinstance(item, Value) or not hasattr(type(item), "__iter__"):
        return [item]
    return [number for inner in item for number in _flat(inner)]
