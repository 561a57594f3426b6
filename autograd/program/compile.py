"""compile and compile_graph: functions and graphs as programs that run at machine speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, overload

from autograd.arguments import as_choice, as_count, as_switch
from autograd.backends.selection import checked_backend
from autograd.program.compiled import Compiled
from autograd.program.origin import Function, Graph
from autograd.program.precision import as_precision
from autograd.program.programs import MOST_PATHS, Programs
from autograd.program.verification import POLICIES
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.primitive import Primitive
    from autograd.program.arguments import Axes
    from autograd.program.precision import DType
    from autograd.program.verification import Policy

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@overload
def compile(
    f: Primitive,
    in_axes: None = None,
    *,
    backend: str = ...,
    check: bool = ...,
    verify: Policy = ...,
    dtype: DType = ...,
    most_paths: int = ...,
) -> Compiled[Concatenate[Value, ...], Value]: ...


@overload
def compile(
    f: Callable[Parameters, Result],
    in_axes: None = None,
    *,
    backend: str = ...,
    check: bool = ...,
    verify: Policy = ...,
    dtype: DType = ...,
    most_paths: int = ...,
) -> Compiled[Parameters, Result]: ...


@overload
def compile(
    f: Callable[..., Any],
    in_axes: Axes,
    *,
    backend: str = ...,
    check: bool = ...,
    verify: Policy = ...,
    dtype: DType = ...,
    most_paths: int = ...,
) -> Compiled[..., Any]: ...


def compile(
    f: Callable[..., Any],
    in_axes: Axes = None,
    *,
    backend: str = "auto",
    check: bool = False,
    verify: Policy = "auto",
    dtype: DType = "float64",
    most_paths: int = MOST_PATHS,
) -> Compiled[..., Any]:
    """Return a function that runs the program of `f` at machine speed, with exact derivatives.

    `f` is a function of numbers in lists, tuples, dicts and NumPy arrays, nested. At the first call
    for each structure of arguments it is traced: called once, with a Value for each number, in the
    same structure (an array becomes an array of objects). The operations are then differentiated,
    simplified and compiled. `compile_graph` does the same for a graph that is already built.

    Where `f` asks whether a Value is true, as `if x > 0` and `while` do, it is traced for the
    numbers of the call, and each path that numbers take through it has a program of its own. A call
    computes the conditions first; an unknown path is traced then. Results and derivatives are those
    of the path, in a batch those of the path of each example.

    Arguments and the data of the Values that `f` captures, such as the parameters of a model, stay
    live: every call reads them. All else that `f` reads (globals, attributes, arrays) belongs to
    the program. `f` is traced again to verify that it would still do the same: at the first calls,
    after every pause, and for a fiftieth of the time in a hot loop; printing and other side effects
    then happen again. If it differs, the call raises StaleProgramError. A change that
    `autograd.program.verification.structure_changed()` announces, as `nn.Module` does, is taken
    over instead. A compiled function gives no NumericWarning; `check` finds results that are not
    finite.

    Args:
        f: The function.
        in_axes: Which arguments hold a batch, as in jax.vmap. None: no argument does, and `f` gets
            them as they are. 0: all arguments are mapped over their leading axis, and `f` gets one
            example. A tuple has an axis or None for each argument, or, for an argument that is a
            list, tuple or dict, such a structure again. A batch is an array, or lists that make
            one; a dict holds a batch under each key, as does a tuple of arrays.
        backend: "llvm" (needs llvmlite), "numpy", "jax" (needs jax), "interpreter" (slow, the
            meaning of the others), or "auto": llvm where it is installed and the program not too
            large for it, else numpy.
        check: Raise FloatingPointError when a result is not finite, naming the operation at fault,
            its operands, the example and the line.
        verify: When `f` is traced again: "auto", as above; "always", before each result, which
            takes over what has changed; "never", only after an announced change and after
            `retrace()`.
        dtype: The precision of the program: "float64", or "float32" with twice as many numbers in
            each vector. Arguments and captured Values are rounded when they are read, and so is the
            result of every operation; arrays come back in this dtype, single numbers as floats.
        most_paths: How many paths through `f` may be taken, for arguments of one structure.

    Raises:
        StaleProgramError: If `f` would do something else than before, or does so at every trace, as
            a function that draws random numbers does. Calls raise it, until `f` does the same again
            or `retrace()` is called.
        TracingError: If `f` asks a Value for its number, as `float(x)` and `range(x)` do, or takes
            more paths than it may. The call raises it.
        ImportError: If the package of a chosen backend is not installed.
        TypeError: If `f` is not a function.
        ValueError: If the backend, the policy of `verify` or the dtype is unknown, or
            `most_paths` below 1.

    >>> from autograd import Value, compile
    >>> c = compile(lambda x, y: x * y + x)
    >>> c(2.0, 3.0)
    8.0
    >>> c.value_and_grad(2.0, 3.0)
    (8.0, (4.0, 2.0))
    >>> w = Value(3.0)
    >>> squares = compile(lambda x: (w * x) ** 2, in_axes=0)
    >>> squares([1.0, 2.0])
    array([ 9., 36.])
    >>> squares.backward([1.0, 2.0]), w.grad
    (22.5, 15.0)
    """
    if not callable(f):
        raise TypeError(
            f"compile takes a function, not {f!r}; compile_graph(output, inputs) compiles a graph "
            "that is already built"
        )
    as_choice(verify, "compile: verify", POLICIES)
    check = as_switch(check, "compile: check")
    precision = as_precision(dtype, "compile: dtype")
    most = as_count(most_paths, "compile: most_paths")
    backend = checked_backend(backend)
    return Compiled(Programs(Function(f), backend, check, verify, precision, most), in_axes)


def compile_graph(
    output: Any,
    inputs: Any,
    *,
    in_axes: Axes = None,
    backend: str = "auto",
    check: bool = False,
    dtype: DType = "float64",
) -> Compiled[..., Any]:
    """Return a function that runs a graph that is already built, as `compile` does a function.

    Args:
        output: The result: a Value, or several in lists, tuples, dicts and arrays, nested.
        inputs: A list of the Values, leaves or not, that the calls give anew; it may be empty. Each
            is one argument, in its own structure if it is itself a list. One Value alone will do.
            All other leaves stay live: every call reads their data.
        in_axes: Which arguments hold a batch, as for `compile`.
        backend: What runs the program, as for `compile`.
        check: Raise FloatingPointError when a result is not finite, as for `compile`.
        dtype: The precision of the program, as for `compile`.

    Raises:
        TypeError: If an input is not a Value, or `output` is a function.
        ValueError: If a Value is an input twice, or the backend or the dtype is unknown.

    >>> from autograd import Value, compile_graph
    >>> a, b = Value(3.0), Value(4.0)
    >>> area = compile_graph(a * b, [a])
    >>> area.value_and_grad(5.0)
    (20.0, 4.0)
    >>> b.data = 6.0
    >>> area(5.0)
    30.0
    """
    if callable(output):
        raise TypeError(
            f"compile_graph takes the output of a graph, not the function {output!r}; "
            "compile(f, in_axes) compiles functions"
        )
    inputs = [inputs] if isinstance(inputs, Value) else inputs
    check = as_switch(check, "compile_graph: check")
    precision = as_precision(dtype, "compile_graph: dtype")
    origin, backend = Graph(output, inputs), checked_backend(backend)
    return Compiled(Programs(origin, backend, check, "never", precision), in_axes)
