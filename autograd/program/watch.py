"""Watching what a function captures, so that no program outlives the model that it came from."""

from __future__ import annotations

import sys
from functools import partial
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.location import INTERNAL
from autograd.number import is_array
from autograd.primitive import Primitive
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Watch"]

MOST_CONTAINERS = 2000  # each is compared at every call, in about 0.2 µs
MOST_NUMBERS = 100  # of a list of plain numbers; longer ones are data

# Read live, or constants: nothing inside them can change what a function does.
PLAIN = (
    Value, Primitive, ModuleType, BuiltinFunctionType, type, str, bytes, float, int, complex,
    type(None),
)  # fmt: skip


class _Part(NamedTuple):
    """A place where objects are found, and those found there at first."""

    owner: Any
    read: Callable[[], Any]  # a dict or a list
    contents: Any


class Watch:
    """The objects that a function refers to: its globals and cells, their attributes and items.

    A program is traced once. If its function would meet other objects now, because a layer was
    appended, a model was replaced or put into `eval()`, then `changed` says so. Not watched are
    numbers inside arrays and long lists, and what lies beyond the first 2,000 containers.
    """

    def __init__(self, function: Any, ignored: dict[tuple[int, Any], Any]) -> None:
        self._ignored = ignored  # from `changes`: what changed without any effect
        self._parts: list[_Part] = []
        seen: set[int] = set()
        stack: list[Any] = [function]
        while stack and len(self._parts) < MOST_CONTAINERS:
            item = stack.pop()
            if id(item) in seen or isinstance(item, PLAIN) or is_array(item):
                continue
            seen.add(id(item))
            for read in _places(item):
                contents = read().copy()
                inside = [*contents.values()] if isinstance(contents, dict) else contents
                stack += inside
                if not isinstance(item, tuple) and not _is_data(inside):
                    self._add(_Part(item, read, contents))

    def _add(self, part: _Part) -> None:
        owner, read, contents = part
        keys = {key for place, key in self._ignored if place == id(owner)}
        if keys and isinstance(contents, dict):

            def without() -> dict[Any, Any]:
                return {key: item for key, item in read().items() if key not in keys}

            self._parts.append(_Part(owner, without, without()))
        elif not keys:
            self._parts.append(part)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def changed(self) -> bool:
        """Tell whether another object is in any of the places."""
        for _, read, contents in self._parts:  # noqa: SIM110 - any() takes 0.2 µs of each call more
            if _differ(read(), contents):
                return True
        return False

    def changes(self) -> dict[tuple[int, Any], Any]:
        """Return the places that have changed so far, for a next watch to ignore.

        They are pairs (id of the owner, key in a dict); the owners are kept so that ids hold.
        """
        found = dict(self._ignored)
        for owner, read, contents in self._parts:
            now = read()
            if not isinstance(contents, dict):
                if _differ(now, contents):
                    found[id(owner), None] = owner
                continue
            for key in now.keys() | contents.keys():
                if now.get(key) is not contents.get(key):
                    found[id(owner), key] = owner
        return found


def _differ(now: Any, before: Any) -> bool:
    try:
        return bool(now != before)  # by identity first: a call only where objects differ
    except (TypeError, ValueError):  # two arrays, whose comparison is an array
        return True


def _is_data(items: list[Any]) -> bool:
    return len(items) > MOST_NUMBERS and all(type(item) in {float, int} for item in items)


def _places(item: Any) -> Iterator[Callable[[], Any]]:
    """Yield functions that give what an object refers to now."""
    if isinstance(item, partial):
        yield lambda: [item.func, *item.args, *item.keywords.values()]
    elif isinstance(item, MethodType):
        yield lambda: [item.__self__, item.__func__]
    elif isinstance(item, FunctionType):
        yield from _places_of_function(item)
    elif isinstance(item, dict | list):
        yield lambda: item
    elif isinstance(item, tuple | set | frozenset):
        yield lambda: [*item]
    elif hasattr(item, "__wrapped__"):  # another compiled function, or one with a cache
        yield lambda: [item.__wrapped__]
    elif hasattr(item, "__dict__"):
        yield lambda: vars(item)


def _places_of_function(function: FunctionType) -> Iterator[Callable[[], Any]]:
    scope = function.__globals__
    package = str(scope.get("__name__", "")).partition(".")[0]
    if package in INTERNAL or package in sys.stdlib_module_names:
        return
    names = [
        name
        for name in function.__code__.co_names
        if name in scope and not isinstance(scope[name], ModuleType | Primitive | type)
    ]
    if names:
        yield lambda: {name: scope.get(name) for name in names}
    if function.__closure__:
        cells = dict(zip(function.__code__.co_freevars, function.__closure__))
        yield lambda: {name: _content(cell) for name, cell in cells.items()}
    if function.__defaults__:
        yield lambda: [*(function.__defaults__ or ())]


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return None
