"""Substitutes: Python's own `max`, `min` and `math.exp` on Values, while a function is traced.

`max(a, b)` asks whether b > a, and `math.exp(a.data)` asks for a float: a traced Value has no
answer. While traces are under way these functions are others, which draw operations for traced
Values and call Python's for all else. A program then computes what Python would: of equal numbers
`max` keeps the first, and it keeps a number that is followed by a nan.
"""

from __future__ import annotations

import builtins
import math
from functools import wraps
from typing import TYPE_CHECKING, Any

from autograd.mode import CURRENT, TRACES
from autograd.primitive import TABLE
from autograd.primitives import greater, less, where
from autograd.program.traced import Live, Traced
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.primitive import Primitive

NUMBERS = (int, float, Value)


class substituted:  # noqa: N801 - called like a function
    """Context manager: the functions are substituted in this block of a trace, for all threads.

    There is no lock, which Ctrl-C could leave held. Where another thread begins a trace while this
    one ends, it may find Python's functions for a moment: they ask, and get answers or an error.
    """

    def __enter__(self) -> None:
        _put(substitutes=True)

    def __exit__(self, *error: object) -> None:
        if len(TRACES) <= 1:  # that of this block
            _put(substitutes=False)
        if len(TRACES) > 1:
            _put(substitutes=True)


def _put(substitutes: bool) -> None:
    for module, name, python, drawn in FUNCTIONS:
        setattr(module, name, drawn if substitutes else python)


def _chosen(python: Callable[..., Any], better: Primitive, /, *args: Any, **settings: Any) -> Any:
    """Return the item that max or min chooses."""
    if CURRENT.get().tracing is None or not args:
        return python(*args, **settings)
    items = [*args[0]] if len(args) == 1 else [*args]
    if len(args) == 1:
        args = (items,)  # for an iterator gives them once
    key = settings.get("key")
    keys = items if key is None else [key(item) for item in items]
    if not any(map(_is_traced, keys)) or not all(isinstance(item, NUMBERS) for item in items):
        return python(*args, **settings)
    best, most = items[0], keys[0]
    for item, each in zip(items[1:], keys[1:]):
        is_better = better(each, most)
        best = where(is_better, item, best)
        most = best if key is None else where(is_better, each, most)
    return best


def _computed(python: Callable[..., Any], row: Primitive, /, *args: Any) -> Any:
    """Return the result of a function of floats, drawn where one of them is a `Live`."""
    traced = [number for number in args if _is_traced(number)]
    takes = row.variadic or len(args) == row.arity
    if traced and takes and all(issubclass(type(number), Live) for number in traced):
        return row(*args)
    return python(*args)


def _is_traced(number: object) -> bool:
    return issubclass(type(number), Traced)


def _substitute(substitute: Callable[..., Any], module: Any, name: str, row: Primitive) -> Any:
    python = getattr(module, name)

    @wraps(python)  # by this name pickle finds it
    def drawn(*args: Any, **settings: Any) -> Any:
        return substitute(python, row, *args, **settings)

    return module, name, python, drawn


FUNCTIONS = [
    _substitute(_chosen, builtins, "max", greater),
    _substitute(_chosen, builtins, "min", less),
    *(_substitute(_computed, math, name, TABLE[name]) for name in dir(math) if name in TABLE),
]
