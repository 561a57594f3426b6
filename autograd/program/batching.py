"""Batching: the examples and the settings that each step of a descent takes, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.backends.executable import Batches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd.program.arguments import Arguments

__all__ = ["batched"]


def batched(
    arguments: Arguments,
    order: Any,
    counts: Any,
    settings: Mapping[str, float],
    schedules: Mapping[str, Sequence[float]],
) -> Batches:
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
    size = len(arguments.examples)
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
    shared = np.array(arguments.shared, dtype=np.float64)
    return Batches(arguments.examples, shared, order, counts, scheduled)


def _whole(numbers: Any, name: str) -> Any:
    """Return a list or array of whole numbers as 64-bit integers."""
    import numpy as np

    array = np.asarray(numbers)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise TypeError(
            f"Descent: {name} is a list of whole numbers, not of shape {array.shape} and type "
            f"{array.dtype}"
        )
    return np.ascontiguousarray(array, dtype=np.int64)
