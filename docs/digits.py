"""What docs/accuracy.py measured last, what is promised, and where it is not held and why."""

from __future__ import annotations

from pathlib import Path

__all__ = ["BACKENDS", "FIGURES", "LIMITS", "MOST"]

BACKENDS = ("eager", "numpy", "llvm", "jax")
FIGURES = Path(__file__).with_name("digits.json")
MOST = 4.0  # units that every function keeps to, but for these

LIMITS = {
    "pow": "the slope is y * x**(y - 1), in which y - 1 of a small y is rounded: an error of "
    "|log x| units",
    "elu": "the slope alpha * e**x has no more digits than e**x, which below 2.2e-308 has few",
    "cosine": "it is the slope of a length r of two, whose curvatures, of hypot, keep all digits "
    "beside the largest; one below 1e-308 of that is 0, and third derivatives of a length below "
    "1e-154 overflow",
    "share": "its second derivative, 0 at x = y, is a difference beside there, right to 2**-52 of "
    "the first; it is asked for by third derivatives of logaddexp",
}
