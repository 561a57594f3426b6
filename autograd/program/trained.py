"""Trained: the numbers and the state that steps of a Descent move, and the leaves of these."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd.backends.selection import joint_stepper, stepper
from autograd.graph import CLOCK
from autograd.leaves import read_data, write_data
from autograd.program.sharing import shared
from autograd.program.training import updated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograd.backends.executable import Progress
    from autograd.program.steps import Chosen
    from autograd.program.training import TracedRule, TrainingProgram
    from autograd.structure import Shape
    from autograd.value import Value


class Trained:
    """The memory of programs by the shapes of their arguments, ready to take steps.

    `state` has a line for each of the `parameters`, which those that are trained start from. With
    `always` all of them are moved at each step. `alone` is for one program that is the only one: a
    backend may have a quicker way for it. `built` is that of `joint_stepper`.
    """

    def __init__(
        self,
        programs: Mapping[tuple[Shape, ...], TrainingProgram],
        rule: TracedRule,
        parameters: Sequence[Value],
        state: Sequence[tuple[float, ...]],
        backend: str,
        built: dict[Any, Any],
        *,
        alone: bool,
        always: bool,
    ) -> None:
        import numpy as np

        self._order = {shapes: number for number, shapes in enumerate(programs)}
        sharing = shared([*programs.values()], always=always)
        place = {leaf: number for number, leaf in enumerate(parameters)}
        self._places = [place[leaf] for leaf in sharing.moved]
        lines = [state[place] for place in self._places]
        ranges = [*pairwise(sharing.starts)]
        kinds = [lines[a:b] for (a, b), reached in zip(ranges, sharing.reached) if reached]
        listings = [program.program for program in programs.values()]
        self._precision = precision = listings[0].precision
        update = updated(rule, kinds)
        self._update = update = update._replace(program=update.program.rounded(precision))
        made = stepper(listings[0], update, backend) if alone else None
        self._alone = made is not None
        if made is None:
            made = joint_stepper(listings, sharing, update, backend, built)
        self.stepper = made
        columns = np.array(lines).reshape(len(lines), -1).T
        precision.put(columns[list(update.own)], made.own)
        common = columns[list(update.common)][:, sharing.starts[:-1]].T
        precision.put(common, np.atleast_2d(made.common))
        self._starts = sharing.starts
        # What write_back writes: the parameters that are moved by some program
        self._moved = [k for (a, b), r in zip(ranges, sharing.reached) if r for k in range(a, b)]
        self._leaves = tuple([sharing.moved[place] for place in self._moved])
        size = len(sharing.moved)
        self._memories = (sharing.moved, made.parameters[:size]), (sharing.fixed, made.fixed)
        self._clock = -1  # when the Values were last looked at
        self.take_over()

    def take_over(self) -> None:
        """Read the data that was set since the leaves were last looked at."""
        if CLOCK.now == self._clock:
            return
        now = CLOCK.now  # before the data: what is set meanwhile is read the next time
        for leaves, memory in self._memories:
            numbers = memory.astype(float, copy=False)
            read_data(leaves, numbers, self._clock)
            if numbers is not memory:
                self._precision.put(numbers, memory)
        self._clock = now

    def write_back(self) -> None:
        """Write the trained numbers into the Values, except where data has been set since."""
        self.take_over()
        before = CLOCK.now
        write_data(self._leaves, self.stepper.parameters[self._moved].astype(float, copy=False))
        # Where nothing else has changed since the leaves were read, they need not be read again
        written = self._leaves[0]._version if self._leaves else before
        if self._clock == before and written == before + 1:
            self._clock = written

    def settle(self) -> None:
        """Wait until steps are as fast as they get."""
        if hasattr(self.stepper, "settle"):
            self.stepper.settle()

    def numbers(self) -> dict[int, float]:
        """Return the trained numbers by the places of their parameters."""
        self.take_over()
        return dict(zip(self._places, self.stepper.parameters.tolist()))

    def set_numbers(self, numbers: dict[int, float]) -> None:
        """Go on from such numbers, whatever the data of their leaves."""
        for place, parameter in enumerate(self._places):
            if parameter in numbers:
                self.stepper.parameters[place] = numbers[parameter]

    def put_state(self, state: list[tuple[float, ...]]) -> None:
        """Put the state of the trained parameters into a list with a line for each parameter."""
        import numpy as np

        made, update = self.stepper, self._update
        sizes = np.diff(self._starts)
        common = np.atleast_2d(made.common).repeat(sizes, axis=0).T.tolist()
        elements = dict(zip(update.own, made.own.tolist()))
        elements.update(zip(update.common, common))
        lines = zip(*(elements[k] for k in sorted(elements)))
        for place, line in zip(self._places, lines):
            state[place] = line

    def plan(self, steps: Chosen) -> Callable[[], Progress]:
        """Return a function that takes these steps."""
        if self._alone:
            return self.stepper.plan(steps.alone())
        return self.stepper.plan(steps.together(self._order))
