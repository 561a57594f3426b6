"""log of vectors, log1p of doubles, without branches.

A number is 2**k m with sqrt(1/2) <= m < sqrt(2). With f = m - 1, which is exact, and
s = f / (2 + f), log m = 2 atanh(s) = f - s (f - s**2 R(s**2))  (as in fdlibm's e_log.c, 1993).
R is the minimax polynomial of degree 6 by a Remez exchange in 60 digits; its error is 3e-18 of the
result. Largest errors measured, in units in the last place, at 60,000 points in each of several
ranges: log 0.78, log1p 0.82.

In single precision R has degree 3, by Lawson's reweighted least squares at 4,001 points; its error
is 5e-12 of the result. Largest error measured at one of 257 floats: log 0.78.
"""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING, NamedTuple

from autograd.program.precision import DOUBLE, SINGLE

if TYPE_CHECKING:
    from autograd.backends.llvm.writer import Operand, Writer


class Numbers(NamedTuple):
    """What depends on the precision."""

    log_2: tuple[float, float]  # k log 2 is exact with the first part, which ends in zeros
    one_bits: int
    root_half_bits: int  # of sqrt(1/2)
    integer_bits: int  # of 2**fraction: or an integer into these, and they are 2**fraction + it
    r: tuple[float, ...]


NUMBERS = {
    DOUBLE: Numbers(
        (0.6931471805598903, 5.497923018708371e-14),
        0x3FF0000000000000,
        0x3FE6A09E667F3BCD,
        0x4330000000000000,
        (
            0.6666666666666731, 0.3999999999943716, 0.2857142873811327, 0.22222198962164427,
            0.18183545980708385, 0.15314483270114518, 0.14791911858719345,
        ),
    ),
    SINGLE: Numbers(
        (0.693145751953125, 1.428606765330187e-06),
        0x3F800000,
        0x3F3504F3,
        0x4B000000,
        (0.6666666269302368, 0.4000033736228943, 0.28537237644195557, 0.23583568632602692),
    ),
}  # fmt: skip


def log(w: Writer, x: str) -> str:
    """Return the logarithm: -inf at 0, nan below; denormal numbers are scaled to normal ones."""
    *_, normal, _ = w.precision.limits
    denormal = w.fcmp("olt", x, normal)
    power = w.precision.fraction + 2.0
    scaled = w.select(denormal, w.fmul(x, 2.0**power), x)
    return _edges(w, x, x, _log(w, scaled, w.select(denormal, -power, 0.0), 0.0))


def log1p(w: Writer, x: str) -> str:
    """Return log(1 + x) as log(u) + c / u, where the rounded sum u is 1 + x - c exactly."""
    u = w.fadd(x, 1.0)
    part = w.fsub(u, x)
    c = w.fadd(w.fsub(1.0, part), w.fsub(x, w.fsub(u, part)))
    y = _edges(w, x, u, _log(w, u, 0.0, w.fdiv(c, u)))
    return w.intrinsic("copysign", y, x)  # -0.0 for -0.0


def _log(w: Writer, x: str, exponent: Operand, correction: Operand) -> str:
    """Return log x + exponent log 2 + correction, for x positive and normal."""
    log_2, one_bits, root_half_bits, integer_bits, coefficients = NUMBERS[w.precision]
    fraction, bias = w.precision.fraction, w.precision.bias
    bits = w.bitwise("add", w.bits(x), one_bits - root_half_bits)
    biased = w.bitwise("or", w.bitwise("lshr", bits, fraction), integer_bits)
    k = w.fadd(w.fsub(w.from_bits(biased), 2.0**fraction + bias), exponent)
    mantissa = w.bitwise("add", w.bitwise("and", bits, (1 << fraction) - 1), root_half_bits)
    f = w.fsub(w.from_bits(mantissa), 1.0)
    s = w.fdiv(f, w.fadd(f, 2.0))
    z = w.fmul(s, s)
    r = w.fmul(z, w.polynomial(z, coefficients))
    half_square = w.fmul(w.fmul(f, f), 0.5)
    low = w.fma(k, log_2[1], correction)
    tail = w.fsub(half_square, w.fma(s, w.fadd(half_square, r), low))
    return w.fma(k, log_2[0], w.fsub(f, tail))


def _edges(w: Writer, x: str, u: str, y: str) -> str:
    """Return y for finite u > 0, x at inf and nan, -inf at u = 0, nan for u < 0."""
    y = w.select(w.fcmp("olt", x, inf), y, x)
    outside = w.select(w.fcmp("oeq", u, 0.0), -inf, nan)
    return w.select(w.fcmp("ogt", u, 0.0), y, outside)
