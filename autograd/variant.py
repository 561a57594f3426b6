"""Variants: marks that a block sets and the code called inside it reads, such as nn's evaluation.

They are the way to pass a setting down to code that may be traced: a program that was traced under
one set of marks is never used under another. Marks belong to a thread, as all of the mode does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.mode import CURRENT

if TYPE_CHECKING:
    from collections.abc import Hashable
    from contextvars import Token

    from autograd.mode import Mode

__all__ = ["current_variant", "variant"]


class variant:  # noqa: N801 - called like a function
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

    __slots__ = ("_marks", "_tokens")

    def __init__(self, *marks: Hashable) -> None:
        self._marks = frozenset(marks)
        self._tokens: list[Token[Mode]] = []  # the block may be entered again inside itself

    def __enter__(self) -> None:
        mode = CURRENT.get()
        self._tokens.append(CURRENT.set(mode.replaced(variant=mode.variant | self._marks)))

    def __exit__(self, *exception: object) -> None:
        CURRENT.reset(self._tokens.pop())


def current_variant() -> frozenset[Hashable]:
    """Return the marks that are set here, by `variant`."""
    return CURRENT.get().variant
