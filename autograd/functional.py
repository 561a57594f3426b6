"""Derivatives of functions: gradients, products with vectors, Jacobians and Hessians.

The functions differentiated take numbers, lists, tuples, dicts and NumPy arrays of numbers, nested;
results have the same structure. All nest to any order: each derivative has variables of its own, so
that an inner one never mistakes an outer variable for its own (perturbation confusion). Floats in,
floats out: Values come back when an argument is a Value, or when the result depends on the variable
of an enclosing derivative.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, TypeVar, overload

from autograd.arguments import as_float, as_switch, is_array
from autograd.errors import unrecorded_error
from autograd.mode import CURRENT, is_tracing
from autograd.primitives import detach
from autograd.reverse import reverse
from autograd.structure import leaves_along, leaves_of, rebuilt, stacked
from autograd.trial import Trial, check_function
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typing_extensions import TypeVarTuple, Unpack

    from autograd.arguments import Number
    from autograd.primitive import Primitive
    from autograd.signatures import (
        Derivatives,
        Gradient,
        Numbers,
        SecondDerivatives,
        Unknown,
        ValueAndGradient,
    )

    Primals = TypeVarTuple("Primals")

Argument = TypeVar("Argument")
Arguments = ParamSpec("Arguments")
Key = TypeVar("Key")


@overload
def gradients(output: Value, inputs: Value, *, create_graph: Literal[False] = False) -> float: ...


@overload
def gradients(
    output: Value, inputs: list[Value], *, create_graph: Literal[False] = False
) -> list[float]: ...


@overload
def gradients(
    output: Value, inputs: tuple[Value, ...], *, create_graph: Literal[False] = False
) -> tuple[float, ...]: ...


@overload
def gradients(
    output: Value, inputs: dict[Key, Value], *, create_graph: Literal[False] = False
) -> dict[Key, float]: ...


@overload
def gradients(output: Value, inputs: Value, *, create_graph: Literal[True]) -> Value: ...


@overload
def gradients(
    output: Value, inputs: list[Value], *, create_graph: Literal[True]
) -> list[Value]: ...


@overload
def gradients(output: Value, inputs: Any, *, create_graph: bool = False) -> Any: ...


def gradients(output: Value, inputs: Any, *, create_graph: bool = False) -> Any:
    """Return the derivatives of `output` with respect to `inputs`, in the structure of `inputs`.

    `inputs` is a Value, or Values in lists, tuples, dicts or arrays; any node of the graph will do.
    The result holds floats, those that `backward()` would leave to the last bit, or with
    `create_graph` Values that can be differentiated again. The derivative by an input that `output`
    does not depend on is 0.0, as in JAX; PyTorch raises an error there. `visualize.why(output,
    input)` says where the connection was lost. No `.grad` is read or written. Raises TypeError if
    `output` or an input is not a Value, RuntimeError if it was computed inside `no_grad`.

    >>> x = Value(3.0)
    >>> gradients(x * x * x, x)
    27.0
    >>> slope = gradients(x * x * x, x, create_graph=True)
    >>> gradients(slope, x)
    18.0
    """
    if not isinstance(output, Value):
        raise TypeError(
            f"gradients: the output must be a Value, not {output!r}; grad is for functions"
        )
    create_graph = as_switch(create_graph, "gradients: create_graph")
    variables = leaves_of(inputs)
    for position, variable in enumerate(variables):
        if not isinstance(variable, Value):
            raise TypeError(f"gradients: input {position} must be a Value, not {variable!r}")
    tracing = is_tracing()  # a number would be frozen: the derivative is drawn
    if output.op in {None, detach} and output not in set(variables) and not CURRENT.get().record:
        raise unrecorded_error("gradients()", output._place.name)
    slopes = reverse({output: 1.0}, variables, graph=create_graph or tracing)
    if create_graph:
        slopes = [slope if isinstance(slope, Value) else Value(slope) for slope in slopes]
    elif tracing:
        slopes = [detach(slope) if isinstance(slope, Value) else slope for slope in slopes]
    return rebuilt(inputs, iter(slopes))


@overload
def grad(f: Primitive, argnums: Literal[0] = 0) -> Gradient[Concatenate[Value, ...]]: ...


@overload
def grad(f: Callable[Arguments, Any], argnums: Literal[0] = 0) -> Gradient[Arguments]: ...


@overload
def grad(f: Callable[..., Any], argnums: int | Sequence[int]) -> Callable[..., Any]: ...


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return the function that computes the gradient of `f`, whose result must be one number.

    The gradient has the structure of argument `argnums`, or is a tuple of them for several.

    >>> from autograd import sin
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda w: w["a"] * w["b"])({"a": 2.0, "b": 5.0})
    {'a': 5.0, 'b': 2.0}
    """
    check_function("grad", f, argnums)
    both = value_and_grad(f, argnums)

    @wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


