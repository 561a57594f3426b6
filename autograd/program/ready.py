"""Ready: a program that C runs at once, for arguments and results that C knows.

These are numbers, arrays and nested lists and tuples of them, described by patterns of the same
structure. In a pattern of arguments a number is None; in that of results it is the number of the
output that it is. An array is a `Block`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.native import engine, move_aside
from autograd.program.verification import STRUCTURE
from autograd.structure import NUMBER, Array, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from autograd.graph import Counter
    from autograd.structure import Shape
    from autograd.value import Value

MOST = 4  # programs of one kind of result that a call is tried on


class Caller:
    """The base of compiled functions: in C, what answers calls for which a program is ready."""

    __slots__ = ()


if engine is not None and not TYPE_CHECKING:
    Caller = engine.Caller


class InPlace(NamedTuple):
    """Machine code that computes in memory of its own, by addresses.

    Inputs and the data of the captured leaves are at its beginning. Behind the outputs is a 0.0.
    """

    run: int
    memory: int
    outputs: int
    owner: Any  # of both, to be kept alive


class Block(NamedTuple):
    """An array in a pattern: its shape, and which output each of its numbers is."""

    shape: tuple[int, ...]
    places: Any  # int64


def ready(
    code: InPlace,
    leaves: tuple[Value, ...],
    arguments: tuple[Shape, ...],
    result: Shape,
    entries: Iterable[int],
    left: Counter,
) -> Any:
    """Return a program for C, or None where arguments or results have another structure.

    `entries` are the outputs that make up the result, in order. C counts down how many calls are
    `left`, until Python looks again.
    """
    import numpy as np

    example, numbers = np.empty((2, 3)), iter(entries)
    try:
        taken = tuple([_pattern(shape, lambda: None) for shape in arguments])
        given = _pattern(result, lambda: next(numbers))
    except LookupError:
        return None
    parts = leaves, taken, given, left, np.empty, example, code.owner
    return engine.ready(code.run, code.memory, code.outputs, parts, example.ctypes.data)


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
    raise LookupError(shape)


def call_in_c(compiled: type, programs: type) -> None:
    """Let C take the calls of the class of compiled functions, which keeps what is ready there."""
    if engine is None:
        return
    for name in ("value_and_grad", "jacobian", "hessian"):
        text = getattr(compiled, name).__doc__
        engine.describe(name, f"{name}($self, /, *args, out=None)\n--\n\n{text}")
        move_aside(compiled, **{name: f"_python_{name}"})
    move_aside(compiled, __call__="_python_call")
    engine.connect_calls(STRUCTURE, compiled, programs)
