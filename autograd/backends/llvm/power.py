"""pow of vectors: multiplications, a root or a quotient where the exponent is a known number."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from autograd.backends.llvm.mathematics import call_function

if TYPE_CHECKING:
    from autograd.backends.llvm.writer import Operand, Writer

__all__ = ["power"]

MOST_PRODUCTS = 8


def power(w: Writer, x: Operand, y: Operand) -> Operand:
    """Return x**y as C's pow has it, within one unit in the last place of the exact result."""
    if isinstance(y, float):
        if y == 0.0:
            return 1.0
        if y == 1.0:
            return x
        if y == 2.0:
            return w.fmul(x, x)
        if y == -1.0:
            return w.fdiv(1.0, x)
        if y == 0.5:
            return _root(w, x)
        if y == -0.5:
            return w.fdiv(1.0, _root(w, x))
        if y.is_integer() and 0.0 < y <= MOST_PRODUCTS:
            return _repeated_product(w, x, int(y))
    return call_function(w, "pow", x, y)


def _root(w: Writer, x: Operand) -> str:
    """Return x**0.5: unlike sqrt it is +0 at -0 and inf at -inf."""
    root = w.intrinsic("sqrt", w.fadd(x, 0.0))
    return w.select(w.fcmp("oeq", x, -inf), inf, root)


def _repeated_product(w: Writer, x: Operand, count: int) -> str:
    """Return the product of `count` x, each rounding error carried along and added at the end."""
    product = w.fmul(x, x)
    error = w.fma(x, x, w.fneg(product))
    for _ in range(count - 2):
        previous = product
        product = w.fmul(previous, x)
        lost = w.fma(previous, x, w.fneg(product))
        error = w.fma(error, x, lost)
    corrected = w.intrinsic("copysign", w.fadd(product, error), product)  # -0.0 stays
    finite = w.fcmp("olt", w.intrinsic("fabs", product), inf)  # else the error is nan
    return w.select(finite, corrected, product)
