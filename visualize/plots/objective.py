"""The loss of a model over its examples, as a function of the model's parameters."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from logging import getLogger
from typing import TYPE_CHECKING, Any

import autograd
from autograd import NumericWarning, Value, no_grad
from autograd.graph import set_data
from autograd.program.verification import structure_changed
from visualize.modes import evaluating

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Objective"]

Loss = Callable[[list[Any], list[Any]], Any]
Penalty = Callable[[Any], Any]

CHECKED = 2  # answers of the program that are compared with those of the model itself
AGREEMENT = 1e-6  # of the loss; sums of another order differ by far less
TINY = 1e-12  # a loss of 0, but for rounding

_log = getLogger("visualize")


class Objective:
    """loss(outputs, targets) of all examples, for any numbers in place of the parameters.

    `X` and `y` are arrays, a row per example. The loss of one example is compiled and the mean
    taken over all of them. Where that cannot be, or differs from the loss of all examples at the
    first points that are asked for, the model is run row by row; the log "visualize" says why.
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
        self._model, self._loss, self._penalty = model, loss, penalty
        self._inputs, self._targets = X, y
        function = partial(_example_loss, model, loss, penalty)
        # Nothing but this library runs inside of `moving`, which announces a change
        self._compiled: Any = autograd.compile(function, in_axes=0, verify="never")
        self._unchecked = CHECKED

    @contextmanager
    def moving(self) -> Iterator[None]:
        """Let `at` change the parameters for a block; they are as before afterwards, to the bit.

        The model is in evaluation mode meanwhile.
        """
        before = [parameter.data for parameter in self.parameters]
        structure_changed()  # by whoever has run since: the program is traced anew
        try:
            with evaluating(self._model), no_grad(), warnings.catch_warnings():
                warnings.simplefilter("ignore", NumericWarning)
                yield
        finally:
            self._set(before)

    def at(self, point: NDArray[np.float64]) -> float:
        """Return the loss with the numbers of `point` as parameters, inside of `moving`."""
        self._set(point.tolist())
        if self._compiled is None:
            return self._asked()
        if not self._unchecked:
            return float(self._compiled(self._inputs, self._targets).mean())
        answer = self._asked()
        self._unchecked -= 1
        try:
            mean = float(self._compiled(self._inputs, self._targets).mean())
        except Exception as reason:  # noqa: BLE001 - whatever a loss does with what is no number yet
            self._give_up(str(reason))
        else:
            both_lost = math.isnan(mean) and math.isnan(answer)
            if not both_lost and not math.isclose(mean, answer, rel_tol=AGREEMENT, abs_tol=TINY):
                self._give_up(
                    f"the mean of the losses of each example is {mean:.6g}, but the loss of all is "
                    f"{answer:.6g}"
                )
        return answer

    def _set(self, numbers: list[float]) -> None:
        set_data(self.parameters, numbers)

    def _asked(self) -> float:
        outputs = [self._model(row) for row in self._inputs.tolist()]
        answer = _objective(self._model, self._loss, self._penalty, outputs, self._targets.tolist())
        return answer.data if isinstance(answer, Value) else float(answer)

    def _give_up(self, reason: str) -> None:
        self._compiled = None
        _log.warning("plot_landscape runs the model row by row, which is slower: %s", reason)


def _example_loss(model: Any, loss: Loss, penalty: Penalty | None, x: Any, target: Any) -> Any:
    return _objective(model, loss, penalty, [model(_listed(x))], [_listed(target)])


def _objective(
    model: Any, loss: Loss, penalty: Penalty | None, outputs: list[Any], targets: list[Any]
) -> Any:
    total = loss(outputs, targets)
    return total if penalty is None else total + penalty(model)


def _listed(example: Any) -> Any:
    # A traced array comes as an array of objects; models are called with lists.
    return example.tolist() if hasattr(type(example), "tolist") else example
