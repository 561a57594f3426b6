"""A small transformer on lists of scalars, as people write it by hand: plain loops and sums.

One block: attention over the positions so far, then a perceptron, each on the normalized state and
added to it. Characters are predicted from those before them. It uses of a scalar what every engine
has: arithmetic, a power, `exp`, `log`, `relu`, and `data`, `grad` and `backward`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from operator import getitem
from typing import Any

__all__ = ["Transformer", "tokens_of", "training_step"]

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
BOUNDARY = len(ALPHABET)  # the token before the first and after the last character

Vector = list[Any]
Matrix = list[Vector]


def tokens_of(length: int, seed: int = 3) -> list[int]:
    """Return a made-up word as tokens, between two boundaries."""
    draw = random.Random(seed)
    return [BOUNDARY, *(draw.randrange(len(ALPHABET)) for _ in range(length)), BOUNDARY]


def linear(matrix: Matrix, x: Vector) -> Vector:
    return [sum(weight * xi for weight, xi in zip(row, x)) for row in matrix]


def normalized(x: Vector) -> Vector:
    """Divide by the root of the mean square."""
    mean_square = sum(xi * xi for xi in x) / len(x)
    scale = (mean_square + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def softmax(x: Vector, largest: Callable[..., Any] = max) -> Vector:
    shift = largest(xi.data for xi in x)
    powers = [(xi - shift).exp() for xi in x]
    total = sum(powers)
    return [power / total for power in powers]


def added(x: Vector, y: Vector) -> Vector:
    return [xi + yi for xi, yi in zip(x, y)]


class Transformer:
    """Matrices of scalars, each a list of rows: 4,192 parameters in the usual size.

    What chooses may be another function, where tokens and numbers are not known yet.
    """

    item: Callable[..., Any] = staticmethod(getitem)
    largest: Callable[..., Any] = staticmethod(max)

    def __init__(
        self, scalar: Any, *, width: int = 16, heads: int = 4, positions: int = 16, seed: int = 42
    ) -> None:
        draw = random.Random(seed)

        def matrix(rows: int, columns: int, deviation: float = 0.08) -> Matrix:
            return [
                [scalar(draw.gauss(0.0, deviation)) for _ in range(columns)] for _ in range(rows)
            ]

        vocabulary = len(ALPHABET) + 1
        self.heads = heads
        self.token_embedding = matrix(vocabulary, width)
        self.position_embedding = matrix(positions, width)
        self.query, self.key, self.value = (matrix(width, width) for _ in range(3))
        self.joined = matrix(width, width)
        self.wider, self.narrower = matrix(4 * width, width), matrix(width, 4 * width)
        self.scores = matrix(vocabulary, width)

    def parameters(self) -> Vector:
        """Return all scalars, matrix by matrix."""
        matrices = [matrix for matrix in vars(self).values() if isinstance(matrix, list)]
        return [parameter for matrix in matrices for row in matrix for parameter in row]

    def attention(self, x: Vector, keys: Matrix, values: Matrix) -> Vector:
        """Mix the values of the positions so far, each head by its part of queries and keys."""
        query = linear(self.query, x)
        keys.append(linear(self.key, x))
        values.append(linear(self.value, x))
        size = len(query) // self.heads
        mixed = []
        for start in range(0, len(query), size):
            part = range(start, start + size)
            products = [sum(query[i] * key[i] for i in part) / size**0.5 for key in keys]
            weights = softmax(products, self.largest)
            mixed += [sum(w * value[i] for w, value in zip(weights, values)) for i in part]
        return linear(self.joined, mixed)

    def loss(self, tokens: list[int]) -> Any:
        """Return the mean cross entropy of each token after the first, given those before it."""
        keys: Matrix = []
        values: Matrix = []
        losses = []
        for position, (token, following) in enumerate(pairwise(tokens)):
            x = added(self.item(self.token_embedding, token), self.position_embedding[position])
            x = normalized(x)
            x = added(x, self.attention(normalized(x), keys, values))
            hidden = [h.relu() for h in linear(self.wider, normalized(x))]
            x = added(x, linear(self.narrower, hidden))
            probabilities = softmax(linear(self.scores, x), self.largest)
            losses.append(-self.item(probabilities, following).log())
        return sum(losses) / len(losses)


def training_step(model: Transformer, parameters: Vector, tokens: list[int], rate: float) -> Any:
    """Do one step of gradient descent; return the loss before it."""
    loss = model.loss(tokens)
    for parameter in parameters:
        parameter.grad = 0.0
    loss.backward()
    for parameter in parameters:
        parameter.data -= rate * parameter.grad
    return loss
