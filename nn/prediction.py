"""Prediction: a model as a function of many rows, which is what `Module.predict` runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import ref

import autograd
from nn.data.rows import FloatArray, as_numbers, listed
from nn.matching import numbers_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike


class Prediction:
    """A model as a function of many rows, compiled once; it does not keep the model alive."""

    def __init__(self, model: Callable[..., Any]) -> None:
        self._model = ref(model)
        self._compiled = autograd.compile(
            partial(_outputs, self._model), in_axes=0, verify="always"
        )

    def __call__(self, X: ArrayLike) -> FloatArray:  # noqa: N803 - the field's name for the inputs
        """Return the outputs for all rows as an array of shape (rows,) or (rows, ...).

        A model that asks a Value for its number, as `if x[0] > 0` and `table[x[0]]` do, is run row
        by row. So is a model that fails, which then raises its own error.
        """
        import numpy as np

        rows = as_numbers(X, "X").astype(np.float64, copy=False)
        try:
            outputs: FloatArray = self._compiled(rows)
        except Exception:  # noqa: BLE001 - a model may do anything with a traced Value
            model = _alive(self._model)
            outputs = np.array([numbers_of(model(row)) for row in rows.tolist()])
        return outputs


def _outputs(model: ref[Any], x: Any) -> Any:
    import numpy as np

    output = _alive(model)(listed(x))
    return np.array(output, dtype=object) if isinstance(output, list | tuple) else output


def _alive(model: ref[Any]) -> Any:
    found = model()
    assert found is not None  # the caller of predict holds it
    return found
