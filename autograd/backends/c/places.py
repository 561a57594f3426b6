"""Places: where the rows of a schedule's two memories lie in a C function for one example."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd.backends.c.literals import double
from autograd.program.stages import Memory

if TYPE_CHECKING:
    from autograd.program.stages import Schedule

__all__ = ["Place", "Places"]


class Place(NamedTuple):
    """An element of a C array."""

    array: str
    offset: int

    def __str__(self) -> str:
        return f"{self.array}[{self.offset}]"


class Places:
    """Inputs and parameters stay where the caller has them; all results share one array `v`.

    Of one example both memories hold one number per row. Rows of a memory that follow each other
    and lie in one array follow each other there.
    """

    def __init__(self, schedule: Schedule) -> None:
        program = schedule.program
        constants = program.shared + program.parameters
        uniform = constants + len(program.constants)  # the first row that `before` computes
        computed = schedule.uniform - uniform
        self.constants = program.constants
        self.size = computed + schedule.varying - program.examples  # of the array v
        self._starts = {  # where each array takes over: the first row, and its place
            Memory.UNIFORM: (
                (uniform, Place("v", 0)),
                (constants, Place("constants", 0)),
                (program.shared, Place("parameters", 0)),
                (0, Place("inputs", program.examples)),
            ),
            Memory.VARYING: (
                (program.examples, Place("v", computed)),
                (0, Place("inputs", 0)),
            ),
        }

    def of(self, memory: Memory, row: int) -> Place:
        """Return the place of a row."""
        first, place = next(start for start in self._starts[memory] if row >= start[0])
        return Place(place.array, place.offset + row - first)

    def text(self, place: Place) -> str:
        """Return C text that reads one place: of a constant, its number."""
        return double(self.constants[place.offset]) if place.array == "constants" else str(place)
