"""Many small cases in one test, which names each case that failed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import wraps
from inspect import signature
from typing import Any

import pytest

from autograd.mode import CURRENT

__all__ = ["in_one_test"]


def in_one_test(
    names: str, cases: Iterable[Any], ids: Iterable[object] | Callable[[Any], object] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test on all cases, as `pytest.mark.parametrize` does, but as one test.

    A test costs pytest 4 ms: many cases of less than that are one test. All of them run, and the
    message holds the name and the fault of each that failed. Fixtures are made once for all. A
    test may skip all its cases, because a package is not there, but not one of several.
    """
    arguments = [name.strip() for name in names.split(",")]
    listed = list(cases)
    assert listed, f"no cases of {names}"
    named = None if ids is None or callable(ids) else list(ids)
    assert named is None or len(named) == len(listed), f"not one name a case of {names}"

    def name_of(place: int) -> str:
        if named is not None:
            return str(named[place])
        return str(ids(listed[place])) if callable(ids) else told(listed[place])

    def decorated(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def all_cases(**others: Any) -> None:
            faults: list[tuple[str, BaseException]] = []
            for place, case in enumerate(listed):
                random.seed(0)  # as before each test
                mode = CURRENT.get()
                values = [case] if len(arguments) == 1 else case
                try:
                    test(**dict(zip(arguments, values, strict=True)), **others)
                    assert CURRENT.get() is mode, "the case left a mode switched on"
                except (Exception, pytest.fail.Exception, pytest.skip.Exception) as fault:  # noqa: BLE001
                    faults.append((name_of(place), fault))
                    CURRENT.set(mode)
            skips = [fault for _, fault in faults if isinstance(fault, pytest.skip.Exception)]
            if len(skips) == len(listed):
                raise skips[0]
            if faults:
                lines = [f"{name}: {type(fault).__name__}: {fault}" for name, fault in faults]
                text = f"{len(faults)} of {len(listed)} cases of {names} failed:"
                raise AssertionError("\n".join([text, *lines])) from faults[0][1]

        whole = signature(test)
        left = [value for name, value in whole.parameters.items() if name not in arguments]
        all_cases.__signature__ = whole.replace(parameters=left)  # type: ignore[attr-defined]
        return all_cases

    return decorated


def told(value: object) -> str:
    """Return a text for a case: functions by name and line, because lambdas look alike."""
    if isinstance(value, tuple):
        return f"({', '.join(map(told, value))})"
    if hasattr(value, "__code__"):
        return f"{value.__name__} of line {value.__code__.co_firstlineno}"  # type: ignore[attr-defined]
    try:
        text = repr(value)
    except ValueError:  # an int of thousands of digits
        return f"a long {type(value).__name__}"
    return text if len(text) <= 100 else f"{text[:99]}…"
