"""DOT text of a scene, boxes that every Graphviz lays out; draw_dot(): micrograd's picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from autograd import Value, topological_order
from autograd.graph import Constant
from visualize.draw.palette import LIGHT, OUTPUT_WIDTH, legend_keys, line_width, looks_of, theme
from visualize.draw.render import RenderError
from visualize.draw.wording import (
    FONT_SIZE,
    LINE,
    PADDING,
    box_size,
    edge_mark,
    local_mark,
    summary,
    words,
)
from visualize.question import as_root
from visualize.scene.compose import Edge, Scene
from visualize.scene.flat import Path
from visualize.text import cut, dot_string, record_field

if TYPE_CHECKING:
    import graphviz

LABEL_COLUMNS = 40  # of draw_dot
POINTS = 72  # an inch; Graphviz takes sizes in inches and one pixel for a point
_LINE_STYLES = {
    "": "solid", "5 3": "dashed", "1 3": "dotted", "9 2": "dashed", "6 2 1 2": "dashed",
}  # fmt: skip


def dot(scene: Scene, *, rankdir: str = "LR", legend: bool = True, clusters: bool = True) -> str:
    """Return the picture of a scene as DOT text; no program is needed.

    `nslimit` and `nslimit1` bound Graphviz's network simplex: without them it runs for minutes on
    graphs where one value is used at many depths (152 nodes: 40 s; with them 0.3 s).
    """
    lines = [
        "digraph {",
        f"  graph [rankdir={rankdir} nslimit=2 nslimit1=2 nodesep=0.15 ranksep=0.4 "
        f'fontname="Courier" fontsize={FONT_SIZE - 1} labelloc=b labeljust=l '
        f"label={dot_string(*_footer(scene, legend))} tooltip={dot_string(summary(scene))}]",
        f'  node [shape=box fixedsize=true fontname="Courier" fontsize={FONT_SIZE} '
        f'fontcolor="{LIGHT.text}"]',
        f'  edge [color="{LIGHT.edge}" arrowsize=0.6 fontname="Courier" fontsize={FONT_SIZE - 2} '
        f'fontcolor="{LIGHT.muted}"]',
        *_clustered(scene, clusters),
        *(_edge(scene, edge) for edge in scene.edges),
        "}\n",
    ]
    return "\n".join(lines)


def _footer(scene: Scene, legend: bool) -> list[str]:
    lines = [scene.title] if scene.title else []
    lines += [summary(scene), *scene.notes]
    if legend:
        lines += [f"{key.words}: {key.meaning}" for key in legend_keys(scene)]
    return lines


def _clustered(scene: Scene, clusters: bool) -> Iterator[str]:
    """Yield the nodes, inside nested clusters each of which is opened once."""
    members: dict[Path, list[int]] = {}
    children: dict[Path, list[Path]] = {(): []}
    for index, node in enumerate(scene.nodes):
        scope = node.scope if clusters else ()
        members.setdefault(scope, []).append(index)
        for depth in range(1, len(scope) + 1):
            path = scope[:depth]
            if path not in children:
                children[path] = []
                children[path[:-1]].append(path)
    looks = looks_of(scene)
    number = 0
    stack: list[Path | None] = [()]  # None closes a cluster
    depth = 0
    while stack:
        current = stack.pop()
        if current is None:
            yield "  " * depth + "}"
            depth -= 1
            continue
        if current:
            depth += 1
            yield (
                "  " * depth + f"subgraph cluster_{number} {{ label={dot_string(current[-1])} "
                f'labelloc=t style="rounded,filled" fillcolor="{LIGHT.cluster}" '
                f'color="{LIGHT.cluster_stroke}" fontcolor="{LIGHT.muted}" '
                f"tooltip={dot_string('/'.join(current))}"
            )
            number += 1
            stack.append(None)
        for index in members.get(current, ()):
            yield "  " * (depth + 1) + _node(scene, index, looks[index], clusters)
        stack.extend(reversed(children[current]))


def _node(scene: Scene, index: int, look: str, clusters: bool) -> str:
    node = scene.nodes[index]
    said = words(scene, node, framed=clusters)
    width, height = box_size(said)
    style = theme(look, LIGHT)
    thickness = max(style.width, OUTPUT_WIDTH if node.is_output else 0)
    first = f"{said.heading}  {said.mark}" if said.mark else said.heading
    return (
        f"n{index} [label={dot_string(first, *said.lines)} "
        f'style="rounded,filled,{_LINE_STYLES[style.dashes]}" fillcolor="{style.fill}" '
        f'color="{style.stroke}" penwidth={thickness:g} '
        f"width={(width + PADDING) / POINTS:.3f} height={(height + LINE / 2) / POINTS:.3f} "
        f"tooltip={dot_string(*said.description)}]"
    )


def _edge(scene: Scene, edge: Edge) -> str:
    mark = edge_mark(scene, edge)
    where = "headlabel" if edge.operand is not None else "label"
    attributes = [f"{where}={dot_string(mark)}"] if mark else []
    local = local_mark(edge)
    if local:
        attributes.append(f"label={dot_string(local)}")
    if edge.count > 1:
        attributes.append(f"penwidth={line_width(edge.count):g}")
    return f"  n{edge.source} -> n{edge.target}" + (
        f" [{' '.join(attributes)}]" if attributes else ""
    )


def draw_dot(
    root: Value,
    format: str = "svg",  # noqa: A002 - micrograd's name for it
    rankdir: str = "LR",
) -> graphviz.Digraph:
    """Draw a graph as micrograd's notebook does: a record per value, a circle per operation.

    Every operand has its edge (x + x has two), numbers are records of their own, and names depend
    on the graph alone. The result renders with Graphviz's `dot` program; `draw` needs none. Raises
    ValueError for a rankdir but LR or TB, TypeError for anything but a Value, and RenderError
    where the graphviz package is missing.

    >>> from autograd import Value
    >>> a = Value(2.0, label="a")
    >>> print(draw_dot(a + a).source.expandtabs(4), end="")
    digraph {
        graph [nslimit=2 nslimit1=2 rankdir=LR]
        v0 [label="{ a | data 2.0000 | grad 0.0000 }" shape=record]
        v1 [label="{ data 4.0000 | grad 0.0000 }" shape=record]
        "v1-op" [label="+"]
        "v1-op" -> v1
        v0 -> "v1-op"
        v0 -> "v1-op"
    }
    """
    _check_words(format, rankdir)
    as_root(root, "draw_dot")
    try:
        import graphviz
    except ImportError as error:
        raise RenderError(
            "draw_dot returns an object of the graphviz package: pip install graphviz; "
            "draw() needs no package"
        ) from error
    # nslimit: without it, dot runs for minutes where one value is used at many depths
    limits = {"rankdir": rankdir, "nslimit": "2", "nslimit1": "2"}
    graph = graphviz.Digraph(format=format, graph_attr=limits)
    number: dict[Value, int] = {}
    for value in topological_order(root):
        name = f"v{len(number)}"
        number[value] = len(number)
        graph.node(name, label=_record(str(value.label), value.data, value.grad), shape="record")
        if value.op is None:
            continue
        circle = f"{name}-op"
        graph.node(circle, label=record_field(value.op.symbol))
        graph.edge(circle, name)
        for position, operand in enumerate(value.args):
            if type(operand) is Constant:
                constant = f"{name}-c{position}"
                graph.node(constant, label=_record("", operand.data, None), shape="record")
                graph.edge(constant, circle)
            else:
                graph.edge(f"v{number[operand]}", circle)
    return graph


def _check_words(format: object, rankdir: object) -> None:  # noqa: A002 - as above
    if not isinstance(format, str):
        raise TypeError(f"draw_dot: format is a name of Graphviz's, such as 'svg', not {format!r}")
    if not isinstance(rankdir, str) or rankdir not in ("LR", "TB"):
        raise ValueError(f"draw_dot: rankdir must be 'LR' or 'TB', not {rankdir!r}")


def _record(label: str, data: float, grad: float | None) -> str:
    fields = [record_field(cut(label, LABEL_COLUMNS))] if label else []
    fields.append(f"data {data:.4f}")
    if grad is not None:
        fields.append(f"grad {grad:.4f}")
    return "{ " + " | ".join(fields) + " }"
