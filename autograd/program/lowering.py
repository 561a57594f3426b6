"""Lowering: a graph of Values written out as a flat Program."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from autograd.graph import Constant, topological_order
from autograd.place import Place, placed
from autograd.primitives import detach
from autograd.program.program import Instruction, Program
from autograd.program.traced import Traced, drawn, placeholder
from autograd.tracing import TracingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["captured", "lowered", "redrawn"]


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


def lowered(
    examples: Sequence[Any],
    shared: Sequence[Any],
    parameters: Sequence[Any],
    outputs: Sequence[Any],
    sums: Sequence[Any] = (),
) -> Program:
    """Return the program that computes the outputs from nodes given at each call.

    The nodes given are most often leaves; nothing below them is part of the program. Outputs and
    sums are nodes or floats. What was made under `no_grad` is detached. Linear in the size of the
    graph, and without recursion.
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
        place = node.scope if type(node._place) is not str else ""
        if type(place) is Place:
            if place.line:
                lines[number] = place.line
            if not place.live:
                instructions.append(Instruction(detach, (number,)))
                number += 1
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


def redrawn(program: Program) -> tuple[list[Any], list[Any], list[Any]]:
    """Return a program as a graph again: its inputs, its parameters and its outputs."""
    names = program.names
    given = [placeholder(names.get(number, "")) for number in range(program.inputs)]
    nodes: list[Any] = [*given, *map(Constant, program.constants)]
    for op, args in program.instructions:
        nodes.append(drawn(op, tuple([nodes[arg] for arg in args])))
    for number, line in program.lines.items():
        nodes[number]._place = placed(line)
    inputs = program.examples + program.shared
    return given[:inputs], given[inputs:], [nodes[output] for output in program.outputs]


class _Constants:
    """The constants met so far, each once: told apart by their bits, so that -0.0 is not 0.0."""

    def __init__(self, first: int) -> None:
        self.numbers: list[float] = []
        self._first = first
        self._variables: dict[bytes, int] = {}

    def variable(self, number: float) -> int:
        """Return the variable that holds a constant."""
        bits = struct.pack("d", number)
        if bits not in self._variables:
            self._variables[bits] = self._first + len(self.numbers)
            self.numbers.append(float(number))
        return self._variables[bits]


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
