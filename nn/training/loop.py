"""fit: the training loop."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from logging import getLogger
from typing import Any

from autograd import Value, as_count, as_float, as_function, as_switch
from nn.arguments import generator, named
from nn.data.dataset import row_order
from nn.layers.dropout import noise_layers
from nn.losses import LOSSES, Loss
from nn.metrics import Metric
from nn.module import Module
from nn.optim.optimizers import Optimizer
from nn.optim.penalties import Penalty
from nn.optim.schedules import Schedule
from nn.training.advice import advice
from nn.training.callbacks import Callback, TrainingState, as_callbacks, is_foreign_callback
from nn.training.eager import NonFiniteError
from nn.training.engine import Training
from nn.training.history import History, Progress
from nn.training.interrupts import held_interrupts
from nn.training.premises import is_foreign
from nn.training.preparation import (
    check_model,
    checked_choice,
    metric_functions,
    prepared_optimizer,
    prepared_schedule,
    training_and_validation,
)
from nn.training.task import Task

__all__ = ["fit"]

_log = getLogger("nn")


def fit(
    model: Module,
    X: Any,
    y: Any,
    *,
    loss: str | Loss,
    optimizer: str | Callable[[list[Value]], Optimizer] | Optimizer = "adam",
    epochs: int = 10,
    batch_size: int | None = 32,
    validation: float | tuple[Any, Any] | None = None,
    metrics: Sequence[str | Metric] = (),
    callbacks: Sequence[Callback | Callable[[TrainingState], bool | None]] = (),
    schedule: Callable[[Optimizer], Schedule] | Schedule | None = None,
    penalty: Penalty | None = None,
    clip_norm: float | None = None,
    shuffle: bool = True,
    compile: bool | str = "auto",  # noqa: A002 - the name that autograd.compile has
    rng: random.Random | None = None,
    progress: bool | None = None,
) -> History:
    """Train `model` on the rows of X and their targets y, and return what was measured.

    - `loss`: a name of `nn.LOSSES`, or a function of a list of outputs and a list of targets that
      returns a Value. `optimizer`: a name of `nn.OPTIMIZERS`, one made over the parameters, or a
      function of them that makes one, such as `partial(Adam, lr=0.05)`.
    - `epochs` times all rows are visited, `batch_size` at a time (None: all at once), in a new
      random order each time with `shuffle`; `rng` draws it, by default the module `random`.
    - `validation`: the share of rows to hold out, or (X, y). `metrics`: names of `nn.METRICS`, or
      functions of all outputs and all targets as plain numbers. "loss" and the metrics are of the
      outputs during training, "validation_loss" and so on of the model after the epoch.
    - `schedule`: a Schedule over the optimizer, or a function that makes one; it steps after each
      epoch. `clip_norm`: the largest norm of all gradients together. `penalty`: a function of the
      model that is added to the loss, and to what the history says of it, such as `L2(1e-4)`.
    - `callbacks`: `Callback`s, or functions of a TrainingState; True ends the training.
    - `compile`: "auto" compiles the loss of one row into a program that takes many steps per call,
      with the results of the eager loop to rounding, Dropout included. Where that cannot be (an
      `if` on a Value, other random choices in the model, a loss that is no mean over the rows) it
      trains step by step, and the log "nn" says why. True raises the reason as an error, False does
      not try.
    - `progress`: whether to show it on stderr; None: if that is a terminal.

    A compiled training brings the Values up to date every 50 ms, and before validation and foreign
    code. After a callback, a metric or a schedule that is not of this library has run, the model,
    the loss and the rule are traced again, which takes the time of an example in the eager loop,
    and the data are read again: what has changed is trained on with. Gradients of parameters are
    those of the eager loop only with compile=False.

    Ctrl-C ends a training between two updates and returns the history so far, `interrupted`. Raises
    ValueError or TypeError before training, naming the row, for nan, ragged rows, wrong labels and
    lengths, and functions that do not fit; what then fails in measuring the first epoch undoes it.
    Raises NonFiniteError, leaving the last good parameters, when the loss or a gradient becomes
    nan or infinite; its `history` holds the epochs before.

    Where the loss did not fall, stays at that of guessing, or all outputs are equal, a line in the
    log "nn" says so at the end, and what to try; it names a last layer with relu under a loss for
    classes. `logging.getLogger("nn").setLevel("ERROR")` silences it.

    >>> from nn import MLP
    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 1]
    >>> history = fit(MLP(2, [1]), X, y, loss="binary_cross_entropy_with_logits", epochs=3)
    >>> len(history["loss"])
    3
    """
    epochs = as_count(epochs, "epochs")
    if clip_norm is not None and not as_float(clip_norm, "clip_norm") > 0.0:
        raise ValueError(f"clip_norm must be positive, or None, not {clip_norm!r}")
    loss = loss if callable(loss) else named("loss", loss, LOSSES)
    as_function(loss, "the loss", "outputs", "targets")
    choice = checked_choice(compile)
    shuffle = as_switch(shuffle, "shuffle")
    progress = None if progress is None else as_switch(progress, "progress")
    generator(rng)  # refuses what is none before anything runs
    train, held_out = training_and_validation(X, y, validation, rng)
    size = len(train) if batch_size is None else as_count(batch_size, "batch_size")
    check_model(model, loss, train, held_out)
    optimizer = prepared_optimizer(optimizer, model)
    schedule = prepared_schedule(schedule, optimizer)
    measures = metric_functions(metrics, loss, train.y.tolist())
    if penalty is not None:
        as_function(penalty, "the penalty", "the model", such_as="L2(1e-4)")
    watchers = as_callbacks(callbacks)
    updates = -(-len(train) // size)
    history = History()
    foreign = (
        any(map(is_foreign_callback, watchers))
        or (schedule is not None and is_foreign(schedule, "step", "rate"))
        or any(is_foreign(layer, "shaped") for layer in noise_layers(model))
    )
    watched = foreign or any(map(is_foreign, measures.values()))
    task = Task(
        model, loss, penalty, optimizer, train, held_out, size, clip_norm, bool(measures), watched
    )
    state = TrainingState(
        model, optimizer, history, 0, epochs, _names(measures, held_out is not None), updates
    )
    for watcher in watchers:
        watcher.on_fit_start(state)
    try:
        with (
            Progress(epochs * updates, epochs, progress) as shown,
            model.own_modes(),
            Training(task, choice) as training,
        ):
            while state.epoch < epochs and not history.stopped:
                order = row_order(len(train), shuffle, rng)
                if is_foreign(rng):
                    training.foreign_code_ran()
                seen = training.epoch(order, shown)
                with nullcontext() if history.epochs else training.undone_if_it_fails():
                    summary = training.measured(seen, measures)
                    if held_out is not None:
                        of_held_out = training.measured(training.validated(), measures)
                        summary |= {f"validation_{name}": x for name, x in of_held_out.items()}
                if foreign:
                    training.write_back()
                with held_interrupts():
                    history.append({**summary, "lr": optimizer.lr})
                    state.epoch += 1
                    if schedule is not None:
                        schedule.step()
                shown.epoch(summary)
                if watchers:
                    training.write_back()
                    # A list, so that each is asked even when one wants to stop
                    wishes = [watcher.on_epoch_end(state) for watcher in watchers]
                    history.stopped = any(wishes)
                if foreign:
                    training.foreign_code_ran()
    except KeyboardInterrupt:
        history.interrupted = True
    except NonFiniteError as error:
        error.history = history
        raise
    with held_interrupts():
        for watcher in watchers:
            watcher.on_fit_end(state)
        if not history.interrupted and (line := advice(task, history)):
            _log.warning("%s", line)
    return history


def _names(measures: Iterable[str], validated: bool) -> tuple[str, ...]:
    """Return the names that the history will have."""
    names = ["loss", *measures]
    return (*names, *(f"validation_{name}" for name in names if validated), "lr")
