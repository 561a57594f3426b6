"""snapshot(): a graph as it is now, to compare it with later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograd import Value
from visualize.draw.text import text
from visualize.draw.wording import summary
from visualize.question import as_roots
from visualize.scene.compose import Node, Scene, compose
from visualize.scene.flat import flatten


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Snapshot:
    """A graph with the data and gradients that it had: later changes do not reach it.

    `scene` holds the facts, a node per value, operands before consumers; `values` are the Values
    themselves, in the same order, and `outputs` the numbers of those that were asked for.
    """

    scene: Scene
    values: tuple[Value, ...]
    outputs: tuple[int, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The facts of every value."""
        return self.scene.nodes

    @property
    def text(self) -> str:
        """The listing of the graph as it was."""
        return text(self.scene)

    def __repr__(self) -> str:
        return f"<Snapshot of {summary(self.scene)}>"


def snapshot(root: Value | Iterable[Value]) -> Snapshot:
    """Keep the graph under a Value, or under several, with its data and gradients as they are now.

    A step of training changes parameters, `forward()` and `backward()` change everything else in
    place: compare the snapshot from before with the graph from after by `diff`. It keeps the
    Values alive. Raises TypeError for anything but Values, ValueError for an empty list.

    >>> from autograd import Value
    >>> from visualize import snapshot
    >>> w = Value(2.0, label="w")
    >>> before = snapshot(w * 3)
    >>> w.data = 5.0
    >>> print(before.text)
    # 2 values, 1 edge; output v1 = 6; no gradient yet
    w  = leaf   data 2  no gradient yet
    v1 = w × 3  data 6  no gradient yet  output
    """
    return frozen(root, "snapshot: root")


def frozen(given: object, argument: str) -> Snapshot:
    """Return the snapshot of a user's `argument`; of a Snapshot, itself."""
    if isinstance(given, Snapshot):
        return given
    outputs = as_roots(given, argument, "a Value, a list of Values or a Snapshot")
    graph = flatten(outputs)
    number = {value: position for position, value in enumerate(graph.values)}
    unique = dict.fromkeys(number[output] for output in outputs)
    return Snapshot(compose(graph), tuple(graph.values), tuple(unique))
