"""What a model, a loss or a penalty keeps in its attributes from one call to the next."""

from __future__ import annotations

from functools import partial
from types import MethodType, ModuleType
from typing import Any

from autograd import structure_changed
from nn.module import Module
from nn.training.task import Task

__all__ = ["Keeping"]

# Of these the contents are noted too, of one kind by another: layers, counts, what was seen.
CONTAINERS = (list, dict)

# What a Module notes of itself.
OURS = frozenset({"scope_name", "_children_named", "_prediction"})


class Keeping:
    """The attributes of whom a task calls, noted so that they can be compared and put back.

    Those of the model, its modules and the functions, and of the objects in these attributes.

    >>> class Counting(Module):
    ...     calls = 0
    ...     def forward(self, x):
    ...         self.calls += 1
    ...         return x
    >>> model = Counting()
    >>> before = Keeping(model)
    >>> _ = model(1.0)
    >>> before.changed()
    ['calls of Counting']
    >>> before.put_back()
    >>> model.calls
    0
    """

    def __init__(self, model: Module, *functions: Any) -> None:
        outer = [module for _, module in model.named_modules()] + [*map(_owner, functions)]
        owners = {id(item): item for item in outer if _has_attributes(item)}
        for owner in [*owners.values()]:
            owners |= {id(item): item for item in vars(owner).values() if _has_attributes(item)}
        self._noted = [
            (type(owner).__name__, vars(owner), vars(owner).copy(), _contents(vars(owner)))
            for owner in owners.values()
        ]

    @classmethod
    def of(cls, task: Task) -> Keeping:
        """Note the attributes of the model, the loss and the penalty."""
        return cls(task.model, task.loss, task.penalty)

    def changed(self) -> list[str]:
        """Return the names of the attributes that have been set or changed since."""
        found = []
        for owner, now, before, contents in self._noted:
            names = dict.fromkeys([*before, *now])
            for name in names:
                if name not in OURS and not _same(name, now, before, contents):
                    found.append(f"{name} of {owner}")
        return found

    def put_back(self) -> None:
        """Let all attributes be what they were."""
        if self.changed():
            structure_changed()
        for _, now, before, contents in self._noted:
            now.clear()
            now.update(before)
            for name, content in contents.items():
                if isinstance(content, dict):
                    now[name].clear()
                    now[name].update(content)
                else:
                    now[name][:] = content


def _owner(function: Any) -> Any:
    while isinstance(function, partial):
        function = function.func
    return function.__self__ if isinstance(function, MethodType) else function


def _has_attributes(item: Any) -> bool:
    return hasattr(item, "__dict__") and not isinstance(item, type | ModuleType)


def _contents(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: item.copy() for name, item in attributes.items() if type(item) in CONTAINERS}


def _same(name: str, now: dict[str, Any], before: dict[str, Any], contents: dict[str, Any]) -> bool:
    if name not in now or name not in before or not _equal(now[name], before[name]):
        return False
    if name not in contents:
        return True
    one, other = now[name], contents[name]
    if isinstance(one, dict):
        one, other = [*one, *one.values()], [*other, *other.values()]
    return len(one) == len(other) and all(map(_equal, one, other))


def _equal(one: Any, other: Any) -> bool:
    plain = type(one) is type(other) and type(one) in (int, float, str)
    return one is other or (plain and one == other)
