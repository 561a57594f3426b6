"""Unique names: the label, where others have it the module too, or v with a number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from autograd import Value
from visualize.escape import cut, printable
from visualize.scene.flat import FlatGraph, Path

__all__ = ["UNNAMED", "Short", "located", "names_of", "short_names", "unique_names"]

NAME_COLUMNS = 24
DIGITS = "0123456789"
MEMBER = re.compile(r"(?:(.+)\.)?([^.]+)\.(\d+)")  # of a list, such as layers.0.neurons.3


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

    Numbered ones go together: w2 is told as w0 and w1 of its module are.

    >>> located(["w0", "w0", "b"], [("layers.0", "neurons.1"), ("layers.1", "neurons.1"), ()])
    ['layers.0.neurons.1.w0', 'layers.1.neurons.1.w0', 'b']
    >>> located(["w0", "w1", "w0"], [("neurons.0",), ("neurons.0",), ("neurons.1",)])
    ['neurons.0.w0', 'neurons.0.w1', 'neurons.1.w0']
    """
    alike: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        if label and paths:
            alike.setdefault(label, []).append(place)
    length: dict[tuple[Path, str], int] = {}  # of the told part of a path, by label without number
    for label, places in alike.items():
        different = {paths[place] for place in places}
        if len(different) < 2:
            continue
        deepest = max(map(len, different))
        for told in range(1, deepest + 1):
            if len({path[-told:] for path in different}) == len(different):
                break
        for path in different:
            key = path, label.rstrip(DIGITS)
            length[key] = max(told, length.get(key, 0))
    return [
        ".".join((*map(printable, paths[place][-told:]), label))
        if label and paths and (told := length.get((paths[place], label.rstrip(DIGITS)), 0))
        else label
        for place, label in enumerate(labels)
    ]


class Short(NamedTuple):
    """Short forms of a name: `own` inside the frame of its module, `full` where no frame is."""

    own: str
    full: str


UNNAMED = Short("", "")


def short_names(names: Sequence[str], labels: Sequence[str]) -> list[Short]:
    """Return the short forms of names, for boxes; words use the names themselves.

    Of a name that begins with a module, equal short forms tell as much more as it takes.

    >>> [short.full for short in short_names(["layers.1.neurons.3.w2", "v5"], ["w2", ""])]
    ['w2 of neuron 3', 'v5']
    >>> names = ["layers.0.neurons.3.w2", "layers.1.neurons.3.w2"]
    >>> short_names(names, ["w2", "w2"])[0]
    Short(own='w2', full='w2 of neuron 3, layer 0')
    """
    own, places = list(names), {}
    for number, (name, label) in enumerate(zip(names, labels, strict=True)):
        shown = cut(printable(label), NAME_COLUMNS)
        module, dot, rest = name.rpartition(f".{shown}") if shown else ("", "", "")
        if dot and re.fullmatch(r"(#\d+'*)?", rest):
            own[number], places[number] = shown + rest, _places(module)
    full = list(names)
    told = dict.fromkeys((own[number].rstrip(DIGITS) for number in places), 0)
    longer = set(told)
    while longer:
        for number, where in places.items():
            stem = own[number].rstrip(DIGITS)
            if stem in longer:
                full[number] = f"{own[number]} of {', '.join(where[: told[stem] + 1])}"
        told.update((stem, told[stem] + 1) for stem in longer)
        count = Counter(full)
        longer = {
            stem
            for number, where in places.items()
            if count[full[number]] > 1 and told[stem := own[number].rstrip(DIGITS)] < len(where)
        }
    return list(map(Short, own, full))


def _places(module: str) -> list[str]:
    """Return the places that a module is in, the innermost first: neuron 3, layer 0."""
    found = []
    rest = module
    while rest:
        member = MEMBER.fullmatch(rest)
        if member:
            rest, kind, number = member[1] or "", member[2], member[3]
            found.append(f"{kind.removesuffix('s')} {number}")
        else:
            rest, _, part = rest.rpartition(".")
            found.append(part)
    return found
