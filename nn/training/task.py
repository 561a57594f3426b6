"""Task: what is trained, on what and how, and the objective that its steps make less."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograd import Value, no_grad
from nn.data.dataset import Dataset
from nn.data.rows import listed
from nn.layers.dropout import NoisePlan, given_noise, noise_layers, recorded_noise
from nn.losses import Loss
from nn.matching import numbers_of
from nn.module import Module
from nn.optim.optimizers import Optimizer
from nn.optim.penalties import Penalty

__all__ = ["CompilationError", "Task"]


class CompilationError(ValueError):
    """A training that gives other numbers when it is compiled."""


@dataclass(frozen=True)
class Task:
    """The arguments of `fit` that say what a step is, checked and complete."""

    model: Module
    loss: Loss
    penalty: Penalty | None
    optimizer: Optimizer
    train: Dataset
    held_out: Dataset | None
    batch_size: int
    clip_norm: float | None
    keeps_outputs: bool  # metrics want them
    watched: bool = False  # code that is not the library's runs between epochs

    def outputs(self, X: list[Any], noise: Sequence[Any] | None = None) -> list[Any]:
        """Return the outputs for a batch, with the noise of each row, or newly drawn for None."""
        if noise is None:
            return [self.model(x) for x in X]
        outputs = []
        for x, numbers in zip(X, noise, strict=True):
            with given_noise(numbers):
                outputs.append(self.model(x))
        return outputs

    def objective(self, outputs: list[Any], targets: list[Any]) -> Value:
        """Return the loss of a batch with the penalty added; TypeError for a loss of no Value."""
        total = self.loss(outputs, targets)
        if not isinstance(total, Value):
            raise TypeError(
                f"the loss must return a Value, not {total!r}; is .data used inside it?"
            )
        return total if self.penalty is None else total + self.penalty(self.model)

    # These two are traced. `noise` holds the random numbers of one example, if the model takes any

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
        """Return the shape of the model's output for an example, found out by running it on one."""
        import numpy as np

        with no_grad(), recorded_noise():
            return np.shape(numbers_of(self.model(self.train.lists([0])[0][0])))

    def noise_plan(self) -> NoisePlan:
        """Return what random numbers the model takes for an example, found out as the shape is."""
        if not noise_layers(self.model):
            return NoisePlan(())
        with no_grad(), recorded_noise() as recorder:
            self.model(self.train.lists([0])[0][0])
        return NoisePlan(recorder.requests)
