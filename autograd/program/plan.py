"""Plan: steps of a Descent that are taken at each call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from autograd.program.steps import Steps

if TYPE_CHECKING:
    from collections import abc

    from autograd.program.arguments import Arguments
    from autograd.program.steps import Chosen
    from autograd.program.trained import Trained
    from autograd.program.verification import Case


class _Descent(Protocol):
    def _known(self, used: abc.Iterable[Arguments]) -> tuple[list[Case], list[Case]]: ...

    def _ready(self, cases: list[Case], fresh: list[Case]) -> Trained: ...


class Plan:
    """Steps of a Descent, taken at each call; where both are copied, it takes those of the copy."""

    _made: Trained | None = None  # the one whose steps `_take_steps` takes

    def __init__(self, descent: _Descent, steps: Chosen) -> None:
        self._descent, self._steps, self.used = descent, steps, steps.used
        self._cases, self.fresh = self._known()

    def _known(self) -> tuple[list[Case], list[Case]]:
        """Return the cases of the examples, and those of them that were traced a moment ago."""
        arguments = self._steps.groups.arguments
        return self._descent._known(arguments[number] for number in self.used)

    def __call__(self) -> Steps:
        """Take the steps."""
        made = self._descent._ready(self._cases, self.fresh)
        if made is not self._made:
            self._renew(made)
        losses, extra, done = self._take_steps()
        return Steps(losses, extra, done, done == len(self._steps.counts))

    def prepare(self) -> None:
        """Do all that comes before the steps, and wait until these are as fast as they get.

        A long program for one example is otherwise compiled in the background, while shared code
        gives the same results, some ten times as slowly.
        """
        made = self._descent._ready(self._cases, self.fresh)
        if made is not self._made:
            made = self._renew(made)
        made.settle()

    def _renew(self, made: Trained) -> Trained:
        """Take steps of another memory from now on; return it."""
        if not self._cases:  # a copy has none yet
            self._cases, _ = self._known()
            made = self._descent._ready(self._cases, [])
        self.fresh = []
        self._made, self._take_steps = made, made.plan(self._steps)
        return made

    def __getstate__(self) -> dict[str, Any]:
        kept = {"_descent": self._descent, "_steps": self._steps, "used": self.used}
        return {**kept, "_cases": [], "fresh": []}
