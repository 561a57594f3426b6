"""A slice of a graph as a scene: some values, the ways between them, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import NamedTuple

from autograd import Value
from autograd.graph import Constant
from autograd.reverse import local_derivatives
from visualize.scene.compose import Edge, Node, Scene, group_node, value_node
from visualize.scene.flat import FlatGraph, short_names
from visualize.scene.gradient import Gradient, gradient_of, largest, recorded

MOST_BOXES = 30  # legible at a glance
FEW = 16  # values of a graph that is drawn whole
NEAR = 2  # steps around important values whose values have boxes of their own


class _Gap(NamedTuple):
    """Values of a way that share a box, between the values that the way has around them."""

    upper: Value
    lower: Value
    between: tuple[Value, ...]


def slice_of(
    graph: FlatGraph,
    names: Mapping[Value, str],
    ways: Sequence[Sequence[Value]],
    important: Iterable[Value],
    gradients: Mapping[Value, float] | None,
    *,
    title: str = "",
    notes: Sequence[str] = (),
) -> Scene:
    """Return a scene of at most 30 boxes: the `important` values and the `ways` that join them.

    A way leads from a value down through its operands. Its values far from all important ones share
    a box. An operand that is not drawn is written as a number in the box that uses
    it. A graph of few values is drawn whole. Boxes without a label are headed by the name in
    `names`, by which a text can speak of them. Each value shows its gradient in `gradients`;
    those not among them were not reached, and without `gradients` none is known.

    >>> from autograd import Value
    >>> from visualize.scene.flat import flatten, names_of
    >>> x = Value(2.0, label="x")
    >>> chain = [x]
    >>> for _ in range(50):
    ...     chain.append(chain[-1] * Value(0.5))
    >>> graph = flatten([chain[-1]])
    >>> scene = slice_of(graph, names_of(graph), [chain[::-1]], [chain[-1], x], None)
    >>> len(scene.nodes), [node.group.count for node in scene.nodes if node.group]
    (7, [45])
    """
    wanted = list(dict.fromkeys([*important, *(graph.values if len(graph) <= FEW else ())]))
    number = {value: position for position, value in enumerate(graph.values)}
    for most in range(MOST_BOXES, 0, -2):
        kept = _kept(wanted, ways, most)
        gaps = list(_gaps(ways, kept))
        if len(kept) + len(gaps) <= MOST_BOXES:
            break
    order: list[Value | _Gap] = sorted(
        [*kept, *gaps],
        key=lambda item: (
            number[item.upper] - 0.5 if isinstance(item, _Gap) else number.get(item, -1)
        ),
    )
    index = {item: position for position, item in enumerate(order)}
    outputs = {graph.values[output] for output in graph.outputs}
    shown = (
        dict(zip(graph.values, recorded(graph, gradients), strict=True))
        if gradients is not None
        else dict.fromkeys(graph.values, Gradient("pending", 0.0))
    )
    for value in order:  # one that is not in the graph
        if isinstance(value, Value):
            shown.setdefault(value, gradient_of(False, 0.0, gradients is None))
    nodes = [_node(item, names, shown, index, gaps) for item in order]
    nodes = [
        replace(node, is_output=item in outputs) for node, item in zip(nodes, order, strict=True)
    ]
    alone = [None if isinstance(item, _Gap) else item for item in order]
    shorts = short_names([node.name for node in nodes], alone)
    return Scene(
        nodes=tuple(
            node if node.group else replace(node, short=short)
            for node, short in zip(nodes, shorts, strict=True)
        ),
        edges=tuple(_edges(order, nodes, index)),
        values=len(graph),
        uses=sum(map(len, graph.operands)),
        notes=(*notes, *_notes(graph, kept, gaps)),
        title=title,
    )


def _kept(important: Sequence[Value], ways: Sequence[Sequence[Value]], most: int) -> set[Value]:
    """Return the values drawn alone: important ones, where ways part, and the nearest to them."""
    kept = set(important[:most])
    onward: dict[Value, Value] = {}
    for upper, lower in chain.from_iterable(map(pairwise, ways)):
        if onward.setdefault(upper, lower) is not lower and len(kept) < most:
            kept.add(upper)
    nearness: dict[Value, int] = {}
    for way in ways:
        for steps in (way, way[::-1]):
            distance = NEAR + 1
            for value in steps:
                distance = 0 if value in kept else distance + 1
                nearness[value] = min(distance, nearness.get(value, distance))
    near = sorted((v for v in nearness if nearness[v] <= NEAR), key=nearness.__getitem__)
    kept.update([value for value in near if value not in kept][: max(0, most - len(kept))])
    for gap in _gaps(ways, kept):
        if len(gap.between) == 1:  # a box as well
            kept.update(gap.between)
    return kept


def _gaps(ways: Sequence[Sequence[Value]], kept: set[Value]) -> Iterator[_Gap]:
    """Yield the gaps between two drawn values of a way, each pair of them once."""
    seen: set[tuple[Value, Value]] = set()
    for way in ways:
        upper: Value | None = None
        between: list[Value] = []
        for value in way:
            if value not in kept:
                between.append(value)
                continue
            if upper is not None and between and (upper, value) not in seen:
                seen.add((upper, value))
                yield _Gap(upper, value, tuple(between))
            upper, between = value, []


def _node(
    item: Value | _Gap,
    names: Mapping[Value, str],
    shown: Mapping[Value, Gradient],
    index: Mapping[Value | _Gap, int],
    gaps: Sequence[_Gap],
) -> Node:
    if isinstance(item, _Gap):
        name = f"{names[item.between[-1]]} to {names[item.between[0]]}"
        gradient = largest([shown[value] for value in item.between])
        return group_node(item.between, name, "on the way", gradient)
    below = {gap.between[0]: index[gap] for gap in gaps if gap.upper is item}
    operands = tuple(
        below.get(operand, index.get(operand, Constant(operand.data))) for operand in item.args
    )
    return value_node(item, names[item], operands, shown[item])


def _edges(
    order: Sequence[Value | _Gap], nodes: Sequence[Node], index: Mapping[Value | _Gap, int]
) -> Iterator[Edge]:
    for target, item in enumerate(order):
        if isinstance(item, _Gap):
            yield Edge(index[item.lower], target, None, 1)
            continue
        slopes = local_derivatives(item)
        for gap in order:
            if isinstance(gap, _Gap) and gap.upper is item:
                yield Edge(index[gap], target, None, item.args.count(gap.between[0]))
        for position, operand in enumerate(nodes[target].operands):
            if isinstance(operand, int) and not nodes[operand].group:
                yield Edge(operand, target, position, 1, slopes[position])


def _notes(graph: FlatGraph, kept: set[Value], gaps: Sequence[_Gap]) -> Iterator[str]:
    if len(kept) < len(graph):
        more = " × says how many values a box stands for." if gaps else ""
        yield (
            f"A slice of {len(graph):,} values. Operands that are not drawn are written as "
            f"numbers.{more}"
        )
