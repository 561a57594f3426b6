"""Ctrl-C held back while parameters are being written."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from weakref import ref

__all__ = ["held_interrupts"]


class _Block:
    """A block under way: it lives as long as the frame of its manager."""

    __slots__ = ("__weakref__",)


@contextmanager
def held_interrupts() -> Iterator[None]:
    """Let the block finish before a Ctrl-C that comes meanwhile takes effect.

    Python delivers signals to the main thread only; in others there is nothing to hold.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[tuple[int, FrameType | None]] = []
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):  # ignored, or not Python's to handle
        yield
        return
    block = _Block()
    under_way = ref(block)

    def hold(number: int, frame: FrameType | None) -> None:
        if under_way() is not None:
            held.append((number, frame))
        else:  # the block was broken off by another exception, before it could put the handler back
            signal.signal(signal.SIGINT, handler)
            handler(number, frame)

    signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if held:
            handler(*held[-1])
