"""Arguments of users, converted or refused by name: numbers, arrays, lists, functions, counts."""

from __future__ import annotations

import sys
from operator import index

from autograd.threads import loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from decimal import Decimal
    from fractions import Fraction
    from typing import Any, TypeAlias

    import numpy as np

__all__ = [
    "as_choice", "as_count", "as_dtype", "as_float", "as_function", "as_items", "as_mapping",
    "as_ndarray", "as_switch", "has_order", "is_array",
]  # fmt: skip

# The numbers of type checkers, to which int and bool are floats.
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
    if (
        hasattr(type(value), "__float__")
        and not is_array(value)
        and kind in "fiub"
        and not getattr(value, "mask", False)  # of NumPy's masked constant, whose float is nan
    ):
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


def as_ndarray(value: Any, where: str) -> Any:
    """Return an array, a pandas Series, a tensor or a buffer as a plain NumPy array.

    Raises TypeError, which `where` begins, for masked elements and for what NumPy cannot read, such
    as a sparse matrix.

    >>> as_ndarray(memoryview(b"ab"), "this")
    array([97, 98], dtype=uint8)
    """
    import numpy as np

    if type(value) is np.ndarray:
        return value
    if np.ma.is_masked(value):
        count = int(np.ma.getmaskarray(value).sum())
        raise TypeError(
            f"{where}: {count} of {value.size} elements are masked; fill them, "
            "array.filled(0.0), or leave them out, array.compressed()"
        )
    try:
        array = np.asarray(value)
    except Exception as error:  # whatever another package raises
        raise TypeError(
            f"{where}: NumPy cannot read the {type(value).__name__}: {error}"
        ) from error
    if array.shape != tuple(value.shape):
        raise TypeError(
            f"{where}: NumPy does not read the {type(value).__name__} as an array; a sparse matrix "
            "has .toarray()"
        )
    return array


