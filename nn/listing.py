"""The parameters of a model by name, kept for as long as nothing that leads to them has changed."""

from __future__ import annotations

from collections.abc import Iterable
from operator import is_
from typing import Any, TypeAlias
from weakref import ref

from autograd import Value
from nn.members import NO_STRUCTURE

__all__ = ["Listing"]

# A module, weakly, or a list or a dict, and what it held.
Held: TypeAlias = tuple[Any, tuple[Any, ...]]


class Listing:
    """Names and parameters of a model, and what each module, list and dict in it held.

    A change is found by comparing these by identity, in a tenth of the time of listing. It may have
    come by any way: an attribute, an item of a list, `vars(module)`.
    """

    __slots__ = ("_held", "names", "parameters")

    def __init__(self, model: Any, base: type, named: Iterable[tuple[str, Value]]) -> None:
        """Take the names and parameters of a model, a module of the class `base`."""
        self._held = _held(model, base)  # before they are listed: a change meanwhile is found later
        pairs = [*named]
        self.names = tuple([name for name, _ in pairs])
        self.parameters = tuple([parameter for _, parameter in pairs])

    def is_current(self) -> bool:
        """Tell whether the model would be listed as it is here."""
        for holder, contents in self._held or ():
            now = _contents(holder() if type(holder) is ref else holder)
            if len(now) != len(contents) or not all(map(is_, now, contents)):
                return False
        return self._held is not None


def _held(model: Any, base: Any) -> list[Held] | None:
    """Return what the parts of a model hold; None if parameters are found in another way.

    None as well if a result of operations is among it, whose graph would be kept.
    """
    held: list[Held] = []
    seen: set[int] = set()
    stack: list[Any] = [model]
    holders: tuple[Any, ...] = base, list, dict
    while stack:
        item = stack.pop()
        if isinstance(item, Value):
            if item.op is not None:
                return None
        elif isinstance(item, tuple):
            stack += item
        elif isinstance(item, holders) and id(item) not in seen:
            is_module = isinstance(item, base)
            if is_module and type(item).parameters is not base.parameters:
                return None
            seen.add(id(item))
            contents = _contents(item)
            held.append((ref(item) if is_module else item, contents))
            stack += contents
        elif getattr(getattr(item, "dtype", None), "kind", "") == "O":  # an array of Values
            return None
    return held


def _contents(holder: Any) -> tuple[Any, ...]:
    """Return the items of a list, and of a dict or the attributes of a module the names as well."""
    if isinstance(holder, list):
        return tuple(holder)
    if isinstance(holder, dict):
        return (*holder, *holder.values())
    attributes = vars(holder).items()
    return tuple([x for pair in attributes if pair[0] not in NO_STRUCTURE for x in pair])
