"""The arguments of `fit`, each checked before the first step, as one Task."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from autograd import Value
from autograd.arguments import as_count, as_float, as_function, as_switch
from nn.arguments import generator, named
from nn.data.dataset import Dataset
from nn.losses import LOSSES, Loss, threshold_of
from nn.metrics import DECIDING, METRICS, Metric
from nn.module import Module
from nn.optim.optimizers import OPTIMIZERS, Optimizer
from nn.optim.schedules import Schedule
from nn.training.callbacks import as_callbacks
from nn.training.task import Task, check_targets, first_output

__all__ = ["checked_choice", "prepared"]


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
        callbacks=as_callbacks(callbacks),
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


def checked_choice(choice: object) -> bool | str:
    """Return the argument `compile`; ValueError unless it is "auto", True or False."""
    if isinstance(choice, str) and choice == "auto":
        return "auto"
    try:
        return as_switch(choice, "compile")
    except TypeError:
        raise ValueError(f'compile must be "auto", True or False, not {choice!r}') from None
