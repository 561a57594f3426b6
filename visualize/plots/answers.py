"""The outputs of a model for many rows of inputs, compiled where that can be."""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

import autograd
from autograd import NumericWarning, TracingError, no_grad
from visualize.modes import evaluating
from visualize.plots.arrays import as_floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Answers"]

CHECKED = 2  # rows of the first answers that are compared with those of the model itself
AGREEMENT = 1e-6


class Answers:
    """A model, or any function of a row, as a function of many rows.

    Its parameters stay live. A function that cannot be compiled, or answers otherwise when it is,
    is asked row by row.

    >>> import numpy as np
    >>> from autograd import tanh
    >>> Answers(lambda row: [tanh(row[0]), row[1]])(np.array([[0.0, 2.0]])).tolist()
    [[0.0, 2.0]]
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self._compiled: Any = autograd.compile(partial(_output, model), in_axes=0, verify="always")
        self._checked = False

    def __call__(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the outputs for rows (rows, inputs) as (rows, outputs), in evaluation mode."""
        with evaluating(self.model), no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore", NumericWarning)
            if not self._checked:
                self._check(rows[:CHECKED])
            if self._compiled is None:
                return self._asked(rows)
            try:
                outputs: NDArray[np.float64] = self._compiled(rows)
            except TracingError:  # it asks a Value for its number by now
                return self._asked(rows)
            return outputs.reshape(len(rows), -1)

    def _check(self, rows: NDArray[np.float64]) -> None:
        import numpy as np

        self._checked = True
        expected = self._asked(rows)
        try:
            outputs = self._compiled(rows).reshape(len(rows), -1)
            agree = np.allclose(outputs, expected, AGREEMENT, AGREEMENT, equal_nan=True)
        except Exception:  # noqa: BLE001 - whatever a function does with what is no number yet
            agree = False
        if not agree:
            self._compiled = None

    def _asked(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        answers = [self.model(row) for row in rows.tolist()]
        return as_floats(answers, "the outputs of the model").reshape(len(rows), -1)


def _output(model: Any, row: Any) -> Any:
    import numpy as np

    output = model(row.tolist())
    return np.array(output, dtype=object) if isinstance(output, list | tuple) else output
