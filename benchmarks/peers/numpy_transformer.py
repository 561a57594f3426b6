"""The plain transformer by hand in NumPy, forward and backward: all texts of a step at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from problems import Array, Made
from texts import Texts
from transformer import Transformer

__all__ = ["transformer_adam", "transformer_gradients"]

HEADS = 4
SHAPES = [
    np.shape(matrix) for matrix in vars(Transformer(float)).values() if isinstance(matrix, list)
]


def matrices(flat: Array) -> list[Array]:
    """Return the matrices of flat parameters, as views."""
    ends = np.cumsum([rows * columns for rows, columns in SHAPES])
    return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), SHAPES)]


def normalized(x: Array) -> tuple[Array, Array]:
    factor = (np.mean(x * x, axis=-1, keepdims=True) + 1e-5) ** -0.5
    return x * factor, factor


def before_normal(out: Array, factor: Array, up: Array) -> Array:
    return factor * (up - out * np.mean(up * out, axis=-1, keepdims=True))


def softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def by_heads(x: Array) -> Array:
    """Return (texts, positions, width) as (texts, heads, positions, size)."""
    return x.reshape(*x.shape[:2], HEADS, -1).swapaxes(1, 2)


def joined(x: Array) -> Array:
    return x.swapaxes(1, 2).reshape(x.shape[0], x.shape[2], -1)


def gradient(flat: Array, texts: Any) -> tuple[float, Array]:
    """Return the mean loss of texts of one length, and its gradient."""
    letters, places, query, key, value, mixing, wider, narrower, scoring = matrices(flat)
    found = np.zeros_like(flat)
    g = matrices(found)
    inputs, targets = texts[:, :-1], texts[:, 1:]
    count = inputs.shape[1]

    x0, f0 = normalized(letters[inputs] + places[:count])
    seen, f1 = normalized(x0)
    q, k, v = (by_heads(seen @ matrix.T) for matrix in (query, key, value))
    products = q @ k.swapaxes(2, 3) * 0.5  # 1 / sqrt(4), the size of a head
    products[..., np.triu(np.ones((count, count), bool), 1)] = -np.inf
    weights = softmax(products)
    mixed = joined(weights @ v)
    x1 = x0 + mixed @ mixing.T
    n2, f2 = normalized(x1)
    hidden = np.maximum(n2 @ wider.T, 0.0)
    x2 = x1 + hidden @ narrower.T
    chances = softmax(x2 @ scoring.T)
    right = (*np.indices(targets.shape), targets)
    loss = -np.log(chances[right]).mean()

    up = chances
    up[right] -= 1.0
    up /= targets.size
    by_row = "tpo,tpi->oi"
    g[8][:] = np.einsum(by_row, up, x2)
    gx = up @ scoring
    g[7][:] = np.einsum(by_row, gx, hidden)
    up = (gx @ narrower) * (hidden > 0.0)
    g[6][:] = np.einsum(by_row, up, n2)
    gx = gx + before_normal(n2, f2, up @ wider)
    g[5][:] = np.einsum(by_row, gx, mixed)
    up = by_heads(gx @ mixing)
    by_weights = up @ v.swapaxes(2, 3)
    by_products = weights * (by_weights - (by_weights * weights).sum(axis=-1, keepdims=True)) * 0.5
    parts = by_products @ k, by_products.swapaxes(2, 3) @ q, weights.swapaxes(2, 3) @ up
    by_seen = np.zeros_like(seen)
    for place, (part, matrix) in enumerate(zip(map(joined, parts), (query, key, value)), 2):
        g[place][:] = np.einsum(by_row, part, seen)
        by_seen += part @ matrix
    gx = before_normal(x0, f0, gx + before_normal(seen, f1, by_seen))
    np.add.at(g[0], inputs, gx)
    g[1][:count] = gx.sum(axis=0)
    return float(loss), found


def transformer_gradients(problem: Texts) -> Made:
    """Do one text after the other; the last gradient is kept."""
    texts = [np.array([text]) for text in problem.rows()]

    def run() -> tuple[Array, list[float]]:
        losses = []
        for text in texts:
            loss, last = gradient(problem.parameters, text)
            losses.append(loss)
        return last, losses

    return run, lambda result: (*result[0].tolist(), *result[1])


def by_length(texts: list[list[int]]) -> list[NDArray[np.int64]]:
    """Return the texts of each length as an array."""
    found: dict[int, list[list[int]]] = {}
    for text in texts:
        found.setdefault(len(text), []).append(text)
    return [np.array(some) for some in found.values()]


def transformer_adam(problem: Texts) -> Made:
    """Take a step of Adam on each batch, all texts of one length in it at once."""
    texts, batch = problem.rows(), problem.batch
    batches = [by_length(texts[first : first + batch]) for first in range(0, len(texts), batch)]

    def run() -> tuple[Array, list[float]]:
        p = problem.parameters.copy()
        mean, square, losses = np.zeros_like(p), np.zeros_like(p), []
        for step, chosen in enumerate(batches, 1):
            parts = [gradient(p, some) for some in chosen]
            shares = [len(some) / batch for some in chosen]
            losses.append(sum(share * loss for share, (loss, _) in zip(shares, parts)))
            g = sum(share * slopes for share, (_, slopes) in zip(shares, parts))
            mean = problem.beta1 * mean + (1.0 - problem.beta1) * g
            square = problem.beta2 * square + (1.0 - problem.beta2) * g * g
            unbiased = np.sqrt(square / (1.0 - problem.beta2**step)) + problem.epsilon
            p -= problem.rate * mean / (1.0 - problem.beta1**step) / unbiased
        return p, losses

    return run, lambda result: (*result[0].tolist(), *result[1])
