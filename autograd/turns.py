"""Turns: a lock that is free in a forked child, whatever other threads held at the fork."""

from __future__ import annotations

import os
from importlib import import_module
from threading import RLock
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["Turns", "loaded"]


class Turns:
    """What threads take turns at: `with turns.lock`, which a thread may take again inside.

    A child process has one thread, the one that forked; a lock held by another would never be
    released in it.
    """

    __slots__ = ("__weakref__", "lock")

    def __init__(self) -> None:
        self.lock = RLock()
        _ALL.add(self)


_ALL: WeakSet[Turns] = WeakSet()


_imports = Turns()


def loaded(name: str) -> ModuleType:
    """Return the module; no other thread forks while this one imports it.

    Python locks a module while it is imported. In a child nobody would release that lock.
    """
    with _imports.lock:
        return import_module(name)


def _hold() -> None:
    _imports.lock.acquire()


def _release() -> None:
    _imports.lock.release()


def _renew() -> None:
    for turns in _ALL:
        turns.lock = RLock()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_renew)
