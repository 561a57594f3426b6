"""Changes of structure that are announced: what was traced before one is traced again after it."""

from __future__ import annotations

from itertools import count

from autograd.mode import CURRENT

__all__ = ["STRUCTURE", "structure_changed"]


class Structure:
    """Counts the announced changes of the whole process; compiled functions compare `now`."""

    __slots__ = ("_numbers", "now")

    def __init__(self) -> None:
        self.now = 0
        # No number comes twice, whichever of two threads stores its own last, so that `now` never
        # returns to what it was before a change.
        self._numbers = count(1)

    def tick(self) -> None:
        """Count one more change."""
        self.now = next(self._numbers)


STRUCTURE = Structure()


def structure_changed() -> None:
    """Say that something which compiled functions may read has changed; call it after the change.

    Each compiled function is then traced again before its next result, without an error. A program
    that the change did not alter is kept. What nobody announces is found by verification, a little
    later and as a StaleProgramError; see `compile`. What a function changes while it is traced, as
    a model does that keeps its last activations, it would change at every trace: that counts for
    nothing here.

    >>> from autograd import compile, structure_changed
    >>> scale = [2.0]
    >>> c = compile(lambda x: scale[0] * x)
    >>> c(1.0)
    2.0
    >>> scale[0] = 3.0
    >>> structure_changed()
    >>> c(1.0)
    3.0
    """
    if CURRENT.get().tracing is None:
        STRUCTURE.tick()
