"""sin, cos and tan of vectors of doubles, up to 2**30.

With n the integer nearest x / (pi/2), r = x - n pi/2 is taken in three parts of pi/2 (Cody and
Waite, "Software Manual for the Elementary Functions", 1980) as a sum of two numbers, exact to
2**-100. Sine and cosine of r are minimax polynomials of degree 13 and 14 by a Remez exchange in
60 digits, with errors below 4e-18. Largest errors measured, in units in the last place, at 60,000
points in each of several ranges up to 2**30 and near multiples of pi/2: sin 0.78, cos 0.83,
tan 2.16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from autograd.backends.llvm.writer import Writer

LARGEST = 2.0**30
TWO_OVER_PI = 0.6366197723675814
# The product of n and the first part is exact in the fused multiply-add, so is the difference.
PI_OVER_2 = 1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33
ROUNDER = 1.5 * 2.0**52  # leaves the nearest integer in the low bits of a sum

# sin r = r + r**3 S(r**2), cos r = 1 - r**2/2 + r**4 C(r**2)
S = (
    -0.16666666666666632, 0.008333333333322578, -0.0001984126982991752, 2.7557313725002136e-06,
    -2.505076273285386e-08, 1.5897038609486347e-10,
)  # fmt: skip
C = (
    0.041666666666666616, -0.0013888888888876148, 2.4801587290586515e-05, -2.7557314637522236e-07,
    2.0875758512805267e-09, -1.1361327490423947e-11,
)  # fmt: skip


class Reduced(NamedTuple):
    """The quadrant of an angle, and sine and cosine of its distance from the quadrant's middle."""

    quadrant: str  # an integer modulo 4
    sine: str
    cosine: str


def reduce(w: Writer, x: str) -> Reduced:
    """Return the quadrant of x, and the sine and cosine of r."""
    rounded = w.fma(x, TWO_OVER_PI, ROUNDER)
    minus_n = w.fsub(ROUNDER, rounded)
    r = w.fma(minus_n, PI_OVER_2[0], x)
    second = w.fmul(minus_n, PI_OVER_2[1])
    high = w.fadd(r, second)
    # what the sum lost (Knuth's two-sum: either may be the larger), what the product lost
    part = w.fsub(high, r)
    low = w.fadd(w.fsub(r, w.fsub(high, part)), w.fsub(second, part))
    low = w.fadd(low, w.fma(minus_n, PI_OVER_2[1], w.fneg(second)))
    low = w.fma(minus_n, PI_OVER_2[2], low)
    z = w.fmul(high, high)
    sine = w.fadd(w.fma(w.fmul(high, z), w.polynomial(z, S), low), high)
    half = w.fmul(z, 0.5)
    near = w.fsub(1.0, half)
    lost = w.fsub(w.fsub(1.0, near), half)
    rest = w.fma(w.fmul(z, z), w.polynomial(z, C), w.fneg(w.fmul(high, low)))
    return Reduced(w.bits(rounded), sine, w.fadd(near, w.fadd(lost, rest)))


def sin(w: Writer, x: str) -> str:
    """Return the sine: by quadrant sin r, cos r, -sin r, -cos r."""
    quadrant, sine, cosine = reduce(w, x)
    y = _negative_if(w, quadrant, 1, w.select(w.any_bit(quadrant, 1), cosine, sine))
    return w.select(w.fcmp("oeq", x, 0.0), x, y)  # -0.0 for -0.0


def cos(w: Writer, x: str) -> str:
    """Return the cosine, which is the sine one quadrant further."""
    quadrant, sine, cosine = reduce(w, x)
    following = w.bitwise("add", quadrant, 1)
    return _negative_if(w, following, 1, w.select(w.any_bit(quadrant, 1), sine, cosine))


def tan(w: Writer, x: str) -> str:
    """Return the tangent: by quadrant tan r, -1 / tan r."""
    quadrant, sine, cosine = reduce(w, x)
    odd = w.any_bit(quadrant, 1)
    quotient = w.fdiv(w.select(odd, cosine, sine), w.select(odd, sine, cosine))
    return w.select(w.fcmp("oeq", x, 0.0), x, _negative_if(w, quadrant, 0, quotient))


def _negative_if(w: Writer, quadrant: str, bit: int, y: str) -> str:
    """Return y with the sign changed where the bit of the quadrant is set."""
    sign = w.bitwise("shl", w.bitwise("lshr", quadrant, bit), 63)
    return w.from_bits(w.bitwise("xor", sign, w.bits(y)))
