"""Derivatives of programs: the graph redrawn, differentiated by its rules, and lowered again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.program.program import lowered, redrawn
from autograd.reverse import reached, reverse
from autograd.tangents import tangents_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.program.program import Program


class Derivative(NamedTuple):
    """A program, and how the wanted numbers are found among its outputs.

    Number i of the result is output `entries[i]` of the program, or 0 where that is None.
    """

    program: Program
    entries: tuple[int | None, ...]


class _Graph:
    """A program as a graph of traced Values, on which the rules can draw."""

    def __init__(self, program: Program, wanted: Sequence[int] = ()) -> None:
        self.program = program
        self.inputs, self.parameters, self.outputs = redrawn(program)
        self.wanted = [self.inputs[number] for number in wanted]

    def lowered(self, outputs: Sequence[Any], sums: Sequence[Any] = ()) -> Program:
        """Return the program of other outputs of the same inputs."""
        examples = self.program.examples
        return lowered(
            self.inputs[:examples], self.inputs[examples:], self.parameters, outputs, sums
        )

    def derivative(self, results: Sequence[Any]) -> Derivative:
        """Return the program of the results, each different number being one output."""
        outputs: dict[Any, int] = {}
        entries = []
        for result in results:
            zero = isinstance(result, float) and result == 0.0
            entries.append(None if zero else outputs.setdefault(result, len(outputs)))
        return Derivative(self.lowered(list(outputs)), tuple(entries))


def value(program: Program) -> Derivative:
    """Return the outputs themselves."""
    return Derivative(program, tuple(range(len(program.outputs))))


def dense(derivative: Derivative) -> Program:
    """Return the program that has every number of the result as an output of its own."""
    graph = _Graph(derivative.program)
    return graph.lowered(
        [0.0 if entry is None else graph.outputs[entry] for entry in derivative.entries]
    )


def value_and_gradient(program: Program, wanted: Sequence[int]) -> Derivative:
    """Return the one output, then its derivatives with respect to the wanted inputs."""
    graph = _Graph(program, wanted)
    (output,) = graph.outputs
    found = _gradients(output, graph.wanted)
    return graph.derivative([output, *(found.get(node, 0.0) for node in graph.wanted)])


def jacobian(program: Program, wanted: Sequence[int]) -> Derivative:
    """Return the derivatives of each output by the wanted inputs, row by row.

    Reverse mode, output by output, each over the part of the graph that it depends on; forward
    mode, input by input, where there are fewer inputs than outputs.
    """
    graph = _Graph(program, wanted)
    rows: list[Any] = []
    if len(graph.wanted) < len(graph.outputs):
        roots = [output for output in graph.outputs if not isinstance(output, float)]
        columns = [
            dict(zip(roots, tangents_of(roots, {node: 1.0}, graph=True))) for node in graph.wanted
        ]
        for output in graph.outputs:
            rows += [column.get(output, 0.0) for column in columns]
    else:
        for output in graph.outputs:
            found = _gradients(output, graph.wanted)
            rows += [found.get(node, 0.0) for node in graph.wanted]
    return graph.derivative(rows)


def hessian(program: Program, wanted: Sequence[int]) -> Derivative:
    """Return the second derivatives of the one output by the wanted inputs, row by row.

    Each component of the gradient is differentiated over its own part of the graph, with respect
    to itself and the inputs before it; the other half is the mirror image. Zeros are not outputs.
    """
    graph = _Graph(program, wanted)
    (output,) = graph.outputs
    size = len(graph.wanted)
    slopes = _gradients(output, graph.wanted)
    rows: list[Any] = [0.0] * (size * size)
    for i, node in enumerate(graph.wanted):
        found = _gradients(slopes.get(node, 0.0), graph.wanted[: i + 1])
        for j, other in enumerate(graph.wanted[: i + 1]):
            rows[i * size + j] = rows[j * size + i] = found.get(other, 0.0)
    return graph.derivative(rows)


def backward(program: Program) -> tuple[Program, list[int]]:
    """Return the program whose sums are the one output, then its derivatives by the parameters.

    Also returns the places of those parameters: the ones that an eager backward pass reaches.
    """
    graph = _Graph(program)
    (output,) = graph.outputs
    below = reached(output)
    places = [place for place, node in enumerate(graph.parameters) if node in below]
    found = _gradients(output, [graph.parameters[place] for place in places])
    sums = [output, *(found.get(graph.parameters[place], 0.0) for place in places)]
    return graph.lowered((), sums), places


def _gradients(output: Any, inputs: Sequence[Any]) -> dict[Any, Any]:
    if isinstance(output, float):
        return {}
    return dict(zip(inputs, reverse({output: 1.0}, inputs, graph=True)))
