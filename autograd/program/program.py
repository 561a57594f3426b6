"""Program: a graph as a flat list in which every variable is assigned once.

A graph is lowered to a program, and a program is redrawn as a graph, to be differentiated.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.errors import TracingError
from autograd.graph import Constant, topological_order
from autograd.mode import Place, quietly
from autograd.program.traced import Traced, drawn, placeholder
from autograd.runtime import computed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograd.primitive import Primitive


def bits(*numbers: float) -> bytes:
    """Return the bits of numbers, which tell 0.0 from -0.0 and one nan from another."""
    return struct.pack(f"<{len(numbers)}d", *numbers)


class Instruction(NamedTuple):
    """One operation on the variables of these numbers."""

    op: Primitive
    args: tuple[int, ...]


@dataclass(frozen=True)
class Program:
    """The operations on each example of a batch, and the results that are summed over it.

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

    @computed
    def uses(self) -> list[int]:
        """How often each variable is read, by instructions, outputs and sums."""
        uses = [0] * self.size
        for _, args in self.instructions:
            for arg in args:
                uses[arg] += 1
        for variable in (*self.outputs, *self.sums):
            uses[variable] += 1
        return uses

    def constant(self, variable: int) -> float | None:
        """Return the number of a variable that is a constant, else None."""
        position = variable - self.inputs
        return self.constants[position] if 0 <= position < len(self.constants) else None


def lowered(
    examples: Sequence[Any],
    shared: Sequence[Any],
    parameters: Sequence[Any],
    outputs: Sequence[Any],
    sums: Sequence[Any] = (),
) -> Program:
    """Return the program that computes the outputs from nodes given at each call.

    The nodes given are most often leaves; nothing below them is part of the program. Outputs and
    sums are nodes or floats. Linear in the size of the graph, and without recursion.
    """
    given = [*examples, *shared, *parameters]
    numbers: dict[Any, int] = {node: number for number, node in enumerate(given)}
    order = [node for node in _between([*outputs, *sums], numbers) if node not in numbers]
    constants = _Constants(len(given))
    for node in order:
        for arg in node.args:
            if type(arg) is Constant:
                constants.variable(arg)
    for output in (*outputs, *sums):
        if isinstance(output, float):
            constants.variable(output)

    def variable(node: Any) -> int:
        return constants.variable(node) if isinstance(node, float) else numbers[node]

    first = len(given) + len(constants.numbers)
    instructions: list[Instruction] = []
    lines: dict[int, str] = {}
    for node in order:
        number = first + len(instructions)
        instructions.append(Instruction(node.op, tuple([variable(arg) for arg in node.args])))
        line = node._place.line
        if line:
            lines[number] = line
        numbers[node] = number
    return Program(
        len(examples),
        len(shared),
        len(parameters),
        tuple(constants.numbers),
        tuple(instructions),
        tuple(map(variable, outputs)),
        tuple(map(variable, sums)),
        {number: node.label for node, number in numbers.items() if node.label},
        lines,
    )


class _Constants:
    """The constants met so far, each once: told apart by their bits, so that -0.0 is not 0.0."""

    def __init__(self, first: int) -> None:
        self.numbers: list[float] = []
        self._first = first
        self._variables: dict[bytes, int] = {}

    def variable(self, number: float) -> int:
        """Return the variable that holds a constant."""
        key = bits(number)
        if key not in self._variables:
            self._variables[key] = self._first + len(self.numbers)
            self.numbers.append(float(number))
        return self._variables[key]


@quietly
def redrawn(program: Program) -> tuple[list[Any], list[Any], list[Any]]:
    """Return a program as a graph again: its inputs, its parameters and its outputs.

    Recorded under the user's `no_grad` too: it is no computation of theirs.
    """
    names = program.names
    given = [placeholder(names.get(number, "")) for number in range(program.inputs)]
    nodes: list[Any] = [*given, *map(Constant, program.constants)]
    for op, args in program.instructions:
        nodes.append(drawn(op, tuple([nodes[arg] for arg in args])))
    for number, line in program.lines.items():
        nodes[number]._place = Place(line=line)
    inputs = program.examples + program.shared
    return given[:inputs], given[inputs:], [nodes[output] for output in program.outputs]


def captured(outputs: Iterable[Any], inputs: Iterable[Any]) -> list[Any]:
    """Return the leaves below the outputs that are no inputs, in the order of their first use.

    That is the order in which a network computes: layer by layer, the weights of a neuron and then
    its bias, so that the parameters of a layer lie side by side.
    """
    known = set(inputs)
    order = [node for node in _between(outputs, known) if node not in known]
    leaves: dict[Any, None] = {}
    for node in order:
        for arg in node.args:
            if type(arg) is not Constant and arg.op is None and arg not in known:
                leaves[arg] = None
    for node in order:
        if node.op is None:  # a leaf that is itself an output
            leaves[node] = None
    for leaf in leaves:
        if isinstance(leaf, Traced):
            raise TracingError(
                f"the result depends on {leaf!r}, which is no input of this function: it was "
                "traced in another call and kept. A function to be compiled may use its "
                "arguments and Values made outside, and must not store what it computes"
            )
    return list(leaves)


def _between(outputs: Iterable[Any], inputs: Any) -> list[Any]:
    """Return the nodes that the outputs depend on, not going below the inputs."""
    roots = [output for output in outputs if not isinstance(output, float)]
    order = topological_order(*roots)
    if all(node.op is None for node in inputs):
        return order
    needed = set(roots)
    for node in reversed(order):
        if node in needed and node not in inputs:
            needed.update(node.args)
    return [node for node in order if node in needed]
