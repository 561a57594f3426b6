"""The outputs of a model for many rows, by a program that is compiled once."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
from autograd import TracingError, no_grad
from nn.matching import numbers_of

__all__ = ["Prediction", "listed"]


def listed(example: Any) -> Any:
    """Return an example, a number or an array of numbers or Values, in lists as a model gets it."""
    return example.tolist() if hasattr(type(example), "tolist") else example


class Prediction:
    """A model as a function of many rows."""

    def __init__(self, model: Callable[[Any], Any]) -> None:
        self._model = model
        self._compiled = autograd.compile(self._outputs, in_axes=0)

    def __call__(self, X: Any) -> Any:
        """Return the outputs for all rows as an array of shape (rows,) or (rows, ...).

        A model that asks a Value for its number, as `if x[0] > 0` does, is run row by row.
        """
        import numpy as np

        rows = np.asarray(X, dtype=np.float64)
        try:
            return self._compiled(rows)
        except TracingError:
            with no_grad():
                return np.array([numbers_of(self._model(row)) for row in rows.tolist()])

    def _outputs(self, x: Any) -> Any:
        import numpy as np

        output = self._model(listed(x))
        return np.array(output, dtype=object) if isinstance(output, list | tuple) else output
