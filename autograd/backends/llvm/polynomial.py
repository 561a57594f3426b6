"""Polynomials of vectors, in an order that keeps two multiply-adds under way at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.backends.llvm.writer import Operand, Writer

__all__ = ["polynomial"]


def polynomial(w: Writer, x: str, coefficients: Sequence[float], square: str = "") -> str:
    """Return c0 + c1 x + c2 x**2 + ...: the even and the odd part by Horner's rule in x**2."""
    square = square or w.fmul(x, x)
    even, odd = (_horner(w, square, coefficients[start::2]) for start in (0, 1))
    return w.fma(odd, x, even)


def _horner(w: Writer, x: str, coefficients: Sequence[float]) -> Operand:
    result: Operand = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        result = w.fma(result, x, coefficient)
    return result
