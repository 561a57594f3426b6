"""Members: a list of modules that says when it changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from autograd import structure_changed

__all__ = ["Members"]


class Members(list[Any]):
    """A list whose changes are counted as those of a Module's attributes are.

    So compiled functions that call its modules are traced again after one.

    >>> from autograd import compile
    >>> from nn import Sequential
    >>> model = Sequential(lambda x: x + 1.0)
    >>> c = compile(lambda x: model(x))
    >>> c(1.0)
    2.0
    >>> model.layers.append(lambda x: 10.0 * x)
    >>> c(1.0)
    20.0
    """


def _counted(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def counted(self: Members, *args: Any, **settings: Any) -> Any:
        result = method(self, *args, **settings)
        structure_changed()
        return result

    return counted


for _name in (
    "__delitem__", "__iadd__", "__imul__", "__setitem__", "append", "clear", "extend", "insert",
    "pop", "remove", "reverse", "sort",
):  # fmt: skip
    setattr(Members, _name, _counted(getattr(list, _name)))
