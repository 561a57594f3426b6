"""The graph under some outputs: its values as numbered lists, and their names, long and short."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from autograd import Primitive, Value, topological_order
from autograd.graph import Constant, home_of, name_of
from visualize.text import cut, printable

NAME_COLUMNS = 24  # of a label
DIGITS = "0123456789"
MEMBER = re.compile(r"(?:(.+)\.)?([^.]+)\.(\d+)")  # of a list, such as layers.0.neurons.3

Path = tuple[str, ...]


class Drawable(Protocol):
    """The facts that a picture shows of a value, be it a Value or one as it was in a snapshot."""

    @property
    def op(self) -> Primitive | None:
        """The row of its operation, None of a leaf."""

    @property
    def args(self) -> tuple[Any, ...]:
        """Its operands, others of its kind and constants."""

    @property
    def data(self) -> float:
        """Its number."""

    @property
    def label(self) -> str:
        """Its label, "" without one."""

    @property
    def scope(self) -> str:
        """The module that made it, as a path."""

    @property
    def line(self) -> str:
        """The line that made it, "" where that was not kept."""

    @property
    def has_grad(self) -> bool:
        """Whether a backward pass has reached it."""


Drawn_co = TypeVar("Drawn_co", bound=Drawable, covariant=True)


@dataclass(frozen=True, slots=True)
class Graph(Generic[Drawn_co]):
    """The values of a graph, operands before consumers, and how they are connected.

    `operands` numbers the values among the operands of each value, with repeats and without
    constants. `heights` is the longest way from each value to an output, in operations. `scopes`
    says in which module each value belongs.
    """

    values: Sequence[Drawn_co]
    outputs: list[int]
    operands: list[list[int]]
    heights: list[int]
    scopes: list[Path]

    def __len__(self) -> int:
        return len(self.values)


FlatGraph: TypeAlias = Graph[Value]


class _Above:
    """A node above all outputs, so that one walk reaches them all."""

    op = None

    def __init__(self, outputs: Sequence[Drawable]) -> None:
        self.args = tuple(outputs)
        self.data = 0.0


def flatten(outputs: Sequence[Drawn_co]) -> Graph[Drawn_co]:
    """Return the graph under `outputs` (each drawn once, however often it is given).

    >>> from autograd import Value
    >>> a = Value(2.0)
    >>> graph = flatten([a * a + 1])
    >>> graph.operands, graph.heights
    ([[], [0, 0], [1]], [2, 1, 0])
    """
    above: Any = _Above(outputs)
    values: list[Drawn_co] = topological_order(above)[:-1]
    number = {value: position for position, value in enumerate(values)}
    operands = [
        [number[operand] for operand in value.args if type(operand) is not Constant]
        for value in values
    ]
    unique_outputs = sorted({number[output] for output in outputs})
    return Graph(values, unique_outputs, operands, _heights(operands), _scopes(values, operands))


def _heights(operands: list[list[int]]) -> list[int]:
    heights = [0] * len(operands)
    for consumer in range(len(operands) - 1, -1, -1):
        above = heights[consumer] + 1
        for operand in operands[consumer]:
            heights[operand] = max(heights[operand], above)
    return heights


def _scopes(values: Sequence[Drawable], operands: list[list[int]]) -> list[Path]:
    """Return the module path of every value.

    A parameter is made before any module runs and has no scope of its own: it belongs to the one
    module that uses it. A leaf used by several modules (an input) belongs to none of them.
    """
    paths: dict[str, Path] = {"": ()}
    scopes = []
    for value in values:
        name = value.scope
        path = paths.get(name)
        if path is None:
            path = paths[name] = tuple(filter(None, name.split("/")))
        scopes.append(path)
    users: dict[int, Path | None] = {}  # None: several modules
    for consumer, scope in enumerate(scopes):
        if scope:
            for operand in operands[consumer]:
                if not operands[operand] and not scopes[operand] and values[operand].op is None:
                    users[operand] = scope if users.get(operand, scope) == scope else None
    for leaf, user in users.items():
        scopes[leaf] = user or ()
    return scopes


def depending_on(value: Value, order: Iterable[Value]) -> set[Value]:
    """Return a value and all values of a topological order that were computed from it.

    >>> a, b = Value(2.0), Value(3.0)
    >>> c = a * b
    >>> depending_on(a, topological_order(c * b)) >= {a, c}
    True
    """
    found = {value}
    for node in order:
        if not found.isdisjoint(node.args):
            found.add(node)
    return found


def names_of(graph: FlatGraph, given: Iterable[Value] = ()) -> dict[Value, str]:
    """Return the names of all values of a graph, as its picture has them, and of those `given`.

    A given value that is not in the graph has a name of its own, marked if the graph has it too.

    >>> from autograd import Value
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
    """Return the modules around a value, without those in the name of a parameter."""
    home, member = home_of(value)
    if not member:
        return path
    outer = (end for end in range(len(path) + 1) if ".".join(path[end:]) == home)
    return path[: next(outer, 1)]


def unique_names(
    names: Sequence[str], numbers: Sequence[int], paths: Sequence[Path] = ()
) -> list[str]:
    """Return unique names: equal ones get their modules, or else a number.

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
    """Return the names, equal ones of several modules with what tells their paths apart.

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
    """Return the short forms of the names of values, for boxes; texts use the names themselves.

    A name that begins with a module has shorter forms, with as much of the module as tells them
    apart. A box of several values, which is None here, keeps its name.

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
