"""Precision: the floating point numbers that a program computes with.

What depends on it follows from one record: in a program of float32 every number that is read and
the result of every operation is rounded to 24 bits.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import copysign, inf, isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeAlias

    # Its name, or NumPy's type or dtype of that name
    DType: TypeAlias = Any


@dataclass(frozen=True)
class Precision:
    """One kind of binary numbers of IEEE 754, and what C and LLVM call it."""

    name: str  # as NumPy and JAX have it
    size: int  # bytes
    fraction: int  # bits after the leading one
    letter: str  # of Python's struct
    suffix: str  # of C's numbers and functions
    c: str  # C's type, and LLVM's
    # Sums of squares between these bounds keep their digits; others are scaled by that power of two
    squares: tuple[float, float, float]

    def __reduce__(self) -> tuple[Any, ...]:
        return as_precision, (self.name, "the precision")  # a copy is the same record

    @property
    def bits(self) -> int:
        """How many bits a number has."""
        return 8 * self.size

    @property
    def bias(self) -> int:
        """What is added to exponents: 1023, or 127."""
        return (1 << self.bits - self.fraction - 2) - 1

    def rounded(self, number: float) -> float:
        """Return the nearest number of this precision; inf beyond the largest.

        >>> SINGLE.rounded(0.1), SINGLE.rounded(1e300)
        (0.10000000149011612, inf)
        """
        try:
            (found,) = struct.unpack(self.letter, struct.pack(self.letter, number))
        except OverflowError:
            return copysign(inf, number)
        return float(found)

    def holds(self, number: float) -> bool:
        """Tell whether a number stays finite, and other than 0, when it is rounded."""
        rounded = self.rounded(number)
        return isfinite(rounded) == isfinite(number) and (rounded == 0.0) == (number == 0.0)


DOUBLE = Precision("float64", 8, 52, "d", "", "double", (1e-280, 1e290, 2.0**600))
SINGLE = Precision("float32", 4, 23, "f", "f", "float", (2.0**-100, 2.0**120, 2.0**90))
PRECISIONS = {precision.name: precision for precision in (DOUBLE, SINGLE)}


def as_precision(dtype: Any, where: str) -> Precision:
    """Return the precision of that name, or of NumPy's type or dtype of that name.

    Raises ValueError, which names those that exist, for any other.
    """
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None)
    if name is None:
        name = getattr(dtype, "__name__", None)  # of a class, such as numpy.float32
    found = PRECISIONS.get(name) if isinstance(name, str) else None
    if found is None:
        allowed = " or ".join(map(repr, PRECISIONS))
        raise ValueError(f"{where} must be {allowed}, as text or a type of NumPy, not {dtype!r}")
    return found
