"""A model over many rows, and its loss over all examples: compiled where that can be."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from logging import getLogger
from typing import TYPE_CHECKING, Any

import autograd
from autograd import NumericWarning, TracingError, Value
from autograd.graph import set_data
from autograd.program.verification import structure_changed
from visualize.modes import evaluating
from visualize.plots.arrays import as_floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Loss = Callable[[list[Any], list[Any]], Any]
Penalty = Callable[[Any], Any]

CHECKED = 2  # answers of the program are compared with those of the model itself
AGREEMENT = 1e-6  # of an answer; sums of another order differ by far less
TINY = 1e-12  # a loss of 0, but for rounding

_log = getLogger("visualize")


def row_by_row(model: Any, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the outputs of a model, or of any function of a row, as (rows, outputs).

    Raises TypeError for outputs that are not numbers, ValueError if rows have different numbers
    of them.

    >>> import numpy as np
    >>> row_by_row(sum, np.array([[1.0, 2.0]])).tolist()
    [[3.0]]
    """
    where = "the outputs of the model"
    # Numbers at once, so that the graph of one row is freed before the next one is built.
    answers = [as_floats(model(row), where).ravel().tolist() for row in rows.tolist()]
    return as_floats(answers, where).reshape(len(rows), -1)


class Answers:
    """A model, or any function of a row, as a function of many rows.

    Its parameters stay live. A function that cannot be compiled, or whose program gives other
    answers, is called row by row.

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
        with _silently(self.model):
            if not self._checked:
                self._check(rows[:CHECKED])
            if self._compiled is None:
                return row_by_row(self.model, rows)
            try:
                outputs: NDArray[np.float64] = self._compiled(rows)
            except TracingError:  # since the check it has begun to ask a Value for its number
                return row_by_row(self.model, rows)
            return outputs.reshape(len(rows), -1)

    def _check(self, rows: NDArray[np.float64]) -> None:
        import numpy as np

        self._checked = True
        expected = row_by_row(self.model, rows)
        try:
            outputs = self._compiled(rows).reshape(len(rows), -1)
            agree = np.allclose(outputs, expected, AGREEMENT, AGREEMENT, equal_nan=True)
        except Exception:  # noqa: BLE001 - a function may do anything with an argument that is not a number
            agree = False
        if not agree:
            self._compiled = None


def _output(model: Any, row: Any) -> Any:
    import numpy as np

    output = model(row.tolist())
    return np.array(output, dtype=object) if isinstance(output, list | tuple) else output


class Objective:
    """loss(outputs, targets) of all examples, for any numbers in place of the parameters.

    `X` and `y` are arrays, a row per example. The loss of one example is compiled and the mean
    taken over all of them. Where that cannot be, or differs from the loss of all examples at the
    first points that are asked for, the model is called row by row; the log "visualize" says why.
    """

    def __init__(
        self,
        model: Any,
        X: NDArray[Any],  # noqa: N803 - the field's name for the inputs
        y: NDArray[Any],
        loss: Loss,
        penalty: Penalty | None = None,
    ) -> None:
        self.parameters: list[Value] = list(model.parameters())
        self._model, self._inputs, self._targets = model, X, y
        self._total = partial(_penalized, model, loss, penalty)
        # Nothing but this library runs inside of `moving`, which announces a change.
        of_example = partial(_of_example, model, self._total)
        self._compiled: Any = autograd.compile(of_example, in_axes=0, verify="never")
        self._unchecked = CHECKED

    @contextmanager
    def moving(self) -> Iterator[None]:
        """Let `at` change the parameters for a block; they are as before afterwards, to the bit.

        The model is in evaluation mode meanwhile.
        """
        before = [parameter.data for parameter in self.parameters]
        structure_changed()  # by whatever has run since: the program is traced anew
        try:
            with _silently(self._model):
                yield
        finally:
            set_data(self.parameters, before)

    def at(self, point: NDArray[np.float64]) -> float:
        """Return the loss with the numbers of `point` as parameters, inside of `moving`."""
        set_data(self.parameters, point.tolist())
        if self._compiled is None:
            return self._asked()
        if not self._unchecked:
            return float(self._compiled(self._inputs, self._targets).mean())
        answer = self._asked()
        self._unchecked -= 1
        try:
            mean = float(self._compiled(self._inputs, self._targets).mean())
        except Exception as reason:  # noqa: BLE001 - a loss may do anything with a traced value
            self._give_up(str(reason))
        else:
            both_lost = math.isnan(mean) and math.isnan(answer)
            if not both_lost and not math.isclose(mean, answer, rel_tol=AGREEMENT, abs_tol=TINY):
                self._give_up(
                    f"the mean of the losses of each example is {mean:.6g}, but the loss of all is "
                    f"{answer:.6g}"
                )
        return answer

    def _asked(self) -> float:
        outputs = [self._model(row) for row in self._inputs.tolist()]
        answer = self._total(outputs, self._targets.tolist())
        return answer.data if isinstance(answer, Value) else float(answer)

    def _give_up(self, reason: str) -> None:
        self._compiled = None
        _log.warning("plot_landscape runs the model row by row, which is slower: %s", reason)


def _penalized(
    model: Any, loss: Loss, penalty: Penalty | None, outputs: list[Any], targets: list[Any]
) -> Any:
    total = loss(outputs, targets)
    return total if penalty is None else total + penalty(model)


def _of_example(model: Any, total: Loss, x: Any, target: Any) -> Any:
    # A traced array comes as an array of objects; models are called with lists.
    x, target = (each.tolist() if hasattr(type(each), "tolist") else each for each in (x, target))
    return total([model(x)], [target])


@contextmanager
def _silently(model: Any) -> Iterator[None]:
    """Evaluate a model in a block, without warnings of the numbers in it."""
    with evaluating(model), warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericWarning)
        yield
