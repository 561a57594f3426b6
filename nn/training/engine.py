"""Training: the epochs of a task, compiled or step by step, and the choice between the two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from logging import getLogger
from typing import Any, Protocol

from nn.training.compiled import CompiledEngine
from nn.training.eager import EagerEngine
from nn.training.measuring import Measured
from nn.training.progress import Progress
from nn.training.restoring import noted
from nn.training.task import Task

__all__ = ["Training", "checked_choice"]

_log = getLogger("nn")


def checked_choice(choice: Any) -> bool | str:
    """Return what was given for `compile`; ValueError unless it is "auto", True or False."""
    if choice is True or choice is False:
        return choice
    if choice != "auto":
        raise ValueError(f'compile must be "auto", True or False, not {choice!r}')
    return "auto"


class Engine(Protocol):
    """What takes the steps of a task."""

    def epoch(self, order: Any, shown: Progress) -> Measured:
        """Visit all rows in this order, a batch at a time."""

    def validated(self) -> Measured:
        """Return the loss and the outputs on the examples that are held out."""

    def write_back(self) -> None:
        """Bring Values and optimizer up to date."""

    def outdated(self) -> bool:
        """Tell whether the task has changed beyond what this engine notices by itself."""


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

    def __enter__(self) -> Training:
        self._task.model.train()
        self._engine = self._chosen()
        return self

    def __exit__(self, *exception: object) -> None:
        self._engine.write_back()

    def _chosen(self) -> Engine:
        if self._choice is False:
            return EagerEngine(self._task)
        try:
            return CompiledEngine(self._task)
        except Exception as reason:  # whatever a user's function does with what is no number yet
            if self._choice is True:
                raise
            _log.warning("fit trains without compiling, which is slower: %s", reason)
            return EagerEngine(self._task)

    def epoch(self, order: Any, shown: Progress) -> Measured:
        """Visit all rows in this order, a batch at a time."""
        return self._engine.epoch(order, shown)

    def validated(self) -> Measured:
        """Return the loss and the outputs on the examples that are held out."""
        self._engine.write_back()
        with self._task.model.evaluating():
            return self._engine.validated()

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

    def refresh(self) -> None:
        """Notice what someone has changed since, and train on with it."""
        self._task.model.train()
        if self._engine.outdated():
            self._engine = self._chosen()
