"""fit: the training loop, with all its data checked before the first step."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isfinite
from typing import Any, TypeAlias

from autograd import Value, no_grad
from nn import losses
from nn.callbacks import Callback, TrainingState
from nn.clipping import clip_grad_norm
from nn.collector import paused_collector
from nn.data import as_examples, batches, split
from nn.history import History
from nn.interrupts import held_interrupts
from nn.losses import LOSSES, Loss
from nn.metrics import METRICS, Metric, accuracy
from nn.module import Module
from nn.names import named
from nn.optimizers import OPTIMIZERS, Optimizer
from nn.progress import Progress
from nn.schedules import Schedule

__all__ = ["NonFiniteError", "fit"]

Examples: TypeAlias = tuple[list[Any], list[Any]]


class NonFiniteError(ArithmeticError):
    """The loss or a gradient became nan or infinite; `history` holds the epochs before.

    The parameters are those of the last good update.
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


def fit(
    model: Module,
    X: Any,
    y: Any,
    *,
    loss: str | Loss,
    optimizer: str | Optimizer = "adam",
    epochs: int = 10,
    batch_size: int | None = 32,
    validation: float | tuple[Any, Any] | None = None,
    metrics: Sequence[str | Metric] = (),
    callbacks: Sequence[Callback | Callable[[TrainingState], bool | None]] = (),
    schedule: Callable[[Optimizer], Schedule] | Schedule | None = None,
    clip_norm: float | None = None,
    shuffle: bool = True,
    rng: random.Random | None = None,
    progress: bool | None = None,
) -> History:
    """Train `model` on the rows of X and their targets y, and return what was measured.

    - `loss`: a name of `nn.LOSSES`, or a function of a list of outputs and a list of targets that
      returns a Value. `optimizer`: a name of `nn.OPTIMIZERS`, or one made over the parameters.
    - `epochs` times all rows are visited, `batch_size` at a time (None: all), in a new random order
      each time with `shuffle`; `rng` draws it, by default the module `random`.
    - `validation`: the share of rows to hold out, or (X, y). `metrics`: names of `nn.METRICS` or
      functions of all predictions and targets. "loss" and metrics are of the outputs computed while
      training, "validation_..." of the model after the epoch.
    - `schedule`: a Schedule over the optimizer, or a function that makes one. `clip_norm`: the
      largest norm of all gradients together.
    - `callbacks`: `Callback`s, or functions of a TrainingState; True ends the training.
    - `progress`: whether to show it on stderr; None: if that is a terminal.

    Ctrl-C ends the training between two updates and returns the history so far, `interrupted`.
    Raises ValueError before training, naming the row, for nan, ragged rows, wrong labels and
    lengths, and NonFiniteError, at the last good parameters, when the loss or a gradient becomes
    nan or infinite.

    >>> from nn import MLP
    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 1]
    >>> history = fit(MLP(2, [1]), X, y, loss="binary_cross_entropy_with_logits", epochs=3)
    >>> len(history["loss"])
    3
    """
    loss = loss if callable(loss) else named("loss", loss, LOSSES)
    train, held_out = _training_and_validation(X, y, validation, rng)
    _check_model(model, loss, train, held_out)
    optimizer = _optimizer(optimizer, model)
    _check_settings(epochs, clip_norm)
    schedule = _schedule(schedule, optimizer)
    measures = _measures(metrics, loss, train[1])
    watchers = [_callback(callback) for callback in callbacks]
    history = History()
    state = TrainingState(model, optimizer, history, 0, epochs)
    size = len(train[0]) if batch_size is None else batch_size
    batches(*train, size)  # refuses a wrong size now
    updates = epochs * -(-len(train[0]) // size)
    for watcher in watchers:
        watcher.on_fit_start(state)
    was_training = model.training
    try:
        with Progress(updates, epochs, progress) as shown:
            while state.epoch < epochs and not history.stopped:
                model.train()
                seen = _Seen()
                for X_batch, y_batch in batches(*train, size, shuffle=shuffle, rng=rng):
                    with paused_collector():
                        predictions, batch_loss = _update(
                            model, loss, optimizer, X_batch, y_batch, clip_norm, history
                        )
                    seen.add(predictions, y_batch, batch_loss)
                    shown.update()
                measured = {**seen.measured(measures), **_validated(model, loss, measures, held_out)}
                with held_interrupts():
                    history.append({**measured, "lr": optimizer.lr})
                    state.epoch += 1
                    if schedule is not None:
                        schedule.step()
                shown.epoch(measured)
                # Each of them is asked, also when one wants to stop
                history.stopped = any([watcher.on_epoch_end(state) for watcher in watchers])
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        model.train(was_training)
    with held_interrupts():
        for watcher in watchers:
            watcher.on_fit_end(state)
    return history


def _update(
    model: Module,
    loss: Loss,
    optimizer: Optimizer,
    X: list[Any],
    y: list[Any],
    clip_norm: float | None,
    history: History,
) -> tuple[list[Any], float]:
    """Take one step; return the predictions and the loss before it as plain numbers."""
    optimizer.zero_grad()
    outputs = [model(x) for x in X]
    total = loss(outputs, y)
    if not isinstance(total, Value):
        raise TypeError(f"the loss must return a Value, not {total!r}; do not use .data inside it")
    predictions = [_numbers(output) for output in outputs]
    if not isfinite(total.data):
        raise NonFiniteError(_diverged(f"the loss is {total.data}", X, predictions), history)
    total.backward()
    for index, parameter in enumerate(optimizer.parameters):
        if not isfinite(parameter.grad):
            name = {p: n for n, p in model.named_parameters()}.get(parameter, f"number {index}")
            what = f"the gradient of parameter {name} is {parameter.grad}"
            raise NonFiniteError(_diverged(what, X, predictions), history)
    if clip_norm is not None:
        clip_grad_norm(optimizer.parameters, clip_norm)
    with held_interrupts():
        optimizer.step()
    return predictions, total.data


def _diverged(what: str, X: list[Any], predictions: list[Any]) -> str:
    for x, prediction in zip(X, predictions, strict=True):
        if not all(map(isfinite, prediction if isinstance(prediction, list) else [prediction])):
            what += f"; the model gives {prediction} for {x}"
            break
    return (
        f"{what}. The parameters are those before this step; try a smaller learning rate, "
        "clip_norm=1.0, or standardised inputs"
    )


class _Seen:
    """The predictions and losses of an epoch, batch by batch."""

    def __init__(self) -> None:
        self.predictions: list[Any] = []
        self.targets: list[Any] = []
        self.loss = 0.0

    def add(self, predictions: list[Any], targets: list[Any], loss: float) -> None:
        self.predictions += predictions
        self.targets += targets
        self.loss += loss * len(targets)

    def measured(self, measures: Mapping[str, Metric]) -> dict[str, float]:
        values = {name: float(f(self.predictions, self.targets)) for name, f in measures.items()}
        return {"loss": self.loss / len(self.targets), **values}


def _validated(
    model: Module, loss: Loss, measures: Mapping[str, Metric], held_out: Examples | None
) -> dict[str, float]:
    """Return loss and metrics on the examples held out, under their names."""
    if held_out is None:
        return {}
    X, y = held_out
    model.eval()
    with no_grad(), paused_collector():
        predictions = [_numbers(model(x)) for x in X]
        total = loss(predictions, y)
    seen = _Seen()
    seen.add(predictions, y, _numbers(total))
    return {f"validation_{name}": number for name, number in seen.measured(measures).items()}


def _numbers(output: Any) -> Any:
    """Return an output of a model, a Value or a list of them, as plain numbers."""
    if isinstance(output, Value):
        return output.data
    return [_numbers(item) for item in output] if isinstance(output, list | tuple) else float(output)


def _training_and_validation(
    X: Any, y: Any, validation: float | tuple[Any, Any] | None, rng: random.Random | None
) -> tuple[Examples, Examples | None]:
    if validation is None:
        return as_examples(X, y), None
    if isinstance(validation, float | int):
        X_train, y_train, X_held_out, y_held_out = split(X, y, validation, rng=rng)
        return (X_train, y_train), (X_held_out, y_held_out)
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise TypeError(f"validation is a fraction, such as 0.2, or (X, y), not {validation!r}")
    try:
        return as_examples(X, y), as_examples(*validation)
    except (TypeError, ValueError) as error:
        raise type(error)(f"validation: {error}") from None


def _check_model(model: Module, loss: Loss, train: Examples, held_out: Examples | None) -> None:
    """Run the model once, and one of our losses on all labels, for what is wrong with either."""
    if not isinstance(model, Module):
        raise TypeError(f"fit trains a Module; {model!r} is none")
    was_training = model.training
    model.eval()
    with no_grad():
        output = model(train[0][0])
        if loss in LOSSES.values():
            for _, targets in filter(None, (train, held_out)):
                loss([_neutral(output)] * len(targets), targets)
    model.train(was_training)


def _neutral(output: Any) -> Any:
    """Return an output of the same shape that every loss accepts."""
    return [_neutral(item) for item in output] if isinstance(output, list | tuple) else 0.5


def _optimizer(optimizer: str | Optimizer, model: Module) -> Optimizer:
    if not isinstance(optimizer, Optimizer):
        return named("optimizer", optimizer, OPTIMIZERS)(model.parameters())
    if not set(optimizer.parameters) & set(model.parameters()):
        raise ValueError("the optimizer holds no parameter of this model; make it over model.parameters()")
    return optimizer


def _schedule(
    schedule: Callable[[Optimizer], Schedule] | Schedule | None, optimizer: Optimizer
) -> Schedule | None:
    if schedule is None:
        return None
    made = schedule if isinstance(schedule, Schedule) else schedule(optimizer)
    if made.optimizer is not optimizer:
        raise ValueError("the schedule is of another optimizer than the one that trains")
    return made


def _check_settings(epochs: int, clip_norm: float | None) -> None:
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs must be an int of at least 1, not {epochs!r}")
    if clip_norm is not None and not clip_norm > 0.0:
        raise ValueError(f"clip_norm must be positive, or None, not {clip_norm!r}")


def _measures(metrics: Sequence[str | Metric], loss: Loss, targets: list[Any]) -> dict[str, Metric]:
    if isinstance(metrics, str):
        raise TypeError(f"metrics is a list, such as [{metrics!r}]")
    measures: dict[str, Metric] = {}
    for metric in metrics:
        function = metric if callable(metric) else named("metric", metric, METRICS)
        name = metric if isinstance(metric, str) else getattr(metric, "__name__", repr(metric))
        if name in measures or name in {"loss", "lr"}:
            raise ValueError(f"metrics: the name {name!r} is taken; give the function another name")
        if function is accuracy:
            function = partial(accuracy, threshold=_threshold(loss, targets))
        measures[name] = function
    return measures


def _threshold(loss: Loss, targets: list[Any]) -> float:
    """Return the output halfway between the two labels that a model trained by `loss` gives."""
    on_labels = {losses.mse_loss, losses.l1_loss, losses.huber_loss}
    signs = any(target == -1 for target in targets)
    return 0.5 if loss is losses.binary_cross_entropy or (loss in on_labels and not signs) else 0.0


def _callback(callback: Callback | Callable[[TrainingState], bool | None]) -> Callback:
    if isinstance(callback, Callback):
        return callback
    if isinstance(callback, type) or not callable(callback):
        raise TypeError(f"a callback is a Callback or a function of a TrainingState, not {callback!r}")
    wrapped = Callback()
    wrapped.on_epoch_end = callback  # type: ignore[method-assign]  # a function in place of a method
    return wrapped
