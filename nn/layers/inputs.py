"""One example as it enters a layer: a vector or an image of Values and constants, checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from autograd import Value
from autograd.arguments import as_float, has_order
from autograd.graph import Constant
from autograd.vector import Vector

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "AnyImage", "Arrays", "Channels", "Example", "Image", "Item", "channels", "described", "flat",
    "operand", "vector",
]  # fmt: skip

Item = TypeVar("Item")

# A flat sequence of numbers or Values, such as an array; one alone is a vector of one.
Example: TypeAlias = Iterable[Value | float] | Value | float

# (rows, columns) or (channels, rows, columns), of Values or of numbers.
Image: TypeAlias = "Sequence[Sequence[Item | Sequence[Item]]]"
Arrays: TypeAlias = "NDArray[Any] | Sequence[NDArray[Any]]"
AnyImage: TypeAlias = "Image[Value | float] | Arrays"

# The channels of an image, each a list of rows, all of the same shape.
Channels: TypeAlias = list[list[list[Any]]]


def vector(x: Any, length: int, layer: object) -> Vector:
    """Return the example `x`, a list, tuple, 1-D array, number or Value, as a vector of operands.

    Numbers become constants here, once for all neurons of a layer. Raises ValueError, naming both
    lengths and the layer, unless there are `length` of them, and TypeError for anything that is no
    number.

    >>> vector([1, Value(2.0)], 2, "layer")
    (1.0, Value(data=2.0, grad=0.0))
    """
    if type(x) is not list and type(x) is not tuple:
        x = _elements(x, layer)
    if len(x) != length:
        if any(isinstance(item, list | tuple) or getattr(item, "ndim", 0) > 0 for item in x):
            raise _several_examples(layer, f"{len(x)} rows")
        inputs = f"{length} input{'s' * (length != 1)}"
        raise ValueError(f"{described(layer)} takes {inputs}, got {len(x)}")
    return Vector(
        [
            item if type(item) is Value or type(item) is Constant else operand(item, index, layer)
            for index, item in enumerate(x)
        ]
    )


def _elements(x: Any, layer: object) -> list[Any]:
    if _is_one(x):
        return [operand(x, 0, layer)]  # a vector of one, or a text, which is no number
    dimensions = getattr(x, "ndim", 1)
    if dimensions > 1:
        raise _several_examples(layer, f"an array of shape {x.shape}")
    return list(x) if dimensions else [x.item()]


def _is_one(x: Any) -> bool:
    """Tell a number, a text or a set from items in an order, and from any array."""
    return not hasattr(type(x), "__iter__") or bool(getattr(x, "ndim", 1) and not has_order(x))


def operand(item: Any, index: int, layer: object) -> Value | Constant:
    """Return one input of a layer, a number as a Constant; TypeError if it is no number.

    >>> operand(True, 0, "layer")
    1.0
    """
    if isinstance(item, Value):
        return item
    if isinstance(item, list | tuple) or getattr(item, "ndim", 0) > 0:
        raise _several_examples(layer, f"a {type(item).__name__} as input {index}")
    try:
        return Constant(item if isinstance(item, float | int) else as_float(item, "a layer"))
    except (TypeError, OverflowError) as error:
        raise type(error)(f"{described(layer)}, input {index}: {error}") from None


def _several_examples(layer: object, what: str) -> ValueError:
    return ValueError(
        f"{described(layer)} takes one example, a flat sequence of numbers, and got {what}; for "
        "several examples call it for each: [model(row) for row in X]; an image goes through "
        "nn.Flatten() first"
    )


def described(layer: object) -> str:
    """Return the name of a layer for messages: its repr, and its place in the model.

    >>> described("layer")
    "'layer'"
    """
    name = getattr(layer, "_home", "")
    return f"{layer!r} at {name}" if name else repr(layer)


def channels(x: Any, layer: object, count: int | None = None) -> Channels:
    """Return the image `x`, nested sequences or an array (channels, rows, columns), as operands.

    An image (rows, columns) is one channel. Raises ValueError, naming the layer and the shape, for
    other dimensions, ragged rows and another number of channels than `count`, and TypeError for
    anything that is no number.

    >>> channels([[1, 2], [3, 4]], "layer")
    [[[1.0, 2.0], [3.0, 4.0]]]
    """
    shape, operands = _nested(x, layer)
    if len(shape) == 2:
        shape, operands = (1, *shape), [operands]
    if len(shape) != 3 or 0 in shape:
        raise ValueError(
            f"{described(layer)} takes one image, (channels, rows, columns) or (rows, columns), "
            f"and got the shape {shape}; for several images call it for each"
        )
    if count is not None and shape[0] != count:
        raise ValueError(
            f"{described(layer)} takes images of {count} channel{'s' * (count != 1)}, got "
            f"{shape[0]}, in the shape {shape}"
        )
    result: Channels = operands
    return result


def flat(x: Any, layer: object) -> list[Any]:
    """Return all operands of a nested example, the last index running fastest.

    >>> flat([[1, 2], [3, 4]], "layer")
    [1.0, 2.0, 3.0, 4.0]
    """
    shape, operands = _nested(x, layer)
    for _ in shape[1:]:
        operands = [item for inner in operands for item in inner]
    return operands if shape else [operands]


def _nested(x: Any, layer: object) -> tuple[tuple[int, ...], Any]:
    """Return the shape of an example, and its operands in lists of that shape."""
    if not isinstance(x, list | tuple):
        if _is_one(x):
            return (), x if isinstance(x, Value | Constant) else operand(x, 0, layer)
        x = x.tolist() if hasattr(type(x), "tolist") else list(x)
        return _nested(x, layer)
    if all(type(item) is Value or type(item) is Constant for item in x):  # the most frequent case
        return (len(x),), list(x)
    found = [_nested(item, layer) for item in x]
    for index, (shape, _) in enumerate(found):
        if shape != found[0][0]:
            raise ValueError(
                f"{described(layer)} got a ragged image: item {index} has the shape {shape} where "
                f"item 0 has {found[0][0]}"
            )
    return (len(x), *found[0][0]), [item for _, item in found]
