"""HealthMonitor: the health of a model after every epoch of a training."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Protocol

from autograd.arguments import as_count, as_switch
from visualize.health.evaluation import Loss, checked_loss, sample_of
from visualize.health.figure import training_figure
from visualize.health.health import ROWS, Health, health_of
from visualize.health.verdict import KINDS
from visualize.text import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class TrainingState(Protocol):
    """The attributes of a training that a monitor reads; `nn.TrainingState` has them."""

    @property
    def model(self) -> Any:
        """The model with the parameters that it has now."""

    @property
    def optimizer(self) -> Any:
        """The optimizer that moves them."""

    @property
    def epoch(self) -> int:
        """The number of the epoch that has ended, from 1."""


class HealthMonitor:
    """Look at a model after each epoch, as a callback of `nn.fit`; see `health` for the findings.

    `X`, `y`, `loss` and `rows` are those of `health`. It looks at every `every`-th epoch, and with
    `print` writes the verdict as a line to standard output. The training ends with the first
    finding of a kind in `stop_on`, such as ("nan", "exploding"). `reports` holds what was found and
    `epochs` when; a training that starts anew at epoch 1 replaces them. Penalties and
    `clip_norm` of the training are not measured.

    Raises ValueError for an unknown kind and for `every` below 1, and the errors of `health`.

    >>> from nn import MLP, fit, mse_loss
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0.0, 1.0, 2.0, 3.0]
    >>> monitor = HealthMonitor(X, y, loss=mse_loss, every=2)
    >>> history = fit(MLP(1, [3, 1], "tanh"), X, y, loss=mse_loss, epochs=4, callbacks=[monitor])
    >>> monitor.epochs, len(monitor.reports)
    ([2, 4], 2)
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        *,
        loss: Loss | None = None,
        every: int = 1,
        rows: int = ROWS,
        print: bool = False,  # noqa: A002 - the word for it
        stop_on: Collection[str] = (),
    ) -> None:
        if not isinstance(stop_on, Collection):
            raise TypeError(f"HealthMonitor: stop_on holds kinds of findings, not {stop_on!r}")
        self._stop_on = (stop_on,) if isinstance(stop_on, str) else tuple(stop_on)
        for kind in self._stop_on:
            if kind not in KINDS:
                allowed = ", ".join(map(repr, KINDS))
                raise ValueError(f"HealthMonitor: stop_on holds {kind!r}; there are {allowed}")
        self._sample = sample_of(X, y, rows)
        self._loss = checked_loss(loss)
        self._every = as_count(every, "HealthMonitor: every")
        self._print = as_switch(print, "HealthMonitor: print")
        self.epochs: list[int] = []
        self.reports: list[Health] = []

    def __call__(self, state: TrainingState) -> bool:
        """Look at the model; return True to stop the training."""
        if self.epochs and state.epoch <= self.epochs[-1]:
            self.epochs, self.reports = [], []
        if state.epoch % self._every:
            return False
        report = health_of(state.model, self._sample, self._loss, state.optimizer)
        self.epochs.append(state.epoch)
        self.reports.append(report)
        if self._print:
            sys.stdout.write(f"epoch {state.epoch}: {report.verdict}\n")
        return any(finding.kind in self._stop_on for finding in report.findings)

    @property
    def figure(self) -> Figure:
        """Gradients, updates and stuck units of each layer over the epochs, drawn anew each time.

        Raises ValueError before the first report.
        """
        if not self.reports:
            raise ValueError(
                "HealthMonitor: there is no report yet; give it to nn.fit by callbacks=[monitor] "
                f"and train for {self._every} epochs or more"
            )
        single = all(report.examples == 1 for report in self.reports)
        return training_figure(
            self.epochs,
            [report.layers for report in self.reports],
            self.reports[-1].verdict,
            off="off" if single else "dead",
        )

    def __repr__(self) -> str:
        last = f", last: {printable(self.reports[-1].verdict)}" if self.reports else ""
        return f"<HealthMonitor with {len(self.reports)} reports{last}>"
