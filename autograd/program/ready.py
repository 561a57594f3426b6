"""Ready: a program that C runs at once, for arguments and results that C knows.

These are numbers, arrays and nested lists, tuples and dicts of them, described by patterns of the
same structure. In a pattern of arguments a number is None; in that of results it is the place of
the number in the memory of the program. An array is a `Block`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.native import engine, move_aside
from autograd.program.verification import STRUCTURE
from autograd.structure import NUMBER, Array, Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Sequence as PySequence

    from autograd.graph import Counter
    from autograd.structure import Shape
    from autograd.value import Value

BUCKETS = getattr(engine, "BUCKETS", 1)  # where C looks, by the sizes of arguments
MOST = 4  # programs in a bucket that a call is tried on
PLAIN = {str, int}  # keys whose comparison runs no code of users


class Caller:
    """The base of compiled functions: in C, what answers calls for which a program is ready."""

    __slots__ = ()


if engine is not None and not TYPE_CHECKING:
    Caller = engine.Caller


class InPlace(NamedTuple):
    """Machine code that computes in memory of its own, by addresses.

    Inputs and the data of the captured leaves are at the beginning. All else is found by places,
    counted in doubles from there: the outputs and a 0.0, and the sums over one example.
    """

    run: int
    memory: int
    outputs: PySequence[int]
    sums: PySequence[int]
    owner: Any  # of both, to be kept alive


class Block(NamedTuple):
    """An array in a pattern: its shape, and where in memory each of its numbers is."""

    shape: tuple[int, ...]
    places: Any  # int64


class Result(NamedTuple):
    """What a call gives: a structure with the numbers of these places, and gradients.

    The gradient of each leaf in `reached` is at the place of the same index in `gradients`.
    """

    shape: Shape
    places: Iterable[int]
    reached: tuple[Value, ...] = ()
    gradients: PySequence[int] = ()


def ready(
    code: InPlace,
    leaves: tuple[Value, ...],
    arguments: tuple[Shape, ...],
    indices: list[tuple[int, int]],
    result: Result,
    left: Counter,
) -> Any:
    """Return a program for C, or None where arguments or results have another structure.

    `indices` are the inputs that must be whole numbers from 0 on, each with its bound. C counts
    down how many calls are `left`, until Python looks again.
    """
    import numpy as np

    numbers = iter(result.places)
    try:
        taken = tuple([_pattern(shape, lambda: None) for shape in arguments])
        given = _pattern(result.shape, lambda: next(numbers))
    except LookupError:
        return None
    if not _knows_arrays():
        return None
    chosen, gradients = (np.array(found, dtype=np.int64) for found in (indices, result.gradients))
    parts = leaves, taken, given, left, chosen, result.reached, gradients, code.owner
    return engine.ready(code.run, code.memory, parts)


@cache
def _knows_arrays() -> bool:
    """Show C an array, and tell whether it is as C was made for."""
    import numpy as np

    example = np.empty((2, 3))
    return bool(engine.know_arrays(example, example.ctypes.data, np.empty))


def _pattern(shape: Shape, number: Callable[[], Any]) -> Any:
    """Return a structure with `number()` for each number; LookupError for what C does not know."""
    if shape == NUMBER:
        return number()
    if isinstance(shape, Array):
        import numpy as np

        places = np.zeros(shape.dimensions, dtype=np.int64)
        for place in np.ndindex(shape.dimensions):
            places[place] = number() or 0
        return Block(shape.dimensions, places)
    if isinstance(shape, Sequence) and shape.kind in (list, tuple):
        return shape.kind([_pattern(item, number) for item in shape.items])
    if isinstance(shape, Mapping) and {*map(type, shape.keys)} <= PLAIN:
        return {key: _pattern(item, number) for key, item in zip(shape.keys, shape.items)}
    raise LookupError(shape)


def call_in_c(compiled: type, programs: type) -> None:
    """Let C take the calls of the class of compiled functions, which keeps what is ready there."""
    if engine is None:
        return
    keywords = dict.fromkeys(("value_and_grad", "jacobian", "hessian"), "out=None")
    for name, keyword in (keywords | {"backward": "reduction='mean'"}).items():
        text = getattr(compiled, name).__doc__
        engine.describe(name, f"{name}($self, /, *args, {keyword})\n--\n\n{text}")
        move_aside(compiled, **{name: f"_python_{name}"})
    move_aside(compiled, __call__="_python_call")
    engine.connect_calls(STRUCTURE, compiled, programs)
