"""Program: a graph as a flat list in which every variable is assigned once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from autograd.runtime import computed

if TYPE_CHECKING:
    from autograd.primitive import Primitive

__all__ = ["Instruction", "Program"]


class Instruction(NamedTuple):
    """One operation on the variables of these numbers."""

    op: Primitive
    args: tuple[int, ...]


@dataclass(frozen=True)
class Program:
    """What is computed for each example of a batch, and which results are summed over it.

    Variables are numbered from 0: first the inputs that differ from example to example
    (`examples` of them), then the inputs that all examples share (`shared`), the captured leaves
    (`parameters`), the constants, and one variable per instruction. An instruction uses variables
    before its own only. `outputs` are wanted for every example, `sums` added up over all of them.
    """

    examples: int
    shared: int
    parameters: int
    constants: tuple[float, ...]
    instructions: tuple[Instruction, ...]
    outputs: tuple[int, ...]
    sums: tuple[int, ...] = ()
    names: dict[int, str] = field(default_factory=dict, compare=False)  # labels, for people
    lines: dict[int, str] = field(default_factory=dict, compare=False)  # "file:line", where known

    def __post_init__(self) -> None:
        """Check the numbering; ValueError names the instruction at fault."""
        for number, (op, args) in enumerate(self.instructions, self.first):
            if not all(0 <= arg < number for arg in args):
                raise ValueError(
                    f"variable {number} = {op.name}{args}: an instruction uses only variables "
                    f"assigned before it, 0 to {number - 1}"
                )
            if op.arity and len(args) != op.arity:
                raise ValueError(
                    f"variable {number} = {op.name}{args}: {op.name} takes {op.arity} arguments, "
                    f"not {len(args)}"
                )
        for output in (*self.outputs, *self.sums):
            if not 0 <= output < self.size:
                raise ValueError(
                    f"output {output} is none of the variables 0 to {self.size - 1} of the program"
                )

    @computed
    def inputs(self) -> int:
        """The number of variables that are given at each call."""
        return self.examples + self.shared + self.parameters

    @computed
    def first(self) -> int:
        """The variable of the first instruction."""
        return self.inputs + len(self.constants)

    @computed
    def size(self) -> int:
        """The number of variables."""
        return self.first + len(self.instructions)

    @computed
    def varies(self) -> tuple[bool, ...]:
        """Whether each variable may differ from example to example."""
        varies = [True] * self.examples + [False] * (self.first - self.examples)
        for _, args in self.instructions:
            varies.append(any(varies[arg] for arg in args))
        return tuple(varies)

    def constant(self, variable: int) -> float | None:
        """Return the number of a variable that is a constant, else None."""
        position = variable - self.inputs
        return self.constants[position] if 0 <= position < len(self.constants) else None
