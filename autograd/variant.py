"""Variants: marks that a block sets and the code called inside it reads, such as nn's evaluation.

They are the way to pass a setting down to code that may be traced: a program that was traced under
one set of marks is never used under another. Marks belong to a thread, as all of the mode does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.mode import CURRENT, Block

if TYPE_CHECKING:
    from collections.abc import Hashable

    from autograd.mode import Mode

__all__ = ["current_variant", "variant"]


class variant(Block):  # noqa: N801 - called like a function
    """Context manager: the block runs with the given marks, in addition to those around it.

    Raises TypeError for a mark that cannot be hashed.

    >>> from autograd import compile, current_variant, variant
    >>> c = compile(lambda x: x if "evaluation" in current_variant() else 0.5 * x)
    >>> c(3.0)
    1.5
    >>> with variant("evaluation"):
    ...     c(3.0)
    3.0
    >>> c(3.0)
    1.5
    """

    __slots__ = ("_marks",)

    def __init__(self, *marks: Hashable) -> None:
        try:
            self._marks = frozenset(marks)
        except TypeError:
            raise TypeError(
                f"variant takes marks that can be hashed, such as names, not {marks!r}"
            ) from None

    def changed(self, mode: Mode) -> Mode:
        """Return a mode with the marks."""
        return mode.replaced(variant=mode.variant | self._marks)


def current_variant() -> frozenset[Hashable]:
    """Return the marks that are set here, by `variant`."""
    return CURRENT.get().variant
