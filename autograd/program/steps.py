"""Steps of a Descent: the examples and settings that they take, and their results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.backends.executable import Batches, JointBatches, Part

if TYPE_CHECKING:
    from collections import abc

    import numpy as np
    from numpy.typing import NDArray

    from autograd.program.groups import Groups
    from autograd.structure import Shape


class Steps(NamedTuple):
    """The results of some steps of a Descent.

    `losses` are the mean losses of the steps, before their updates. `extra` has one line per
    example, with the further results of the function as they were during training; where examples
    have different numbers of them, the shorter lines end with nan. `done` counts the steps taken.
    If `finite` is False, the loss or the gradient of step number `done` was nan or infinite, and
    that step was not taken.
    """

    losses: NDArray[np.floating[Any]]
    extra: NDArray[np.floating[Any]]
    done: int
    finite: bool


class Chosen(NamedTuple):
    """Examples in the order in which steps take them, as numbers of those of a call."""

    groups: Groups
    order: Any  # int64
    counts: Any  # how many of them each step takes, int64
    scheduled: Any  # float64 of shape (steps, settings)

    @property
    def used(self) -> list[int]:
        """The groups that the steps take examples of."""
        import numpy as np

        if len(self.groups.arguments) == 1:  # without 5 µs of NumPy
            return [0] if len(self.order) else []
        return np.unique(self.groups.group[self.order]).tolist()  # type: ignore[no-any-return]

    def alone(self) -> Batches:
        """Return the steps for the one program there is."""
        import numpy as np

        (arguments,) = self.groups.arguments
        shared = np.array(arguments.shared, dtype=np.float64)
        return Batches(arguments.examples, shared, self.order, self.counts, self.scheduled)

    def together(self, programs: abc.Mapping[tuple[Shape, ...], int]) -> JointBatches:
        """Return the steps for several programs, whose numbers are given by shapes of arguments.

        The examples of a step that belong to one program become a part. Parts come in the order of
        their first examples.
        """
        import numpy as np

        groups, order = self.groups, self.order
        group = groups.group[order]
        step = np.repeat(np.arange(len(self.counts)), self.counts)
        # Each example by the first one of its part, which also sorts the steps
        _, firsts, part = np.unique(
            step * len(groups.arguments) + group, return_index=True, return_inverse=True
        )
        first = firsts[part.reshape(-1)]
        by_part = np.argsort(first, kind="stable")
        firsts, sizes = np.unique(first, return_counts=True)
        of_group = np.array([programs.get(some.shapes, -1) for some in groups.arguments])
        parts: list[Part | None] = [None] * len(programs)
        for number, arguments in enumerate(groups.arguments):
            places = by_part[group[by_part] == number]
            if len(places):
                shared = np.array(arguments.shared, dtype=np.float64)
                rows = groups.row[order[places]]
                parts[of_group[number]] = Part(arguments.examples, shared, rows, places)
        program = of_group[group[firsts]]
        begin = np.empty_like(sizes)
        for number in range(len(programs)):
            mine = program == number
            begin[mine] = np.cumsum(sizes[mine]) - sizes[mine]
        return JointBatches(
            tuple(parts),
            np.column_stack([program, begin, sizes]),
            np.bincount(step[firsts], minlength=len(self.counts)),
            self.counts,
            self.scheduled,
        )


def chosen(
    groups: Groups,
    order: Any,
    counts: Any,
    settings: abc.Mapping[str, float],
    schedules: abc.Mapping[str, abc.Sequence[float]],
) -> Chosen:
    """Return the steps that take the next `counts[step]` examples of `order` each.

    `settings` are the scheduled ones in order, with the number of those that `schedules` does not
    give for each step. Raises TypeError, ValueError or IndexError for what does not fit.
    """
    import numpy as np

    order, counts = _whole(order, "order"), _whole(counts, "counts")
    if counts.sum() != len(order) or (counts < 1).any():
        raise ValueError(
            f"Descent: the counts must be positive and add up to the {len(order)} examples of "
            f"order, not {counts.sum()}"
        )
    size = len(groups.group)
    if len(order) and not 0 <= order.min() <= order.max() < size:
        raise IndexError(
            f"Descent: order holds {order.min()} to {order.max()}, but there are {size} examples"
        )
    scheduled = np.empty((len(counts), len(settings)))
    for column, (name, number) in enumerate(settings.items()):
        numbers = schedules.get(name, number)
        if np.ndim(numbers) and np.shape(numbers) != counts.shape:
            raise ValueError(
                f"Descent: the schedule of {name!r} has {np.size(numbers)} numbers for "
                f"{len(counts)} step{'s' * (len(counts) != 1)}"
            )
        scheduled[:, column] = numbers
    unknown = [name for name in schedules if name not in settings]
    if unknown:
        raise ValueError(
            f"Descent: {unknown[0]!r} is no scheduled setting; those are {', '.join(settings)}: "
            "name it in `scheduled` when the Descent is made"
        )
    return Chosen(groups, order, counts, scheduled)


def _whole(numbers: Any, name: str) -> Any:
    """Return a list or array of whole numbers as 64-bit integers."""
    import numpy as np

    try:
        array = np.asarray(numbers)
    except ValueError:  # rows of different lengths
        array = np.asarray(numbers, dtype=object)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise TypeError(
            f"Descent: {name} is a list of whole numbers, not of shape {array.shape} and type "
            f"{array.dtype}"
        )
    return np.ascontiguousarray(array, dtype=np.int64)
