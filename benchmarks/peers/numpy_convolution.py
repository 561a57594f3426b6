"""NumPy by hand: a convolutional network, forward and backward written out in matrices.

Columns are windows of the images, so that a convolution is one product of its kernels with them.
They are sorted by their place in the 2 x 2 that is pooled: four blocks of equal columns, of which
pooling takes the largest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from networks import DigitsConvolution
from peers.numpy_by_hand import Adam
from problems import Array, Made

__all__ = ["convolution_epoch"]


def windows_of(framed: Array) -> Array:
    """Return a view of images of 10 x 10, whose axes are two each but for the images.

    Row and column in a window, of the window in its pool, the image, row and column of the pool.
    """
    image, row, column = framed.strides
    steps = (row, column, row, column, image, 2 * row, 2 * column)
    return as_strided(framed, (3, 3, 2, 2, len(framed), 4, 4), steps)


def larger(first: Array, second: Array, up: Array, share: Array) -> None:
    """Write what the first gets of a gradient for the larger: all, half where both are equal."""
    np.greater(first, second, out=share)
    share += 0.5 * (first == second)
    share *= up


def convolution_epoch(problem: DigitsConvolution) -> Made:
    """Gather a batch, step, and so on through the order."""
    (batches, count), kernels = problem.order.shape, problem.kernels
    pools, columns = count * 16, np.arange(count)
    p, gradient = problem.parameters.copy(), np.empty_like(problem.parameters)
    (w1, w2), (d1, d2) = problem.split(p), problem.split(gradient)
    framed, x = np.zeros((count, 10, 10)), np.ones((10, 4 * pools))  # x ends in a row of ones
    inside, seen = framed[:, 1:9, 1:9], windows_of(framed)
    windows = x[:9].reshape(seen.shape)
    maps, g1 = np.empty((2, kernels, 4 * pools))
    corners, corner_gradients = (each.reshape(kernels, 2, 2, pools) for each in (maps, g1))
    left, right = corners[:, :, 0], corners[:, :, 1]
    pairs, pair_gradients = np.empty((2, kernels, 2, pools))
    largest, up = np.empty((2, kernels, pools))
    h = np.ones((count, kernels * 16 + 1))
    dropped = h[:, :-1].reshape(count, kernels, 16)
    losses = np.empty(batches)
    adam = Adam(problem, p, gradient)

    def forward(batch: Any, masks: Array) -> Any:
        inside[:] = problem.images[batch]
        windows[:] = seen
        np.matmul(w1, x, out=maps)
        np.maximum(maps, 0.0, out=maps)
        np.maximum(left, right, out=pairs)
        np.maximum(pairs[:, 0], pairs[:, 1], out=largest)
        np.multiply(by_example(largest), masks, out=dropped)
        return h @ w2.T

    def by_example(features: Array) -> Any:
        return features.reshape(kernels, count, 16).swapaxes(0, 1)

    def backward(scores_gradient: Array, masks: Array) -> None:
        np.matmul(scores_gradient.T, h, out=d2)
        below = (scores_gradient @ w2[:, :-1]).reshape(masks.shape)
        np.multiply(below, masks, out=by_example(up))
        larger(pairs[:, 0], pairs[:, 1], up, pair_gradients[:, 0])
        np.subtract(up, pair_gradients[:, 0], out=pair_gradients[:, 1])
        larger(left, right, pair_gradients, corner_gradients[:, :, 0])
        np.subtract(pair_gradients, corner_gradients[:, :, 0], out=corner_gradients[:, :, 1])
        np.multiply(g1, maps > 0.0, out=g1)
        np.matmul(g1, x.T, out=d1)

    def step(batch: Any) -> Any:
        masks = problem.masks[batch].reshape(count, kernels, 16)
        labels = problem.labels[batch]
        scores = forward(batch, masks)
        scores -= scores.max(axis=1, keepdims=True)
        picked = scores[columns, labels]
        shares = np.exp(scores, out=scores)
        sums = shares.sum(axis=1, keepdims=True)
        loss = (np.log(sums).sum() - picked.sum()) / count
        shares /= sums * count
        shares[columns, labels] -= 1.0 / count
        backward(shares, masks)
        adam.step()
        return loss

    def run() -> tuple[Array, Array]:
        adam.restart()
        for number, batch in enumerate(problem.order):
            losses[number] = step(batch)
        return p, losses

    return run, lambda result: (*result[0].tolist(), *result[1].tolist())
