"""What a compiled training was made from, and the foreign code that may change it.

A program holds all that the loss, the model and the rule of the optimizer read at their trace.
Nothing of it can change while only the library's code runs; after any other code has run, a
callback, a metric, a schedule, they are traced again before the next step.
"""

from __future__ import annotations

import random
import threading
from functools import partial
from types import FunctionType, MethodType
from typing import Any

import autograd
from autograd import Descent
from nn.layers.dropout import NoisePlan
from nn.losses import Loss
from nn.optim.optimizers import Optimizer
from nn.training.preparation import check_targets, first_output
from nn.training.restoring import kept_draws
from nn.training.task import Task

__all__ = ["Premises", "has_own_step", "is_foreign", "other_threads"]

PACKAGES = ("autograd", "nn", "visualize")
FEW_ROWS = 3  # of a batch: enough to tell a mean from a sum, a largest, a median


def is_foreign(item: Any, *methods: str) -> bool:
    """Tell whether the code of a function is someone else's, or of an object or these methods.

    >>> from nn import EarlyStopping, accuracy
    >>> is_foreign(EarlyStopping(), "on_epoch_end"), is_foreign(accuracy), is_foreign(print)
    (False, False, True)
    """
    if item is None or type(item) is random.Random:
        return False
    while isinstance(item, partial):
        item = item.func
    if isinstance(item, MethodType):
        return is_foreign(item.__func__) or is_foreign(item.__self__)
    if isinstance(item, FunctionType):  # one that is wrapped says the module of the other
        module = item.__globals__.get("__name__")
    else:
        module = (item if isinstance(item, type) else type(item)).__module__
    return str(module).partition(".")[0] not in PACKAGES or any(
        is_foreign(getattr(item, method)) for method in methods
    )


def other_threads() -> bool:
    """Tell whether there are threads in which foreign code may run at any time."""
    here = threading.current_thread()
    return any(
        thread is not here and not type(thread).__module__.startswith("tqdm")  # its monitor
        for thread in threading.enumerate()
    )


def has_own_step(optimizer: Optimizer) -> bool:
    """Tell whether steps, or what comes before them, are no longer those of a rule."""
    methods = ((optimizer.step, Optimizer.step), (optimizer.zero_grad, Optimizer.zero_grad))
    return any(getattr(found, "__func__", None) is not usual for found, usual in methods)


class Premises:
    """The optimizer, the targets, the noise and the loss that a task's program was made from."""

    def __init__(self, task: Task, noise: NoisePlan) -> None:
        self._task = task
        self._noise = noise
        self._few_rows = _few_rows(task)
        self._few = autograd.compile(
            partial(_batch_loss, task.loss), backend="interpreter", verify="always"
        )
        self._loss_of_few = self._program_of_few()
        self.note()

    def note(self) -> None:
        """Take the optimizer and the targets as they are for what the program goes on from."""
        optimizer = self._task.optimizer
        self._parameters = [*optimizer.parameters]
        self._settings = _fixed_settings(optimizer)
        self._targets = self._task.train.floats()[1].copy()
        self.note_state()

    def note_state(self) -> None:
        """Take the state of the optimizer, just written, for that of the program."""
        self._state = [*self._task.optimizer.state]

    def hold(self, descent: Descent) -> bool:
        """Look at the task again; tell whether the program is still that of it.

        The model, the loss and the rule are traced again, and the targets read.
        """
        import numpy as np

        task, optimizer = self._task, self._task.optimizer
        if (
            has_own_step(optimizer)
            or _fixed_settings(optimizer) != self._settings
            or optimizer.parameters != self._parameters
            or optimizer.state != self._state
        ):
            return False
        _, targets = task.train.floats()
        try:
            if not np.array_equal(targets, self._targets):
                check_targets(task.loss, first_output(task.model, task.train), task.train)
            with kept_draws(task, allowed=False):
                if (
                    task.noise_plan() != self._noise
                    or not descent.is_current()
                    or self._program_of_few() is not self._loss_of_few
                ):
                    return False
        except Exception:  # noqa: BLE001 - it cannot be compiled any more; the next engine says why
            return False
        self._targets = targets.copy()
        return True

    def _program_of_few(self) -> Any:
        """Return the program of the loss of a few rows: the same object as long as it is one.

        It tells a loss that adds up rows in another way now, which one row does not.
        """
        return self._few.program("value", *self._few_rows) if self._few_rows else None


def _batch_loss(loss: Loss, outputs: Any, targets: Any) -> Any:
    """Return the loss of a batch of outputs, as arrays of Values."""
    return loss(outputs.tolist(), targets.tolist())


def _few_rows(task: Task) -> tuple[Any, ...]:
    """Return outputs and targets of a few rows; nothing where a loss of ours makes them needless.

    Nothing either for outputs that are no array.
    """
    import numpy as np

    count = min(task.batch_size, len(task.train), FEW_ROWS)
    if count == 1 or not is_foreign(task.loss):
        return ()
    try:
        outputs = np.zeros((count, *task.output_shape()))
    except (TypeError, ValueError):
        return ()
    return outputs, np.zeros((count, *task.train.y.shape[1:]))


def _fixed_settings(optimizer: Optimizer) -> dict[str, float]:
    """Return the settings that a program holds: the learning rate is given with each step."""
    return {name: setting for name, setting in optimizer.settings.items() if name != "lr"}
