"""Scratch memory: room for what one stage needs on the way, used again by the next stage."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Scratch"]

ALIGNMENT = 64  # bytes, as wide as a vector register and a cache line


class Scratch:
    """One buffer, given out piece by piece. It grows by doubling: arrays given out stay valid."""

    def __init__(self) -> None:
        self._buffer = np.empty(1 << 12, np.uint8)
        self._used = 0

    def array(self, shape: tuple[int, ...], dtype: Any = np.float64) -> Any:
        """Return an uninitialised array."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if self._used + size > len(self._buffer):
            self._buffer = np.empty(max(size, 2 * len(self._buffer)), np.uint8)
            self._used = 0
        array: Any = np.ndarray(shape, dtype, self._buffer, self._used)
        self._used += -(-size // ALIGNMENT) * ALIGNMENT
        return array

    def clear(self) -> None:
        """Let what follows use the same memory."""
        self._used = 0
