"""The engine in C, where it was built: nodes, operators and the reverse pass, bit for bit as here.

`engine` is its module; None where Python does the work, and then `reason` says why.
`python -m autograd.native` prints which of them it is.
"""

from __future__ import annotations

from autograd.native.library import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Class = TypeVar("Class", bound=type)

__all__ = ["described", "engine", "move_aside", "reason", "with_methods"]


engine, reason = find()


def with_methods(*names: str) -> Callable[[Class], Class]:
    """Return a decorator that gives the node of C the methods of a class and stands for it.

    A class of Python would be visited by the cyclic collector. What C has stays as it is, and asks
    Python's, as `_python_` and its name, for all that is rare: `names` are those it has.
    """

    def merged(kind: Class) -> Class:
        if engine is None:
            return kind
        node = engine.Node
        for name, attribute in vars(kind).items():
            if name in names:
                setattr(node, f"_python_{name.strip('_')}", attribute)
                engine.describe(name, described(name, attribute))
            elif name not in ("__dict__", "__weakref__", "__slots__"):
                setattr(node, name, attribute)
        node.__name__ = node.__qualname__ = kind.__name__
        return node  # type: ignore[no-any-return]  # it is of the kind from now on

    return merged


def described(name: str, attribute: Any) -> str:
    """Return the documentation of an attribute of C: that of Python's, below the signature."""
    if not callable(attribute):
        return str(attribute.__doc__)
    known = attribute.__defaults__ or ()
    names = attribute.__code__.co_varnames[1:]
    parameters = "".join(f", {name}={default}" for name, default in zip(names, known))
    return f"{name}($self, /{parameters})\n--\n\n{attribute.__doc__}"


def move_aside(kind: type, **names: str) -> None:
    """Let methods that C has take the place of Python's, which C asks for all that is rare.

    Python's are kept under other names: `move_aside(Primitive, __call__="general")`.
    """
    if engine is None:
        return
    for name, other in names.items():
        setattr(kind, other, kind.__dict__[name])
        delattr(kind, name)
