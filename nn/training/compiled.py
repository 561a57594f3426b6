"""Training by a compiled program, which takes many steps per call on its copy of the numbers.

A program holds all that the loss, the model and the rule of the optimizer read at their trace. None
of it can change while only the library's code runs; after any other code has run, a callback, a
metric or a schedule, they are traced again.
"""

from __future__ import annotations

from math import isfinite
from time import perf_counter
from typing import TYPE_CHECKING, Any

import autograd
from autograd import Descent
from nn.optim.optimizers import Optimizer
from nn.training.eager import measured_eagerly, update
from nn.training.history import Measured, Progress
from nn.training.restoring import Keeping, held_interrupts, kept_draws
from nn.training.task import CompilationError, Task, check_targets, first_output
from nn.training.verification import FewRows, check_agreement, check_repetition, has_own_step

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["CompiledEngine"]

CHUNK = 0.05  # seconds of steps, after which Ctrl-C takes effect and the Values are updated


class CompiledEngine:
    """Steps of a task on copies of the parameters, which `write_back` puts into the Values.

    Raises CompilationError for a task whose results would differ, and whatever the trace raises.
    """

    def __init__(self, task: Task, anew: bool = False) -> None:
        if anew:  # the first time, `fit` has checked them
            check_targets(task.loss, first_output(task.model, task.train), task.train)
        if has_own_step(task.optimizer):
            raise CompilationError(
                f"{type(task.optimizer).__name__} has a step() of its own; only a rule can be "
                "compiled, a function of one parameter such as Adam.rule"
            )
        self._task = task
        self._data = task.train.floats()
        self._noise = task.noise_plan()
        with kept_draws(task, allowed=False):
            before = Keeping.of(task)
            self._start()
            if kept := before.changed():
                check_repetition(task, self._descent, self._data, kept)
        check_agreement(task, self._descent, *self._data, self._noise)
        self._output_shape = task.output_shape() if task.metrics else ()
        self._few = FewRows(task)
        self._loss_of_few = self._few.program()
        self._note()
        if task.held_out is not None:
            self._held_out = task.held_out.floats()
            self._held_out_targets = self._held_out[1].copy()
            self._evaluation_is_sure = True
            self._evaluate = autograd.compile(
                task.loss_and_output, in_axes=0, verify="never", dtype=task.dtype
            )
            with task.model.evaluating():
                self._evaluate(*(array[:1] for array in self._held_out))

    def _start(self) -> None:
        """Take parameters, settings and state from the Values and the optimizer."""
        task, optimizer = self._task, self._task.optimizer
        self._descent = Descent(
            task.loss_and_output if task.metrics else task.example_loss,
            self._first_row(),
            parameters=optimizer.parameters,
            rule=lambda *args, **settings: type(optimizer).rule(*args, **settings),
            state=optimizer.state,
            settings=optimizer.settings,
            clip_norm=task.clip_norm,
            verify="never",  # `outdated` does
            dtype=task.dtype,
        )
        self._examples = self._prepared()
        self._moved = False  # since the Values were last updated
        self._written = perf_counter()
        self._pace = 8  # steps per call, adjusted to CHUNK

    def _note(self) -> None:
        """Note the optimizer and the targets that the program goes on from."""
        optimizer = self._task.optimizer
        self._parameters = [*optimizer.parameters]
        self._settings = _fixed_settings(optimizer)
        self._state = optimizer.state
        self._targets = self._data[1].copy()

    def epoch(self, order: NDArray[np.intp], shown: Progress) -> Measured:
        """Visit all rows in this order, a batch at a time."""
        import numpy as np

        measured = Measured()
        size, start = self._task.batch_size, 0
        while start < len(order):
            some = order[start : start + self._pace * size]
            counts = np.full(-(-len(some) // size), size)
            counts[-1] = len(some) - size * (len(counts) - 1)
            done = self._take_steps(some, counts, measured)
            shown.update(done)
            start += int(counts[:done].sum())
        return measured

    def _take_steps(
        self, rows: NDArray[np.intp], counts: NDArray[np.int_], measured: Measured
    ) -> int:
        """Take a step for each count, or fewer if a number is not finite; return how many."""
        began = perf_counter()
        rates = [self._task.optimizer.lr] * len(counts)
        noise = self._noise.drawn(len(rows)) if self._noise else None
        with held_interrupts():
            if noise is None:
                steps = self._descent.run(self._examples, rows, counts, {"lr": rates})
            else:  # new columns for each example: these rows, once in this order
                batch = *(column[rows] for column in self._data), noise
                steps = self._descent.run(batch, range(len(rows)), counts, {"lr": rates})
            self._moved = True
        done = steps.done
        visited = int(counts[:done].sum())
        # One by one: a sum for each call would end in other digits on a slower machine
        for loss, count in zip(steps.losses[:done].tolist(), counts[:done].tolist()):
            measured.add(loss * count, count, [], [])
        self._note_outputs(measured, rows[:visited], steps.extra)
        if not steps.finite:
            failed = slice(visited, visited + counts[done])
            self._take_eager_step(
                rows[failed], None if noise is None else noise[failed].tolist(), measured
            )
            return done + 1
        now = perf_counter()
        self._pace = max(1, min(2 * self._pace, int(CHUNK / max(now - began, 1e-9) * done)))
        if now - self._written > CHUNK:
            self.write_back()
        return done

    def _note_outputs(self, measured: Measured, rows: NDArray[np.intp], extra: Any) -> None:
        if self._task.metrics:
            shape = (len(rows), *self._output_shape)
            predictions = extra[: len(rows)].reshape(shape).tolist()
            _, targets = self._task.train.lists(rows)
            measured.add(0.0, 0, predictions, targets)

    def _take_eager_step(
        self, rows: NDArray[np.intp], noise: list[list[float]] | None, measured: Measured
    ) -> None:
        """Take the step at which a number was not finite by the eager loop, which may raise.

        That raises NonFiniteError, or the ValueError of a loss for an output outside its domain.
        """
        task = self._task
        inputs, targets = task.train.lists(rows)
        self.write_back()
        outputs, mean = update(task, inputs, targets, noise)
        measured.add(mean * len(rows), len(rows), outputs, targets)
        self._start()
        self._note()

    def validated(self, anew: bool) -> Measured:
        """Return the loss and the outputs on the examples that are held out, traced anew or not."""
        import numpy as np

        task = self._task
        assert task.held_out is not None
        if anew or not self._evaluation_is_sure:
            self._evaluate.retrace()
            self._held_out = task.held_out.floats()
            self._evaluation_is_sure = True
            if not np.array_equal(self._held_out[1], self._held_out_targets):
                try:
                    check_targets(task.loss, first_output(task.model, task.held_out), task.held_out)
                except (TypeError, ValueError):  # the loss says the same, and names the row
                    return measured_eagerly(task, task.held_out)
                self._held_out_targets = self._held_out[1].copy()
        losses, outputs = self._evaluate(*self._held_out)
        total = float(losses.sum(dtype=float))
        if not isfinite(total):
            return measured_eagerly(task, task.held_out)
        measured = Measured()
        measured.add(total, len(losses), outputs.tolist(), task.held_out.y.tolist())
        return measured

    def write_back(self) -> None:
        """Put the parameters into the Values and the state into the optimizer, all or nothing."""
        if self._moved:
            with held_interrupts():
                self._descent.write_back()
                self._task.optimizer.state = self._descent.state
                self._state = self._task.optimizer.state
                self._moved = False
        self._written = perf_counter()

    def outdated(self) -> bool:
        """Trace the task and read its data again; tell whether the program is no longer the task's.

        Targets that have changed are checked.
        """
        import numpy as np

        task, optimizer = self._task, self._task.optimizer
        self._evaluation_is_sure = False
        if (
            has_own_step(optimizer)
            or _fixed_settings(optimizer) != self._settings
            or optimizer.parameters != self._parameters
            or optimizer.state != self._state
        ):
            return True
        data = task.train.floats()
        try:
            if not np.array_equal(data[1], self._targets):
                check_targets(task.loss, first_output(task.model, task.train), task.train)
            with kept_draws(task, allowed=False):
                if (
                    task.noise_plan() != self._noise
                    or not self._descent.is_current()
                    or self._few.program() is not self._loss_of_few
                ):
                    return True
        except Exception:  # noqa: BLE001 - it can no longer be compiled; the next engine says why
            return True
        self._data, self._targets = data, data[1].copy()
        self._examples = self._prepared()
        return False

    def _prepared(self) -> Any:
        """Return the data as the descent takes them; with noise each call has rows of its own."""
        return None if self._noise else self._descent.prepared(self._data)

    def _first_row(self) -> tuple[Any, ...]:
        """Return the arguments of the function for a batch of one example."""
        import numpy as np

        first = tuple(column[:1] for column in self._data)
        return (*first, np.ones((1, self._noise.count))) if self._noise else first


def _fixed_settings(optimizer: Optimizer) -> dict[str, float]:
    """Return the settings that a program holds: all but the learning rate, given at each step."""
    return {name: setting for name, setting in optimizer.settings.items() if name != "lr"}
