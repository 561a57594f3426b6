"""What a box says: its heading, its lines and its full description, for every format alike."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from visualize.digits import counted, exact, significant
from visualize.escape import cut, printable
from visualize.formats.formula import formula, operator
from visualize.scene.facts import Group, Node, Scene

__all__ = ["Words", "words"]

HEADING_COLUMNS = 24
DESCRIPTION_COLUMNS = 240
LABEL_COLUMNS = 4000  # a whole label, short of an attack


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a box: `heading` left and `mark` right in the first line, then `lines`."""

    heading: str
    mark: str
    lines: tuple[str, ...]
    description: tuple[str, ...]  # every digit and the whole label, for tooltips and readers


def words(scene: Scene, node: Node, *, framed: bool = True) -> Words:
    """Return what the box of a node says, `framed` by its module where it has one."""
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
