"""Two graphs in one picture: common nodes once, added and removed ones beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeGuard

from autograd import Primitive
from autograd.graph import Constant
from visualize.compare.change import Change
from visualize.compare.matching import NONE, Pairing
from visualize.compare.snapshot import Snapshot
from visualize.draw.drawing import Drawing
from visualize.scene.collapse import Boxes, collapsed
from visualize.scene.compose import Edge, Node, Scene, compose, with_copies
from visualize.scene.flat import Graph, Short, flatten
from visualize.scene.gradient import Gradient

MOST_BOXES = 150

Status = Literal["added", "removed", "changed", "same"]
MARKS: dict[Status, str] = {"added": "+", "removed": "−", "changed": "~"}
NOTE = "+ added, − removed, ~ changed; numbers of removed values are from before, all others after."


@dataclass(slots=True, eq=False)
class _Still:
    """A value of either graph as it was, to be drawn in a graph of both."""

    op: Primitive | None
    data: float
    gradient: Gradient
    name: str
    short: Short
    label: str
    scope: str
    line: str
    status: Status
    args: tuple[_Still | Constant, ...] = ()
    removed: tuple[_Still, ...] = ()  # operands that the operation no longer has

    @property
    def has_grad(self) -> bool:
        return self.gradient.state not in ("pending", "unreached", "earlier")


def picture(
    before: Snapshot, after: Snapshot, pairs: Pairing, changes: Sequence[Change], title: str
) -> Drawing:
    """Return the drawing of both graphs; of more than 150 values several share a box."""
    graph = _union(before, after, pairs, {change.name for change in changes})
    boxes = collapsed(graph, MOST_BOXES) if len(graph) > MOST_BOXES else None
    if boxes:
        boxes = replace(boxes, titles=_counted(graph, boxes))
    stills = graph.values
    scene = compose(
        graph,
        boxes,
        title=title,
        gradients=[still.gradient for still in stills],
        names=[still.name for still in stills],
    )
    return Drawing(
        with_copies(_marked(scene, stills)),
        rankdir="LR",
        engine="auto",
        legend=True,
        clusters=True,
    )


def _union(before: Snapshot, after: Snapshot, pairs: Pairing, changed: set[str]) -> Graph[_Still]:
    """Return one graph of both: the second, and the nodes that only the first one has."""
    new = [
        _still(after, number, _status(node, pairs.before_of[number], changed))
        for number, node in enumerate(after.nodes)
    ]
    old = [
        new[partner] if partner != NONE else _still(before, number, "removed")
        for number, partner in enumerate(pairs.after_of)
    ]
    for still, node in zip(new, after.nodes, strict=True):
        still.args = _operands(node, new)
    for still, node in zip(old, before.nodes, strict=True):
        operands = _operands(node, old)
        if still.status == "removed":
            still.args = operands
        else:
            still.removed = tuple(dict.fromkeys(o for o in operands if _is_removed(o)))
    outputs = [new[number] for number in after.outputs]
    outputs += [old[number] for number in before.outputs if _is_removed(old[number])]
    for still in new:
        still.args += still.removed
    graph = flatten(outputs)
    for still in new:
        still.args = still.args[: len(still.args) - len(still.removed)]
    return graph


def _still(graph: Snapshot, number: int, status: Status) -> _Still:
    node = graph.nodes[number]
    return _Still(
        op=graph.values[number].op,
        data=node.data,
        gradient=node.gradient,
        name=node.name,
        short=node.short,
        label=node.label,
        scope="/".join(node.scope),
        line=node.line,
        status=status,
    )


def _status(node: Node, partner: int, changed: set[str]) -> Status:
    if partner == NONE:
        return "added"
    return "changed" if node.name in changed else "same"


def _operands(node: Node, stills: Sequence[_Still]) -> tuple[_Still | Constant, ...]:
    return tuple(o if isinstance(o, Constant) else stills[o] for o in node.operands)


def _is_removed(operand: _Still | Constant) -> TypeGuard[_Still]:
    return isinstance(operand, _Still) and operand.status == "removed"


def _counted(graph: Graph[_Still], boxes: Boxes) -> dict[int, str]:
    """Return the titles of boxes with how many of their values were added, removed, changed."""
    counts: dict[int, Counter[str]] = {}
    for box, still in zip(boxes.of_value, graph.values, strict=True):
        counts.setdefault(box, Counter())[MARKS.get(still.status, "")] += 1
    titles = {}
    for box, title in boxes.titles.items():
        said = [f"{mark}{counts[box][mark]:,}" for mark in MARKS.values() if counts[box][mark]]
        titles[box] = " ".join((title, *said))
    return titles


def _marked(scene: Scene, stills: Sequence[_Still]) -> Scene:
    """Return the scene with marks before the names of changed nodes, and lines to removed ones."""
    by_name = {still.name: still for still in stills}
    nodes = []
    number: dict[_Still, int] = {}
    for node in scene.nodes:
        still = None if node.group else by_name.get(node.name)
        if still is None:
            nodes.append(node)
            continue
        number[still] = len(nodes)
        own, full = still.short
        if still.status in MARKS:
            own, full = f"{MARKS[still.status]} {own}", f"{MARKS[still.status]} {full}"
        nodes.append(replace(node, short=Short(own, full)))
    edges = [
        Edge(number[removed], target, None, 1)
        for still, target in number.items()
        for removed in still.removed
        if removed in number
    ]
    return replace(
        scene,
        nodes=tuple(nodes),
        edges=tuple(sorted((*scene.edges, *edges), key=lambda edge: edge.target)),
        notes=(NOTE, *scene.notes),
    )
