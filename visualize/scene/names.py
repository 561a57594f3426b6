"""Short unique names: the label where no other has it, else label or v with a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from autograd import Value
from visualize.escape import cut, printable
from visualize.scene.flat import FlatGraph

__all__ = ["names_of", "unique_names"]

NAME_COLUMNS = 24


def names_of(graph: FlatGraph) -> dict[Value, str]:
    """Return the name of every value, as pictures of all of them write it.

    >>> from autograd import Value
    >>> from visualize.scene.flat import flatten
    >>> a = Value(2.0, label="a")
    >>> list(names_of(flatten([a * Value(3.0) + 1])).values())
    ['a', 'v1', 'v2', 'v3']
    """
    labels = [str(value.label) for value in graph.values]
    return dict(zip(graph.values, unique_names(labels, range(len(graph))), strict=True))


def unique_names(labels: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """Return a name for each label; `numbers` tell apart those that are equal or empty.

    >>> unique_names(["a", "b", "b", ""], [0, 1, 2, 3])
    ['a', 'b#1', 'b#2', 'v3']
    """
    shown = [cut(printable(label), NAME_COLUMNS) for label in labels]
    count = Counter(shown)
    taken = set(shown)
    names = []
    for number, label in zip(numbers, shown, strict=True):
        if label and count[label] == 1:
            names.append(label)
            continue
        name = f"{label}#{number}" if label else f"v{number}"
        while name in taken:
            name += "'"
        taken.add(name)
        names.append(name)
    return names
