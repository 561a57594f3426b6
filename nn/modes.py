"""Modes of modules that hold for a block, in its context alone: the modules are not written to.

Whether a module trains is an attribute of it, which all threads share. What puts a model into
another mode for the time of a call, such as `predict`, says so in the context instead: a mark that
`Module.training` reads, seen by this thread or asyncio task only, and gone with the block however
it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any
from weakref import ref

from autograd.context import current_variant, variant

__all__ = ["local_modes", "mode_here", "set_mode_here"]


class _Modes:
    """The mark of a block: whether each module inside of a model trains there.

    Two are equal if programs traced under them are the same: the same model in the same modes, in
    as many blocks. Modules are held weakly, for marks are kept with the programs.
    """

    __slots__ = ("_flags", "_key", "_modules", "_root", "depth")

    def __init__(self, root: Any, modes: Sequence[tuple[Any, bool]], depth: int) -> None:
        self.depth = depth  # of the block: an inner one is asked before those around it
        self._root = ref(root)
        self._key = id(root), depth
        self._modules = {id(module): ref(module) for module, _ in modes}
        self._flags = {id(module): training for module, training in modes}

    def holds(self, module: Any) -> bool:
        """Tell whether the block says in which mode the module is."""
        found = self._modules.get(id(module))
        return found is not None and found() is module

    def training(self, module: Any) -> bool:
        """Return the mode of a module that it holds."""
        return self._flags[id(module)]

    def set(self, module: Any, training: bool) -> None:
        """Change the mode of a module that it holds, until the block ends."""
        self._flags[id(module)] = training

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, _Modes) or self._key != other._key:
            return False
        root = self._root()
        return root is not None and root is other._root() and self._flags == other._flags

    def __hash__(self) -> int:
        return hash(self._key)


def local_modes(root: Any, modes: Iterable[tuple[Any, bool]]) -> AbstractContextManager[None]:
    """Let the modules of a model be in these modes for a block; so is what they are set to there.

    Blocks nest: the innermost one that knows a module decides. A thread that is started in the
    block is outside of it, an asyncio task inside.
    """
    depth = 1 + max([mark.depth for mark in _marks()], default=0)
    return variant(_Modes(root, [*modes], depth))


def mode_here(module: Any) -> bool | None:
    """Return whether the module trains in the blocks around, or None if they do not say."""
    mark = _innermost(module) if current_variant() else None
    return None if mark is None else mark.training(module)


def set_mode_here(module: Any, training: bool) -> bool:
    """Set the mode in the innermost block that knows the module; False if there is none."""
    mark = _innermost(module)
    if mark is not None:
        mark.set(module, training)
    return mark is not None


def _marks() -> list[_Modes]:
    return [mark for mark in current_variant() if isinstance(mark, _Modes)]


def _innermost(module: Any) -> _Modes | None:
    marks = [mark for mark in _marks() if mark.holds(module)]
    return max(marks, key=lambda mark: mark.depth, default=None)