@overload
def value_and_grad(
    f: Primitive, argnums: Literal[0] = 0
) -> ValueAndGradient[Concatenate[Value, ...]]: ...


@overload
def value_and_grad(
    f: Callable[Arguments, Any], argnums: Literal[0] = 0
) -> ValueAndGradient[Arguments]: ...


@overload
def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int]
) -> Callable[..., tuple[Any, Any]]: ...


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return the function that computes the pair (value, gradient) of `f`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    check_function("value_and_grad", f, argnums)

    @wraps(f)
    def both(*args: Any, **kwargs: Any) -> Any:
        trial = Trial(f, args, kwargs, argnums)
        output = trial.single_output()
        return trial.released(output), trial.gradient({output: 1.0})

    return both


@overload
def vjp(
    f: Callable[..., Value | float], *primals: Number
) -> tuple[float, Callable[[Number], tuple[float, ...]]]: ...


@overload
def vjp(
    f: Callable[..., Value], *primals: Value
) -> tuple[Value, Callable[[Value | Number], tuple[Value, ...]]]: ...


@overload
def vjp(
    f: Callable[..., Any], *primals: Unpack[Primals]
) -> tuple[Any, Callable[[Any], tuple[Unpack[Primals]]]]: ...


def vjp(  # type: ignore[misc]  # mypy does not take Any for an Unpack
    f: Callable[..., Any], *primals: Any
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Return f(*primals) and the function from a cotangent of the result to those of the primals.

    The cotangent has the structure of the result; the function returns a tuple, one per primal.

    >>> value, pull = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> value, pull([1.0, 10.0])
    ([6.0, 5.0], (13.0, 12.0))
    """
    check_function("vjp", f)
    trial = Trial(f, primals, {}, range(len(primals)))

    def pull(cotangent: Any) -> tuple[Any, ...]:
        outputs = leaves_of(trial.output)
        given = leaves_along(cotangent, trial.output, "vjp: the cotangent")
        weights = [_number(leaf, "vjp: a cotangent") for leaf in given]
        if len(outputs) != len(weights):
            raise ValueError(
                f"vjp: the cotangent has {len(weights)} numbers, the result of f has {len(outputs)}"
            )
        seeds: dict[Any, Any] = {}
        for output, weight in zip(outputs, weights):
            seeds[output] = weight + seeds[output] if output in seeds else weight
        found: tuple[Any, ...] = trial.gradient(seeds)
        return found

    return trial.released(trial.output), pull


@overload
def jvp(f: Callable[..., Unknown], primals: Any, tangents: Any) -> tuple[Any, Any]: ...


@overload
def jvp(
    f: Callable[..., Value | float],
    primals: Number | Numbers | tuple[Number | Numbers, ...],
    tangents: Number | Numbers | tuple[Number | Numbers, ...],
) -> tuple[float, float]: ...


@overload
def jvp(
    f: Callable[..., Value], primals: Value | tuple[Value, ...], tangents: Any
) -> tuple[Value, Value]: ...


@overload
def jvp(f: Callable[..., Any], primals: Any, tangents: Any) -> tuple[Any, Any]: ...


def jvp(f: Callable[..., Any], primals: Any, tangents: Any) -> tuple[Any, Any]:
    """Return f(*primals) and its derivative along the tangents, by forward mode.

    A tuple holds the arguments of `f`; anything else is its one argument. Tangents have the
    structure of the primals, else ValueError.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    check_function("jvp", f)
    return _along("jvp", f, _arguments(primals), _arguments(tangents))


def _along(
    name: str, f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]
) -> tuple[Any, Any]:
    """Return f(*primals) and its derivative along the tangents, for the function `name`."""
    given = leaves_along(tangents, primals, f"{name}: the tangents")
    directions = [_number(leaf, f"{name}: a tangent") for leaf in given]
    trial = Trial(f, primals, {}, range(len(primals)))
    if len(directions) != len(trial.variables):
        raise ValueError(
            f"{name}: the tangents have {len(directions)} numbers, the primals "
            f"{len(trial.variables)}"
        )
    return trial.released(trial.output), trial.tangent(directions)


