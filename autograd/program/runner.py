"""Runner: one kind of result for arguments of one shape, ready to be computed."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from autograd.backends.selection import executable
from autograd.graph import CLOCK
from autograd.leaves import read_data
from autograd.native import engine
from autograd.program import derivatives
from autograd.program.indices import Indices
from autograd.program.interpreter import cause_of_non_finite
from autograd.program.precision import DOUBLE
from autograd.program.ready import Result, ready
from autograd.program.simplify import simplified
from autograd.structure import (
    NUMBER,
    Array,
    Mapping,
    Sequence,
    Shape,
    arrays_of,
    described,
    of_tuple,
    picker,
    product,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.backends.executable import Executable
    from autograd.graph import Counter
    from autograd.program.arguments import Arguments
    from autograd.program.derivatives import Derivative
    from autograd.program.precision import Precision
    from autograd.program.program import Program
    from autograd.program.trace import Trace
    from autograd.value import Value

Kind: TypeAlias = Literal["value", "value_and_grad", "jacobian", "hessian", "backward"]
KINDS: tuple[str, ...] = get_args(Kind)


def derived(kind: str, trace: Trace) -> Program:
    """Return the program of a kind of result as the rules draw it, before it is simplified."""
    trace = trace.recovered
    if kind == "backward":
        return derivatives.backward(trace.program)[0]
    return _derivative(kind, trace)[0].program


class Runner:
    """The program of one kind of result, and the way from its outputs to that result."""

    def __init__(
        self, kind: str, trace: Trace, backend: str, check: bool, precision: Precision
    ) -> None:
        if kind in {"value_and_grad", "hessian", "backward"} and trace.result != NUMBER:
            raise TypeError(
                f"{kind} needs a function that returns one number, not {described(trace.result)}; "
                "use jacobian for several"
            )
        if not check:  # else each addition stays an operation of its own, which an error can name
            trace = trace.recovered
        self.leaves = trace.leaves
        self.check = check
        self.reached: tuple[Value, ...] = ()  # the leaves of the gradient, for "backward"
        self._kind = kind
        self._entries: Any = None
        self._picker: Any = None  # "backward" has none
        if kind == "backward":
            program, places = derivatives.backward(trace.program)
            self.reached = tuple([trace.leaves[place] for place in places])
        else:
            (program, entries), self.shape = _derivative(kind, trace)
            zero = len(program.outputs)  # there is a 0.0 behind them
            self._places = [zero if entry is None else entry for entry in entries]
            self._entries = _selection(entries, len(program.outputs))
            self._picker = picker(self.shape, entries)
        program, self.statistics = simplified(program)
        self.program = program.rounded(precision)
        self.executable = executable(self.program, backend)
        self._indices = Indices(trace) if trace.indices else None
        self._arguments = trace.shapes
        self._ready: Any = None  # False if it cannot be
        self._parameters: tuple[int, Any] = (-1, None)
        self._numbers: tuple[int, tuple[float, ...]] = (-1, ())

    def run(self, arguments: Arguments) -> tuple[Any, Any]:
        """Return the outputs for each example and the sums, as arrays.

        Of no examples, the sums are 0. Raises FloatingPointError with `check` if any is not finite.
        """
        import numpy as np

        examples = np.empty((1, 0)) if arguments.examples is None else arguments.examples
        if not len(examples):
            program, dtype = self.program, self.program.precision.name
            return np.zeros((0, len(program.outputs)), dtype), np.zeros(len(program.sums), dtype)
        parameters = self._parameter_array()
        if self._indices is not None:
            self._indices.check(examples, arguments.shared, parameters)
        outputs, sums = self._latest().run(examples, arguments.shared, parameters)
        if self.check and not (np.isfinite(outputs).all() and np.isfinite(sums).all()):
            raise cause_of_non_finite(
                self.program, examples.tolist(), arguments.shared.tolist(), parameters.tolist()
            )
        return outputs, sums

    def results(self, arguments: Arguments) -> Any:
        """Return the outputs in their structure."""
        outputs = self.numbers(arguments)
        return arrays_of(self.shape, outputs[0] if arguments.examples is None else outputs)

    def numbers(self, arguments: Arguments) -> Any:
        """Return the numbers of the result, in order, as an array with a line for each example."""
        import numpy as np

        outputs, _ = self.run(arguments)
        if self._entries is not None:
            size, places, columns = self._entries
            found = np.zeros((len(outputs), size), outputs.dtype)
            if len(outputs) == 1:  # twice as fast
                found[0][places] = outputs[0].take(columns)
            else:
                found[:, places] = outputs[:, columns]
            outputs = found
        return outputs

    def settle(self) -> None:
        """Wait until the fastest executable is there."""
        if hasattr(self.executable, "settled"):
            self.executable = self.executable.settled()

    def _latest(self) -> Executable:
        """Return the executable, a faster one as soon as it is there."""
        if hasattr(self.executable, "latest"):
            self.executable = self.executable.latest()
        return self.executable

    def ready(self, left: Counter) -> Any:
        """Return the program for calls by C, the same each time; None if it is none, or not yet."""
        if self._ready is None and not hasattr(self._latest(), "latest"):
            self._ready = self._made_ready(left) or False
        return self._ready or None

    def _made_ready(self, left: Counter) -> Any:
        indices = [] if self._indices is None else self._indices.inputs
        if engine is None or self.check or indices is None:
            return None
        has_arrays = self._picker is None and self._kind != "backward"
        if has_arrays and self.program.precision is not DOUBLE:  # C makes arrays of doubles
            return None
        code = self.executable.in_place() if hasattr(self.executable, "in_place") else None
        if code is None:
            return None
        if self._kind == "backward":
            result = Result(NUMBER, code.sums[:1], self.reached, code.sums[1:])
        else:
            result = Result(self.shape, [code.outputs[place] for place in self._places])
        return ready(code, self.leaves, self._arguments, indices, result, left)

    def quick(self) -> Callable[[tuple[float, ...]], Any] | None:
        """Return the function from floats to the result without arrays, if the backend has it."""
        compute = getattr(self._latest(), "scalars", None)
        if compute is None or self._picker is None or self.check or self._indices is not None:
            return None
        pick = self._picker
        if not self.leaves:
            return lambda numbers: pick(compute(numbers, ()))
        return lambda numbers: pick(compute(numbers, self._parameter_numbers()))

    def _parameter_array(self) -> Any:
        """Return the data of the captured leaves, read again after any change of any leaf."""
        import numpy as np

        when, parameters = self._parameters
        if when != CLOCK.now:
            when = CLOCK.now
            parameters = np.empty(len(self.leaves))
            read_data(self.leaves, parameters)
            self._parameters = when, parameters
        return parameters

    def _parameter_numbers(self) -> tuple[float, ...]:
        when, numbers = self._numbers
        if when != CLOCK.now:
            when = CLOCK.now
            numbers = tuple([leaf._data for leaf in self.leaves])
            self._numbers = when, numbers
        return numbers


def _derivative(kind: str, trace: Trace) -> tuple[Derivative, Shape]:
    """Return the program of a kind of result, and the structure of that result."""
    inputs = of_tuple(tuple(map(_plain, trace.shapes)))
    if kind == "value":
        return derivatives.value(trace.program), trace.result
    if kind == "value_and_grad":
        found = derivatives.value_and_gradient(trace.program, trace.inputs)
        return found, Sequence(tuple, (NUMBER, inputs))
    if kind == "jacobian":
        matrix, rows = derivatives.jacobian(trace.program, trace.inputs)
        outer = trace.result
    else:
        matrix, rows = derivatives.hessian(trace.program, trace.inputs)
        outer = inputs
    return derivatives.Derivative(matrix, _blocks(rows, outer, inputs)), product(outer, inputs)


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
    if entries == tuple(range(outputs)):
        return None
    import numpy as np

    found = [(place, column) for place, column in enumerate(entries) if column is not None]
    places = np.array([place for place, _ in found], dtype=np.intp)
    columns = np.array([column for _, column in found], dtype=np.intp)
    return len(entries), places, columns
