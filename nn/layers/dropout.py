"""Dropout: while training, elements are set to zero at random."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from autograd import Value
from nn.layers.nested import flat
from nn.layers.noise import NoiseLayer

__all__ = ["Dropout"]


class Dropout(NoiseLayer):
    """Zeroes each element with probability `p`, and multiplies the others by 1 / (1 - p).

    The mean stays what it was, so that nothing needs to be done after training: in `eval()` the
    layer passes everything on (Srivastava et al. 2014, in the form of torch). Every example gets a
    mask of its own, drawn by `rng`, by default the module `random`. A compiled training takes the
    masks as inputs, the same ones as the eager loop. Takes a vector or nested lists of any depth.

    Raises ValueError unless 0 <= p <= 1.

    >>> layer = Dropout(0.5, rng=random.Random(1))
    >>> layer([1.0, 1.0, 1.0, 1.0])
    [2.0, 2.0, 0.0, 0.0]
    >>> layer.eval()([1.0, 1.0, 1.0, 1.0])
    [1.0, 1.0, 1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, *, rng: random.Random | None = None) -> None:
        super().__init__(rng)
        p = Value(p).data
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"Dropout: p must be a probability from 0 to 1, not {p}")
        self.p = p

    def forward(self, x: Any) -> Any:
        """Return an example with elements dropped, in its own structure."""
        if not self.training or self.p == 0.0:
            return x
        items = flat(x, self)
        return _multiplied(x, iter(self.noise(len(items), items)))

    def shaped(self, uniform: Any) -> Any:
        """Return what the elements are multiplied by: 0 with probability p, else 1 / (1 - p)."""
        return (uniform >= self.p) / (1.0 - self.p or 1.0)

    def __repr__(self) -> str:
        return f"Dropout({self.p:g})"


def _multiplied(x: Any, mask: Iterator[Any]) -> Any:
    if isinstance(x, Value | float | int):
        return x * next(mask)
    return [_multiplied(item, mask) for item in x] if hasattr(x, "__iter__") else x * next(mask)
