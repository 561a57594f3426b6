"""Program: a graph as a flat list in which every variable is assigned once.

A graph is lowered to a program, and a program is redrawn as a graph, to be differentiated.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, fields
from itertools import chain, count
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.errors import TracingError
from autograd.graph import Constant, topological_order
from autograd.mode import Place, quietly
from autograd.native import engine
from autograd.program.precision import DOUBLE, Precision
from autograd.program.traced import Traced, drawn, placeholder
from autograd.runtime import computed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from autograd.primitive import Primitive


def bits(*numbers: float) -> bytes:
    """Return the bits of numbers, which tell 0.0 from -0.0 and one nan from another."""
    return struct.pack(f"<{len(numbers)}d", *numbers)


class Instruction(NamedTuple):
    """One operation on the variables of these numbers."""

    op: Primitive
    args: tuple[int, ...]


def on_variables(
    instructions: Iterable[tuple[Primitive, tuple[int, ...]]], place: Sequence[int]
) -> tuple[Instruction, ...]:
    """Return operations as instructions on other variables, `place[v]` for each v."""
    new, find = tuple.__new__, place.__getitem__  # a call of Instruction takes twice as long
    return tuple([new(Instruction, (op, tuple(map(find, args)))) for op, args in instructions])


@dataclass(frozen=True, eq=False)
class Program:
    """The operations on each example of a batch, and the results that are summed over it.

    Variables are numbered from 0: first the inputs that differ from example to example
    (`examples` of them), then the inputs that all examples share (`shared`), the captured leaves
    (`parameters`), the constants, and one variable per instruction. An instruction uses variables
    before its own only. `outputs` are wanted for every example, `sums` added up over all of them.
    All numbers are of one `precision`: the inputs, parameters and constants are rounded to it when
    they are read, and so is the result of each instruction.

    Equal programs compute the same, to the last bit: constants are compared by their bits, names
    and lines not at all.
    """

    examples: int
    shared: int
    parameters: int
    constants: tuple[float, ...]
    instructions: tuple[Instruction, ...]
    outputs: tuple[int, ...]
    sums: tuple[int, ...] = ()
    names: dict[int, str] = field(default_factory=dict)  # labels, for people
    lines: dict[int, str] = field(default_factory=dict)  # "file:line", where known
    precision: Precision = DOUBLE

    def __post_init__(self) -> None:
        """Check the numbering; ValueError names the instruction at fault."""
        for number, (op, args) in enumerate(self.instructions, self.first):
            if args and (max(args) >= number or min(args) < 0):
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
    def _facts(self) -> tuple[Any, ...]:
        """All that tells the program from others."""
        inputs = self.precision, self.examples, self.shared, self.parameters
        return (*inputs, bits(*self.constants), self.instructions, self.outputs, self.sums)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Program) and self._facts == other._facts

    def __hash__(self) -> int:
        return hash(self._facts)

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
    def rows(self) -> set[Primitive]:
        """The rows of the instructions."""
        return {op for op, _ in self.instructions}

    @computed
    def varies(self) -> tuple[bool, ...]:
        """Whether each variable may differ from example to example."""
        if not self.examples:
            return (False,) * self.size
        varies = [True] * self.examples + [False] * (self.first - self.examples)
        for _, args in self.instructions:
            varies.append(True in map(varies.__getitem__, args))
        return tuple(varies)

    @computed
    def uses(self) -> list[int]:
        """How often each variable is read, by instructions, outputs and sums."""
        uses = [0] * self.size
        for args in (self.outputs, self.sums, *[args for _, args in self.instructions]):
            for arg in args:
                uses[arg] += 1
        return uses

    def changed(self, **parts: Any) -> Program:
        """Return the program with other parts, whose numbering is right: it is not checked."""
        program = object.__new__(Program)
        vars(program).update({name: getattr(self, name) for name in _PARTS}, **parts)
        return program

    def constant(self, variable: int) -> float | None:
        """Return the number of a variable that is a constant, else None."""
        position = variable - self.inputs
        return self.constants[position] if 0 <= position < len(self.constants) else None

    def rounded(self, precision: Precision) -> Program:
        """Return the program on numbers of another precision.

        Raises ValueError for a constant that would be lost.
        """
        if precision is self.precision:
            return self
        constants = tuple(map(precision.constant, self.constants))
        return self.changed(precision=precision, constants=constants)


_PARTS = tuple([part.name for part in fields(Program)])
EMPTY = Program(0, 0, 0, (), (), ())


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
    return _lowered(examples, shared, parameters, outputs, sums)[0]


def lowered_with_leaves(
    examples: Sequence[Any], shared: Sequence[Any], outputs: Sequence[Any]
) -> tuple[Program, list[Any]]:
    """Return the program of the outputs, and the leaves below them that are not given.

    These are its parameters, in the order of their first use. That is the order in which a network
    computes: layer by layer, the weights of a neuron and then its bias, so that the parameters of a
    layer lie side by side. Raises TracingError for a leaf that was traced in another call.
    """
    program, leaves = _lowered(examples, shared, (), outputs, ())
    for leaf in leaves:
        if isinstance(leaf, Traced):
            raise TracingError(
                f"the result depends on {leaf!r}, which is no input of this function: it was "
                "traced in another call and kept. A function to be compiled may use its "
                "arguments and Values made outside, and must not store what it computes"
            )
    return program, leaves


def _lowered(
    examples: Sequence[Any],
    shared: Sequence[Any],
    parameters: Sequence[Any],
    outputs: Sequence[Any],
    sums: Sequence[Any],
) -> tuple[Program, list[Any]]:
    given, results = (*examples, *shared, *parameters), (*outputs, *sums)
    found = None if engine is None else engine.flattened(results, given, Instruction)
    leaves, constants, instructions, nodes, variables = found or _flattened(results, given)
    inputs = [*given, *leaves]
    names = {number: label for number, node in enumerate(inputs) if (label := node._place.label)}
    lines: dict[int, str] = {}
    places = [*map(_PLACE, nodes)]
    if any(place.label or place.line for place in {*places}):  # most often one for all
        for number, place in enumerate(places, len(inputs) + len(constants)):
            if place.label:
                names[number] = place.label
            if place.line:
                lines[number] = place.line
    program = EMPTY.changed(
        examples=len(examples),
        shared=len(shared),
        parameters=len(parameters) + len(leaves),
        constants=tuple(constants),
        instructions=tuple(instructions),
        outputs=variables[: len(outputs)],
        sums=variables[len(outputs) :],
        names=names,
        lines=lines,
    )
    return program, leaves


_PLACE = attrgetter("_place")


def _flattened(results: Sequence[Any], given: Sequence[Any]) -> tuple[Any, ...]:
    """Return captured leaves, constants, instructions, their nodes, and the variables of results.

    Nodes are told apart by identity, which nothing needs to be asked for: a hash of some is written
    in Python.
    """
    order = _between(results, given)
    nodes = [node for node in order if node.op is not None]
    operands = [node.args for node in nodes]  # kept: a Constant is made when it is asked for
    known = {*map(id, given)}
    read = chain(
        chain.from_iterable(operands), order
    )  # at last, leaves that are themselves results
    leaves = [arg for arg in read if arg.op is None and type(arg) is not Constant]
    leaves = [*{id(leaf): leaf for leaf in leaves if id(leaf) not in known}.values()]
    variables = {id(node): number for number, node in enumerate((*given, *leaves))}
    constants: dict[bytes, float] = {}  # by their bits, so that -0.0 is not 0.0
    numbers: list[float] = [arg for args in operands for arg in args if type(arg) is Constant]
    numbers += [result for result in results if isinstance(result, float)]
    for number in numbers:
        constants.setdefault(bits(number), float(number))
    place_of = {key: place for place, key in enumerate(constants, len(variables))}
    first = len(variables) + len(constants)
    variables.update((id(number), place_of[bits(number)]) for number in numbers)
    variables.update(zip(map(id, nodes), count(first)))
    variable = variables.__getitem__
    instructions = [
        Instruction(node.op, tuple(map(variable, map(id, args))))
        for node, args in zip(nodes, operands)
    ]
    found = tuple(map(variable, map(id, results)))
    return leaves, [*constants.values()], instructions, nodes, found


@quietly
def redrawn(program: Program) -> tuple[list[Any], list[Any], list[Any]]:
    """Return a program as a graph again: its inputs, its parameters and its outputs.

    Recorded under the user's `no_grad` too: it is no computation of theirs.
    """
    names = program.names
    given = [placeholder(names.get(number, "")) for number in range(program.inputs)]
    nodes: list[Any] = [*given, *map(Constant, program.constants)]
    for op, args in program.instructions:
        nodes.append(drawn(op, tuple(map(nodes.__getitem__, args))))
    for number, line in program.lines.items():
        nodes[number]._place = Place(line=line)
    inputs = program.examples + program.shared
    return given[:inputs], given[inputs:], [nodes[output] for output in program.outputs]


def _between(outputs: Iterable[Any], inputs: Collection[Any]) -> list[Any]:
    """Return the nodes that the outputs depend on, without the inputs and what is below them."""
    roots = [output for output in outputs if not isinstance(output, float)]
    order = topological_order(*roots)
    given = set(map(id, inputs))
    if all(node.op is None for node in inputs):
        return [node for node in order if id(node) not in given]
    needed = set(map(id, roots)) - given
    for node in reversed(order):
        if id(node) in needed:
            needed.update(set(map(id, node.args)) - given)
    return [node for node in order if id(node) in needed]
