"""The neutral picture of a graph, which every format draws: facts without places or colours."""

from __future__ import annotations

from dataclasses import dataclass

from autograd.graph import Constant
from visualize.scene.flat import Path
from visualize.scene.gradient import Gradient
from visualize.scene.names import UNNAMED, Short

__all__ = ["Edge", "Group", "Node", "Scene"]


@dataclass(frozen=True, slots=True)
class Group:
    """Many values in one box."""

    title: str
    count: int
    operations: tuple[tuple[str, int], ...]  # most frequent first; leaves are "leaf"
    low: float  # the range of the finite data; nan if there are none
    high: float
    not_finite: int
    undefined: int  # of these: nan


@dataclass(frozen=True, slots=True)
class Node:
    """One box: a value or a group of values.

    `operands` are in order: an int is the index of a node in the scene, a Constant a number
    written in the box. Of a group, `data` is nan and `gradient` the largest inside.
    """

    name: str  # unique in the scene: the label where it is, else v and a number
    label: str  # as the user wrote it; the title of a group
    data: float
    gradient: Gradient
    scope: Path
    operation: str = ""  # the name of the row; none at leaves and groups
    symbol: str = ""
    variadic: bool = False
    symmetric: bool = False  # operands may change places, so that edges need no numbers
    operands: tuple[int | Constant, ...] = ()
    is_output: bool = False
    group: Group | None = None
    copy_of: int | None = None  # a leaf drawn again: the index of the first drawing
    short: Short = UNNAMED  # of the name, for boxes
    line: str = ""  # of the user's program, as "file:line"; "" where it was not recorded


@dataclass(frozen=True, slots=True)
class Edge:
    """A use of one node by another."""

    source: int
    target: int
    operand: int | None  # the position among the operands; None at a group
    count: int  # how many uses the edge stands for
    local: float | None = None  # the derivative of target by source, where it is to be shown


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture before it has a form. Nodes are in topological order."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    values: int  # of the whole graph, drawn one by one or not
    uses: int  # operand uses of the whole graph
    notes: tuple[str, ...]
    title: str

    @property
    def largest_gradient(self) -> float:
        """The largest finite |gradient|; 0.0 where there is none."""
        return max(node.gradient.size for node in self.nodes)
