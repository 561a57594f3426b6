"""Modes of modules, training or evaluating, that hold for a block and in its context alone.

Whether a module trains is an attribute, which all threads share. A call that puts a model into
another mode for a while, such as `predict`, marks the context instead of the modules.
`Module.training` reads the mark, which only this thread or asyncio task sees, and which is gone
with the block however it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from weakref import ref

from autograd.context import current_variant, variant

__all__ = ["local_modes", "mode_here", "set_mode_here"]


class _Modes:
    """The mark of a block: whether each module of a model trains there.

    Two marks are equal if they stand for the same model in the same modes, in as many blocks: a
    program traced under one serves under the other. Modules are held weakly, because marks are kept
    with the programs.
    """

    __slots__ = ("_flags", "_key", "_modules", "_root", "depth")

    def __init__(self, root: object, modes: Sequence[tuple[object, bool]], depth: int) -> None:
        self.depth = depth  # of the block: an inner one is asked before those around it
        self._root = ref(root)
        self._key = id(root), depth
        self._modules = {id(module): ref(module) for module, _ in modes}
        self._flags = {id(module): training for module, training in modes}

    def holds(self, module: object) -> bool:
        """Tell whether the mark covers the module."""
        found = self._modules.get(id(module))
        return found is not None and found() is module

    def training(self, module: object) -> bool:
        """Return the mode of a module that the mark covers."""
        return self._flags[id(module)]

    def set(self, module: object, training: bool) -> None:
        """Change the mode of a module that the mark covers, until the block ends."""
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


def local_modes(root: object, modes: Iterable[tuple[object, bool]]) -> AbstractContextManager[None]:
    """Put the modules of a model into these modes for a block; modes set inside it end with it.

    Blocks nest: the innermost block that covers a module decides. A thread started in the block is
    outside of it, and an asyncio task is inside.
    """
    depth = 1 + max([mark.depth for mark in _marks()], default=0)
    return variant(_Modes(root, [*modes], depth))


def mode_here(module: object) -> bool | None:
    """Return whether the module trains by the blocks around, or None if none covers it."""
    mark = _innermost(module) if current_variant() else None
    return None if mark is None else mark.training(module)


def set_mode_here(module: object, training: bool) -> bool:
    """Set the mode in the innermost block that covers the module; return False if none does."""
    mark = _innermost(module)
    if mark is not None:
        mark.set(module, training)
    return mark is not None


def _marks() -> list[_Modes]:
    return [mark for mark in current_variant() if isinstance(mark, _Modes)]


def _innermost(module: object) -> _Modes | None:
    marks = [mark for mark in _marks() if mark.holds(module)]
    return max(marks, key=lambda mark: mark.depth, default=None)
