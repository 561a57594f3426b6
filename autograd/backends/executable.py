"""The interfaces of a backend: an executable of a schedule, a stepper of training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class BackendLimit(RuntimeError):  # noqa: N818 - a limit, not a fault
    """A schedule is too large for this backend; another one may run it."""


class Executable(Protocol):
    """A program ready to run, from any number of threads at once.

    An executable may have a method `scalars(numbers, parameters)` as well, for programs without
    examples: the shared inputs and the parameters as tuples of floats give the outputs as a
    sequence of floats, without an array made on the way. It may have `in_place()`, which returns an
    `InPlace` for such a program. One that is to be replaced by a faster one, which gives the same
    bits, has `latest()`, which returns that if it is there, else itself, and `settled()`, which
    waits for it.
    """

    def run(self, examples: Any, shared: Any, parameters: Any) -> tuple[Any, Any]:
        """Return the outputs for each example, and the sums over all of them.

        Args:
            examples: Inputs of the examples, float64 of shape (n, program.examples), C-contiguous.
            shared: Inputs that are the same for all, float64 of shape (program.shared,).
            parameters: The captured leaves, float64 of shape (program.parameters,).

        Returns:
            Arrays of float64 of shapes (n, len(program.outputs)) and (len(program.sums),), which
            belong to the caller.
        """


class Batches(NamedTuple):
    """The examples that each step takes, and the settings that change from step to step."""

    examples: Any  # the inputs of the whole data set, float64 of shape (n, inputs), C-contiguous
    shared: Any  # inputs that are the same for all examples, float64
    order: Any  # numbers of examples, all steps one after the other, int64
    counts: Any  # how many of them each step takes, int64
    scheduled: Any  # float64 of shape (steps, settings)


class Part(NamedTuple):
    """The examples that steps take of one program."""

    examples: Any  # as in Batches
    shared: Any
    order: Any  # numbers of examples, in the order in which they are taken, int64
    places: Any  # where these stand in the order of all examples, int64


class JointBatches(NamedTuple):
    """The examples that each step takes of several programs."""

    programs: tuple[Part | None, ...]  # None for one that takes no part
    segments: Any  # of each part of a step: program, first one in its order, examples; int64
    parts: Any  # how many of these each step has, int64
    counts: Any  # how many examples each step takes, int64
    scheduled: Any

    def in_order(self, outputs: Any, steps: int) -> Any:
        """Return the outputs of the examples of the first steps, one line after the other.

        `outputs` are those of each program; lines that are shorter than others end with nan.
        """
        import numpy as np

        shape = int(self.counts.sum()), max(lines.shape[1] for lines in outputs)
        found = np.full(shape, np.nan, outputs[0].dtype)
        for part, lines in zip(self.programs, outputs, strict=True):
            if part is not None:
                found[part.places, : lines.shape[1]] = lines
        return found[: int(self.counts[:steps].sum())]


class Progress(NamedTuple):
    """The results of some steps."""

    losses: Any  # the mean loss of each step, before its update
    outputs: Any  # the outputs of each example, in the order of `order`
    done: int  # steps taken; fewer than asked for if the loss or a gradient was not finite


class Stepper(Protocol):
    """A gradient program and an update, ready to run; for one thread at a time.

    What it works on is float64 memory of its own, to be read and written between runs. One for
    several programs takes JointBatches. It may have a method `settle()`, which waits until steps
    are as fast as they get.
    """

    parameters: Any  # of the gradient program, those that are moved first
    fixed: Any  # those of them that are not moved; of several programs they are on their own
    own: Any  # state by element and trained parameter
    common: Any  # state that is the same for all parameters of a kind, with a line for each kind

    def plan(self, batches: Any) -> Callable[[], Progress]:
        """Return a function that takes these steps each time it is called.

        It stops before the update of a step whose loss or gradient is not finite.
        """


def norm(gradient: Any, scale: float) -> Any:
    """Return the Euclidean norm of a gradient, times a scale; no square overflows."""
    import numpy as np

    largest = np.abs(gradient).max() or 1.0
    return scale * largest * np.linalg.norm(gradient / largest)
