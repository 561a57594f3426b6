"""Many leaves at once: data read and written, gradients added, a rule applied; what holds them.

Numbers come and go in buffers of doubles, NumPy's arrays or those of `array`.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from itertools import chain
from operator import is_
from typing import TYPE_CHECKING, Any
from weakref import ref

from autograd.backward import TURNS
from autograd.errors import tracing_error
from autograd.graph import CLOCK, put, set_data, topological_order
from autograd.mode import is_tracing, quietly
from autograd.native import engine
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Leaves = tuple[Value, ...]

__all__ = ["accumulate", "contents_of", "hold_the_same", "move", "read_data", "write_data"]


def read_data(leaves: Leaves, numbers: Any, since: int = -1) -> None:
    """Put the data of leaves, where it was set since that count of the clock, into an array.

    >>> numbers = array("d", [0.0, 0.0])
    >>> read_data((Value(1.0), Value(2.0)), numbers)
    >>> numbers
    array('d', [1.0, 2.0])
    """
    if engine is not None:
        engine.read(leaves, numbers, since)
        return
    for place, leaf in enumerate(leaves):
        if leaf._version > since:
            numbers[place] = leaf._data


def write_data(leaves: Leaves, numbers: Any) -> None:
    """Set the data of leaves to the numbers of an array, as one change: of all or of none."""
    if engine is not None:
        engine.replace(leaves, numbers)
    else:
        CLOCK.write(leaves, numbers.tolist())


def accumulate(leaves: Leaves, numbers: Any) -> None:
    """Add the numbers of an array to the gradients of leaves: to all or to none."""
    if engine is not None:
        engine.accumulate(leaves, numbers)
    else:
        with TURNS.lock: _add(leaves, numbers.tolist())  # fmt: skip # noqa: E701 - see backward


def _add(leaves: Leaves, gradients: list[float]) -> None:
    old = [leaf._grad for leaf in leaves]
    put(leaves, "_grad", [g if x is None else x + g for x, g in zip(old, gradients)])


def move(
    rule: Callable[..., Any],
    leaves: Sequence[Value],
    states: array[float],
    settings: Mapping[str, Any],
    *,
    straight: bool = False,
) -> None:
    """Move the leaves that have a gradient by a rule, and their states: all of them or none.

    `rule(number, gradient, state, **settings)` returns the new number and the new state, a tuple of
    numbers. `states` holds those of the leaves one after the other. The rule is `straight` if it
    does the same operations on all numbers: then C may apply it, drawn once. Raises TracingError
    while a function is traced, and ValueError for a state of another length.

    >>> a, b = Value(1.0), Value(2.0)
    >>> (3.0 * a).backward()
    >>> counts = array("d", [0.0, 0.0])
    >>> move(lambda x, g, state: (x - 0.5 * g, (state[0] + 1.0,)), (a, b), counts, {})
    >>> a.data, b.data, counts
    (-0.5, 2.0, array('d', [1.0, 0.0]))
    """
    if is_tracing():
        raise tracing_error(".grad")
    if not leaves:
        return
    width, rest = divmod(len(states), len(leaves))
    if rest:
        raise ValueError(f"{len(states)} numbers of state do not belong to {len(leaves)} leaves")
    if straight and engine is not None:
        drawn = _drawn(rule, width, tuple(settings.items()))
        if drawn is not None and engine.move(drawn, leaves, states):
            return
    moved, after, later = [], [], array("d", states)
    for index, leaf in enumerate(tuple(leaves)):
        if leaf._grad is not None:
            place = slice(width * index, width * (index + 1))
            number, state = rule(leaf._data, leaf._grad, tuple(states[place]), **settings)
            if len(state) != width:
                raise ValueError(
                    f"the rule returns {len(state)} numbers of state for a state of {width}"
                )
            later[place] = array("d", state)
            moved.append(leaf)
            after.append(number)
    before = [leaf._data for leaf in moved]
    try:
        set_data(moved, after)
        states[:] = later
    except BaseException:
        set_data(moved, before)
        raise


@lru_cache(maxsize=16)
@quietly
def _drawn(rule: Callable[..., Any], width: int, settings: tuple[tuple[str, Any], ...]) -> Any:
    """Return a rule for C, drawn as a graph; None if C does not know all that it does."""
    x, gradient, *state = inputs = [Value(0.5) for _ in range(2 + width)]
    number, later = rule(x, gradient, tuple(state), **dict(settings))
    outputs = [number, *later]
    if not all(isinstance(output, Value) for output in outputs):
        return None
    nodes = [n for n in topological_order(*outputs) if n.op is not None]
    return engine.rule(len(inputs), [*inputs, *nodes], outputs)


def contents_of(holder: Any, ignored: frozenset[str]) -> tuple[Any, ...]:
    """Return the items of a list; of a dict or an object, each name and then what it names.

    Attributes of objects whose names are `ignored` are left out.

    >>> contents_of({"w": 1.0}, frozenset())
    ('w', 1.0)
    """
    if isinstance(holder, list):
        return tuple(holder)
    if isinstance(holder, dict):
        return tuple(chain.from_iterable(holder.items()))
    return tuple([x for pair in vars(holder).items() if pair[0] not in ignored for x in pair])


def hold_the_same(held: tuple[tuple[Any, tuple[Any, ...]], ...], ignored: frozenset[str]) -> bool:
    """Tell whether lists, dicts and objects, of which there are weak references, are unchanged.

    Each comes with the `contents_of` it before, of which none may have become another object.
    """
    if engine is not None:
        return engine.holds(held, ignored)  # type: ignore[no-any-return]
    for holder, contents in held:
        now = contents_of(holder() if type(holder) is ref else holder, ignored)
        if len(now) != len(contents) or not all(map(is_, now, contents)):
            return False
    return True
