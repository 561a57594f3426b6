"""Whether the mean of compiled losses of single examples is what the eager loss of a batch is."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import autograd
from autograd import (
    Descent,
    NumericWarning,
    StaleProgramError,
    TracingError,
    paused_collector,
    set_data,
)
from nn.layers.dropout import NoisePlan
from nn.losses import LOSSES
from nn.training.interrupts import held_interrupts
from nn.training.premises import is_foreign
from nn.training.restoring import Keeping, kept_draws, noted
from nn.training.task import CompilationError, Task

__all__ = ["check_agreement", "check_repetition"]

# Rows of the eager batch to compare with: of a loss of ours only the model is in question.
FEW_ROWS, MOST_ROWS = 8, 256
TOLERANCE = 1e-7  # far above the rounding of sums in another order, far below a real difference


def check_agreement(task: Task, descent: Descent, X: Any, y: Any, plan: NoisePlan) -> None:
    """Compare loss and gradient of compiled examples with those of an eager batch.

    Its rows are from all over the data, as many as in a batch, and for a loss that is not ours as
    many as in the last one too; its noise is drawn by the plan. The parameters are a little
    off those at which the function was traced, so that a number that the trace has frozen shows;
    afterwards parameters and gradients are as they were. Raises CompilationError where the two
    differ.
    """
    import numpy as np

    most = FEW_ROWS if task.loss in LOSSES.values() else MOST_ROWS
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
                "compiled, a loss is computed for each example alone, and what the model or the "
                "loss does beside arithmetic on Values, such as random choices, is done once"
            )


def check_repetition(
    task: Task, descent: Descent, data: tuple[Any, Any], kept: Sequence[str]
) -> None:
    """Trace once more what has kept something in these attributes, such as a running mean.

    Raises CompilationError where that changes what is computed, in training or in evaluation, and
    where code that is not the library's may read what it is after an epoch.
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
            "the model or the loss computes something else at each call, by what it keeps in "
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
    """Run the block at parameters a little off, quietly; then put them and gradients back."""
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
