"""NumPy texts of rows, as functions of arrays that write their result where it is wanted."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.primitive import Primitive

__all__ = ["function_of", "writing"]

NAMESPACE: dict[str, Any] = {**vars(np), "math": math}


def function_of(row: Primitive) -> Callable[..., Any]:
    """Return the function of arrays that the NumPy text of a row means.

    Of a variadic row it is the form of two arguments, or of three, that is folded. Raises
    ValueError, which names the row, where there is no text or it is not understood.

    >>> from autograd import TABLE
    >>> function_of(TABLE["relu"])(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if row.numpy is None:
        raise ValueError(
            f"the operation {row.name!r} has no NumPy text, so it runs eagerly only; to compile "
            f"it, define it with primitive({row.name!r}, ..., numpy='an expression in x, y, z')"
        )
    try:
        code = compile(row.numpy.strip(), f"<numpy text of {row.name}>", "eval")
        named = NAMESPACE.get(row.numpy.strip())
        if callable(named):
            function: Callable[..., Any] = named
            arity = row.arity or 2
        else:
            arity = row.arity or (3 if "z" in code.co_names else 2)
            parameters = ", ".join(["x", "y", "z"][:arity])
            function = eval(f"lambda {parameters}: {row.numpy}", NAMESPACE)  # noqa: S307 - a row's
        with np.errstate(all="ignore"):
            np.broadcast_to(np.asarray(function(*[np.ones((1, 1))] * arity), float), (1, 1))
    except Exception as error:
        raise ValueError(
            f"the NumPy text {row.numpy!r} of the operation {row.name!r} is no function of arrays: "
            f"{type(error).__name__}: {error}"
        ) from error
    return function


def writing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` with a keyword `out`, the array that takes the result."""
    return function if isinstance(function, np.ufunc) else partial(_written, function)


def _written(function: Callable[..., Any], *operands: Any, out: Any) -> None:
    np.copyto(out, function(*operands))
