"""diff(): what was added to a graph, what was removed, and what changed most."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from typing import Any

from autograd import Value
from autograd.files import as_path
from autograd.graph import Constant
from autograd.runtime import computed
from visualize.compare.change import Change, Scale, arrow, equal, size_of
from visualize.compare.matching import NONE, Pairing, matched, renamed
from visualize.compare.picture import picture
from visualize.compare.snapshot import Snapshot, frozen
from visualize.draw.drawing import Drawing
from visualize.draw.wording import formula
from visualize.question import Result
from visualize.scene.compose import Node, Scene
from visualize.text import aligned, counted, cut, printable, significant

MOST_LINES = 20  # of each kind
MOST_OUTPUTS = 3
MADE_COLUMNS = 60
WIDEST_CELL = 40  # a longer one pushes its line out, not the whole listing
Row = tuple[str, str, str, str]  # name with its mark, how it was made, data, gradient and the rest


def diff(
    a: Value | Iterable[Value] | Snapshot, b: Value | Iterable[Value] | Snapshot
) -> Difference:
    """Compare two graphs, or two steps of a training: what was added, removed, changed most.

    A Value (or a list of Values) stands for its graph as it is now. `forward()`, `backward()` and
    a step of an optimizer change a graph in place: keep `snapshot(root)` from before. Nodes are
    matched by identity, by labels, by their operations and operands, and by what uses them, so
    that a node put in between leaves those around it the same. Changes are ordered by their size
    as a part of the largest data, or the largest gradient, of both graphs. Raises TypeError for
    anything but Values and Snapshots.

    >>> from autograd import Value
    >>> from visualize import diff, snapshot
    >>> w = Value(2.0, label="w")
    >>> loss = (w - 3) ** 2
    >>> loss.backward()
    >>> before = snapshot(loss)
    >>> w.data -= 0.25 * w.grad
    >>> w.zero_grad()
    >>> loss.forward().backward()
    >>> diff(before, loss)
    # 3 values, then 3: 0 added, 0 removed, 3 changed, 0 the same
    # output v2: 1 → 0.25 (-75%)
    ~ w  = leaf    data 2 → 2.5 (+25%)    grad -2 → -1 (+50%)
    ~ v1 = w - 3   data -1 → -0.5 (+50%)  grad -2 → -1 (+50%)
    ~ v2 = v1 ^ 2  data 1 → 0.25 (-75%)   grad 1
    """
    return Difference(frozen(a, "diff: a"), frozen(b, "diff: b"))


class Difference(Result):
    """The difference between two graphs.

    `added` holds the facts of nodes that only the second graph has, `removed` of those that only
    the first one has, `changed` the nodes in both of which data, gradient or operation differ, the
    largest change first, and `same` all others. Names are those of the second graph. `.text` is a
    listing of bounded length, `.drawing` and `.svg` a picture of both graphs in one. `before` and
    `after` are the two graphs whole.
    """

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        self._pairs = pairs = matched(before, after)
        self.before = before = replace(before, scene=renamed(before.scene, after.scene, pairs))
        self.after = after
        self.added: tuple[Node, ...] = tuple(after.nodes[number] for number in pairs.free_after())
        self.removed: tuple[Node, ...] = tuple(
            before.nodes[number] for number in pairs.free_before()
        )
        changes = self._changes()
        self.changed: tuple[Change, ...] = tuple(
            sorted(changes.values(), key=lambda change: -change.size)
        )
        self.same: tuple[Node, ...] = tuple(
            node
            for number, node in enumerate(after.nodes)
            if pairs.before_of[number] != NONE and number not in changes
        )

    def _changes(self) -> dict[int, Change]:
        """Return the changes by the number of the node in the second graph."""
        before, after = self.before.scene, self.after.scene
        both = [(x, y) for y, x in enumerate(self._pairs.before_of) if x != NONE]
        nodes = [node for x, y in both for node in (before.nodes[x], after.nodes[y])]
        scale = Scale(
            max((abs(node.data) for node in nodes if isfinite(node.data)), default=0.0),
            max((node.gradient.size for node in nodes), default=0.0),
        )
        changes = {}
        for x, y in both:
            old, new = before.nodes[x], after.nodes[y]
            if (
                equal(old.data, new.data)
                and old.gradient.state == new.gradient.state
                and equal(old.gradient.value, new.gradient.value)
                and old.label == new.label
                and _made_alike(old, new, self._pairs)
            ):
                continue
            made = formula(before, old) or "leaf", formula(after, new) or "leaf"
            changes[y] = Change(new.name, old, new, *made, size_of(old, new, scale))
        return changes

    @computed
    def text(self) -> str:
        """The difference as a listing: `+` added, `-` removed, `~` changed, the largest first."""
        return _listing(self)

    @computed
    def drawing(self) -> Drawing:
        """Both graphs in one picture, with what was added, removed and changed marked."""
        return picture(self.before, self.after, self._pairs, self.changed, self.summary)

    @property
    def svg(self) -> str:
        """The picture as SVG."""
        return self.drawing.svg

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the listing as .txt, or the picture in any other format of `draw` but .html.

        Returns the path. Raises the errors of `draw(root).save`.
        """
        if as_path(path, "save: path").suffix.lower() in self.formats:
            return super().save(path)
        return self.drawing.save(path)

    @property
    def summary(self) -> str:
        """The numbers of nodes that were added, removed, changed, and left the same."""
        counts = {
            "added": len(self.added),
            "removed": len(self.removed),
            "changed": len(self.changed),
            "the same": len(self.same),
        }
        return ", ".join(f"{count:,} {what}" for what, count in counts.items())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {**self.drawing._repr_mimebundle_(), "text/plain": self.text}


def _made_alike(before: Node, after: Node, pairs: Pairing) -> bool:
    """Return whether two nodes are the same operation on the same operands."""
    if before.operation != after.operation or len(before.operands) != len(after.operands):
        return False
    for old, new in zip(before.operands, after.operands, strict=True):
        if isinstance(old, Constant) or isinstance(new, Constant):
            constants = isinstance(old, Constant) and isinstance(new, Constant)
            if not constants or not equal(old, new):
                return False
        elif pairs.after_of[old] != new:
            return False
    return True


def _listing(difference: Difference) -> str:
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
    rows = iter(aligned(list(chain(*sections)), widest=WIDEST_CELL))
    totals = (len(difference.added), len(difference.removed), len(difference.changed))
    for section, total, what in zip(sections, totals, ("added", "removed", "changed"), strict=True):
        for name, made, data, rest in islice(rows, len(section)):
            lines.append(f"{name} = {made}  {data}  {rest}")
        if total > len(section):
            lines.append(f"... and {total - len(section):,} more {what}")
    return "\n".join(lines)


def _outputs(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Yield a line for each output."""
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
