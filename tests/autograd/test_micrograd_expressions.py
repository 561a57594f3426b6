"""The expressions of micrograd's README and tests, against plain floats in place of torch.

The expected gradients are complex-step derivatives (Squire, Trapp 1998) of the same program run on
Python's complex numbers: exact to rounding, and no part of this package is in them.
"""

from __future__ import annotations

import pytest

from autograd import Value


class Number(complex):
    """A complex number that has relu, comparing its real part."""

    def __add__(self, other):
        return Number(complex(self) + other)

    def __mul__(self, other):
        return Number(complex(self) * other)

    def __pow__(self, other):
        return Number(complex(self) ** other)

    def __neg__(self):
        return Number(-complex(self))

    def __sub__(self, other):
        return Number(complex(self) - other)

    def __rsub__(self, other):
        return Number(other - complex(self))

    def __truediv__(self, other):
        return Number(complex(self) / other)

    def __rtruediv__(self, other):
        return Number(other / complex(self))

    __radd__, __rmul__ = __add__, __mul__

    def relu(self):
        return self if self.real > 0 else Number(0.0)


def reused(x):
    inner = 3 * x + 2
    outer = inner.relu() + inner * x
    return (inner * inner).relu() + outer + outer * x


def readme(a, b):
    left = a + b
    left += left + 1
    left += 1 + left + (-a)
    right = a * b + b**3
    right += right * 2 + (b + a).relu()
    right += 3 * right + (b - a).relu()
    square = (left - right) ** 2
    result = square / 2.0
    result += 10.0 / square
    return result


def divisions(a, b):
    return (a / b) ** 2 - 1 / a + (3 - b) / (a - 2 * b) + b**-2


PROGRAMS = [(reused, (-4.0,)), (readme, (-4.0, 2.0)), (divisions, (1.7, -0.6))]


@pytest.mark.parametrize(("program", "point"), PROGRAMS, ids=["reused", "readme", "divisions"])
def test_values_and_gradients(program, point):
    values = [Value(x) for x in point]
    root = program(*values)
    root.backward()
    assert root.data == pytest.approx(program(*map(Number, point)).real, rel=1e-14)
    for position, value in enumerate(values):
        stepped = [Number(x + 1e-200j * (i == position)) for i, x in enumerate(point)]
        assert value.grad == pytest.approx(program(*stepped).imag / 1e-200, rel=1e-13)


def test_the_numbers_printed_in_the_readme():
    a, b = Value(-4.0), Value(2.0)
    g = readme(a, b)
    g.backward()
    assert [f"{x:.4f}" for x in (g, a.grad, b.grad)] == ["24.7041", "138.8338", "645.5773"]
