"""The loss of one example, as a function that can be compiled."""

from __future__ import annotations

from typing import Any

from autograd import Value
from nn.losses import Loss
from nn.module import Module
from nn.prediction import listed
from nn.training.update import checked_loss

__all__ = ["example_loss", "loss_and_outputs"]

# Both are bound to a model and a loss by functools.partial, which `compile` looks into for changes.


def example_loss(model: Module, loss: Loss, x: Any, target: Any) -> Value:
    """Return the loss of a batch of one."""
    return checked_loss(loss([model(listed(x))], [listed(target)]))


def loss_and_outputs(model: Module, loss: Loss, x: Any, target: Any) -> tuple[Value, Any]:
    """Return the loss of a batch of one, and the output of the model as a Value or an array."""
    import numpy as np

    output = model(listed(x))
    total = checked_loss(loss([output], [listed(target)]))
    return total, np.array(output, dtype=object) if isinstance(output, list | tuple) else output
