"""The least possible scalar with gradients: a number, a gradient, operands and their slopes."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["LeastValue"]


class LeastValue:
    """A number, its gradient, the operands it was made of and the derivative by each."""

    __slots__ = ("data", "grad", "operands", "slopes")

    def __init__(self, data: float, operands: Any = (), slopes: Any = ()) -> None:
        self.data, self.grad, self.operands, self.slopes = data, 0.0, operands, slopes

    def __add__(self, other: Any) -> LeastValue:
        if not isinstance(other, LeastValue):
            return LeastValue(self.data + other, (self,), (1.0,))
        return LeastValue(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Any) -> LeastValue:
        if not isinstance(other, LeastValue):
            return LeastValue(self.data * other, (self,), (other,))
        return LeastValue(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, other: float) -> LeastValue:
        return LeastValue(self.data**other, (self,), (other * self.data ** (other - 1),))

    def exp(self) -> LeastValue:
        """Return e to the power of x."""
        result = math.exp(self.data)
        return LeastValue(result, (self,), (result,))

    def log(self) -> LeastValue:
        """Return the natural logarithm."""
        return LeastValue(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self) -> LeastValue:
        """Return max(x, 0)."""
        return LeastValue(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    def tanh(self) -> LeastValue:
        """Return the hyperbolic tangent."""
        result = math.tanh(self.data)
        return LeastValue(result, (self,), (1.0 - result * result,))

    def backward(self) -> None:
        """Add to the gradient of every scalar below, in an order found without recursion."""
        order, seen, waiting = [], set(), [(self, False)]
        while waiting:
            node, done = waiting.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                waiting.append((node, True))
                waiting += [(operand, False) for operand in node.operands]
        self.grad = 1.0
        for node in reversed(order):
            for operand, slope in zip(node.operands, node.slopes):
                operand.grad += slope * node.grad

    def __neg__(self) -> LeastValue:
        return self * -1.0

    def __sub__(self, other: Any) -> LeastValue:
        return self + (-other)

    def __rsub__(self, other: float) -> LeastValue:
        return -self + other

    def __truediv__(self, other: Any) -> LeastValue:
        return self * other**-1

    def __rtruediv__(self, other: float) -> LeastValue:
        return self**-1 * other

    __radd__, __rmul__ = __add__, __mul__
