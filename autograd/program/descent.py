"""Descent: many steps of an optimizer in one call, on the captured leaves of a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.backends.interpreter import Interpreted
from autograd.backends.selection import checked_backend, stepper
from autograd.graph import CLOCK
from autograd.program.arguments import Arguments, Axes, read
from autograd.program.batching import batched
from autograd.program.trace import Function
from autograd.program.training import training_program
from autograd.program.update import check_state, updated

if TYPE_CHECKING:
    from collections import abc

    from autograd.value import Value

__all__ = ["Descent", "Steps"]


class Steps(NamedTuple):
    """What came of some steps of a Descent.

    `losses` are the mean losses of the steps, before their updates; `extra` has one line per
    example with the further results of the function, as they were during training; `done` counts
    the steps taken. With `finite` False the loss or the gradient of step number `done` was nan or
    infinite, and that step was not taken.
    """

    losses: Any
    extra: Any
    done: int
    finite: bool


class Descent:
    """Steps of an optimizer on the mean of a function over batches, at machine speed.

    `f` takes one example and returns its loss, or (loss, further numbers). `args` are its
    arguments, batched along `in_axes` as for `compile`; they fix the structure. `parameters` are
    leaves that f captures; those it does not reach are left alone. The rule is called once, on
    Values: `rule(parameter, gradient, state, **settings) -> (parameter, state)`, with `state` a
    tuple of numbers for each parameter. The settings named by `scheduled` may change at each step.
    `clip_norm` scales gradients to at most that norm together. The numbers of the trained leaves
    are kept here until `write_back()`; data that is set on any leaf is taken over by the next call.

    Raises TypeError and ValueError for parameters, state, settings, a rule or a result of `f` that
    do not fit together, and ImportError for a backend that is not installed.

    >>> from autograd import Value
    >>> w = Value(0.0)
    >>> descent = Descent(
    ...     lambda x, y: (w * x - y) ** 2, ([1.0, 2.0], [3.0, 6.0]), parameters=[w],
    ...     rule=lambda p, g, state, lr: (p - lr * g, state), state=[()], settings={"lr": 0.1},
    ... )
    >>> steps = descent.run(([1.0, 2.0], [3.0, 6.0]), order=[0, 1] * 40, counts=[2] * 40)
    >>> descent.write_back()
    >>> round(w.data, 6)
    3.0
    """

    def __init__(
        self,
        f: abc.Callable[..., Any],
        args: tuple[Any, ...],
        *,
        parameters: abc.Sequence[Value],
        rule: abc.Callable[..., Any],
        state: abc.Sequence[tuple[float, ...]],
        settings: abc.Mapping[str, float],
        scheduled: abc.Sequence[str] = ("lr",),
        clip_norm: float | None = None,
        in_axes: Axes = 0,
        backend: str = "auto",
    ) -> None:
        import numpy as np

        self._function = Function(f)
        self._in_axes = in_axes
        checked_backend(backend)
        check_state(parameters, state)
        unknown = [name for name in scheduled if name not in settings]
        if unknown:
            raise ValueError(
                f"Descent: scheduled names {unknown[0]!r}, but the settings are "
                f"{', '.join(settings) or 'empty'}"
            )
        if clip_norm is not None and not clip_norm > 0.0:
            raise ValueError(f"Descent: clip_norm must be positive or None, not {clip_norm!r}")
        self._scheduled = {name: settings[name] for name in scheduled}
        arguments = read(args, in_axes, self._function.names)
        if arguments.examples is None:
            raise ValueError(
                f"Descent: in_axes={in_axes!r} says that no argument is a batch; steps take some "
                "of the examples of one"
            )
        self._shapes = arguments.shapes
        program, self._leaves, self._fixed = training_program(self._function, arguments, parameters)
        self._program = program
        place = {leaf: number for number, leaf in enumerate(parameters)}
        self._places = [place[leaf] for leaf in self._leaves]
        self._state = list(state)
        trained = [self._state[number] for number in self._places]
        self._update = updated(rule, trained, settings, scheduled, clip_norm)
        columns = np.array(trained).reshape(len(trained), -1).T
        self._stepper = stepper(program, self._update, backend)
        self._stepper.own[:] = columns[list(self._update.own)]
        self._stepper.common[:] = columns[list(self._update.common), 0]
        self._clock = -1  # when the Values were last looked at
        self._prepared: tuple[Any, Arguments] | None = None

    def run(
        self,
        args: tuple[Any, ...],
        order: Any,
        counts: Any,
        schedules: abc.Mapping[str, abc.Sequence[float]] | None = None,
    ) -> Steps:
        """Take as many steps as there are `counts`; see `plan`."""
        return self.plan(args, order, counts, schedules)()

    def plan(
        self,
        args: tuple[Any, ...],
        order: Any,
        counts: Any,
        schedules: abc.Mapping[str, abc.Sequence[float]] | None = None,
    ) -> abc.Callable[[], Steps]:
        """Return a function that takes these steps each time it is called.

        `args` are the examples to choose from; their numbers are copied when they first come, so
        that the same objects can be given again. Each step takes the next `counts[step]` examples
        of `order`. `schedules` gives settings that change, one number per step. Raises ValueError
        for counts that do not fit and for another structure, IndexError for examples beyond args.
        """
        batches = batched(self._arguments(args), order, counts, self._scheduled, schedules or {})
        take_steps = self._stepper.plan(batches)
        steps = len(batches.counts)

        def run() -> Steps:
            if CLOCK.now != self._clock:
                self._read_leaves()
            losses, extra, done = take_steps()
            return Steps(losses, extra, done, done == steps)

        return run

    def value_and_grad(self, args: tuple[Any, ...]) -> tuple[float, list[float]]:
        """Return the mean of the loss over all examples, and its derivative by each parameter.

        At the numbers that the Values have now, whatever steps there were, and operation by
        operation: as slow as the eager engine, for comparing the two.
        """
        import numpy as np

        arguments = self._read(args)
        leaves = [leaf.data for leaf in (*self._leaves, *self._fixed)]
        shared = np.array(arguments.shared, dtype=np.float64)
        interpreted = Interpreted(self._program)
        _, sums = interpreted.run(arguments.examples, shared, np.array(leaves))
        total, *slopes = (sums / len(arguments.examples)).tolist()
        gradient = [0.0] * len(self._state)
        for place, slope in zip(self._places, slopes):
            gradient[place] = slope
        return total, gradient

    def write_back(self) -> None:
        """Put the numbers of the trained parameters into the Values."""
        numbers = self._stepper.parameters[: len(self._leaves)].tolist()
        CLOCK.write(self._leaves, numbers)

    def _read_leaves(self) -> None:
        """Take over the data that somebody has set since the leaves were last looked at."""
        now = CLOCK.now  # before the data: what is set meanwhile is taken over the next time
        for place, leaf in enumerate((*self._leaves, *self._fixed)):
            if leaf._version > self._clock:
                self._stepper.parameters[place] = leaf.data
        self._clock = now

    @property
    def state(self) -> list[tuple[float, ...]]:
        """The state of the rule for each parameter, brought up to date."""
        own, common = self._stepper.own.tolist(), self._stepper.common.tolist()
        count = len(self._places)
        elements = dict(zip(self._update.own, own))
        elements.update(zip(self._update.common, ([number] * count for number in common)))
        lines = zip(*(elements[k] for k in sorted(elements))) if elements else [()] * count
        for place, line in zip(self._places, lines):
            self._state[place] = tuple(line)
        return list(self._state)

    def _arguments(self, args: tuple[Any, ...]) -> Arguments:
        if self._prepared is not None:
            former, arguments = self._prepared
            if len(former) == len(args) and all(a is b for a, b in zip(former, args)):
                return arguments
        arguments = self._read(args)
        arguments = arguments._replace(examples=arguments.examples.copy())  # whatever args become
        self._prepared = args, arguments
        return arguments

    def _read(self, args: tuple[Any, ...]) -> Arguments:
        arguments = read(args, self._in_axes, self._function.names)
        if arguments.shapes != self._shapes:
            raise ValueError(
                f"Descent: the arguments have the structure {arguments.shapes}, but the loss "
                f"was compiled for {self._shapes}"
            )
        return arguments
