"""Task: the arguments of `fit`, each checked before the first step, and the objective of a step."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from autograd import Value
from autograd.arguments import as_count, as_float, as_function, as_switch
from nn.arguments import generator, is_foreign, named
from nn.data.dataset import Dataset
from nn.data.rows import listed
from nn.layers.dropout import NoisePlan, given_noise, noise_layers, recorded_noise
from nn.losses import LOSSES, Loss, threshold_of
from nn.matching import is_scalar, numbers_of
from nn.metrics import DECIDING, METRICS, Metric
from nn.module import Module
from nn.optim.optimizers import OPTIMIZERS, Optimizer
from nn.optim.penalties import Penalty
from nn.optim.schedules import Schedule
from nn.training.callbacks import Callback, TrainingState

__all__ = [
    "CompilationError",
    "Task",
    "check_targets",
    "checked_choice",
    "first_output",
    "prepared",
]


class CompilationError(ValueError):
    """A training that would give different numbers if it were compiled."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """The arguments of `fit`, checked and complete, and the objective that its steps reduce."""

    model: Module
    loss: Loss
    optimizer: Optimizer
    train: Dataset
    batch_size: int
    held_out: Dataset | None = None
    penalty: Penalty | None = None
    clip_norm: float | None = None
    schedule: Schedule | None = None
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    callbacks: Sequence[Callback] = ()
    dtype: str = "float64"  # of compiled steps

    @property
    def updates(self) -> int:
        """The number of updates in an epoch."""
        return -(-len(self.train) // self.batch_size)

    @property
    def measured(self) -> tuple[str, ...]:
        """The names that the history will have."""
        names = ["loss", *self.metrics]
        validation = [f"validation_{name}" for name in names if self.held_out is not None]
        return (*names, *validation, "lr")

    @cached_property
    def foreign(self) -> bool:
        """Whether code that is not the library's runs between epochs, and may change anything."""
        return (
            any(is_foreign(callback, "on_epoch_end") for callback in self.callbacks)
            or (self.schedule is not None and is_foreign(self.schedule, "step", "rate"))
            or any(is_foreign(layer, "shaped") for layer in noise_layers(self.model))
        )

    @property
    def watched(self) -> bool:
        """Whether such code or a foreign metric runs between epochs, and may read anything."""
        return self.foreign or any(map(is_foreign, self.metrics.values()))

    def outputs(self, X: list[Any], noise: Sequence[Any] | None = None) -> list[Any]:
        """Return the outputs for a batch, with this noise for each row, or newly drawn noise."""
        if noise is None:
            return [self.model(x) for x in X]
        outputs = []
        for x, numbers in zip(X, noise, strict=True):
            with given_noise(numbers):
                outputs.append(self.model(x))
        return outputs

    def objective(self, outputs: list[Any], targets: list[Any]) -> Value:
        """Return the loss of a batch plus the penalty; TypeError if the loss is no Value."""
        total = self.loss(outputs, targets)
        if not isinstance(total, Value):
            raise TypeError(
                f"the loss must return a Value, not {total!r}; is .data used inside it?"
            )
        if self.penalty is None:
            return total
        penalty = self.penalty(self.model)
        added = penalty if isinstance(penalty, Value) else as_float(penalty, "the penalty's result")
        return total + added

    # These two are traced. `noise` holds the random numbers of one example if the model takes any

    def example_loss(self, x: Any, target: Any, noise: Any = None) -> Value:
        """Return the objective of a batch of one."""
        total, _ = self.loss_and_output(x, target, noise)
        return total

    def loss_and_output(self, x: Any, target: Any, noise: Any = None) -> tuple[Value, Any]:
        """Return the objective of a batch of one, and the model's output, a Value or an array."""
        import numpy as np

        with given_noise(noise):
            output = self.model(listed(x))
        total = self.objective([output], [listed(target)])
        return total, np.array(output, dtype=object) if isinstance(output, list | tuple) else output

    def output_shape(self) -> tuple[int, ...]:
        """Run the model on the first row, and return the shape of its output."""
        import numpy as np

        with recorded_noise():
            return np.shape(numbers_of(self.model(self.train.lists([0])[0][0])))

    def noise_plan(self) -> NoisePlan:
        """Run the model on the first row, and return the random numbers that it takes."""
        if not noise_layers(self.model):
            return NoisePlan(())
        with recorded_noise() as recorder:
            self.model(self.train.lists([0])[0][0])
        return NoisePlan(recorder.requests)


