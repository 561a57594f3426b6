"""Numbers and gradients of parameters, noted so that they can be put back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from autograd import Value
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
    before = [(p, p.data, p.grad if p.has_grad else None) for p in dict.fromkeys(parameters)]

    def put_back() -> None:
        with held_interrupts():
            for parameter, number, gradient in before:
                parameter.data = number
                parameter.zero_grad()
                if gradient is not None:
                    parameter.grad = gradient

    return put_back
