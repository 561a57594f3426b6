"""Numbers and gradients of parameters, noted so that they can be put back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from autograd import Value, set_data, set_gradients
from nn.training.interrupts import held_interrupts

__all__ = ["noted"]


def noted(parameters: Iterable[Value]) -> Callable[[], None]:
    """Return what puts the numbers and gradients back that the parameters have now.

    >>> p = Value(1.0)
    >>> put_back = noted([p])
    >>> (p * p).backward()
    >>> p.data = 5.0
    >>> put_back()
    >>> p, p.has_grad
    (Value(data=1.0, grad=0.0), False)
    """
    values = [*dict.fromkeys(parameters)]
    numbers = [value.data for value in values]
    gradients = [value.grad if value.has_grad else None for value in values]

    def put_back() -> None:
        with held_interrupts():
            set_data(values, numbers)
            set_gradients(values, gradients)

    return put_back
