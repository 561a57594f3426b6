"""The members of a module, and which changes to them compiled functions and names follow."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from autograd import Value
from autograd.program.verification import structure_changed

__all__ = ["NO_STRUCTURE", "RENAMED", "Members", "changes_structure"]

PLAIN = frozenset({bool, float, int, str, type(None)})

# Attributes of every Module that are no part of its structure, or count their own changes.
NO_STRUCTURE = frozenset({"scope_name", "training", "_home", "_named", "_prediction"})


class Changes:
    """Counts the changes, in any model, after which its parameters may have other names."""

    def __init__(self) -> None:
        self.count = 0

    def tick(self) -> None:
        """Count one more."""
        self.count += 1


RENAMED = Changes()


def changes_structure(former: object, attribute: Any) -> bool:
    """Tell whether setting an attribute changes what a module computes.

    It does not if the attribute was the same before, or is a result that a forward pass leaves
    there. Else a model that notes something at each call would be traced again at each call.
    """
    kind = type(attribute)
    if kind in PLAIN:
        return type(former) is not kind or repr(former) != repr(attribute)  # so -0.0 is not 0.0
    first = attribute[0] if (kind is list or kind is tuple) and attribute else attribute
    return not isinstance(first, Value) or (first.op is None and type(first) is Value)


class Members(list[Any]):
    """A list whose changes count as those of a Module's attributes do.

    After a change, compiled functions that call its modules are traced again, and names given anew.

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
        RENAMED.tick()
        return result

    return counted


for _name in (
    "__delitem__", "__iadd__", "__imul__", "__setitem__", "append", "clear", "extend", "insert",
    "pop", "remove", "reverse", "sort",
):  # fmt: skip
    setattr(Members, _name, _counted(getattr(list, _name)))
