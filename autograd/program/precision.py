"""Precision: the floating point numbers that a program computes with.

What depends on it follows from one record: in a program of float32 every number that is read and
the result of every operation is rounded to 24 bits.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import copysign, inf
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_dtype

if TYPE_CHECKING:
    from typing import TypeAlias

    # Its name, or NumPy's type or dtype of that name
    DType: TypeAlias = Any


# Constants that are 1 but for what some operations in doubles lose stand for 1
NOISE = 2.0**-48


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

    @property
    def limits(self) -> tuple[float, ...]:
        """The largest number, the largest below 1, the smallest normal one and the smallest."""
        epsilon, normal = 2.0**-self.fraction, 2.0 ** (1 - self.bias)
        return (2.0 - epsilon) * 2.0**self.bias, 1.0 - epsilon / 2.0, normal, normal * epsilon

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

    def put(self, numbers: Any, into: Any) -> None:
        """Put the numbers of an array, rounded, into one of this precision."""
        if self is DOUBLE:
            into[...] = numbers
            return
        import numpy as np

        with np.errstate(over="ignore"):
            into[...] = numbers

    def array(self, numbers: Any) -> Any:
        """Return an array rounded to this precision: itself if it is of it."""
        if numbers.dtype == self.name:
            return numbers
        import numpy as np

        found = np.empty(numbers.shape, self.name)
        self.put(numbers, found)
        return found

    def constant(self, number: float) -> float:
        """Return the number that stands for a constant of a program in doubles, not yet rounded.

        A limit of doubles, as the largest number or that below 1, is the limit of this precision.
        Raises ValueError for a number that would become infinite, 0 or 1.
        """
        limits = dict(zip(DOUBLE.limits, self.limits))
        number = copysign(limits.get(abs(number), abs(number)), number)
        rounded = self.rounded(number)
        lost = rounded != number and abs(rounded) in {0.0, 1.0, inf}
        if lost and not abs(abs(number) - 1.0) <= NOISE:
            raise ValueError(
                f"the constant {number!r} is {rounded} in {self.name}; scale the numbers of the "
                "function, or leave dtype at 'float64'"
            )
        return number


DOUBLE = Precision("float64", 8, 52, "d", "", "double", (1e-280, 1e290, 2.0**600))
SINGLE = Precision("float32", 4, 23, "f", "f", "float", (2.0**-100, 2.0**120, 2.0**90))
PRECISIONS = {precision.name: precision for precision in (DOUBLE, SINGLE)}


def as_precision(dtype: Any, where: str) -> Precision:
    """Return the precision of a dtype; ValueError, which says what there is, for any other."""
    return PRECISIONS[as_dtype(dtype, where)]
