"""One node before and after, and the listing of all changes as a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from math import inf, isfinite
from typing import Protocol

from visualize.compare.snapshot import Snapshot
from visualize.digits import counted, exact, significant
from visualize.draw.wording import formula
from visualize.escape import cut, printable
from visualize.scene.facts import Node, Scene
from visualize.scene.gradient import Gradient
from visualize.table import aligned

__all__ = ["Change", "Scale", "arrow", "equal", "listing", "percent", "size_of"]

FEW_TIMES = 10  # a number that grew by more is told as a multiple


MOST_LINES = 20  # of each kind
MOST_OUTPUTS = 3
MADE_COLUMNS = 60
WIDEST_CELL = 40  # a longer one pushes its line out, not the whole listing
Row = tuple[str, str, str, str]  # name with its mark, how it was made, data, gradient and the rest


@dataclass(frozen=True, slots=True)
class Scale:
    """The largest finite |data| and |gradient| of two graphs: what changes are measured by."""

    data: float
    gradient: float


@dataclass(frozen=True, slots=True)
class Change:
    """A node that is in both graphs, and not the same in both.

    `made_before` and `made_after` are its operation on the names of its operands, "leaf" of a
    leaf. `size` orders changes: the larger of the step of the data as a part of the largest |data|
    in both graphs, and of the same of the gradient; inf where a number became nan or infinite or
    ceased to be.
    """

    name: str
    before: Node
    after: Node
    made_before: str
    made_after: str
    size: float

    @property
    def data_before(self) -> float:
        """The data in the first graph."""
        return self.before.data

    @property
    def data_after(self) -> float:
        """The data in the second graph."""
        return self.after.data

    @property
    def gradient_before(self) -> float | None:
        """The gradient in the first graph; None where no backward pass had reached the node."""
        return _known(self.before.gradient)

    @property
    def gradient_after(self) -> float | None:
        """The gradient in the second graph; None where no backward pass had reached the node."""
        return _known(self.after.gradient)

    @property
    def data_text(self) -> str:
        """The data before and after in a few digits, once if they are equal."""
        return arrow("data ", self.data_before, self.data_after)

    @property
    def gradient_text(self) -> str:
        """The gradient before and after in a few digits, once if they are equal."""
        before, after = self.before.gradient, self.after.gradient
        if before.state == after.state == "finite" and before.remark == after.remark == "":
            return arrow("grad ", before.value, after.value)
        if before.state == after.state and equal(before.value, after.value):
            return after.short
        same_word = before.short.startswith("grad ") and after.short.startswith("grad ")
        return f"{before.short} → {after.short.removeprefix('grad ' if same_word else '')}"


def size_of(before: Node, after: Node, scale: Scale) -> float:
    """Return the size of the change between two nodes."""
    return max(
        _step(before.data, after.data, scale.data),
        _step(_known(before.gradient) or 0.0, _known(after.gradient) or 0.0, scale.gradient),
    )


def equal(x: float | None, y: float | None) -> bool:
    """Whether two numbers are the same; nan is the same as nan."""
    return x == y or (x != x and y != y)


def arrow(what: str, before: float, after: float) -> str:
    """Return a number before and after, with the relative change, in as many digits as it takes.

    >>> arrow("data ", 0.5, 0.45), arrow("", 2.0, 2.0), arrow("", 1.0, 1.0 + 2**-40)
    ('data 0.5 → 0.45 (-10%)', '2', '1.0 → 1.0000000000009095 (+9.09e-11%)')
    """
    if equal(before, after):
        return what + significant(after)
    said = significant(before), significant(after)
    if said[0] == said[1]:
        said = exact(before), exact(after)
    relative = percent(before, after)
    return f"{what}{said[0]} → {said[1]}" + (f" ({relative})" if relative else "")


def percent(before: float, after: float) -> str:
    """Return the relative change; "" where there is none to tell.

    >>> percent(2.0, 3.0), percent(2.0, -2.0), percent(1.0, 250.0), percent(0.0, 1.0)
    ('+50%', '-200%', '×250', '')
    """
    if not before or not isfinite(before) or not isfinite(after):
        return ""
    ratio = after / before
    if abs(ratio) >= FEW_TIMES:
        return f"×{ratio:.3g}" if isfinite(ratio) else ""
    halves = after / 2 - before / 2  # their difference itself may overflow
    return f"{200 * (halves / abs(before)):+.3g}%"


def _known(gradient: Gradient) -> float | None:
    return None if gradient.state in ("pending", "unreached", "earlier") else gradient.value


def _step(before: float, after: float, scale: float) -> float:
    if equal(before, after):
        return 0.0
    if not isfinite(before) or not isfinite(after):
        return inf
    return abs(after / scale - before / scale)  # each first: their difference may overflow


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
    rows = iter(aligned(list(chain(*sections)), widest=WIDEST_CELL))
    totals = (len(difference.added), len(difference.removed), len(difference.changed))
    for section, total, what in zip(sections, totals, ("added", "removed", "changed"), strict=True):
        for name, made, data, rest in islice(rows, len(section)):
            lines.append(f"{name} = {made}  {data}  {rest}")
        if total > len(section):
            lines.append(f"... and {total - len(section):,} more {what}")
    return "\n".join(lines)


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
