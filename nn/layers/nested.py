"""One example in nested lists as it enters a layer: an image, its channels, feature maps."""

from __future__ import annotations

from typing import Any, TypeAlias

from autograd import Constant, Value
from nn.layers.inputs import described, operand

__all__ = ["Channels", "channels", "flat"]

# The channels of an image, each of them a list of rows, all of one shape.
Channels: TypeAlias = list[list[list[Any]]]


def channels(x: Any, layer: object, count: int | None = None) -> Channels:
    """Return the image `x` as operands: nested sequences or an array (channels, rows, columns).

    An image (rows, columns) is one channel. Raises ValueError, naming the layer and the shape, for
    other dimensions, ragged rows and another number of channels than `count`, and TypeError for
    what is no number.

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
        if isinstance(x, str | bytes | dict | set) or not hasattr(type(x), "__iter__"):
            return (), x if isinstance(x, Value | Constant) else operand(x, 0, layer)
        x = x.tolist() if hasattr(type(x), "tolist") else list(x)
        return _nested(x, layer)
    if all(type(item) is Value or type(item) is Constant for item in x):  # most of what there is
        return (len(x),), list(x)
    found = [_nested(item, layer) for item in x]
    for index, (shape, _) in enumerate(found):
        if shape != found[0][0]:
            raise ValueError(
                f"{described(layer)} got a ragged image: item {index} has the shape {shape} where "
                f"item 0 has {found[0][0]}"
            )
    return (len(x), *found[0][0]), [item for _, item in found]
