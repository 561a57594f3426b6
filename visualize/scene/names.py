"""Unique names: where a parameter lives, or the label, or v with a number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from autograd import Value
from autograd.graph import home_of, name_of
from visualize.escape import cut, printable
from visualize.scene.flat import Drawable, FlatGraph, Path

__all__ = [
    "UNNAMED", "Short", "located", "name_in_words", "names_of", "outside_of_home", "short_names",
    "unique_names",
]  # fmt: skip

NAME_COLUMNS = 24  # of a label
DIGITS = "0123456789"
MEMBER = re.compile(r"(?:(.+)\.)?([^.]+)\.(\d+)")  # of a list, such as layers.0.neurons.3


def names_of(graph: FlatGraph, given: Iterable[Value] = ()) -> dict[Value, str]:
    """Return the name of every value, as pictures of all of them write it, and of those `given`.

    A given value that is not in the graph has a name of its own, marked if the graph has it too.

    >>> from autograd import Value
    >>> from visualize.scene.flat import flatten
    >>> a = Value(2.0, label="a")
    >>> list(names_of(flatten([a * Value(3.0) + 1])).values())
    ['a', 'v1', 'v2', 'v3']
    """
    paths = [*map(outside_of_home, graph.values, graph.scopes)]
    names = unique_names([*map(name_in_words, graph.values)], range(len(graph)), paths)
    found = dict(zip(graph.values, names, strict=True))
    taken = set(names)
    for value in given:
        if value not in found:
            name = name_in_words(value) or "the value given"
            found[value] = f"{name} (the one given)" if name in taken else name
    return found


def name_in_words(value: Any) -> str:
    """Return the name of a value in texts: where a parameter lives, or its label, cut short."""
    name = printable(name_of(value))
    return name if home_of(value)[1] else cut(name, NAME_COLUMNS)


def outside_of_home(value: Drawable, path: Path) -> Path:
    """Return the modules around a value, without those that stand in the name of a parameter."""
    home, member = home_of(value)
    if not member:
        return path
    outer = (end for end in range(len(path) + 1) if ".".join(path[end:]) == home)
    return path[: next(outer, 1)]


def unique_names(
    names: Sequence[str], numbers: Sequence[int], paths: Sequence[Path] = ()
) -> list[str]:
    """Return the names, equal ones with the module they are in, else with a number.

    >>> unique_names(["a", "b", "b", ""], [0, 1, 2, 3])
    ['a', 'b#1', 'b#2', 'v3']
    >>> unique_names(["h", "h"], [0, 1], [("MLP", "layers.0"), ("MLP", "layers.1")])
    ['layers.0.h', 'layers.1.h']
    """
    shown = located(names, paths)
    count = Counter(shown)
    taken = set(shown)
    unique = []
    for number, name in zip(numbers, shown, strict=True):
        if name and count[name] == 1:
            unique.append(name)
            continue
        other = f"{name}#{number}" if name else f"v{number}"
        while other in taken:
            other += "'"
        taken.add(other)
        unique.append(other)
    return unique


def located(names: Sequence[str], paths: Sequence[Path]) -> list[str]:
    """Return the names, equal ones of several modules with as much of their paths as it takes.

    >>> located(["h", "h", "b"], [("layers.0", "neurons.1"), ("layers.1", "neurons.1"), ()])
    ['layers.0.neurons.1.h', 'layers.1.neurons.1.h', 'b']
    """
    alike: dict[str, set[Path]] = {}
    for name, path in zip(names, paths):
        if name:
            alike.setdefault(name, set()).add(path)
    length: dict[str, int] = {}  # of the told part of a path, by name
    for name, different in alike.items():
        if len(different) > 1:
            deepest = max(map(len, different))
            lengths = range(1, deepest + 1)
            enough = (n for n in lengths if len({p[-n:] for p in different}) == len(different))
            length[name] = next(enough, deepest)
    return [
        ".".join((*map(printable, paths[place][-length[name] :]), name)) if name in length else name
        for place, name in enumerate(names)
    ]


class Short(NamedTuple):
    """Short forms of a name: `own` inside the frame of its module, `full` where no frame is."""

    own: str
    full: str


UNNAMED = Short("", "")


def short_names(names: Sequence[str], values: Sequence[Drawable | None]) -> list[Short]:
    """Return the short forms of the names of values, for boxes; words use the names themselves.

    Of a name that begins with a module, equal short forms tell as much more as it takes. A box of
    several values, None, has no other name.

    >>> from autograd import Value
    >>> from autograd.graph import name_parameters
    >>> weights = [Value(0.5, label="w2"), Value(0.5, label="w2")]
    >>> name_parameters("layers.0.neurons.3", ["weights.2"], weights[:1])
    >>> name_parameters("layers.1.neurons.3", ["weights.2"], weights[1:])
    >>> names = [*map(name_in_words, weights)]
    >>> short_names(names, weights)[0]
    Short(own='w2', full='w2 of neuron 3, layer 0')
    >>> short_names(names[:1], weights[:1])[0].full
    'w2 of neuron 3'
    """
    own, places = list(names), {}
    forms = [*map(_form, names, values)]
    count = Counter((module, short) for module, short, _ in forms)
    for number, (module, short, member) in enumerate(forms):
        own[number] = short if count[module, short] == 1 else member
        if module:
            places[number] = _places(module)
    full = list(own)
    told = dict.fromkeys((own[number].rstrip(DIGITS) for number in places), 0)
    longer = set(told)
    while longer:
        for number, where in places.items():
            stem = own[number].rstrip(DIGITS)
            if stem in longer:
                full[number] = f"{own[number]} of {', '.join(where[: told[stem] + 1])}"
        told.update((stem, told[stem] + 1) for stem in longer)
        repeated = Counter(full)
        longer = {
            stem
            for number, where in places.items()
            if repeated[full[number]] > 1 and told[stem := own[number].rstrip(DIGITS)] < len(where)
        }
    return list(map(Short, own, full))


def _form(name: str, value: Drawable | None) -> tuple[str, str, str]:
    """Return the module that a name begins with, the short form in it, and the rest of the name."""
    if value is None:
        return "", name, name
    label = cut(printable(value.label), NAME_COLUMNS)
    core = printable(home_of(value)[1]) or label
    before, found, after = name.rpartition(core) if core else ("", "", "")
    if not found or not re.fullmatch(r"(#\d+'*)?", after) or (before and before[-1] != "."):
        return "", name, name
    return before[:-1], (label or core) + after, core + after


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
