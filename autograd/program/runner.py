"""Runner: one kind of result for arguments of one shape, ready to be computed."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from autograd.backends.selection import executable
from autograd.graph import CLOCK
from autograd.program import derivatives
from autograd.program.shapes import (
    NUMBER,
    Array,
    Mapping,
    Sequence,
    Shape,
    arrays_of,
    of_tuple,
    product,
)  # fmt: skip
from autograd.program.simplify import simplified

if TYPE_CHECKING:
    from autograd.program.arguments import Arguments
    from autograd.program.derivatives import Derivative
    from autograd.program.trace import Trace

__all__ = ["KINDS", "Runner"]

KINDS = ("value", "value_and_grad", "jacobian", "hessian", "backward")


class Runner:
    """The program of one kind of result, and the way from its outputs to that result."""

    def __init__(self, kind: str, trace: Trace, backend: str) -> None:
        self.trace = trace
        if kind in {"value_and_grad", "hessian", "backward"} and trace.result != NUMBER:
            raise TypeError(
                f"{kind} needs a function that returns one number, not {trace.result}; "
                "use jacobian for several"
            )
        self.reached: list[int] = []
        if kind == "backward":
            program, self.reached = derivatives.backward(trace.program)
        else:
            (program, entries), self.shape = _derivative(kind, trace)
            self.entries = _selection(entries, len(program.outputs))
        self.program, self.statistics = simplified(program)
        self.executable = executable(self.program, backend)
        self._parameters: tuple[int, Any] = (-1, None)

    def parameters(self) -> Any:
        """Return the data of the captured leaves as an array, read again after any change."""
        import numpy as np

        now, parameters = self._parameters
        if now != CLOCK.now:
            now = CLOCK.now
            parameters = np.array([leaf._data for leaf in self.trace.leaves], dtype=np.float64)
            self._parameters = now, parameters
        return parameters

    def run(self, arguments: Arguments) -> tuple[Any, Any]:
        """Return outputs and sums."""
        import numpy as np

        examples = np.empty((1, 0)) if arguments.examples is None else arguments.examples
        shared = np.array(arguments.shared, dtype=np.float64)
        return self.executable.run(examples, shared, self.parameters())

    def results(self, arguments: Arguments) -> Any:
        """Return the outputs in their structure."""
        import numpy as np

        outputs, _ = self.run(arguments)
        if self.entries is not None:
            size, places, columns = self.entries
            found = np.zeros((len(outputs), size))
            found[:, places] = outputs[:, columns]
            outputs = found
        return arrays_of(self.shape, outputs[0] if arguments.examples is None else outputs)


def _derivative(kind: str, trace: Trace) -> tuple[Derivative, Shape]:
    """Return the program of a kind of result, and the structure of that result."""
    inputs = of_tuple(tuple(map(_plain, trace.shapes)))
    if kind == "value":
        return derivatives.value(trace.program), trace.result
    if kind == "value_and_grad":
        found = derivatives.value_and_gradient(trace.program, trace.inputs)
        return found, Sequence(tuple, (NUMBER, inputs))
    if kind == "jacobian":
        program, rows = derivatives.jacobian(trace.program, trace.inputs)
        outer = trace.result
    else:
        program, rows = derivatives.hessian(trace.program, trace.inputs)
        outer = inputs
    return derivatives.Derivative(program, _blocks(rows, outer, inputs)), product(outer, inputs)


def _blocks(rows: tuple[int | None, ...], outer: Shape, inner: Shape) -> tuple[int | None, ...]:
    """Return the entries of a matrix block by block: one for each pair of arrays."""
    heights, widths = _sizes(outer), _sizes(inner)
    total = sum(widths)
    found: list[int | None] = []
    top = 0
    for height in heights:
        left = 0
        for width in widths:
            for row in range(top, top + height):
                found += rows[row * total + left : row * total + left + width]
            left += width
        top += height
    return tuple(found)


def _sizes(shape: Shape) -> list[int]:
    if isinstance(shape, Sequence | Mapping):
        return [size for item in shape.items for size in _sizes(item)]
    return [prod(shape.dimensions)]


def _plain(shape: Shape) -> Shape:
    """Return the structure that derivatives have: an array for each batch."""
    if isinstance(shape, Sequence | Mapping):
        return shape._replace(items=tuple(map(_plain, shape.items)))
    return Array(shape.dimensions)


def _selection(entries: tuple[int | None, ...], outputs: int) -> Any:
    """Return (size, places, columns): which column goes to which place; None if each to its own."""
    import numpy as np

    if entries == tuple(range(outputs)):
        return None
    found = [(place, column) for place, column in enumerate(entries) if column is not None]
    places = np.array([place for place, _ in found], dtype=np.intp)
    columns = np.array([column for _, column in found], dtype=np.intp)
    return len(entries), places, columns
