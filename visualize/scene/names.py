"""Short unique names: the label, where others have it the module too, or v with a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from autograd import Value
from visualize.escape import cut, printable
from visualize.scene.flat import FlatGraph, Path

__all__ = ["located", "names_of", "unique_names"]

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
    names = unique_names(labels, range(len(graph)), graph.scopes)
    return dict(zip(graph.values, names, strict=True))


def unique_names(
    labels: Sequence[str], numbers: Sequence[int], paths: Sequence[Path] = ()
) -> list[str]:
    """Return a name for each label: equal ones with the module they are in, else with a number.

    >>> unique_names(["a", "b", "b", ""], [0, 1, 2, 3])
    ['a', 'b#1', 'b#2', 'v3']
    >>> unique_names(["w0", "w0"], [0, 1], [("MLP", "neurons.0"), ("MLP", "neurons.1")])
    ['neurons.0.w0', 'neurons.1.w0']
    """
    shown = located([cut(printable(label), NAME_COLUMNS) for label in labels], paths)
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


def located(labels: Sequence[str], paths: Sequence[Path]) -> list[str]:
    """Return the labels, equal ones of several modules with as much of their paths as it takes.

    >>> located(["w0", "w0", "b"], [("layers.0", "neurons.1"), ("layers.1", "neurons.1"), ()])
    ['layers.0.neurons.1.w0', 'layers.1.neurons.1.w0', 'b']
    """
    alike: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        if label and paths:
            alike.setdefault(label, []).append(place)
    found = list(labels)
    for label, places in alike.items():
        if len({paths[place] for place in places}) < 2:
            continue
        deepest = max(len(paths[place]) for place in places)
        most = len({paths[place] for place in places})
        for length in range(1, deepest + 1):
            named = {place: (*paths[place][-length:], label) for place in places}
            if len(set(named.values())) == most:
                break
        for place, parts in named.items():
            found[place] = ".".join(map(printable, parts))
    return found
