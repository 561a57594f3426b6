"""What is minimized: the loss of a batch, or of one example as a function that can be compiled."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value
from nn.layers.dropout import given_noise
from nn.losses import Loss
from nn.module import Module
from nn.optim.penalties import Penalty
from nn.prediction import listed

__all__ = ["example_loss", "loss_and_outputs", "objective", "outputs_with"]


def outputs_with(noise: Sequence[Any] | None, model: Module, X: list[Any]) -> list[Any]:
    """Return the outputs for a batch, with the noise of each row, or newly drawn for None."""
    if noise is None:
        return [model(x) for x in X]
    outputs = []
    for x, numbers in zip(X, noise, strict=True):
        with given_noise(numbers):
            outputs.append(model(x))
    return outputs


def objective(
    model: Module, loss: Loss, penalty: Penalty | None, outputs: list[Any], targets: list[Any]
) -> Value:
    """Return the loss of a batch with the penalty of the model added; TypeError for no Value."""
    total = loss(outputs, targets)
    if not isinstance(total, Value):
        raise TypeError(f"the loss must return a Value, not {total!r}; is .data used inside it?")
    return total if penalty is None else total + penalty(model)


# These two are bound to what comes first by functools.partial. `noise` holds the random numbers of
# one example, for models that take some.


def example_loss(
    model: Module, loss: Loss, penalty: Penalty | None, x: Any, target: Any, noise: Any = None
) -> Value:
    """Return the objective of a batch of one."""
    total, _ = loss_and_outputs(model, loss, penalty, x, target, noise)
    return total


def loss_and_outputs(
    model: Module, loss: Loss, penalty: Penalty | None, x: Any, target: Any, noise: Any = None
) -> tuple[Value, Any]:
    """Return the objective of a batch of one, and the output of the model, a Value or an array."""
    import numpy as np

    with given_noise(noise):
        output = model(listed(x))
    total = objective(model, loss, penalty, [output], [listed(target)])
    return total, np.array(output, dtype=object) if isinstance(output, list | tuple) else output
