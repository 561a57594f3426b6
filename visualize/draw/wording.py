"""The words of a picture, in every format: those of a box, its size, a line about the whole.

Sizes come from column counts alone, so that a picture is the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from visualize.digits import counted, exact, significant
from visualize.draw.formula import formula, operator
from visualize.escape import columns, cut, printable
from visualize.scene.facts import Group, Node, Scene

__all__ = [
    "COLUMN",
    "FONT_SIZE",
    "LABEL_COLUMNS",
    "LINE",
    "MARGIN",
    "PADDING",
    "SMALL",
    "Words",
    "box_size",
    "summary",
    "text_width",
    "words",
]

HEADING_COLUMNS = 24
DESCRIPTION_COLUMNS = 240
LABEL_COLUMNS = 4000  # a whole label, short of an attack

FONT_SIZE = 11
COLUMN = 6.62  # 0.602 em: the widest of the usual monospaced fonts (DejaVu Sans Mono, Menlo)
SMALL = 10  # font size of everything but boxes
LINE = 14
PADDING = 10
MARGIN = 12  # around the picture
LEAST_COLUMNS = 10


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a box: `heading` left and `mark` right in the first line, then `lines`."""

    heading: str
    mark: str
    lines: tuple[str, ...]
    description: tuple[str, ...]  # every digit and the whole label, for tooltips and readers


def words(scene: Scene, node: Node, *, framed: bool = True) -> Words:
    """Return the words of a node's box, `framed` by its module where it has one."""
    if node.group:
        return _group_words(node, node.group)
    operation = operator(node)
    framed = framed and bool(node.scope)
    heading, mark = node.short.own if framed else node.short.full, operation
    if node.copy_of is not None:
        mark = "again"
    heading = cut(heading, HEADING_COLUMNS)
    lines = (f"data {significant(node.data)}", node.gradient.short)
    label = cut(printable(node.label), LABEL_COLUMNS)
    name = label if len(label) > len(node.name) else node.name
    made = cut(formula(scene, node, framed=framed), DESCRIPTION_COLUMNS)
    description = [
        f"{name} = {made}" if made else name,
        f"data {exact(node.data)}",
        node.gradient.full,
    ]
    if node.scope and node.name == node.short.own:
        description.append("in " + cut(printable("/".join(node.scope)), DESCRIPTION_COLUMNS))
    if node.line:
        description.append("made at " + cut(printable(node.line), DESCRIPTION_COLUMNS))
    if node.is_output:
        description.append("output")
    return Words(heading, cut(mark, HEADING_COLUMNS), lines, tuple(description))


def _group_words(node: Node, group: Group) -> Words:
    low, high = significant(group.low), significant(group.high)
    span = f"data {low} … {high}" if low != high else f"data {low}"
    if not isfinite(group.low):
        span = "data nan or inf"
    elif group.not_finite:
        span += f", {group.not_finite:,} nan or inf"
    short = node.gradient.short
    largest = "largest " + short if node.gradient.value else short
    operations = ", ".join(f"{name} ×{count:,}" for name, count in group.operations)
    title = printable(group.title)
    description = (
        cut("/".join((*map(printable, node.scope), title)), DESCRIPTION_COLUMNS),
        cut(f"{counted(group.count, 'value')}: {operations}", DESCRIPTION_COLUMNS),
        f"data from {exact(group.low)} to {exact(group.high)}",
        "largest " + node.gradient.full if node.gradient.value else node.gradient.full,
    )
    heading = cut(title, HEADING_COLUMNS + 8)
    return Words(heading, f"×{group.count:,}", (span, largest), description)


def box_size(box: Words) -> tuple[int, int]:
    """Return the width and height of a box."""
    first = columns(box.heading) + (columns(box.mark) + 2 if box.mark else 0)
    widest = max(first, LEAST_COLUMNS, *map(columns, box.lines))
    return round(widest * COLUMN + 2 * PADDING), (1 + len(box.lines)) * LINE + PADDING


def text_width(text: str, font_size: float = FONT_SIZE) -> float:
    """Return the width of a line of text."""
    return columns(text) * COLUMN * font_size / FONT_SIZE


def summary(scene: Scene) -> str:
    """Return one line about the whole picture.

    >>> from autograd import Value
    >>> from visualize.scene.flat import flatten
    >>> from visualize.scene.compose import compose
    >>> a = Value(2.0, label="a")
    >>> summary(compose(flatten([a * a])))
    '2 values, 2 edges; output v1 = 4; no gradient yet'
    """
    parts = [f"{counted(scene.values, 'value')}, {counted(scene.uses, 'edge')}"]
    outputs = [node for node in scene.nodes if node.is_output and not node.group]
    shown = ", ".join(f"{node.name} = {significant(node.data)}" for node in outputs[:3])
    if outputs:
        more = ", …" if len(outputs) > 3 else ""
        parts.append(f"output{'s' if len(outputs) > 1 else ''} {shown}{more}")
    states = {node.gradient.state for node in scene.nodes}
    steepest = max(scene.nodes, key=lambda node: (node.gradient.size, bool(node.label)))
    if steepest.gradient.size:
        parts.append(f"largest gradient {significant(steepest.gradient.value)} at {steepest.name}")
    elif states <= {"pending"}:
        parts.append("no gradient yet")
    bad = sum(node.gradient.state in ("nan", "infinite") for node in scene.nodes)
    if bad:
        parts.append(f"{counted(bad, 'gradient')} nan or infinite")
    return "; ".join(parts)