@overload
def jacobian(f: Primitive, argnums: Literal[0] = 0) -> Gradient[Concatenate[Value, ...]]: ...


@overload
def jacobian(
    f: Callable[Arguments, Unknown], argnums: Literal[0] = 0
) -> Derivatives[Arguments]: ...


@overload
def jacobian(
    f: Callable[Arguments, Value | float], argnums: Literal[0] = 0
) -> Gradient[Arguments]: ...


@overload
def jacobian(f: Callable[Arguments, Any], argnums: Literal[0] = 0) -> Derivatives[Arguments]: ...


@overload
def jacobian(f: Callable[..., Any], argnums: int | Sequence[int]) -> Callable[..., Any]: ...


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return the function that computes all first derivatives of a function of several results.

    Array in, array out: shape (results..., arguments...). Otherwise the structure of the result
    with the structure of the argument at each of its places.

    >>> jacobian(lambda v: [v[0] * v[1], v[0] + v[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    check_function("jacobian", f, argnums)

    @wraps(f)
    def derivatives(*args: Any, **kwargs: Any) -> Any:
        trial = Trial(f, args, kwargs, argnums)
        outputs = leaves_of(trial.output)
        for output in outputs:
            if not isinstance(output, Value):
                as_float(output, "jacobian: a result of the function")
        # A plain number depends on nothing; it may be equal to another, and has no hash of its own
        rows = [
            trial.gradient({output: 1.0} if isinstance(output, Value) else {}) for output in outputs
        ]
        if is_array(trial.output):
            return stacked(rows or [trial.gradient({})], trial.output.shape)
        return rebuilt(trial.output, iter(rows))

    return derivatives


@overload
def hessian(
    f: Primitive, argnums: Literal[0] = 0
) -> SecondDerivatives[Concatenate[Value, ...]]: ...


@overload
def hessian(
    f: Callable[Arguments, Value | float], argnums: Literal[0] = 0
) -> SecondDerivatives[Arguments]: ...


@overload
def hessian(f: Callable[..., Any], argnums: int | Sequence[int]) -> Callable[..., Any]: ...


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return the function that computes all second derivatives of `f`, whose result is one number.

    For an array of shape s the result has shape s + s; otherwise it nests as `jacobian` does. The
    derivatives of a pair differ by rounding alone; where an argument is inf or nan, one of the two
    orders may meet inf - inf, so that it is nan and the other a number.

    >>> hessian(lambda v: v[0] ** 2 * v[1])([1.0, 3.0])
    [[6.0, 2.0], [2.0, 0.0]]
    """
    check_function("hessian", f, argnums)
    return jacobian(grad(f, argnums), argnums)


@overload
def hvp(f: Callable[..., Any], primals: Number, tangents: Number) -> float: ...


@overload
def hvp(f: Callable[..., Any], primals: Argument, tangents: Any) -> Argument: ...


def hvp(f: Callable[..., Any], primals: Any, tangents: Any) -> Any:
    """Return the Hessian of `f` at the primals times the tangents, without forming the Hessian.

    Forward over reverse. A tuple holds the arguments of `f`, and the result is then a tuple;
    anything else is its one argument.

    >>> hvp(lambda v: v[0] ** 2 * v[1], [1.0, 3.0], [1.0, 0.0])
    [6.0, 2.0]
    """
    check_function("hvp", f)
    arguments = _arguments(primals)
    gradient = grad(f, range(len(arguments)))
    _, product = _along("hvp", gradient, arguments, _arguments(tangents))
    return product if isinstance(primals, tuple) else product[0]


def _number(leaf: Any, where: str) -> Any:
    return leaf if isinstance(leaf, Value) else as_float(leaf, where)


def _arguments(tree: Any) -> tuple[Any, ...]:
    return tree if isinstance(tree, tuple) else (tree,)
