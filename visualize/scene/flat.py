"""The graph under some outputs as numbered lists, made in one iterative walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from autograd import Primitive, Value, topological_order
from autograd.graph import Constant

__all__ = ["Drawable", "FlatGraph", "Graph", "flatten"]

Path = tuple[str, ...]


class Drawable(Protocol):
    """The facts of a value that a picture shows; a Value has them, and so has a value as it was."""

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
    """The values of a graph, operands before consumers, and how they hang together.

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
