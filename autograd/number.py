"""What counts as a number: the conversion of what users pass to a Python float."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction

    import numpy as np

__all__ = ["Number", "as_float", "is_array"]

# What type checkers let pass as a number; int and bool are floats to them.
Number: TypeAlias = "float | Decimal | Fraction | np.floating[Any] | np.integer[Any] | np.bool_"


def is_array(value: Any) -> bool:
    """Tell whether `value` is a NumPy-like array of at least one dimension."""
    return getattr(value, "ndim", 0) > 0


def as_float(value: Any, where: str = "Value") -> float:
    """Return `value` as a float: int, float, bool, Fraction, NumPy scalar or 0-d array.

    Raises TypeError for anything else, saying what to do instead; `where` names the taker.
    """
    if type(value) is float:
        return value
    if type(value) is int:
        try:
            return float(value)
        except OverflowError as error:
            raise _too_large(error, where) from None
    kind = getattr(getattr(value, "dtype", None), "kind", "f")
    known = not getattr(value, "mask", False)  # of NumPy's masked constant, whose float is nan
    if hasattr(type(value), "__float__") and not is_array(value) and kind in "fiub" and known:
        try:
            return float(value)
        except OverflowError as error:  # a Fraction beyond 1.8e308
            raise _too_large(error, where) from None
    raise TypeError(f"{where} takes a real number, not {_described(value)}")


def _too_large(error: OverflowError, where: str) -> OverflowError:
    return OverflowError(f"{where}: {error}; the largest float is about 1.8e308")


def _described(value: Any) -> str:
    name = type(value).__name__
    if isinstance(value, str | bytes):
        return f"the {name} {value!r}; convert it with float(...) first"
    if value is None:
        return "None; give a number, such as 0.0"
    if isinstance(value, complex) or getattr(getattr(value, "dtype", None), "kind", "") == "c":
        return f"the complex number {value!r}; use its real and imaginary parts separately"
    if is_array(value):
        return (
            f"an array of shape {value.shape}; make one Value per element: [Value(x) for x in xs]"
        )
    if isinstance(value, list | tuple):
        return (
            f"a {name} of length {len(value)}; make one Value per element: [Value(x) for x in xs]"
        )
    if name == "MaskedConstant":
        return "a masked element of an array; fill it in, or leave it out"
    if name in ("date", "datetime", "timedelta", "datetime64", "timedelta64"):
        return f"a {name}; make a number of it, such as days since the first"
    if hasattr(type(value), "__iter__"):
        return f"a {name}; make a list of it: list(...)"
    return f"a {name}"
