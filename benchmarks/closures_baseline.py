"""The baseline: a scalar engine of closures per node, as teaching engines are usually built.

Each operation is a method that makes a node holding a closure for its backward step and a set of
the operands; subtraction and division are made of negation, power and product; the topological
order is found by recursion. The closure refers to the node it belongs to, so that every operation
leaves a reference cycle for the garbage collector.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["ClosureValue"]


class ClosureValue:
    """A number that remembers how it was made, and how to hand its gradient on."""

    def __init__(self, data: float, operands: Iterable[ClosureValue] = (), name: str = "") -> None:
        self.data = data
        self.grad = 0.0
        self.operands = set(operands)
        self.name = name
        self.hand_on: Callable[[], None] = lambda: None

    def __add__(self, other: ClosureValue | float) -> ClosureValue:
        other = as_node(other)
        result = ClosureValue(self.data + other.data, (self, other), "+")

        def hand_on() -> None:
            self.grad += result.grad
            other.grad += result.grad

        result.hand_on = hand_on
        return result

    def __mul__(self, other: ClosureValue | float) -> ClosureValue:
        other = as_node(other)
        result = ClosureValue(self.data * other.data, (self, other), "*")

        def hand_on() -> None:
            self.grad += other.data * result.grad
            other.grad += self.data * result.grad

        result.hand_on = hand_on
        return result

    def __pow__(self, exponent: float) -> ClosureValue:
        result = ClosureValue(self.data**exponent, (self,), f"**{exponent}")

        def hand_on() -> None:
            self.grad += exponent * self.data ** (exponent - 1) * result.grad

        result.hand_on = hand_on
        return result

    def relu(self) -> ClosureValue:
        """Return max(x, 0)."""
        result = ClosureValue(self.data if self.data > 0 else 0.0, (self,), "relu")

        def hand_on() -> None:
            self.grad += (result.data > 0) * result.grad

        result.hand_on = hand_on
        return result

    def tanh(self) -> ClosureValue:
        """Return the hyperbolic tangent."""
        result = ClosureValue(math.tanh(self.data), (self,), "tanh")

        def hand_on() -> None:
            self.grad += (1 - result.data**2) * result.grad

        result.hand_on = hand_on
        return result

    def exp(self) -> ClosureValue:
        """Return e to the power of x."""
        result = ClosureValue(math.exp(self.data), (self,), "exp")

        def hand_on() -> None:
            self.grad += result.data * result.grad

        result.hand_on = hand_on
        return result

    def log(self) -> ClosureValue:
        """Return the natural logarithm."""
        result = ClosureValue(math.log(self.data), (self,), "log")

        def hand_on() -> None:
            self.grad += result.grad / self.data

        result.hand_on = hand_on
        return result

    def __neg__(self) -> ClosureValue:
        return self * -1

    def __sub__(self, other: ClosureValue | float) -> ClosureValue:
        return self + (-other)

    def __truediv__(self, other: ClosureValue | float) -> ClosureValue:
        return self * other**-1

    def __rsub__(self, other: float) -> ClosureValue:
        return other + (-self)

    def __rtruediv__(self, other: float) -> ClosureValue:
        return other * self**-1

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self) -> None:
        """Add the derivative of this node to the gradient of every node below it."""
        order: list[ClosureValue] = []
        seen: set[ClosureValue] = set()

        def visit(node: ClosureValue) -> None:
            if node not in seen:
                seen.add(node)
                for operand in node.operands:
                    visit(operand)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.hand_on()


def as_node(value: ClosureValue | float) -> ClosureValue:
    return value if isinstance(value, ClosureValue) else ClosureValue(value)