def prepared(
    model: Any,
    X: Any,
    y: Any,
    *,
    loss: Any,
    optimizer: Any,
    batch_size: Any,
    validation: Any,
    metrics: Any,
    callbacks: Any,
    schedule: Any,
    penalty: Any,
    clip_norm: Any,
    rng: Any,
    dtype: str,
) -> Task:
    """Return the task of these arguments of `fit`.

    Raises TypeError and ValueError, naming the argument and the row, if one of them or their
    combination is wrong. An optimizer and a schedule stay as they are.
    """
    if clip_norm is not None and not as_float(clip_norm, "clip_norm") > 0.0:
        raise ValueError(f"clip_norm must be positive, or None, not {clip_norm!r}")
    loss = loss if callable(loss) else named("loss", loss, LOSSES)
    as_function(loss, "the loss", "outputs", "targets", such_as="nn.mse_loss")
    generator(rng)  # refuses anything else before it draws
    train, held_out = _training_and_validation(X, y, validation, rng)
    size = len(train) if batch_size is None else as_count(batch_size, "batch_size")
    _check_model(model, loss, train, held_out)
    optimizer = _prepared_optimizer(optimizer, model)
    schedule = _prepared_schedule(schedule, optimizer)
    functions = _metric_functions(metrics, loss, train.y.tolist())
    if penalty is not None:
        as_function(penalty, "the penalty", "the model", such_as="L2(1e-4)")
    return Task(
        model=model,
        loss=loss,
        optimizer=optimizer,
        train=train,
        batch_size=size,
        held_out=held_out,
        penalty=penalty,
        clip_norm=clip_norm,
        schedule=schedule,
        metrics=functions,
        callbacks=_callbacks(callbacks),
        dtype=dtype,
    )


def _training_and_validation(
    X: Any, y: Any, validation: Any, rng: random.Random | None
) -> tuple[Dataset, Dataset | None]:
    """Return the rows to train on and those held out, a share of (X, y) or given separately."""
    if validation is None:
        return Dataset(X, y), None
    if isinstance(validation, float | int):
        return Dataset(X, y).split(validation, rng=rng)
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise TypeError(f"validation is a fraction, such as 0.2, or (X, y), not {validation!r}")
    train = Dataset(X, y)
    with _about("validation"):
        return train, Dataset(*validation)


def _check_model(model: Any, loss: Loss, train: Dataset, held_out: Dataset | None) -> None:
    """Run the model on a row of each, and a loss of nn on all targets, to find faults early.

    Errors name the row of the targets.
    """
    if not isinstance(model, Module):
        raise TypeError(f"fit trains a Module, not {model!r}")
    output = first_output(model, train)
    check_targets(loss, output, train)
    if held_out is not None:
        with _about("validation"):
            if held_out.X.shape[1:] != train.X.shape[1:]:
                output = first_output(model, held_out)
            check_targets(loss, output, held_out)


@contextmanager
def _about(where: str) -> Iterator[None]:
    """Put `where` before the messages of TypeErrors and ValueErrors of the block."""
    try:
        yield
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{where}: {error}") from None


def _prepared_optimizer(
    optimizer: str | Callable[[list[Value]], Optimizer] | Optimizer, model: Module
) -> Optimizer:
    """Return the optimizer, making it if need be; ValueError if it is of another model."""
    if isinstance(optimizer, Optimizer):
        made = optimizer
    elif callable(optimizer):
        made = optimizer(model.parameters())
    else:
        made = named("optimizer", optimizer, OPTIMIZERS)(model.parameters())
    if not isinstance(made, Optimizer):
        raise TypeError(
            f"optimizer is one of {', '.join(OPTIMIZERS)}, an Optimizer, or a function of the "
            f"parameters that returns one, such as partial(Adam, lr=0.05); this returned {made!r}"
        )
    if set(made.parameters).isdisjoint(model.parameters()):
        raise ValueError(
            "the optimizer holds no parameter of this model; make it of model.parameters()"
        )
    return made


