"""Threads, forks and imports: locks that a forked child does not inherit as held."""

from __future__ import annotations

import os
from _thread import RLock  # threading and weakref would be a fifth of `import autograd`
from _weakref import ref
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["Turns", "loaded"]


class Turns:
    """A lock for threads that take turns, `with turns.lock`; a thread may take it again inside.

    A forked child has one thread, the one that forked. A lock that another thread held at the fork
    would never be released in the child, so each child gets new locks.
    """

    __slots__ = ("__weakref__", "lock")

    def __init__(self) -> None:
        self.lock = RLock()
        _ALL.add(ref(self, _ALL.discard))


_ALL: set[ref[Turns]] = set()
_imports = Turns()


def loaded(name: str) -> ModuleType:
    """Return the module; no other thread forks while this one imports it.

    Python locks a module while it is imported, and nobody would release that lock in a child.
    """
    # One line: a debugger that raises at a line finds none between the import and the release
    with _imports.lock: return import_module(name)  # fmt: skip # noqa: E701


def _hold() -> None:
    _imports.lock.acquire()


def _release() -> None:
    _imports.lock.release()


def _renew() -> None:
    for alive in [*_ALL]:
        turns = alive()
        if turns is not None:
            turns.lock = RLock()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_renew)
