"""fit: the training loop, and the engine that takes its steps, compiled or one by one."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from logging import getLogger
from time import perf_counter
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.arguments import as_count, as_dtype, as_switch
from nn.arguments import is_foreign
from nn.data.dataset import row_order
from nn.losses import Loss
from nn.metrics import Metric
from nn.module import Module
from nn.optim.optimizers import Optimizer
from nn.optim.penalties import Penalty
from nn.optim.schedules import Schedule
from nn.training.advice import advice
from nn.training.callbacks import Callback, TrainingState
from nn.training.compiled import CompiledEngine
from nn.training.eager import EagerEngine, NonFiniteError
from nn.training.history import History, Measured, Progress
from nn.training.restoring import Keeping, held_interrupts, noted
from nn.training.task import Task, checked_choice, prepared

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["fit"]

# If only other threads may have changed something: the pause between two looks, in times of a look.
PAUSE = 50.0

_log = getLogger("nn")


def fit(
    model: Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss,
    optimizer: str | Callable[[list[Value]], Optimizer] | Optimizer = "adam",
    epochs: int = 10,
    batch_size: int | None = 32,
    validation: float | tuple[ArrayLike, ArrayLike] | None = None,
    metrics: Sequence[str | Metric] = (),
    callbacks: Sequence[Callback | Callable[[TrainingState], bool | None]] = (),
    schedule: Callable[[Optimizer], Schedule] | Schedule | None = None,
    penalty: Penalty | None = None,
    clip_norm: float | None = None,
    shuffle: bool = True,
    compile: bool | str = "auto",  # noqa: A002 - the name that autograd.compile has
    dtype: Any = "float64",
    rng: random.Random | None = None,
    progress: bool | None = None,
) -> History:
    """Train `model` on the rows of X and their targets y, and return what was measured.

    - `loss`: the name of a function of `nn.losses`, or any function of a list of outputs and a list
      of targets that returns a Value. `optimizer`: "adam", "adamw", "rmsprop" or "sgd", an
      optimizer of the model's parameters, or a function that makes one of them, such as
      `partial(Adam, lr=0.05)`.
    - `epochs`: how often all rows are visited, `batch_size` at a time (None: all at once). With
      `shuffle` each epoch has a new random order, drawn by `rng`, by default the module `random`.
    - `validation`: the share of rows to hold out, or (X, y). `metrics`: names of functions of
      `nn.metrics`, or any functions of all outputs and all targets as plain numbers. "loss" and the
      metrics are measured during the epoch, before each update; "validation_loss" and so on are
      measured after it.
    - `schedule`: a Schedule of the optimizer, or a function that makes one; it steps after each
      epoch. `clip_norm`: the largest norm of all gradients together. `penalty`: a function of the
      model, such as `L2(1e-4)`, which is added to the loss and counts in the history's "loss".
    - `callbacks`: `Callback`s, or functions of a TrainingState; one that returns True ends the
      training.
    - `compile`: "auto" compiles the loss of one row into a program that takes many steps per call.
      Its results are those of the eager loop up to rounding, Dropout included. A model or a loss
      that cannot be compiled (an `if` on a Value, other random choices, a loss that is no mean over
      the rows) trains step by step, and the log "nn" says why. True raises the reason instead;
      False never compiles.
    - `dtype`: "float64", or "float32" for compiled steps in single precision, which take half the
      time; parameters are rounded to it. The eager loop has float64 only.
    - `progress`: whether to show the progress on stderr; None shows it on a terminal.

    A compiled training updates the Values every 50 ms, and before validation and before code that
    is not this library's. After such a callback, metric or schedule has run, `fit` traces the
    model, the loss and the rule again, which takes as long as one example in the eager loop, and
    reads the data again, so that changes take effect. Only compile=False leaves the gradients of
    the last step in the parameters.

    Ctrl-C ends a training between two updates and returns the history so far, `interrupted`. Raises
    ValueError or TypeError before training, naming the row, for nan, ragged rows, wrong labels and
    lengths, and functions that do not fit. An error while the first epoch is measured undoes that
    epoch. Raises NonFiniteError when the loss or a gradient becomes nan or infinite; the parameters
    are then those before that step, and `history` of the error holds the epochs before.

    If the loss has not fallen, if it stays at that of guessing, or if all outputs are equal, the
    log "nn" says so at the end, and what to try. It also names a last layer with relu under a loss
    for classes. `logging.getLogger("nn").setLevel("ERROR")` silences it.

    >>> from nn import MLP
    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 1]
    >>> history = fit(MLP(2, [1]), X, y, loss="binary_cross_entropy_with_logits", epochs=3)
    >>> len(history["loss"])
    3
    """
    epochs = as_count(epochs, "epochs")
    choice, dtype = checked_choice(compile), as_dtype(dtype, "fit: dtype")
    if choice is False and dtype != "float64":
        raise ValueError(
            f"fit: dtype={dtype!r} is the precision of a compiled program: leave out compile=False"
        )
    shuffle = as_switch(shuffle, "shuffle")
    progress = None if progress is None else as_switch(progress, "progress")
    task = prepared(
        model,
        X,
        y,
        loss=loss,
        optimizer=optimizer,
        batch_size=batch_size,
        validation=validation,
        metrics=metrics,
        callbacks=callbacks,
        schedule=schedule,
        penalty=penalty,
        clip_norm=clip_norm,
        rng=rng,
        dtype=dtype,
    )
    optimizer, history = task.optimizer, History()
    state = TrainingState(model, optimizer, history, 0, epochs, task.measured, task.updates)
    for callback in task.callbacks:
        callback.on_fit_start(state)
    try:
        with (
            Progress(epochs * task.updates, epochs, progress) as shown,
            model.own_modes(),
            Training(task, choice) as training,
        ):
            while state.epoch < epochs and not history.stopped:
                order = row_order(len(task.train), shuffle, rng)
                if is_foreign(rng):
                    training.foreign_code_ran()
                seen = training.epoch(order, shown)
                summary = training.summary(seen)
                with training.other_code():
                    with held_interrupts():
                        history.append({**summary, "lr": optimizer.lr})
                        state.epoch += 1
                        if task.schedule is not None:
                            task.schedule.step()
                    shown.epoch(summary)
                    # A list, so that each is asked even when one wants to stop
                    wishes = [_wants_to_stop(callback, state) for callback in task.callbacks]
                    history.stopped = any(wishes)
    except KeyboardInterrupt:
        history.interrupted = True
    except NonFiniteError as error:
        error.history = history
        raise
    with held_interrupts():
        for callback in task.callbacks:
            callback.on_fit_end(state)
        if not history.interrupted and (line := advice(task, history)):
            _log.warning("%s", line)
    return history


def _wants_to_stop(callback: Callback, state: TrainingState) -> bool:
    """Call a callback after an epoch; TypeError for a result that is no True, False or None."""
    wish = callback.on_epoch_end(state)
    return wish is not None and as_switch(wish, "the result of a callback, whether to stop,")


class Training:
    """The steps of a task; a context manager that leaves Values and optimizer up to date.

    With "auto" the compiled engine takes them if it can; else the eager engine does, and the log
    "nn" says why. With True the reason is raised; with False only the eager engine runs.
    """

    def __init__(self, task: Task, choice: bool | str) -> None:
        self._task = task
        self._choice = choice
        self._measured_before = False
        self._put_back = noted([*task.model.parameters(), *task.optimizer.parameters])
        self._state = task.optimizer.state
        self._unsure = False  # whether foreign code has run since the task was looked at
        self._looked, self._cost = 0.0, 0.0  # when, and the seconds it took

    def __enter__(self) -> Training:
        self._task.model.train()
        self._engine = self._chosen()
        return self

    def __exit__(self, *exception: object) -> None:
        self._engine.write_back()

    def _chosen(self, anew: bool = False) -> CompiledEngine | EagerEngine:
        if self._choice is False:
            return EagerEngine(self._task)
        kept = Keeping.of(self._task)
        try:
            return CompiledEngine(self._task, anew)
        except Exception as reason:  # a user's function may do anything with a traced Value
            kept.put_back()  # as if it had not been tried
            if self._choice is True:
                raise
            how = "" if self._task.dtype == "float64" else " and in float64"
            _log.warning("fit trains without compiling%s, which is slower: %s", how, reason)
            return EagerEngine(self._task)

    def epoch(self, order: NDArray[np.intp], shown: Progress) -> Measured:
        """Visit all rows in this order, a batch at a time."""
        if self._unsure or (
            _other_threads() and perf_counter() - self._looked > PAUSE * self._cost
        ):
            self._look_again()
        return self._engine.epoch(order, shown)

    def _look_again(self) -> None:
        """Go on with another engine if the task has become another."""
        self._looked = perf_counter()
        if self._engine.outdated():
            self._engine.write_back()
            self._engine = self._chosen(anew=True)
        self._unsure = False
        self._cost = perf_counter() - self._looked

    def summary(self, seen: Measured) -> dict[str, float]:
        """Return the entries of an epoch in the history: of its own rows, and of the validation.

        An error while the first epoch is measured undoes that epoch.
        """
        try:
            summary = self._measured(seen)
            if self._task.held_out is not None:
                self._engine.write_back()
                with self._task.model.evaluating():
                    validated = self._engine.validated(anew=self._unsure)
                found = self._measured(validated)
                summary |= {f"validation_{name}": number for name, number in found.items()}
        except Exception:
            if not self._measured_before:
                self._engine.write_back()
                self._put_back()
                self._task.optimizer.state = self._state
            raise
        self._measured_before = True
        return summary

    def _measured(self, measured: Measured) -> dict[str, float]:
        """Return the loss and the metrics of these rows; a metric may be foreign code."""
        metrics = self._task.metrics
        if not any(map(is_foreign, metrics.values())):
            return measured.summary(metrics)
        self._engine.write_back()
        summary = measured.summary(metrics)
        self.foreign_code_ran()
        return summary

    @contextmanager
    def other_code(self) -> Iterator[None]:
        """Write back before a block in which callbacks and a schedule run; look again after it."""
        if self._task.callbacks or self._task.foreign:
            self._engine.write_back()
        yield
        if self._task.foreign:
            self.foreign_code_ran()

    def foreign_code_ran(self) -> None:
        """Look at the task again before the next step, and before the next validation."""
        self._task.model.train()
        self._unsure = True


OF_LIBRARIES = ("tqdm.", "autograd.")  # its monitor, and what makes code in the background


def _other_threads() -> bool:
    """Tell whether there are threads in which foreign code may run at any time."""
    here = threading.current_thread()
    return any(
        thread is not here and not type(thread).__module__.startswith(OF_LIBRARIES)
        for thread in threading.enumerate()
    )
