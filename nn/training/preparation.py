"""What the arguments of `fit` mean, and what is wrong with them, before the first step."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from autograd import Value, as_function, as_switch, no_grad
from nn import losses
from nn.arguments import named
from nn.data.dataset import Dataset
from nn.losses import LOSSES, Loss
from nn.matching import is_scalar
from nn.metrics import DECIDING, METRICS, Metric
from nn.module import Module
from nn.optim.optimizers import OPTIMIZERS, Optimizer
from nn.optim.schedules import Schedule

__all__ = [
    "check_model", "check_targets", "checked_choice", "first_output", "metric_functions",
    "prepared_optimizer", "prepared_schedule", "training_and_validation",
]  # fmt: skip


def training_and_validation(
    X: Any, y: Any, validation: Any, rng: random.Random | None
) -> tuple[Dataset, Dataset | None]:
    """Return the examples to train on and those held out, a fraction of (X, y) or given apart."""
    if validation is None:
        return Dataset(X, y), None
    if isinstance(validation, float | int):
        return Dataset(X, y).split(validation, rng=rng)
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise TypeError(f"validation is a fraction, such as 0.2, or (X, y), not {validation!r}")
    train = Dataset(X, y)
    with _about("validation"):
        return train, Dataset(*validation)


def check_model(model: Any, loss: Loss, train: Dataset, held_out: Dataset | None) -> None:
    """Run the model on a row of each, and a loss of ours on all targets, for what is wrong there.

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


def first_output(model: Module, examples: Dataset) -> Any:
    """Return the output of the model for the first row, in evaluation mode."""
    with model.evaluating(), no_grad():
        return model(examples.lists([0])[0][0])


def check_targets(loss: Loss, output: Any, examples: Dataset) -> None:
    """Run a loss of ours on each different target, and on all if there is a fault in one."""
    if loss not in LOSSES.values():
        return
    targets = examples.y.tolist()
    different = [*dict.fromkeys(targets)] if all(map(is_scalar, targets)) else targets
    try:
        loss([_neutral(output)] * len(different), different)
    except (TypeError, ValueError):
        loss([_neutral(output)] * len(targets), targets)


def _neutral(output: Any) -> Any:
    """Return an output of the same shape that every loss takes."""
    return [_neutral(item) for item in output] if isinstance(output, list | tuple) else 0.5


@contextmanager
def _about(where: str) -> Iterator[None]:
    """Begin the errors of the block with `where`."""
    try:
        yield
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{where}: {error}") from None


def prepared_optimizer(
    optimizer: str | Callable[[list[Value]], Optimizer] | Optimizer, model: Module
) -> Optimizer:
    """Return the optimizer, made by name or function or given; ValueError if of another model."""
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
            "the optimizer holds no parameter of this model; make it over model.parameters()"
        )
    return made


def prepared_schedule(
    schedule: Callable[[Optimizer], Schedule] | Schedule | None, optimizer: Optimizer
) -> Schedule | None:
    """Return the schedule, made by the function or given; ValueError if of another optimizer."""
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
        raise ValueError("the schedule is of another optimizer than the one that trains")
    if type(made).step is Schedule.step:
        rate = optimizer.lr
        with _about("schedule, the rate after the next epoch"):
            try:
                optimizer.lr = made.rate(made.epochs + 1)
            finally:
                optimizer.lr = rate
    return made


def metric_functions(
    metrics: Sequence[str | Metric], loss: Loss, targets: Sequence[Any]
) -> dict[str, Metric]:
    """Return metrics, given by name or as functions, by the names that the history uses.

    Accuracy and its kin decide at the threshold that fits the loss. Raises ValueError for unknown
    names and for two of one name.

    >>> list(metric_functions(["accuracy"], losses.hinge_loss, [-1, 1]))
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
        as_function(function, f"the metric {name!r}", "all outputs", "all targets")
        if function in DECIDING:
            function = partial(function, threshold=_threshold(loss, targets))
        functions[name] = function
    return functions


def _threshold(loss: Loss, targets: Sequence[Any]) -> float:
    """Return the output that lies between the two labels for a model trained with `loss`."""
    if loss in {losses.mse_loss, losses.l1_loss, losses.huber_loss}:  # outputs are near the labels
        return 0.0 if any(target == -1 for target in targets) else 0.5
    return 0.5 if loss is losses.binary_cross_entropy else 0.0


def checked_choice(choice: Any) -> bool | str:
    """Return what was given for `compile`; ValueError unless it is "auto", True or False."""
    if isinstance(choice, str) and choice == "auto":
        return "auto"
    try:
        return as_switch(choice, "compile")
    except TypeError:
        raise ValueError(f'compile must be "auto", True or False, not {choice!r}') from None
