"""The next step of an optimizer, found without taking it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd import Value

__all__ = ["next_updates"]


def next_updates(optimizer: Any, gradients: Mapping[Value, float]) -> dict[Value, float]:
    """Return by how much each parameter would move along these gradients.

    A rule, as those of `nn`'s optimizers, is asked with its state and settings; without one the
    step is taken to be lr times the gradient. Parameters without a gradient stay.

    Raises TypeError for what has neither a rule nor a learning rate.

    >>> from types import SimpleNamespace
    >>> w = Value(1.0)
    >>> next_updates(SimpleNamespace(parameters=[w], lr=0.5), {w: 4.0})[w]
    -2.0
    """
    parameters: Any = getattr(optimizer, "parameters", None)
    if not hasattr(type(parameters), "__iter__") or not hasattr(optimizer, "lr"):
        raise TypeError(
            "health: the optimizer has `lr` and `parameters`, as nn.SGD(model.parameters(), lr=0.1)"
            f" does, not {optimizer!r}"
        )
    rule = getattr(type(optimizer), "rule", None)
    if rule is None:
        return {
            parameter: -optimizer.lr * gradients.get(parameter, 0.0) for parameter in parameters
        }
    updates = {}
    for parameter, state in zip(parameters, optimizer.state, strict=True):
        updates[parameter] = 0.0
        if parameter in gradients:
            before = parameter.data
            moved, _ = rule(before, gradients[parameter], state, **optimizer.settings)
            updates[parameter] = moved - before
    return updates
