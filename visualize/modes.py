"""Models in evaluation mode for a block, so that pictures show their predictions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Switch a model to evaluation mode for a block; a model without modes stays as it is.

    >>> from nn import Dropout
    >>> layer = Dropout(0.5)
    >>> with evaluating(layer):
    ...     print(layer.training)
    False
    >>> layer.training
    True
    """
    if callable(getattr(model, "evaluating", None)):  # each module inside gets its own mode back
        with model.evaluating():
            yield
        return
    was_training = getattr(model, "training", False) and hasattr(model, "eval")
    if was_training:
        model.eval()
    try:
        yield
    finally:
        if was_training:
            model.train()
