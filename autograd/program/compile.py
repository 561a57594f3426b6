"""compile: a function of Values, or a graph, made into programs that run at machine speed."""

from __future__ import annotations

from functools import update_wrapper
from threading import RLock
from typing import TYPE_CHECKING, Any

from autograd.backends.selection import checked_backend
from autograd.backward import accumulate
from autograd.mode import CURRENT
from autograd.program.arguments import Arguments, Axes, read
from autograd.program.runner import KINDS, Runner
from autograd.program.trace import Function, Graph, Trace
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Hashable

    from autograd.program.program import Program

__all__ = ["Compiled", "compile"]


def compile(
    f: Any,
    inputs: Any = None,
    in_axes: Axes = None,
    backend: str = "auto",
    check: bool = False,
) -> Compiled:
    """Return `f`, or the graph from `inputs` to the output `f`, as a compiled function.

    >>> from autograd import compile
    >>> c = compile(lambda x, y: x * y + x)
    >>> c(2.0, 3.0)
    8.0
    >>> c.value_and_grad(2.0, 3.0)
    (8.0, (4.0, 2.0))
    """
    if callable(f):
        if inputs is not None:
            in_axes = inputs
        return Compiled(Function(f), in_axes, backend, check)
    return Compiled(Graph(f, [inputs] if isinstance(inputs, Value) else inputs), in_axes, backend)


class Compiled:
    """A compiled function: made by `compile`."""

    def __init__(
        self, origin: Function | Graph, in_axes: Axes, backend: str, check: bool = False
    ) -> None:
        self._origin = origin
        self._in_axes = in_axes
        self._backend = checked_backend(backend)
        self._check = check
        self._traces: dict[Hashable, Trace] = {}
        self._runners: dict[Hashable, Runner] = {}
        self._lock = RLock()
        if isinstance(origin, Function):
            update_wrapper(self, origin.function, updated=())

    def __call__(self, *args: Any) -> Any:
        """Return the value: floats for one example, arrays of shape (n, ...) for a batch."""
        arguments = self._read(args)
        if arguments.symbolic or CURRENT.get().tracing:
            return self._origin.apply(args)
        return self._runner("value", arguments).results(arguments)

    def value_and_grad(self, *args: Any) -> Any:
        """Return the value and its derivatives, in the structure of the arguments."""
        return self._results("value_and_grad", args)

    def jacobian(self, *args: Any) -> Any:
        """Return the derivatives of each result, at its place the structure of the arguments."""
        return self._results("jacobian", args)

    def hessian(self, *args: Any) -> Any:
        """Return the second derivatives."""
        return self._results("hessian", args)

    def backward(self, *args: Any, reduction: str = "mean") -> float:
        """Add the gradient of the mean over the batch to the captured leaves; return the mean."""
        if reduction not in {"mean", "sum"}:
            raise ValueError(f"backward: reduction is 'mean' or 'sum', not {reduction!r}")
        arguments = self._read(args)
        runner = self._runner("backward", arguments)
        count = 1 if arguments.examples is None else len(arguments.examples)
        if not count and reduction == "mean":
            raise ValueError("backward: the mean over an empty batch is undefined")
        _, sums = runner.run(arguments)
        total, *slopes = (sums / count if reduction == "mean" else sums).tolist()
        leaves = runner.trace.leaves
        accumulate([leaves[place] for place in runner.reached], slopes)
        return float(total)

    def program(self, kind: str, *args: Any) -> Program:
        """Return the simplified program of one kind of result, for arguments like these."""
        return self._runner(kind, self._read(args)).program

    def captured(self, *args: Any) -> tuple[Value, ...]:
        """Return the captured leaves, in the order of the parameters of the programs."""
        return self._trace(self._read(args)).leaves

    def _results(self, kind: str, args: tuple[Any, ...]) -> Any:
        arguments = self._read(args)
        return self._runner(kind, arguments).results(arguments)

    def _read(self, args: tuple[Any, ...]) -> Arguments:
        return read(args, self._in_axes, self._origin.names)

    def _trace(self, arguments: Arguments) -> Trace:
        key = arguments.shapes, arguments.batched
        trace = self._traces.get(key)
        if trace is None:
            with self._lock:
                trace = self._traces[key] = self._origin.trace(arguments)
        return trace

    def _runner(self, kind: str, arguments: Arguments) -> Runner:
        key = kind, arguments.shapes, arguments.batched
        runner = self._runners.get(key)
        if runner is None:
            if kind not in KINDS:
                raise ValueError(f"there is no result {kind!r}; choose one of {', '.join(KINDS)}")
            with self._lock:
                runner = self._runners[key] = Runner(kind, self._trace(arguments), self._backend)
        return runner
