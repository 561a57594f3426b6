"""Guarded sums of products, recomputed with care where the plain ones came to nan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from autograd.backends.numpy.frame import Array

__all__ = ["guarded_sum", "holds_nan"]


def holds_nan(array: Array) -> bool:
    """Tell whether a contiguous array holds a nan, in one pass without a temporary array."""
    flat = array.reshape(-1)
    square = flat.dot(flat)  # of squares, so that inf never meets -inf
    return bool(square != square)


def guarded_sum(left: Array, right: Array) -> Array:
    """Return the sum of left * right over the last axis but one, where zeros win.

    The shapes broadcast.
    """
    shape = np.broadcast_shapes(left.shape, right.shape)
    total = np.zeros((*shape[:-2], shape[-1]))
    for k in range(shape[-2]):  # one term at a time: all of them at once may not fit
        x, y = left[..., k, :], right[..., k, :]
        total += np.where((x == 0.0) | (y == 0.0), 0.0, x * y)
    return total
