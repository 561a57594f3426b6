"""Callbacks: what may watch a training after every epoch, and end it."""

# ruff: noqa: ARG002 - what overrides a callback may need the state

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isnan
from typing import Any

from nn.counts import as_count
from nn.module import Module
from nn.optimizers import Optimizer
from nn.training.history import History

__all__ = ["Callback", "EarlyStopping", "TrainingState", "as_callback"]

# Of all other measurements less is better.
MORE_IS_BETTER = frozenset({"accuracy", "f1_score", "precision", "r2_score", "recall"})


@dataclass
class TrainingState:
    """What a callback sees: the training as it stands after an epoch, counted from 1."""

    model: Module
    optimizer: Optimizer
    history: History
    epoch: int
    epochs: int


class Callback:
    """Base of callbacks: override what you need.

    To `fit` a plain function will do as well: it runs as `on_epoch_end`.
    """

    def on_fit_start(self, state: TrainingState) -> None:
        """Run before the first epoch, with an empty history."""

    def on_epoch_end(self, state: TrainingState) -> bool | None:
        """Run after each epoch; return True to stop the training."""
        return None

    def on_fit_end(self, state: TrainingState) -> None:
        """Run after the last epoch, also when Ctrl-C or a callback ended the training."""


class _Function(Callback):
    def __init__(self, function: Callable[[TrainingState], bool | None]) -> None:
        self._function = function

    def on_epoch_end(self, state: TrainingState) -> bool | None:
        return self._function(state)


def as_callback(callback: Any) -> Callback:
    """Return a Callback, or a plain function as one; TypeError for anything else."""
    if isinstance(callback, Callback):
        return callback
    if isinstance(callback, type) or not callable(callback):
        raise TypeError(
            f"a callback is a Callback or a function of a TrainingState, not {callback!r}"
        )
    return _Function(callback)


class EarlyStopping(Callback):
    """Stop when `monitor` has not improved for `patience` epochs, and go back to the best.

    `monitor` is a name in the history, by default the validation loss, or the loss where there is
    no validation. An improvement is one by more than `min_delta`: upwards for accuracy,
    precision, recall, f1_score and r2_score, downwards for all else. With `restore_best` the model
    ends with the parameters of its best epoch, also after Ctrl-C, but not when `fit` raises.

    >>> EarlyStopping(patience=5).best
    nan
    """

    def __init__(
        self,
        patience: int = 10,
        *,
        monitor: str | None = None,
        min_delta: float = 0.0,
        restore_best: bool = True,
    ) -> None:
        if not 0.0 <= min_delta < inf:
            raise ValueError(f"EarlyStopping: min_delta must be at least 0, not {min_delta!r}")
        self.patience = as_count(patience, "EarlyStopping: patience")
        self.monitor = monitor
        self.min_delta = min_delta
        self.restore_best = restore_best
        self._forget()

    def _forget(self) -> None:
        self.best = float("nan")
        self.best_epoch = 0
        self._best_state: dict[str, float] = {}

    def on_fit_start(self, state: TrainingState) -> None:
        """Forget the training before."""
        self._forget()

    def on_epoch_end(self, state: TrainingState) -> bool:
        """Remember the best epoch; True when it is `patience` epochs ago."""
        default = "validation_loss" if "validation_loss" in state.history else "loss"
        monitor = self.monitor or default
        if monitor not in state.history:
            raise ValueError(
                f"EarlyStopping: {monitor!r} is not measured; there are {', '.join(state.history)}"
            )
        number = state.history[monitor][-1]
        upwards = monitor.removeprefix("validation_") in MORE_IS_BETTER
        gain = number - self.best if upwards else self.best - number
        if isnan(self.best) or gain > self.min_delta:
            self.best, self.best_epoch = number, state.epoch
            if self.restore_best:
                self._best_state = state.model.state_dict()
        return state.epoch - self.best_epoch >= self.patience

    def on_fit_end(self, state: TrainingState) -> None:
        """Set the parameters to those of the best epoch."""
        if self._best_state:
            state.model.load_state_dict(self._best_state)
            self._best_state = {}
