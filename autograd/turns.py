"""Turns: a lock that is free in a forked child, whatever other threads held at the fork."""

from __future__ import annotations

import os
from threading import RLock
from weakref import WeakSet

__all__ = ["Turns"]


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


def _renew() -> None:
    for turns in _ALL:
        turns.lock = RLock()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_renew)