def _prepared_schedule(
    schedule: Callable[[Optimizer], Schedule] | Schedule | None, optimizer: Optimizer
) -> Schedule | None:
    """Return the schedule, making it if need be; ValueError if it is of another optimizer."""
    if schedule is None:
        return None
    if not isinstance(schedule, Schedule) and not callable(schedule):
        raise TypeError(f"schedule is a Schedule, or a function that makes one, not {schedule!r}")
    made: Any = schedule if isinstance(schedule, Schedule) else schedule(optimizer)
    if not isinstance(made, Schedule):
        raise TypeError(
            "schedule is a Schedule, or a function of the optimizer that returns one, such as "
            f"partial(StepLR, step_size=10); this returned {made!r}"
        )
    if made.optimizer is not optimizer:
        raise ValueError("the schedule is that of another optimizer, not of the one that trains")
    if type(made).step is Schedule.step:
        rate = optimizer.lr
        with _about("schedule, the rate after the next epoch"):
            try:
                optimizer.lr = made.rate(made.epochs + 1)
            finally:
                optimizer.lr = rate
    return made


def _metric_functions(
    metrics: Sequence[str | Metric], loss: Loss, targets: Sequence[Any]
) -> dict[str, Metric]:
    """Return the metrics, given by name or as functions, by their names in the history.

    Accuracy, precision, recall and f1_score use the threshold that fits the loss. Raises ValueError
    for an unknown name, and for two metrics of one name.

    >>> list(_metric_functions(["accuracy"], LOSSES["hinge_loss"], [-1, 1]))
    ['accuracy']
    """
    if isinstance(metrics, str) or not isinstance(metrics, Iterable):
        raise TypeError(f'metrics must be a list, such as ["accuracy"], not {metrics!r}')
    functions: dict[str, Metric] = {}
    for metric in metrics:
        function: Callable[..., float] = (
            metric if callable(metric) else named("metric", metric, METRICS)
        )
        name = metric if isinstance(metric, str) else getattr(metric, "__name__", repr(metric))
        if name in functions or name in {"loss", "lr"}:
            raise ValueError(f"metrics: the name {name!r} is taken; rename the function")
        wanted = ("all outputs", "all targets")
        as_function(function, f"the metric {name!r}", *wanted, such_as="nn.accuracy")
        if function in DECIDING:
            function = partial(function, threshold=threshold_of(loss, targets))
        functions[name] = function
    return functions


def _callbacks(callbacks: object) -> list[Callback]:
    """Return the callbacks as a list; TypeError for anything but several callbacks."""
    if isinstance(callbacks, Callback | str) or not isinstance(callbacks, Iterable):
        raise TypeError(f"callbacks is a list, such as [EarlyStopping()], not {callbacks!r}")
    return [_callback(callback) for callback in callbacks]


def _callback(callback: object) -> Callback:
    """Return a Callback, or a plain function as one; TypeError for anything else."""
    if isinstance(callback, type) or not (isinstance(callback, Callback) or callable(callback)):
        raise TypeError(
            f"a callback is a Callback or a function of a TrainingState, not {callback!r}"
        )
    if not isinstance(callback, Callback):
        as_function(callback, f"the callback {callback!r}", "a TrainingState")
        return _Function(callback)
    for method in (callback.on_fit_start, callback.on_epoch_end, callback.on_fit_end):
        name = getattr(method, "__name__", "a method")
        as_function(method, f"{name} of {callback!r}", "a TrainingState")
    return callback


class _Function(Callback):
    """A plain function as a callback."""

    def __init__(self, function: Callable[[TrainingState], bool | None]) -> None:
        self.on_epoch_end = function  # type: ignore[assignment]  # no method


def first_output(model: Module, examples: Dataset) -> Any:
    """Return the output of the model for the first row, in evaluation mode."""
    with model.evaluating():
        return model(examples.lists([0])[0][0])


def check_targets(loss: Loss, output: Any, examples: Dataset) -> None:
    """Run a loss of nn on each different target, and on all of them if one is faulty."""
    if is_foreign(loss):
        return
    targets = examples.y.tolist()
    different = [*dict.fromkeys(targets)] if all(map(is_scalar, targets)) else targets
    try:
        loss([_neutral(output)] * len(different), different)
    except (TypeError, ValueError):
        loss([_neutral(output)] * len(targets), targets)


def _neutral(output: Any) -> Any:
    """Return an output of the same shape that every loss accepts."""
    return [_neutral(item) for item in output] if isinstance(output, list | tuple) else 0.5


def checked_choice(choice: object) -> bool | str:
    """Return the argument `compile`; ValueError unless it is "auto", True or False."""
    if isinstance(choice, str) and choice == "auto":
        return "auto"
    try:
        return as_switch(choice, "compile")
    except TypeError:
        raise ValueError(f'compile must be "auto", True or False, not {choice!r}') from None
