"""Write a difference as a listing of bounded length, for terminals and logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from visualize.compare.change import Change, arrow
from visualize.compare.snapshot import Snapshot
from visualize.digits import counted, significant
from visualize.escape import columns, cut, printable
from visualize.formats.formula import formula
from visualize.scene.facts import Node, Scene

__all__ = ["Compared", "listing"]

MOST_LINES = 20  # of each kind
MOST_OUTPUTS = 3
MADE_COLUMNS = 60
WIDEST_CELL = 40  # a longer one pushes its line out, not the whole listing

Row = tuple[str, str, str, str]  # name with its mark, how it was made, data, gradient and the rest


class Compared(Protocol):
    """What the listing needs of a difference."""

    before: Snapshot
    after: Snapshot
    added: tuple[Node, ...]
    removed: tuple[Node, ...]
    changed: tuple[Change, ...]

    @property
    def summary(self) -> str:
        """The counts."""


def listing(difference: Compared) -> str:
    """Return the listing: what was added, removed and changed, the largest change first."""
    before, after = difference.before, difference.after
    lines = [
        f"# {counted(len(before.nodes), 'value')}, then {len(after.nodes):,}: {difference.summary}",
        *_outputs(before, after),
        *(f"# before: {note}" for note in before.scene.notes),
        *(f"# after: {note}" for note in after.scene.notes),
    ]
    if before.values == after.values and not difference.changed:
        lines.append(
            "# Both are one graph as it is now; keep snapshot(root) before a step to compare with."
        )
    sections = (
        [_row("+", after.scene, node) for node in difference.added[:MOST_LINES]],
        [_row("-", before.scene, node) for node in difference.removed[:MOST_LINES]],
        [_change_row(change) for change in difference.changed[:MOST_LINES]],
    )
    widths = _widths(row for section in sections for row in section)
    totals = (len(difference.added), len(difference.removed), len(difference.changed))
    for section, total, what in zip(sections, totals, ("added", "removed", "changed"), strict=True):
        lines += [_line(row, widths) for row in section]
        if total > len(section):
            lines.append(f"... and {total - len(section):,} more {what}")
    return "\n".join(lines) + "\n"


def _outputs(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Yield what became of each output."""
    if len(before.outputs) != len(after.outputs):
        return
    pairs = list(zip(before.outputs, after.outputs, strict=True))
    for number_before, number_after in pairs[:MOST_OUTPUTS]:
        old, new = before.nodes[number_before], after.nodes[number_after]
        if old.name == new.name:
            yield f"# output {new.name}: {arrow('', old.data, new.data)}"
        else:
            yield (
                f"# output {old.name} = {significant(old.data)}, "
                f"then {new.name} = {significant(new.data)}"
            )
    if len(pairs) > MOST_OUTPUTS:
        yield f"# ... and {len(pairs) - MOST_OUTPUTS:,} more outputs"


def _row(mark: str, scene: Scene, node: Node) -> Row:
    made = cut(formula(scene, node) or "leaf", MADE_COLUMNS)
    rest = node.gradient.short + _scope(node)
    return f"{mark} {node.name}", made, f"data {significant(node.data)}", rest


def _change_row(change: Change) -> Row:
    rest = change.gradient_text
    if change.made_before != change.made_after:
        rest += f"  was {cut(change.made_before, MADE_COLUMNS)}"
    if change.before.label != change.after.label:
        rest += f"  was {cut(printable(change.before.label), MADE_COLUMNS) or 'without a label'}"
    made = cut(change.made_after, MADE_COLUMNS)
    return f"~ {change.name}", made, change.data_text, rest + _scope(change.after)


def _scope(node: Node) -> str:
    return "  in " + printable("/".join(node.scope)) if node.scope else ""


def _widths(rows: Iterable[Row]) -> list[int]:
    widths = [0, 0, 0]
    for row in rows:
        for cell, text in enumerate(row[:3]):
            width = columns(text)
            if widths[cell] < width <= WIDEST_CELL:
                widths[cell] = width
    return widths


def _line(row: Row, widths: Sequence[int]) -> str:
    name, made, data = (
        text + " " * (width - columns(text)) for text, width in zip(row[:3], widths, strict=True)
    )
    return f"{name} = {made}  {data}  {row[3]}"
