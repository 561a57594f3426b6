"""Callbacks: they watch a training after every epoch, and may end it."""

# ruff: noqa: ARG002 - a method that overrides one of Callback may need the state

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import inf, isnan

from autograd.arguments import as_count, as_float, as_switch
from nn.metrics import MORE_IS_BETTER
from nn.module import Module
from nn.optim.optimizers import Optimizer
from nn.training.history import History

__all__ = ["Callback", "EarlyStopping", "TrainingState"]


@dataclass
class TrainingState:
    """The training as a callback sees it after an epoch; `epoch` counts from 1.

    `measured` holds the names that the history will have, and `updates` counts the updates of one
    epoch; each is None if it is not known.
    """

    model: Module
    optimizer: Optimizer
    history: History
    epoch: int
    epochs: int
    measured: tuple[str, ...] | None = None
    updates: int | None = None


class Callback:
    """Base of callbacks: override what you need.

    `fit` takes a plain function as well, and calls it as `on_epoch_end`.
    """

    def on_fit_start(self, state: TrainingState) -> None:
        """Run before the first epoch, with an empty history."""

    def on_epoch_end(self, state: TrainingState) -> bool | None:
        """Run after each epoch; return True to stop the training."""
        return None

    def on_fit_end(self, state: TrainingState) -> None:
        """Run after the last epoch, also when Ctrl-C or a callback ended the training."""


class EarlyStopping(Callback):
    """Stop when `monitor` has not improved for `patience` epochs, and go back to the best.

    `monitor` is a name in the history, by default the validation loss, or the loss if there is no
    validation. An improvement is a change by more than `min_delta`: upwards for accuracy,
    precision, recall, f1_score and r2_score, downwards for everything else. With `restore_best` the
    model ends with the parameters of its best epoch, also after Ctrl-C, but not if `fit` raises.
    Raises ValueError, before training, for a monitor that is not measured.

    The loss of the training rows is measured before each update. With one update an epoch,
    `batch_size=None`, it belongs to the parameters before that update, and these are restored: the
    model then has the best loss of the history. With many updates it is a mean over the epoch and
    belongs to no single parameters; those at the end of the epoch are restored. (On digits,
    64-32-10 with Adam and 57 updates an epoch, it lay half way between the losses before and after
    the epoch for the first five epochs, and near the loss before from the tenth on.)

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
        if not 0.0 <= as_float(min_delta, "EarlyStopping: min_delta") < inf:
            raise ValueError(f"EarlyStopping: min_delta must be at least 0, not {min_delta!r}")
        self.patience = as_count(patience, "EarlyStopping: patience")
        if monitor is not None and not isinstance(monitor, str):
            raise TypeError(f"EarlyStopping: monitor is a name in the history, not {monitor!r}")
        self.monitor = monitor
        self.min_delta = min_delta
        self.restore_best = as_switch(restore_best, "EarlyStopping: restore_best")
        self._forget()

    def _forget(self) -> None:
        self.best = float("nan")
        self.best_epoch = 0
        self._best_state: dict[str, float] = {}
        self._former_state: dict[str, float] = {}  # before the last update, where that counts

    def on_fit_start(self, state: TrainingState) -> None:
        """Forget an earlier training; ValueError for a monitor that will not be measured."""
        self._forget()
        if state.measured is not None:
            self._note_former(state, self._monitored(state.measured))

    def on_epoch_end(self, state: TrainingState) -> bool:
        """Remember the best epoch; return True when it is `patience` epochs ago."""
        monitor = self._monitored(state.history)
        number = state.history[monitor][-1]
        upwards = monitor.removeprefix("validation_") in MORE_IS_BETTER
        gain = number - self.best if upwards else self.best - number
        if isnan(self.best) or gain > self.min_delta:
            self.best, self.best_epoch = number, state.epoch
            if self.restore_best:
                self._best_state = self._former_state or state.model.state_dict()
        self._note_former(state, monitor)
        return state.epoch - self.best_epoch >= self.patience

    def _monitored(self, names: Collection[str]) -> str:
        """Return the name to watch; ValueError if it is none of these."""
        monitor = self.monitor or ("validation_loss" if "validation_loss" in names else "loss")
        if monitor not in names:
            raise ValueError(
                f"EarlyStopping: {monitor!r} is not measured; there are {', '.join(names)}"
            )
        return monitor

    def _note_former(self, state: TrainingState, monitor: str) -> None:
        """Keep the parameters, if there is one update: the next loss is measured at them."""
        if self.restore_best and state.updates == 1 and not monitor.startswith("validation_"):
            self._former_state = state.model.state_dict()

    def on_fit_end(self, state: TrainingState) -> None:
        """Set the parameters to those of the best epoch."""
        if self._best_state:
            state.model.load_state_dict(self._best_state)
            self._best_state = self._former_state = {}
