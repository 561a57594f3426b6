"""exp and tanh of vectors, expm1, sinh and cosh of doubles, without branches.

With n the integer nearest x / log 2 and r = x - n log 2, |r| <= 0.3466, all of them are made of
e**x = 2**n (1 + p), p = e**r - 1 = r + r**2 q(r) (Tang, "Table-driven implementation of the
exponential function", 1989, without the table). q is the minimax polynomial of degree 10 by a
Remez exchange in 60 digits; its error is 3e-19 of p. Largest errors measured, in units in the last
place, at 60,000 points in each of several ranges: exp 0.98, expm1 1.95, sinh 2.27, cosh 1.39,
tanh 2.00.

In single precision q has degree 5, by Lawson's reweighted least squares at 4,001 points; with its
coefficients rounded its error is 2e-9 of p. Largest errors measured at one of 257 floats: exp 0.99,
tanh 1.85.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd.program.precision import DOUBLE, SINGLE

if TYPE_CHECKING:
    from autograd.backends.llvm.writer import Operand, Writer

LOG2_E = 1.4426950408889634


class Numbers(NamedTuple):
    """What depends on the precision."""

    # The product of n and the first part is exact in the fused multiply-add, so is the difference
    log_2: tuple[float, float]
    # Added to a small number it leaves the nearest integer in the low bits of the sum
    rounder: float
    q: tuple[float, ...]
    # Beyond these, exp is infinite or 0
    largest: float
    smallest: float


NUMBERS = {
    DOUBLE: Numbers(
        (0.6931471805599453, 2.3190468138462996e-17),
        1.5 * 2.0**52,
        (
            0.5, 0.16666666666666677, 0.0416666666666667, 0.008333333333322193,
            0.0013888888888867869, 0.0001984126988482534, 2.480158735889904e-05,
            2.7557245427582487e-06, 2.755724396364179e-07, 2.51086371387375e-08,
            2.092411802426473e-09,
        ),
        710.0,
        -746.0,
    ),
    SINGLE: Numbers(
        (0.6931471824645996, -1.9046542121259336e-09),
        1.5 * 2.0**23,
        (
            0.5, 0.1666666567325592, 0.04166635870933533, 0.008333389647305012,
            0.0013940719654783607, 0.0001984588598133996,
        ),
        89.0,
        -104.0,
    ),
}  # fmt: skip


class Reduced(NamedTuple):
    """x as n log 2 + r."""

    rounded: str  # n + ROUNDER
    n: str
    p: str  # e**r - 1


def reduce(w: Writer, x: str) -> Reduced:
    """Return n and e**r - 1; x lies not far beyond the limits of exp, or is nan."""
    log_2, rounder, q, *_ = NUMBERS[w.precision]
    rounded = w.fma(x, LOG2_E, rounder)
    n = w.fsub(rounded, rounder)
    minus_n = w.fneg(n)
    r = w.fma(minus_n, log_2[1], w.fma(minus_n, log_2[0], x))
    square = w.fmul(r, r)
    return Reduced(rounded, n, w.fma(square, w.polynomial(r, q, square), r))


class Scaled(NamedTuple):
    """e**x as first * (1 + p) * second."""

    first: str  # both are powers of two: their product may be denormal
    second: str
    p: str


def scaled(w: Writer, x: Operand) -> Scaled:
    """Return the factors of e**x by one call, which equal ones share.

    It returns them in three registers: values that live across a call go through memory.
    """
    symbol, kind = f"exp.factors.{w.suffix}", f"{{{w.type}, {w.type}, {w.type}}}"
    w.require(symbol, lambda: _define_factors(w, symbol, kind))
    factors = w.value(f"call {kind} @{symbol}({w.type} {w.operand(x)})")
    return Scaled(*[w.value(f"extractvalue {kind} {factors}, {place}") for place in range(3)])


def _define_factors(w: Writer, symbol: str, kind: str) -> None:
    with w.function(symbol, {"%x": w.type}, result=kind, linkage="internal"):
        *_, rounder, _, largest, smallest = NUMBERS[w.precision]
        rounded, n, p = reduce(w, at_least(w, at_most(w, "%x", largest), smallest))
        half = w.bits(w.fma(n, 0.5, rounder))
        second = power_of_two(w, w.bitwise("sub", w.bits(rounded), half))
        result = "poison"
        for place, factor in enumerate([power_of_two(w, half), second, p]):
            result = w.value(f"insertvalue {kind} {result}, {w.type} {factor}, {place}")
        w.do(f"ret {kind} {result}")


def power_of_two(w: Writer, integers: str, plus: int = 0) -> str:
    """Return 2**(n + plus), a normal number, n being the low bits of the integers."""
    fraction, bias = w.precision.fraction, w.precision.bias
    exponent = w.bitwise("shl", integers, fraction)
    return w.from_bits(w.bitwise("add", exponent, (bias + plus) << fraction))


def at_most(w: Writer, x: Operand, bound: float) -> str:
    """Return the smaller of both; nan stays nan."""
    return w.select(w.fcmp("ogt", x, bound), bound, x)


def at_least(w: Writer, x: str, bound: float) -> str:
    """Return the larger of both; nan stays nan."""
    return w.select(w.fcmp("olt", x, bound), bound, x)


def exp(w: Writer, x: Operand) -> str:
    """Return e**x; 2**n as two factors, so that overflow and denormal results round once."""
    first, second, p = scaled(w, x)
    return w.fmul(w.fma(first, p, first), second)


def expm1(w: Writer, x: str) -> str:
    """Return e**x - 1 as 2 (s p + (s - 1/2)) with s = 2**(n - 1), which does not overflow."""
    rounded, _, p = reduce(w, at_least(w, at_most(w, x, 710.0), -40.0))
    s = power_of_two(w, w.bits(rounded), -1)
    half = w.fma(s, p, w.fsub(s, 0.5))
    tiny = w.fcmp("olt", w.intrinsic("fabs", x), 1e-300)  # half of which may be no float
    return w.select(tiny, x, w.fadd(half, half))


def tanh(w: Writer, x: Operand) -> str:
    """Return (1 - e) / (1 + e) with e = exp(-2 |x|), and the sign of x.

    The derivative, e (1 + |tanh x|)**2, takes the same exponential.
    """
    first, second, p = scaled(w, w.fmul(-2.0, w.intrinsic("fabs", x)))
    s = w.fmul(first, second)
    minus, plus = w.fma(s, p, w.fsub(s, 1.0)), w.fma(s, p, w.fadd(s, 1.0))
    return w.intrinsic("copysign", w.fdiv(minus, plus), x)


def half_exponential(w: Writer, size: str) -> str:
    """Return e**size / 2, size >= 0; inf only where the half overflows."""
    rounded, _, p = reduce(w, at_most(w, size, 710.5))
    s = power_of_two(w, w.bits(rounded), -2)
    half = w.fma(s, p, s)
    return w.fadd(half, half)


def sinh(w: Writer, x: str) -> str:
    """Return (E + E / (E + 1)) / 2 with E = expm1(|x|), from 40 on e**|x| / 2, signed as x."""
    size = w.intrinsic("fabs", x)
    rounded, _, p = reduce(w, at_most(w, size, 40.0))
    s = power_of_two(w, w.bits(rounded))
    e = w.fma(s, p, w.fsub(s, 1.0))
    small = w.fmul(w.fadd(e, w.fdiv(e, w.fadd(e, 1.0))), 0.5)
    y = w.select(w.fcmp("ogt", size, 40.0), half_exponential(w, size), small)
    return w.intrinsic("copysign", y, x)


def cosh(w: Writer, x: str) -> str:
    """Return H + 1 / (4 H) with H = e**|x| / 2."""
    half = half_exponential(w, w.intrinsic("fabs", x))
    return w.fadd(half, w.fdiv(0.25, half))
