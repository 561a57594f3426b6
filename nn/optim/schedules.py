"""Schedules: learning rates that change from epoch to epoch."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from autograd.arguments import as_count, as_float
from nn.checkpoint import checked_state
from nn.optim.optimizers import Optimizer

__all__ = ["CosineLR", "LinearLR", "Schedule", "StepLR"]


class Schedule(ABC):
    """Sets the learning rate of an optimizer by the number of epochs done.

    Call `step()` once after every epoch. `base_lr` is the rate that the optimizer had at first. A
    subclass defines `rate`.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__} takes an optimizer first, not {optimizer!r}")
        self.optimizer = optimizer
        self.base_lr = optimizer.lr
        self.epochs = 0
        optimizer.lr = self.rate(0)

    @abstractmethod
    def rate(self, epochs: int) -> float:
        """Return the learning rate after this number of epochs."""

    def step(self) -> None:
        """Count an epoch, and set the rate for the next one."""
        self.epochs += 1
        self.optimizer.lr = self.rate(self.epochs)

    def state_dict(self) -> dict[str, float]:
        """Return the number of epochs done and the first rate, for `load_state_dict`."""
        return {"epochs": float(self.epochs), "base_lr": self.base_lr}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Continue from a `state_dict()`; ValueError if its names are not those of a schedule."""
        numbers = checked_state(state, ("epochs", "base_lr"), f"this {type(self).__name__}")
        self.epochs, self.base_lr = int(numbers["epochs"]), numbers["base_lr"]
        self.optimizer.lr = self.rate(self.epochs)


class StepLR(Schedule):
    """The rate is multiplied by `gamma` after every `step_size` epochs.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> schedule = StepLR(SGD([Value(0.0)], lr=1.0), step_size=2, gamma=0.5)
    >>> [schedule.rate(epoch) for epoch in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.gamma = _factor(gamma, "StepLR: gamma")
        self.step_size = as_count(step_size, "StepLR: step_size")
        super().__init__(optimizer)

    def rate(self, epochs: int) -> float:
        """Return the learning rate after this number of epochs."""
        return float(self.base_lr * self.gamma ** (epochs // self.step_size))


class CosineLR(Schedule):
    """The rate falls along half a cosine to `eta_min` in `total_iters` epochs, then stays.

    This is equation 5 of Loshchilov, Hutter 2017, without its restarts.
    """

    def __init__(self, optimizer: Optimizer, total_iters: int, eta_min: float = 0.0) -> None:
        self.eta_min = _factor(eta_min, "CosineLR: eta_min")
        self.total_iters = as_count(total_iters, "CosineLR: total_iters")
        super().__init__(optimizer)

    def rate(self, epochs: int) -> float:
        """Return the learning rate after this number of epochs."""
        done = min(epochs / self.total_iters, 1.0)
        return self.eta_min + (self.base_lr - self.eta_min) * (1.0 + math.cos(math.pi * done)) / 2.0


class LinearLR(Schedule):
    """The rate times a factor that goes straight from `start_factor` to `end_factor`, then stays.

    It does so in `total_iters` epochs. The defaults are torch's, and make a warm-up.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3.0,
        end_factor: float = 1.0,
        total_iters: int = 5,
    ) -> None:
        self.start_factor = _factor(start_factor, "LinearLR: start_factor")
        self.end_factor = _factor(end_factor, "LinearLR: end_factor")
        self.total_iters = as_count(total_iters, "LinearLR: total_iters")
        super().__init__(optimizer)

    def rate(self, epochs: int) -> float:
        """Return the learning rate after this number of epochs."""
        done = min(epochs / self.total_iters, 1.0)
        return self.base_lr * (self.start_factor + (self.end_factor - self.start_factor) * done)


def _factor(given: Any, argument: str) -> float:
    factor = as_float(given, argument)
    if not 0.0 <= factor < math.inf:
        raise ValueError(f"{argument} must be at least 0 and finite, not {given!r}")
    return factor