def elementwise(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """Return `function` of each element of the broadcast arguments, as NumPy's functions do.

    The result is an array of float64, or of objects when it holds Values; of 0-d arguments it is
    the bare result.
    """
    import numpy as np

    # NumPy would unpack an unknown scalar; a 0-d object array says that it is one
    wrapped = [
        as_ndarray(arg, "an operation on arrays") if is_array(arg) else np.asarray(arg, object)
        for arg in args
    ]
    with np.errstate(all="ignore"):  # the function warns itself
        result = np.frompyfunc(function, len(args), 1)(*wrapped)
    if isinstance(result, np.ndarray) and all(type(x) is float for x in result.flat):
        return result.astype(np.float64)
    return result


def as_count(given: Any, argument: str, least: int = 1, most: int = sys.maxsize) -> int:
    """Return a whole number from `least` to `most` as an int.

    Raises TypeError, naming the argument, for anything but a whole number (2.0, True and an array
    are none) and ValueError for one outside.

    >>> as_count(16, "nout")
    16
    """
    try:
        number = index(given)
    except TypeError:  # an array has __index__ too
        number = None
    if number is None or is_truth(given):
        raise TypeError(f"{argument} must be an int, not {given!r}")
    if not least <= number <= most:
        # Python refuses to write some numbers in digits
        shown = number if abs(number) <= sys.maxsize else "one of so many digits"
        bound = f"at least {least}" if number < least else f"at most {most:,}"
        raise ValueError(f"{argument} must be {bound}, not {shown}")
    return number


def as_switch(given: Any, argument: str) -> bool:
    """Return True or False, NumPy's and 1 and 0 among them.

    Raises TypeError, naming the argument, for anything else: the text "False" would switch on.

    >>> as_switch(False, "shuffle")
    False
    """
    if is_truth(given) or (type(given) is int and given in (0, 1)):
        return bool(given)
    raise TypeError(f"{argument} must be True or False, not {given!r}")


def as_choice(given: Any, argument: str, allowed: Collection[str]) -> str:
    """Return a text that is one of a few words; ValueError, which lists them, for all else.

    >>> as_choice("mean", "reduction", ("mean", "sum"))
    'mean'
    """
    if isinstance(given, str) and given in allowed:  # an array is never asked whether it equals
        return given
    raise ValueError(f"{argument} must be one of {', '.join(map(repr, allowed))}, not {given!r}")


DTYPES = ("float64", "float32")  # of programs


def as_dtype(given: Any, argument: str) -> str:
    """Return the name of a precision, given as text or as NumPy's type or dtype of that name.

    Raises ValueError, which lists them, for all else.

    >>> as_dtype("float32", "dtype")
    'float32'
    """
    name = given if isinstance(given, str) else getattr(given, "name", None)
    if name is None:
        name = getattr(given, "__name__", None)  # of a class, such as numpy.float32
    if isinstance(name, str) and name in DTYPES:
        return name
    allowed = " or ".join(map(repr, DTYPES))
    raise ValueError(f"{argument} must be {allowed}, as text or a type of NumPy, not {given!r}")


def as_items(given: Any, argument: str, of: str) -> list[Any]:
    """Return the items of a list, a tuple, an array or a generator as a list.

    Raises TypeError, naming the argument and the items that it is of, for all else: texts, whose
    items would be letters, and sets and dicts among it, which have no order or stand for keys.

    >>> as_items(("a", "b"), "titles", "texts")
    ['a', 'b']
    """
    if has_order(given):
        return list(given)
    raise TypeError(f"{argument} must be a list of {of}, not {_brief(given)}")


def has_order(given: Any) -> bool:
    """Tell what holds items in an order from texts, sets, mappings, and what holds no items.

    The items of a text would be letters; sets and mappings have no order or stand for keys.

    >>> has_order([1.0]), has_order({1.0}), has_order({"a": 1.0}), has_order(1.0)
    (True, False, False, False)
    """
    if type(given) is list or type(given) is tuple:
        return True
    if isinstance(given, str | bytes | set | frozenset | type) or is_mapping(given):
        return False
    # An array of no dimension has __iter__ as well
    return hasattr(type(given), "__iter__") and getattr(given, "ndim", 1) != 0


def as_mapping(given: Any, argument: str, of: str) -> dict[Any, Any]:
    """Return a dict, or another mapping, as a dict.

    Raises TypeError, naming the argument and the keys and values that it is of, for all else.

    >>> as_mapping({"loss": [2.0, 1.0]}, "curves", "names to numbers")
    {'loss': [2.0, 1.0]}
    """
    if is_mapping(given):
        return dict(given)
    raise TypeError(f"{argument} must be a dict from {of}, not {_brief(given)}")


def is_mapping(given: Any) -> bool:
    """Tell a dict and its like from all else."""
    return isinstance(given, loaded("collections.abc").Mapping)


def _brief(given: Any) -> str:
    # Numbers and texts as they are; of an array, a model or a graph the kind says more.
    shown = repr(given) if isinstance(given, str | bytes | int | float | None) else ""
    return shown if shown and len(shown) <= 60 else f"{type(given).__name__}"


def is_truth(given: Any) -> bool:
    """Tell True and False, also as scalars of arrays, from numbers and arrays of truths.

    >>> is_truth(True), is_truth(1)
    (True, False)
    """
    if isinstance(given, bool):
        return True
    kind = getattr(given, "dtype", None)
    return getattr(given, "ndim", 1) == 0 and "bool" in str(kind)


def as_function(given: Any, what: str, *arguments: str, such_as: str = "") -> Any:
    """Return a function, a model or any other object that is called with so many arguments.

    Raises TypeError, naming them and an example, for what cannot be called so. Without names any
    function will do.

    >>> as_function(lambda outputs: 0.0, "a metric", "outputs", "targets")
    Traceback (most recent call last):
        ...
    TypeError: a metric is called with outputs and targets: too many positional arguments
    """
    wanted = " and ".join(arguments)
    if isinstance(given, type) or not callable(given):
        of, example = wanted and f" of {wanted}", such_as and f", such as {such_as}"
        raise TypeError(f"{what} must be a function{of}{example}, not {given!r}")
    if not arguments:
        return given
    try:
        called = getattr(given, "forward", given)  # a model takes what its `forward` takes
        loaded("inspect").signature(called).bind(*arguments)
    except TypeError as error:
        way_out = such_as and f"; give one such as {such_as}"
        raise TypeError(f"{what} is called with {wanted}: {error}{way_out}") from None
    except ValueError:  # a builtin says nothing about its parameters
        pass
    return given
