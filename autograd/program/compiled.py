"""Compiled: a function that runs programs, traced and compiled where they are first needed."""

from __future__ import annotations

from functools import update_wrapper
from time import perf_counter
from typing import TYPE_CHECKING, Any, Concatenate, Generic, Literal, ParamSpec, TypeVar, overload

from autograd import functional
from autograd.arguments import as_choice
from autograd.backends.selection import checked_backend
from autograd.errors import TracingError
from autograd.mode import CURRENT
from autograd.program.arguments import Axes, read
from autograd.program.draft import StatisticsByKind
from autograd.program.origin import Function
from autograd.program.paths import accumulated, joined
from autograd.program.programs import Programs
from autograd.program.ready import Caller, call_in_c
from autograd.program.schedule import scheduled
from autograd.program.verification import STRUCTURE
from autograd.structure import written
from autograd.threads import loaded
from autograd.value import Value

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from autograd.arguments import Number
    from autograd.program.arguments import Arguments
    from autograd.program.program import Program
    from autograd.program.runner import Kind
    from autograd.signatures import Numbers, Unknown, Values

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

FLOATS = {float}


class Compiled(Caller, Generic[Parameters, Result]):
    """A compiled function: what `compile` and `compile_graph` return.

    Calls are safe from several threads. With Values among the arguments, inside `grad` or another
    function that is being compiled, a call draws the graph as the function itself would.

    `out` is of the structure of the result, with an array of the program's dtype for each array
    that is to be written rather than made, and None for everything else. The result holds these
    arrays. Raises TypeError for what is no such array, and ValueError for one of another shape, a
    read-only one, and arrays that share memory; nothing has been written then.
    """

    __slots__ = ("__dict__", "__weakref__", "_programs")

    def __init__(self, programs: Programs, in_axes: Axes) -> None:
        self._programs, self._in_axes = programs, in_axes
        self._wrap()

    def _wrap(self) -> None:
        origin = self._programs.origin
        if isinstance(origin, Function) and origin.function is not None:
            update_wrapper(self, origin.function, updated=())

    # A function of Values, or of a list of them, is called with numbers too, and then gives numbers

    @overload
    def __call__(self, *args: Any, out: Any) -> Any: ...

    @overload
    def __call__(self: Compiled[..., Unknown], *args: Any, **kwargs: Any) -> Any: ...

    @overload
    def __call__(
        self: Compiled[Concatenate[Value, ...], Value], first: Number, /, *args: Any
    ) -> float: ...

    @overload
    def __call__(
        self: Compiled[Concatenate[Value, ...], Value], first: Value, /, *args: Any
    ) -> Value: ...

    @overload
    def __call__(  # type: ignore[overload-overlap]  # an empty list is of numbers
        self: Compiled[Concatenate[Values, ...], Value], first: Numbers, /, *args: Any
    ) -> float: ...

    @overload
    def __call__(
        self: Compiled[Concatenate[Values, ...], Value],
        first: Sequence[Value | Number],
        /,
        *args: Any,
    ) -> Value: ...

    @overload
    def __call__(
        self: Compiled[Concatenate[Value, ...], list[Value]], first: Number, /, *args: Any
    ) -> list[float]: ...

    @overload
    def __call__(
        self: Compiled[Concatenate[Values, ...], list[Value]], first: Numbers, /, *args: Any
    ) -> list[float]: ...

    @overload
    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result: ...

    def __call__(self, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """Return the value of the function.

        The result has the structure that the function returns. For one example numbers are floats;
        for a batch of n they are arrays of shape (n,), and arrays have the shape (n, ...). An empty
        batch gives empty arrays.
        """
        return self._results("value", args, out, kwargs)

    @overload
    def value_and_grad(self, *args: Any, out: Any) -> Any: ...

    @overload
    def value_and_grad(
        self: Compiled[..., Unknown], *args: Any, **kwargs: Any
    ) -> tuple[Any, Any]: ...

    @overload
    def value_and_grad(
        self: Compiled[Concatenate[Value, ...], Value], first: Number, /
    ) -> tuple[float, float]: ...

    @overload
    def value_and_grad(
        self: Compiled[Concatenate[Value, ...], Value], first: Value, /
    ) -> tuple[Value, Value]: ...

    @overload
    def value_and_grad(
        self: Compiled[Concatenate[Value, ...], Value], first: Number, second: Any, /, *args: Any
    ) -> tuple[float, tuple[Any, ...]]: ...

    @overload
    def value_and_grad(
        self: Compiled[Concatenate[Values, ...], Value], first: Numbers, /, *args: Any
    ) -> tuple[float, Any]: ...

    @overload
    def value_and_grad(
        self, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> tuple[Result, Any]: ...

    def value_and_grad(self, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """Return the value and its derivatives with respect to the arguments.

        The derivatives have the structure of the arguments, in a tuple if there are several. For a
        batch they are those of each example, arrays of shape (n, ...), also for arguments that the
        examples share. Raises TypeError unless the function returns one number.

        >>> from autograd import compile
        >>> import numpy as np
        >>> c = compile(lambda x, scale: scale * x[0] * x[1], in_axes=(0, None))
        >>> value, (x_slopes, scale_slopes) = c.value_and_grad(np.array([[1.0, 2.0]]), 10.0)
        >>> value, x_slopes, scale_slopes
        (array([20.]), array([[20., 10.]]), array([2.]))
        """
        return self._results("value_and_grad", args, out, kwargs)

    def jacobian(self, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """Return the derivatives of every result with respect to the arguments.

        Each number or array of the result is replaced by the structure of the arguments, whose
        arrays have the axes of both: (n, result..., argument...).

        >>> from autograd import compile
        >>> import numpy as np
        >>> compile(lambda x: [x[0] * x[1], x[0]]).jacobian(np.array([2.0, 3.0]))
        [array([3., 2.]), array([1., 0.])]
        """
        return self._results("jacobian", args, out, kwargs)

    def hessian(self, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """Return the second derivatives with respect to the arguments, symmetric.

        Those that are 0 for all arguments are not computed. The structure is that of `jacobian` of
        the gradient: for one array of shape s it is an array of shape s + s.

        >>> from autograd import compile
        >>> import numpy as np
        >>> compile(lambda x: x[0] ** 3 + x[0] * x[1]).hessian(np.array([2.0, 3.0]))
        array([[12.,  1.],
               [ 1.,  0.]])
        """
        return self._results("hessian", args, out, kwargs)

    def backward(self, *args: Any, reduction: Literal["mean", "sum"] = "mean") -> float:
        """Return the mean or the sum over the batch, and add its gradient to the captured leaves.

        It adds to `.grad` of the leaves that the value depends on, as an eager loop over the
        examples with one `backward()` of the mean would. The sum of no examples is 0 and has no
        gradient; their mean is a ValueError.

        >>> from autograd import Value, compile
        >>> w = Value(3.0)
        >>> loss = compile(lambda x, y: (w * x - y) ** 2, in_axes=0)
        >>> loss.backward([1.0, 2.0], [3.0, 5.0])
        0.5
        >>> w.grad
        2.0
        """
        as_choice(reduction, "backward: reduction", ("mean", "sum"))
        arguments = self._read(args)
        if CURRENT.get().tracing is not None:
            raise TracingError(
                "backward of a compiled function changes gradients, which a program cannot: call "
                "it outside of functions that are compiled, or use autograd.grad in them"
            )
        if arguments.symbolic:
            raise TypeError("backward takes plain numbers, no Values")
        parts = self._programs.current("backward", arguments)
        count = 1 if arguments.examples is None else len(arguments.examples)
        if not count:
            if reduction == "mean":
                raise ValueError(
                    "backward: the batch is empty, and the mean of nothing is undefined; "
                    'reduction="sum" is 0'
                )
            return 0.0
        return accumulated(parts, count if reduction == "mean" else 1)

    def prepare(self, kind: Kind, *args: Any) -> None:
        """Do all that the first call would do, and wait until later ones are as fast as they get.

        `kind` is the name of a method, or "value". A long program is otherwise compiled in the
        background, while shared code gives the same results, ten to twenty times as slowly.

        >>> from autograd import compile
        >>> c = compile(lambda x: x * x)
        >>> c.prepare("value_and_grad", 1.0)
        >>> c.value_and_grad(3.0)
        (9.0, 6.0)
        """
        self._programs.runner(kind, self._read(args)).settle()

    def program(self, kind: Kind, *args: Any) -> Program:
        """Return the program that computes one kind of result for arguments like these.

        `kind` is the name of a method, or "value". The inputs of the program are the numbers of
        the arguments in order, batches first; its outputs are the different numbers of the result,
        the sums of "backward" are the value, and its derivatives by the captured leaves that it
        depends on.

        >>> from autograd import compile
        >>> from autograd.program.listing import listing
        >>> print(listing(compile(lambda x: x * x).program("value_and_grad", 1.0)))
        # program: 1 input, 2 operations
        v1 = x * x
        v2 = x + x
        return v1, v2
        """
        return self._programs.runner(kind, self._read(args)).program

    def captured(self, *args: Any) -> tuple[Value, ...]:
        """Return the captured leaves, in the order of the parameters of the programs."""
        return self._programs.trace(self._read(args)).recovered.leaves

    def to_c(self, path: str | os.PathLike[str], *args: Any) -> Path:
        """Write the function as C99 without dependencies, and return the path of the .c file.

        Its header lies beside it. `NAME_value` computes one example, and `NAME_gradient` its value
        and derivatives with respect to the inputs (`NAME_jacobian` the derivatives of several
        results); NAME is that of the file. The current data of the captured leaves become
        `NAME_parameters`. Numbers are `double`, or `float` of a function that was compiled with
        dtype="float32". Example arguments say for which structure; they can be left out after
        calls with only one.

        Raises TypeError without arguments and calls, ValueError for an operation without C text
        or after calls with several structures, and OSError if the file cannot be written.

        >>> from autograd import compile
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = compile(lambda x: x * x).to_c(f"{folder}/square.c", 1.0)
        ...     sorted(file.name for file in path.parent.iterdir())
        ['square.c', 'square.h']
        """
        trace = self._programs.trace(self._read(args)) if args else self._programs.only_trace()
        source: Path = loaded("autograd.backends.c").write_c(trace, path, self._programs.precision)
        return source

    def to_jax(self, kind: Kind, *args: Any) -> Callable[[Any, Any, Any], tuple[Any, Any]]:
        """Return the program of one kind of result as a pure function of JAX arrays.

        It takes the inputs of the examples, shape (n, inputs), the inputs that all examples share,
        and the data of the captured leaves in the order of `captured`, and returns the outputs
        for each example and the sums over them, as `program` describes them. `jax.jit` compiles
        it, `jax.grad` differentiates it; with the examples sharded over devices and the rest on
        each of them, XLA adds up the sums across devices.

        Raises ImportError if JAX is not installed, and ValueError for a function that branches.
        """
        checked_backend("jax")
        self._programs.trace(self._read(args))
        make: Callable[[Any], Callable[[Any, Any, Any], tuple[Any, Any]]]
        make = loaded("autograd.backends.jax").function
        return make(scheduled(self.program(kind, *args)))

    @property
    def stats(self) -> StatisticsByKind:
        """The operations before and after simplification, for each kind of result so far.

        After calls with several structures of arguments these are the counts for the last.

        >>> from autograd import compile
        >>> c = compile(lambda x: x * 1.0 + x * 1.0)
        >>> c(1.0)
        2.0
        >>> print(c.stats)  # doctest: +ELLIPSIS
        # value
                                  before     after
        constant folding               3         3
        ...
        """
        return StatisticsByKind((kind, runner.statistics) for _, kind, runner in self._programs)

    def retrace(self) -> None:
        """Have the function traced again, for each structure of arguments at its next call.

        Calls follow the function as it is then, without an error. A program that would be the same
        is kept.

        >>> from autograd import compile
        >>> scale = [2.0]
        >>> c = compile(lambda x: scale[0] * x)
        >>> c(1.0)
        2.0
        >>> scale[0] = 3.0
        >>> c.retrace()
        >>> c(1.0)
        3.0
        """
        self._programs.retrace()

    def clear(self) -> None:
        """Forget all programs: the next call traces the function again."""
        self._programs.clear()

    def __str__(self) -> str:
        """Return the listings of all programs so far."""
        return "\n\n".join(self._programs.listings()) or repr(self)

    def __repr__(self) -> str:
        programs = len([*self._programs])
        counted = "1 program" if programs == 1 else f"{programs or 'no'} programs"
        return (
            f"<compiled {self._programs.origin.name}: {counted}, "
            f"backend {self._programs.backend!r}>"
        )

    def __getstate__(self) -> dict[str, Any]:
        return {"in_axes": self._in_axes, "programs": self._programs}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._in_axes, self._programs = state["in_axes"], state["programs"]
        self._wrap()

    # From arguments to results

    def _results(self, kind: str, args: tuple[Any, ...], out: Any, kwargs: dict[str, Any]) -> Any:
        programs = self._programs
        quick = programs.quick[kind].get(len(args))
        if quick is not None and out is None and not kwargs and {*map(type, args)} <= FLOATS:
            compute, variant, structure, due = quick
            now = CURRENT.get().computing
            same = now is variant or now == variant
            if same and structure == STRUCTURE.now and perf_counter() < due:
                found = compute(args)
                if found is not None:  # else the numbers take a path that is not known
                    return found
        if kwargs:
            raise TypeError(
                f"a compiled function takes its arguments by position, not by name: {[*kwargs]}"
            )
        arguments = self._read(args)
        if arguments.symbolic or CURRENT.get().tracing is not None:
            if out is not None:
                raise TypeError(
                    "out= takes numbers, but the result is a graph where Values are among the "
                    "arguments, and inside of functions that are compiled: call it without out"
                )
            return self._drawn(kind, args)
        parts = programs.current(kind, arguments)
        found = parts[0].runner.results(arguments) if len(parts) == 1 else joined(parts)
        return found if out is None else written(found, out)

    def _drawn(self, kind: str, args: tuple[Any, ...]) -> Any:
        """Return the result as a graph: there are Values among the arguments."""
        origin = self._programs.origin
        if self._in_axes is not None:
            raise TypeError(
                f"{origin.name} was compiled for batches of plain numbers; on Values call it "
                "for each example: compile it without in_axes, and write [f(x) for x in xs]"
            )
        if kind == "value":
            return self._programs.apply(*args)
        places = 0 if len(args) == 1 else range(len(args))
        return getattr(functional, kind)(self._programs.apply, places)(*args)

    def _read(self, args: tuple[Any, ...]) -> Arguments:
        programs = self._programs
        return read(args, self._in_axes, programs.origin.names, programs.precision)


call_in_c(Compiled, Programs)
