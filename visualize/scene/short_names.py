"""Short forms of the names of values, for boxes: w2 of neuron 3."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from autograd.graph import home_of
from visualize.scene.flat import NAME_COLUMNS, Drawable
from visualize.text import cut, printable

DIGITS = "0123456789"
MEMBER = re.compile(r"(?:(.+)\.)?([^.]+)\.(\d+)")  # of a list, such as layers.0.neurons.3


class Short(NamedTuple):
    """Short forms of a name: `own` inside the frame of its module, `full` where no frame is."""

    own: str
    full: str


UNNAMED = Short("", "")


def short_names(names: Sequence[str], values: Sequence[Drawable | None]) -> list[Short]:
    """Return the short forms of the names of values, for boxes; texts use the names themselves.

    A name that begins with a module has shorter forms, with as much of the module as tells them
    apart. A box of several values, which is None here, keeps its name.

    >>> from autograd import Value
    >>> from autograd.graph import name_parameters
    >>> from visualize.scene.flat import name_in_words
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
