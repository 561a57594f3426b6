"""Choice by a whole number: a list access, or a node where the number is not known yet."""

from __future__ import annotations

from autograd.arguments import as_float, as_items, is_array
from autograd.mode import CURRENT
from autograd.primitives import item, place
from autograd.threads import loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeVar, overload

    from numpy.typing import NDArray

    from autograd.arguments import Number
    from autograd.value import Value

    Item = TypeVar("Item")


if TYPE_CHECKING:

    @overload
    def take(values: Sequence[Item], index: Value | Number) -> Item: ...

    @overload
    def take(values: NDArray[Any], index: Value | Number) -> Any: ...


def take(values: Any, index: Any) -> Any:
    """Return values[index], where the index may be an argument of a compiled function.

    `values` is a list of numbers and Values, or of rows of them, all of one structure. An int gives
    the very item. A Value, as every number is in a function that is being compiled, gives nodes:
    the item at its number at each call, also for indices that are computed. The gradient goes to
    that item alone; to the others it is 0, so that an optimizer with momentum moves them on. The
    index has none.

    Raises IndexError for an index below 0 or beyond the last item, TypeError for one that is not
    whole, and ValueError for rows that differ in structure. A compiled function raises them when it
    is called; as C or in JAX, where nothing can be raised, it then gives nan.

    >>> from autograd import compile, take
    >>> take(["a", "b"], 1)
    'b'
    >>> table = [[0.5, 1.5], [2.5, 3.5]]
    >>> embedding = compile(lambda token: take(table, token))
    >>> embedding(0), embedding(1)
    ([0.5, 1.5], [2.5, 3.5])
    """
    known = isinstance(values, list | tuple) or is_array(values)
    items: Any = values if known else as_items(values, "take: values", "items")
    if not hasattr(type(index), "__primitive__"):
        number = index if type(index) is int else as_float(index, "take: the index")
        check_index(number, len(items), "take: the index")
        return items[int(number)]
    return _chosen(items, index)


def check_index(number: float, count: int, name: str) -> None:
    """Raise the error for an index that is no place among `count` items; `name` begins it."""
    whole = isinstance(number, int) or number.is_integer()
    if whole and 0 <= number < count:
        return
    if not whole:
        raise TypeError(f"{name} must be a whole number, not {number!r}")
    allowed = f"0 to {count - 1}" if count else "none, there is no item"
    from_end = "; it does not count from the end" if number < 0 else ""
    raise IndexError(f"{name} is {int(number)}, and the indices are {allowed}{from_end}")


def _chosen(items: Sequence[Any], index: Any) -> Any:
    """Draw the choice, one node for each number of an item: nan if the index is no place."""
    tracing = CURRENT.get().tracing
    if tracing is None:
        check_index(index.data, len(items), f"take: the index {index._place.name}".rstrip())
    elif not len(items):
        check_index(0, 0, "take: the index")
    else:
        tracing.indices[index] = min(len(items), tracing.indices.get(index, len(items)))
    structure = loaded("autograd.structure")
    found = [structure.shape_of(value, f"take: values[{i}]") for i, value in enumerate(items)]
    shape = found[0][0]
    for i, (other, _) in enumerate(found):
        if other != shape:
            described = structure.described
            raise ValueError(
                f"take: values[{i}] is {described(other)} and values[0] {described(shape)}; an "
                "index that is not known yet chooses among items of one structure"
            )
    chosen = place(index, float(len(items)))
    columns = zip(*(leaves for _, leaves in found))
    return structure.filled(shape, iter([item(chosen, *column) for column in columns]))
