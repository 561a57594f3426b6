"""A check, before its first step, that a compiled training does the same as the eager one.

A loss is compiled for single examples, so its mean must be the eager loss of a batch.
"""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import autograd
from autograd import Descent, NumericWarning, StaleProgramError, TracingError
from autograd.graph import set_data
from autograd.runtime import paused_collector
from nn.arguments import is_foreign
from nn.layers.dropout import NoisePlan
from nn.losses import Loss
from nn.optim.optimizers import Optimizer
from nn.training.restoring import Keeping, held_interrupts, kept_draws, noted
from nn.training.task import CompilationError, Task

__all__ = ["FewRows", "check_agreement", "check_repetition", "has_own_step"]

# Rows of the eager batch to compare with; with a loss of nn only the model is in question.
FEW_ROWS, MOST_ROWS = 8, 256
TOLERANCE = 1e-7  # far above the rounding of sums in another order, far below a real difference
FEWEST_ROWS = 3  # of a batch: enough to tell a mean from a sum, a largest, a median


def has_own_step(optimizer: Optimizer) -> bool:
    """Tell whether an optimizer does anything but apply its rule, at a step or before it."""
    methods = ((optimizer.step, Optimizer.step), (optimizer.zero_grad, Optimizer.zero_grad))
    return any(getattr(found, "__func__", None) is not usual for found, usual in methods)


def check_agreement(task: Task, descent: Descent, X: Any, y: Any, plan: NoisePlan) -> None:
    """Compare the loss and the gradient of compiled examples with those of an eager batch.

    The rows come from all over the data, as many as in a batch, and for a loss that is not of nn
    also as many as in the last, smaller batch. The plan draws their noise. The parameters are a
    little off those of the trace, so that a number frozen by the trace shows; afterwards parameters
    and gradients are as they were. Raises CompilationError if the two differ.
    """
    import numpy as np

    most = MOST_ROWS if is_foreign(task.loss) else FEW_ROWS
    sizes = [min(task.batch_size, len(X))]
    if is_foreign(task.loss) and 0 < len(X) % task.batch_size < sizes[0]:
        sizes.append(len(X) % task.batch_size)  # the last batch of an epoch
    for size in sizes:
        rows = np.linspace(0, len(X) - 1, min(size, most)).astype(int)
        batch: tuple[Any, ...] = X[rows], y[rows]
        with held_interrupts(), _elsewhere(task), paused_collector(), kept_draws(task):
            noise = None
            if plan:
                noise = plan.drawn(len(rows))
                batch = *batch, noise
            found = descent.value_and_grad(batch)
            expected = _eager(task, rows, None if noise is None else noise.tolist())
        _compare(expected, found, len(rows))


def _eager(task: Task, rows: Any, noise: Sequence[Any] | None) -> Any:
    inputs, targets = task.train.lists(rows)
    task.optimizer.zero_grad()
    total = task.objective(task.outputs(inputs, noise), targets)
    total.backward()
    return total.data, [parameter.grad for parameter in task.optimizer.parameters]


def _compare(eager: Any, compiled: Any, count: int) -> None:
    import numpy as np

    for what, right, found in zip(("loss", "gradient"), eager, compiled, strict=True):
        largest = np.max(np.abs(right), initial=0.0, where=np.isfinite(right))
        if not np.allclose(found, right, rtol=0.0, atol=TOLERANCE * largest, equal_nan=True):
            place = int(np.argmax(np.abs(np.subtract(found, right))))
            numbers = f"{np.ravel(right)[place]:.6g} against {np.ravel(found)[place]:.6g}"
            raise CompilationError(
                f"the {what} of a batch of {count} is not the mean over its examples, {numbers}: "
                "a compiled loss is computed for each example alone, and whatever the model or the "
                "loss does beside arithmetic on Values, such as random choices, is done once"
            )


def check_repetition(
    task: Task, descent: Descent, data: tuple[Any, Any], kept: Sequence[str]
) -> None:
    """Trace again a model or a loss that has set these attributes, such as a running mean.

    Raises CompilationError if the second trace computes something else, in training or in
    evaluation, or if code that is not the library's could read the attributes between epochs.
    """
    evaluate = autograd.compile(task.loss_and_output, in_axes=0, backend="interpreter")
    row = [column[:1] for column in data]
    before = Keeping.of(task)
    try:
        with task.model.evaluating():
            evaluate.program("value", *row)
        repeats = descent.is_current()
        with task.model.evaluating():
            evaluate.program("value", *row)
    except (StaleProgramError, TracingError):
        repeats = False
    if not repeats:
        raise CompilationError(
            "the model or the loss computes something else at each call, because it keeps "
            f"{', '.join(kept)}; a program would not"
        )
    set_again = ", ".join(before.changed())
    if set_again and task.watched:
        raise CompilationError(
            f"each call sets {set_again}, which a program does not, and code of yours that runs "
            "between epochs may read it"
        )


@contextmanager
def _elsewhere(task: Task) -> Iterator[None]:
    """Run the block at slightly different parameters, without warnings; then put all back."""
    parameters = [*dict.fromkeys([*task.model.parameters(), *task.optimizer.parameters])]
    put_back = noted(parameters)
    try:
        numbers = enumerate(parameter.data for parameter in parameters)
        set_data(parameters, [x + (-1.0) ** index * 1e-3 * (x or 1.0) for index, x in numbers])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NumericWarning)
            yield
    finally:
        put_back()


class FewRows:
    """A few outputs and targets, at which a loss shows that it combines rows in another way.

    A single row, by which a loss is compiled, cannot show that. Losses of nn need no such look.
    """

    def __init__(self, task: Task) -> None:
        self._rows = _few_rows(task)
        if self._rows:
            self._compiled = autograd.compile(
                partial(_batch_loss, task.loss), backend="interpreter", verify="always"
            )

    def program(self) -> Any:
        """Trace the loss; return its program, which is the same object until the loss changes."""
        return self._compiled.program("value", *self._rows) if self._rows else None


def _batch_loss(loss: Loss, outputs: Any, targets: Any) -> Any:
    """Return the loss of a batch of outputs, as arrays of Values."""
    return loss(outputs.tolist(), targets.tolist())


def _few_rows(task: Task) -> tuple[Any, ...]:
    """Return outputs and targets of a few rows, or nothing if the loss is of nn.

    Return nothing either if the outputs form no array.
    """
    import numpy as np

    count = min(task.batch_size, len(task.train), FEWEST_ROWS)
    if count == 1 or not is_foreign(task.loss):
        return ()
    try:
        outputs = np.zeros((count, *task.output_shape()))
    except (TypeError, ValueError):
        return ()
    return outputs, np.zeros((count, *task.train.y.shape[1:]))
