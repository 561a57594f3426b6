"""The scene of a graph, the neutral picture that every format draws: no places, no colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite, isinf, isnan, nan
from typing import Any

from autograd.graph import Constant
from autograd.reverse import local_derivatives
from visualize.boxes import Link, boxes_in_order, copied, links
from visualize.scene.collapse import Boxes
from visualize.scene.flat import (
    NAME_COLUMNS,
    UNNAMED,
    Drawable,
    Graph,
    Path,
    Short,
    name_in_words,
    outside_of_home,
    short_names,
    unique_names,
)
from visualize.scene.gradient import Gradient, largest_size, recorded, shown_for_many
from visualize.text import cut, printable


@dataclass(frozen=True, slots=True)
class Range:
    """The range of the finite ones of some numbers, nan if there are none; and the others."""

    low: float
    high: float
    infinite: int
    nan: int


@dataclass(frozen=True, slots=True)
class Group:
    """Many values in one box."""

    title: str
    count: int
    operations: tuple[tuple[str, int], ...]  # most frequent first; leaves are "leaf"
    data: Range


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
    operation: str = ""  # what it is called; none at leaves and groups
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
        return largest_size([node.gradient for node in self.nodes])


def compose(
    graph: Graph[Any],
    boxes: Boxes | None = None,
    *,
    title: str = "",
    derivatives: bool = False,
    gradients: Sequence[Gradient] | None = None,
    names: Sequence[str] = (),
) -> Scene:
    """Return the scene of a graph, each value in a box of its own unless `boxes` says otherwise.

    The boxes must form no cycle. With `derivatives` the edges between values carry local
    derivatives. `gradients` stand in for those that the values hold, and unique `names` for theirs;
    a graph of anything but Values needs both.
    """
    if gradients is None:
        gradients = recorded(graph)
    box_of = boxes.of_value if boxes else list(range(len(graph)))
    members: dict[int, list[int]] = {}
    for value, box in enumerate(box_of):
        members.setdefault(box, []).append(value)
    order = boxes_in_order(graph.operands, box_of, len(members))
    if len(order) < len(members):
        raise ValueError("the boxes of a picture must form no cycle")
    index = {box: position for position, box in enumerate(order)}
    of_value = [index[box] for box in box_of]
    inside_of = [members[box] for box in order]
    titles = [boxes.titles[box] if boxes and len(members[box]) > 1 else "" for box in order]
    frames = boxes.frames if boxes else graph.scopes
    unique = _names(graph, inside_of, titles, frames, names)
    alone = [graph.values[inside[0]] if len(inside) == 1 else None for inside in inside_of]
    shorts = short_names(unique, alone)
    outputs = set(graph.outputs)
    nodes: list[Node] = []
    local: list[tuple[float | None, ...]] = []
    for inside, name, short, heading in zip(inside_of, unique, shorts, titles, strict=True):
        number = inside[0]
        if len(inside) > 1:
            values = [graph.values[value] for value in inside]
            shown = shown_for_many([gradients[value] for value in inside])
            node = group_node(values, name, heading, shown, scope=frames[number])
            local.append(())
        else:
            used = iter(graph.operands[number])
            operands = tuple(
                operand if type(operand) is Constant else of_value[next(used)]
                for operand in graph.values[number].args
            )
            node = value_node(
                graph.values[number],
                name,
                operands,
                gradients[number],
                scope=frames[number],
                short=short,
            )
            local.append(local_derivatives(graph.values[number]) if derivatives else ())
        nodes.append(node if outputs.isdisjoint(inside) else replace(node, is_output=True))
    return Scene(
        nodes=tuple(nodes),
        edges=tuple(_edges(links(graph.operands, of_value, len(order)), nodes, local)),
        values=len(graph),
        uses=sum(map(len, graph.operands)),
        notes=tuple(_notes(graph, len(nodes), boxes.how if boxes else "", gradients)),
        title=title,
    )


def with_copies(scene: Scene) -> Scene:
    """Return the scene with a copy of each much-used leaf for every few levels that use it.

    A value shared by all steps of a recurrence has a line to each of them; their total length
    grows with the square of the steps, which also makes Graphviz slow.
    """
    is_leaf = [not node.operation and not node.group for node in scene.nodes]
    made = copied(is_leaf, [(edge.source, edge.target) for edge in scene.edges])
    if len(made.boxes) == len(scene.nodes):
        return scene
    first = {old: new for new, (old, level) in enumerate(made.boxes) if level < 0}
    operands = [
        [first[used] if type(used) is int else used for used in scene.nodes[old].operands]
        for old, _ in made.boxes
    ]
    edges = [
        replace(scene.edges[number], source=source, target=target)
        for number, source, target in made.edges
    ]
    for edge in edges:
        if edge.operand is not None:
            operands[edge.target][edge.operand] = edge.source
    nodes = [
        replace(
            scene.nodes[old],
            copy_of=None if level < 0 else first[old],
            operands=tuple(used),
        )
        for (old, level), used in zip(made.boxes, operands, strict=True)
    ]
    return replace(scene, nodes=tuple(nodes), edges=tuple(edges))


def value_node(
    value: Drawable,
    name: str,
    operands: tuple[int | Constant, ...],
    gradient: Gradient,
    *,
    scope: Path = (),
    short: Short = UNNAMED,
) -> Node:
    """Return the box of one value."""
    row = value.op
    return Node(
        name=name,
        label=str(value.label),
        operation=row.called if row else "",
        symbol=row.symbol if row else "",
        variadic=bool(row and row.variadic),
        symmetric=bool(row and row.symmetric),
        operands=operands,
        data=value.data,
        gradient=gradient,
        scope=scope,
        short=short,
        line=value.line,
    )


def group_node(
    values: Sequence[Drawable], name: str, title: str, gradient: Gradient, *, scope: Path = ()
) -> Node:
    """Return the box of several values, with the range of their data."""
    return Node(
        name=name,
        label=title,
        data=nan,
        gradient=gradient,
        scope=scope,
        group=Group(
            title,
            len(values),
            tuple(kinds_of([value.op.described if value.op else "leaf" for value in values])),
            range_of([value.data for value in values]),
        ),
    )


def kinds_of(names: Sequence[str]) -> list[tuple[str, int]]:
    """Return how often each name occurs, the most frequent first; pages have this as a script.

    >>> kinds_of(["mul", "leaf", "add", "mul"])
    [('mul', 2), ('add', 1), ('leaf', 1)]
    """
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    kinds = [(name, counts[name]) for name in sorted(counts)]
    kinds.sort(key=lambda kind: -kind[1])
    return kinds


def range_of(numbers: Sequence[float]) -> Range:
    """Return the range of some numbers; pages have this as a script.

    >>> range_of([2.0, float("inf"), -1.0])
    Range(low=-1.0, high=2.0, infinite=1, nan=0)
    """
    finite = [number for number in numbers if isfinite(number)]
    return Range(
        min(finite, default=float("nan")),
        max(finite, default=float("nan")),
        len([number for number in numbers if isinf(number)]),
        len([number for number in numbers if isnan(number)]),
    )


def _edges(
    found: Sequence[Link],
    nodes: Sequence[Node],
    local: Sequence[tuple[float | None, ...]],
) -> Iterator[Edge]:
    """Yield the edges of a scene: one per operand between values, one per pair at a group."""
    places = [
        [place for place, operand in enumerate(node.operands) if isinstance(operand, int)]
        for node in nodes
    ]
    for link in found:
        source, target = link.source, link.target
        if nodes[source].group or nodes[target].group:
            yield Edge(source, target, None, len(link.uses))
            continue
        [(_, use)] = link.uses
        if use < len(places[target]):  # a comparison counts operands that an operation has lost
            operand = places[target][use]
            slope = local[target][operand] if local[target] else None
            yield Edge(source, target, operand, 1, slope)


def _names(
    graph: Graph[Drawable],
    boxes: list[list[int]],
    titles: list[str],
    frames: Sequence[Path],
    given: Sequence[str],
) -> list[str]:
    """Return the unique names of boxes: those `given` to single values, or their own."""
    names: list[str] = []
    paths: list[Path] = []
    for [first, *others], title in zip(boxes, titles, strict=True):
        value = graph.values[first]
        if others:
            names.append(cut(printable("/".join((*frames[first][-1:], title))), NAME_COLUMNS))
        else:
            names.append(given[first] if given else name_in_words(value))
        paths.append(() if others or given else outside_of_home(value, graph.scopes[first]))
    return unique_names(names, [inside[0] for inside in boxes], paths)


def _notes(
    graph: Graph[Drawable], boxes: int, how: str, gradients: Sequence[Gradient]
) -> Iterator[str]:
    """Yield the notes that a reader needs to read the picture right."""
    if boxes < len(graph):
        yield (
            f"Collapsed: {len(graph):,} values in {boxes:,} boxes ({how}). × says how many "
            "values or edges one stands for; a box of several shows its largest gradient."
        )
    if any(gradient.state == "earlier" for gradient in gradients):
        if any(graph.values[output].has_grad for output in graph.outputs):
            yield (
                "A leaf was changed after this graph was computed: data and gradients belong to "
                "its old number. forward(), then backward(), renews them."
            )
        else:
            yield "No backward pass from this output yet: gradients shown come from earlier ones."
    elif any(g.remark and g.state != "zero" for g in gradients):
        yield (
            "Leaves hold more than one pass from here gives: gradients add up until zero_grad()."
        )
