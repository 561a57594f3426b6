"""Training: the epochs of a task, compiled or step by step, and the choice between the two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from logging import getLogger
from time import perf_counter
from typing import Any, Protocol

from nn.metrics import Metric
from nn.training.compiled import CompiledEngine
from nn.training.eager import EagerEngine
from nn.training.history import Measured, Progress
from nn.training.premises import is_foreign, other_threads
from nn.training.restoring import Keeping, noted
from nn.training.task import Task

__all__ = ["Training"]

PAUSE = 50.0  # times what a look takes, between two of them that only other threads ask for

_log = getLogger("nn")


class Engine(Protocol):
    """What takes the steps of a task."""

    def epoch(self, order: Any, shown: Progress) -> Measured:
        """Visit all rows in this order, a batch at a time."""

    def validated(self, anew: bool) -> Measured:
        """Return the loss and the outputs on the examples that are held out, traced anew or not."""

    def write_back(self) -> None:
        """Bring Values and optimizer up to date."""

    def outdated(self) -> bool:
        """Look at the task again; tell whether it has become another than this engine's."""


class Training:
    """The epochs of a task; a context manager that leaves Values and optimizer up to date.

    With "auto" a compiled engine runs where that can be, and else an eager one, with the reason as
    a line in the log "nn". With True the reason is raised, with False only the eager one runs.
    """

    def __init__(self, task: Task, choice: bool | str) -> None:
        self._task = task
        self._choice = choice
        self._put_back = noted([*task.model.parameters(), *task.optimizer.parameters])
        self._state = task.optimizer.state
        self._unsure = False  # whether foreign code has run since the task was looked at
        self._looked, self._cost = 0.0, 0.0  # when, and the seconds it took

    def __enter__(self) -> Training:
        self._task.model.train()
        self._engine = self._chosen()
        return self

    def __exit__(self, *exception: object) -> None:
        self._engine.write_back()

    def _chosen(self, anew: bool = False) -> Engine:
        if self._choice is False:
            return EagerEngine(self._task)
        kept = Keeping.of(self._task)
        try:
            return CompiledEngine(self._task, anew)
        except Exception as reason:  # whatever a user's function does with what is no number yet
            kept.put_back()  # as if it had not been tried
            if self._choice is True:
                raise
            _log.warning("fit trains without compiling, which is slower: %s", reason)
            return EagerEngine(self._task)

    def epoch(self, order: Any, shown: Progress) -> Measured:
        """Visit all rows in this order, a batch at a time."""
        if self._unsure or (other_threads() and perf_counter() - self._looked > PAUSE * self._cost):
            self._look_again()
        return self._engine.epoch(order, shown)

    def _look_again(self) -> None:
        """Go on with another engine if the task has become another."""
        self._looked = perf_counter()
        if self._engine.outdated():
            self._engine.write_back()
            self._engine = self._chosen(anew=True)
        self._unsure = False
        self._cost = perf_counter() - self._looked

    def validated(self) -> Measured:
        """Return the loss and the outputs on the examples that are held out."""
        self._engine.write_back()
        with self._task.model.evaluating():
            return self._engine.validated(anew=self._unsure)

    def measured(self, seen: Measured, metrics: Mapping[str, Metric]) -> dict[str, float]:
        """Return loss and metrics of what was seen; a metric may be foreign code."""
        foreign = any(map(is_foreign, metrics.values()))
        if foreign:
            self._engine.write_back()
        summary = seen.summary(metrics)
        if foreign:
            self.foreign_code_ran()
        return summary

    @contextmanager
    def undone_if_it_fails(self) -> Iterator[None]:
        """Undo the training so far if the block, what measures the first epoch, raises."""
        try:
            yield
        except Exception:
            self._engine.write_back()
            self._put_back()
            self._task.optimizer.state = self._state
            raise

    def write_back(self) -> None:
        """Bring Values and optimizer up to date, for someone to look at them."""
        self._engine.write_back()

    def foreign_code_ran(self) -> None:
        """Look at the task again before the next step, and before the next validation."""
        self._task.model.train()
        self._unsure = True
