"""Task: what a training is asked to do, and the objective that its steps reduce."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from autograd import Value
from autograd.arguments import as_float
from nn.arguments import is_foreign
from nn.data.dataset import Dataset
from nn.data.rows import listed
from nn.layers.dropout import NoisePlan, given_noise, noise_layers, recorded_noise
from nn.losses import Loss
from nn.matching import is_scalar, numbers_of
from nn.metrics import Metric
from nn.module import Module
from nn.optim.optimizers import Optimizer
from nn.optim.penalties import Penalty
from nn.optim.schedules import Schedule
from nn.training.callbacks import Callback

__all__ = ["CompilationError", "Task", "check_targets", "first_output"]


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
