"""The members of a module: the changes that compiled functions follow, their names, their list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, wraps
from typing import Any, TypeAlias
from weakref import ref

from autograd import Value
from autograd.graph import home_of
from autograd.leaves import contents_of, hold_the_same
from autograd.program.verification import Changes, structure_changed

__all__ = [
    "NO_STRUCTURE", "RENAMED", "Listing", "Members", "changes_structure", "joined", "numbered",
    "own_labels",
]  # fmt: skip

PLAIN = frozenset({bool, float, int, str, type(None)})

# Attributes of every Module that are no part of its structure, or count their own changes.
NO_STRUCTURE = frozenset({"scope_name", "training", "_home", "_named", "_prediction", "_listing"})

RENAMED = Changes()  # in any model, after which its parameters may have other names


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

    After a change, compiled functions that call its modules are traced again, and parameters are
    named again.

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


def joined(home: str, name: str) -> str:
    """Return the name of a member that has the name `name` in `home`; either may be ""."""
    return f"{home}.{name}" if home and name else home or name


@lru_cache(maxsize=64)
def numbered(stem: str, count: int) -> tuple[str, ...]:
    """Return a stem with each number below `count`, made once for all neurons of a layer.

    >>> numbered("weights.", 2)
    ('weights.0', 'weights.1')
    """
    return tuple([f"{stem}{index}" for index in range(count)])


def own_labels(members: Sequence[str], parameters: Sequence[Value]) -> dict[Value, str]:
    """Return the labels that a user gave, without short forms such as w2 of weights.2."""
    labels = tuple([parameter.label for parameter in parameters])
    if labels == numbered(members[0][0], len(members)):
        return {}
    return {
        parameter: label
        for member, parameter, label in zip(members, parameters, labels, strict=True)
        if label not in ("", "".join((member[:1], *member.partition(".")[2:])))
        and not home_of(parameter)[1]
    }


# How lists and dicts give what they hold.
ORDINARY = (list.__iter__, dict.items)

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
        return self._held is not None and hold_the_same(self._held, NO_STRUCTURE)


def _held(model: Any, base: Any) -> tuple[Held, ...] | None:
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
            kind: Any = type(item)
            if is_module and kind.parameters is not base.parameters:
                return None
            if not is_module and getattr(kind, "items", kind.__iter__) not in ORDINARY:
                return None  # it gives other items or another order, as an OrderedDict may
            seen.add(id(item))
            contents = contents_of(item, NO_STRUCTURE)
            held.append((ref(item) if is_module else item, contents))
            stack += contents
        elif getattr(getattr(item, "dtype", None), "kind", "") == "O":  # an array of Values
            return None
    return tuple(held)
