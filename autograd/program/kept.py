"""Results of functions of programs, kept: equal programs are worked out once.

A search over settings trains many networks of one architecture, and a loop may compile one text
after the other: their programs are equal, whatever the parameters.
"""

from __future__ import annotations

from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from autograd.primitive import RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.program.program import Program

KEPT, LARGEST = 32, 10_000  # results of each function; operations of a program, of 0.2 KB each

Result = TypeVar("Result")

_forgets: list[Callable[[], None]] = []


def kept(function: Callable[[Program], Result]) -> Callable[[Program], Result]:
    """Return the function with a memory of its last results; programs have the same labels then.

    The forward function of a user's row may read what changes, so that a program with such a row is
    worked out each time.
    """

    @lru_cache(maxsize=KEPT)
    def known(program: Program, *_: Any) -> Result:
        return function(program)

    @wraps(function)
    def find(program: Program) -> Result:
        steps = program.instructions
        if len(steps) > LARGEST or not all(op.name in RESERVED for op in program.rows):
            return function(program)
        return known(program, tuple(program.names.items()), tuple(program.lines.items()))

    _forgets.append(known.cache_clear)
    return find


def forget() -> None:
    """Forget all results, so that equal programs are worked out anew."""
    for clear in _forgets:
        clear()
