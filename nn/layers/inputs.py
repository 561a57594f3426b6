"""One example as it enters a layer: a vector of Values and constants."""

from __future__ import annotations

from typing import Any

from autograd import Constant, Value, Vector

__all__ = ["described", "operand", "vector"]


def vector(x: Any, length: int, layer: object) -> Vector:
    """Return the example `x` as operands: a list, tuple, 1-D array, or one number or Value.

    Numbers become constants here, once for all neurons of a layer. Raises ValueError, naming
    both lengths and the layer, if there are not `length` of them, and TypeError for what is no
    number.

    >>> vector([1, Value(2.0)], 2, "layer")
    (1.0, Value(data=2.0, grad=0.0))
    """
    if type(x) is not list and type(x) is not tuple:
        x = _elements(x, layer)
    if len(x) != length:
        if any(isinstance(item, list | tuple) or getattr(item, "ndim", 0) > 0 for item in x):
            raise _several_examples(layer, f"{len(x)} rows")
        raise ValueError(f"{described(layer)} takes {length} inputs, got {len(x)}")
    return Vector(
        [
            item if type(item) is Value or type(item) is Constant else operand(item, index, layer)
            for index, item in enumerate(x)
        ]
    )


def _elements(x: Any, layer: object) -> list[Any]:
    if isinstance(x, Value | str | bytes | dict | set) or not hasattr(type(x), "__iter__"):
        return [x]  # a vector of one; what is no number is refused below
    dimensions = getattr(x, "ndim", 1)
    if dimensions > 1:
        raise _several_examples(layer, f"an array of shape {x.shape}")
    return list(x) if dimensions else [x.item()]


def operand(item: Any, index: int, layer: object) -> Value | Constant:
    """Return one input of a layer, a number as a Constant; TypeError for what is none.

    >>> operand(True, 0, "layer")
    1.0
    """
    if isinstance(item, float | int):
        return Constant(item)
    if isinstance(item, Value):
        return item
    if isinstance(item, list | tuple) or getattr(item, "ndim", 0) > 0:
        raise _several_examples(layer, f"a {type(item).__name__} as input {index}")
    try:
        return Constant(Value(item).data)
    except TypeError as error:
        raise type(error)(f"{described(layer)}, input {index}: {error}") from None


def _several_examples(layer: object, what: str) -> ValueError:
    return ValueError(
        f"{described(layer)} takes one example, a flat sequence of numbers, and got {what}; for "
        "several examples call it for each: [model(row) for row in X]; an image goes through "
        "nn.Flatten() first"
    )


def described(layer: object) -> str:
    """Return what messages call a layer: what it is, and where it is in the model.

    >>> described("layer")
    "'layer'"
    """
    name = getattr(layer, "scope_name", "")
    return f"{layer!r} at {name}" if name else repr(layer)
