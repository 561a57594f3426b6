"""Conditions on many numbers at once: whether all are finite, whether one is nan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.backends.llvm.frame import Frame
    from autograd.backends.llvm.writer import Writer

__all__ = ["all_finite", "any_nan"]


def all_finite(frame: Frame, start: str, count: int) -> str:
    """Return the condition (i1) that `count` doubles from an address on are finite."""
    whole = count - count % frame.width
    writer, scalar = frame.writer, frame.scalar
    with writer.loop(0, whole, frame.width, carried=[0.0]) as loop:
        x = writer.load(scalar.address(start, loop.index))
        loop.next = [writer.fma(x, 0.0, loop.carried[0])]  # 0 times inf or nan is nan
    total = writer.total(loop.results[0])
    for k in range(whole, count):
        total = scalar.fma(scalar.load(scalar.address(start, k)), 0.0, total)
    return scalar.fcmp("oeq", total, 0.0)


def any_nan(writer: Writer, numbers: Sequence[str]) -> str:
    """Return the condition (i1) that some lane of some of the vectors is nan."""
    found = ""
    for x, y in zip(numbers[::2], [*numbers[1::2], numbers[-1]]):
        nan = writer.fcmp("uno", x, y)  # true where either is nan
        found = writer.logic("or", found, nan) if found else nan
    return writer.any_lane(found)
