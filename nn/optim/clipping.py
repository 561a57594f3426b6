"""Gradient clipping by the norm of all gradients together."""

from __future__ import annotations

from collections.abc import Iterable
from math import hypot, isfinite
from typing import Any

from autograd import Value
from autograd.arguments import as_float
from autograd.graph import set_gradients

__all__ = ["clip_grad_norm"]


def clip_grad_norm(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale all gradients to a common Euclidean norm of at most `max_norm`; return the norm before.

    As in torch, the scale is max_norm / (norm + 1e-6), and gradients within the limit stay exactly
    as they are (Pascanu, Mikolov, Bengio 2013). Raises ValueError for a max_norm that is not
    positive, and, changing nothing, if a gradient is nan or infinite.

    >>> p = Value(1.0)
    >>> (p * 3.0).backward()
    >>> clip_grad_norm([p], max_norm=1.0), round(p.grad, 5)
    (3.0, 1.0)
    """
    max_norm = as_float(max_norm, "clip_grad_norm: max_norm")
    if not max_norm > 0.0:
        raise ValueError(f"clip_grad_norm: max_norm must be positive, not {max_norm!r}")
    given: Any = parameters
    listed = list(given) if isinstance(given, Iterable) else [given]
    for parameter in listed:
        if not isinstance(parameter, Value):
            raise TypeError(
                "clip_grad_norm takes a list of Values, as model.parameters() is, not "
                f"{parameter!r}"
            )
    reached = [parameter for parameter in listed if parameter.has_grad]
    for parameter in reached:
        if not isfinite(parameter.grad):
            raise ValueError(f"clip_grad_norm: the gradient of {parameter!r} is not finite")
    norm = hypot(*(parameter.grad for parameter in reached))
    scale = max_norm / (norm + 1e-6)
    if scale < 1.0:
        set_gradients(reached, [parameter.grad * scale for parameter in reached])
    return norm
