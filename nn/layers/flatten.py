"""Flatten: feature maps as one vector."""

from __future__ import annotations

from typing import Any

from nn.layers.nested import flat
from nn.module import Module

__all__ = ["Flatten"]


class Flatten(Module):
    """All elements of an example in one list, the last index running fastest.

    >>> Flatten()([[[1.0, 2.0], [3.0, 4.0]]])
    [1.0, 2.0, 3.0, 4.0]
    """

    def forward(self, x: Any) -> list[Any]:
        """Return the elements of one example, nested lists or an array of any shape."""
        return flat(x, self)

    def __repr__(self) -> str:
        return "Flatten()"
