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


def guarded_sum(left: Array, right: Array, guard: str) -> Array:
    """Return the sum of left * right over the last axis but one, where the guard's zeros win.

    `guard` says whose zeros: "left" or "right". The shapes broadcast.
    """
    zeros = left if guard == "left" else right
    shape = np.broadcast_shapes(left.shape, right.shape)
    total = np.zeros((*shape[:-2], shape[-1]))
    for k in range(shape[-2]):  # one term at a time: all of them at once may not fit
        product = left[..., k, :] * right[..., k, :]
        total += np.where(zeros[..., k, :] == 0.0, 0.0, product)
    return total
