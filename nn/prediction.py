"""The outputs of a model for many rows, by a program that is compiled once."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import ref

import autograd
from autograd import no_grad
from nn.data.rows import as_numbers, listed
from nn.matching import numbers_of

__all__ = ["Prediction"]


class Prediction:
    """A model as a function of many rows; it does not keep the model alive."""

    def __init__(self, model: Callable[[Any], Any]) -> None:
        self._model = ref(model)
        outputs = partial(_outputs, self._model)
        self._compiled = autograd.compile(outputs, in_axes=0, verify="always")

    def __call__(self, X: Any) -> Any:
        """Return the outputs for all rows as an array of shape (rows,) or (rows, ...).

        The model is traced at each call, for anything may have changed since the last. One that
        asks a Value for its number, as `if x[0] > 0` and `table[x[0]]` do, is run row by row, and
        so is one that fails, with the error of its own.
        """
        import numpy as np

        rows = as_numbers(X, "X").astype(np.float64, copy=False)
        try:
            return self._compiled(rows)
        except Exception:  # noqa: BLE001 - whatever a model does with what is no number yet
            model = _alive(self._model)
            with no_grad():
                return np.array([numbers_of(model(row)) for row in rows.tolist()])


def _outputs(model: ref[Callable[[Any], Any]], x: Any) -> Any:
    import numpy as np

    output = _alive(model)(listed(x))
    return np.array(output, dtype=object) if isinstance(output, list | tuple) else output


def _alive(model: ref[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    found = model()
    assert found is not None  # who predicts holds it
    return found
