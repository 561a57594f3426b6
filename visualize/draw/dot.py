"""Write a scene as DOT text, in one dialect that every Graphviz lays out: boxes, no HTML labels."""

from __future__ import annotations

from collections.abc import Iterator

from visualize.draw.palette import LIGHT, OUTPUT_WIDTH, legend_keys, line_width, looks_of, theme
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
from visualize.scene.compose import Edge, Scene
from visualize.scene.flat import Path
from visualize.text import dot_string

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
