"""One node before and after: the change of its data and of its gradient."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

from visualize.scene.compose import Node
from visualize.scene.gradient import Gradient
from visualize.text import exact, significant

FEW_TIMES = 10  # a number that grew more is written as a multiple


@dataclass(frozen=True, slots=True)
class Change:
    """A node that is in both graphs, and not the same in both.

    `made_before` and `made_after` are its operation on the names of its operands, "leaf" of a
    leaf. Changes are ordered by `size`: the change of the data divided by the largest |data| of
    both graphs, or the same of the gradient if that is larger; inf if a number became nan or
    infinite, or was so before.
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


@dataclass(frozen=True, slots=True)
class Scale:
    """The largest finite |data| and |gradient| of two graphs, by which changes are measured."""

    data: float
    gradient: float


def size_of(before: Node, after: Node, scale: Scale) -> float:
    """Return the size of the change between two nodes."""
    return max(
        _step(before.data, after.data, scale.data),
        _step(_known(before.gradient) or 0.0, _known(after.gradient) or 0.0, scale.gradient),
    )


def _step(before: float, after: float, scale: float) -> float:
    if equal(before, after):
        return 0.0
    if not isfinite(before) or not isfinite(after):
        return inf
    return abs(after / scale - before / scale)  # each first: their difference may overflow


def _known(gradient: Gradient) -> float | None:
    return None if gradient.state in ("pending", "unreached", "earlier") else gradient.value


def equal(x: float | None, y: float | None) -> bool:
    """Return whether two numbers are the same; nan is the same as nan."""
    return x == y or (x != x and y != y)


def arrow(what: str, before: float, after: float) -> str:
    """Return a number before and after and its relative change, in all digits if four are equal.

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
    """Return the relative change; "" if there is none, as from 0.

    >>> percent(2.0, 3.0), percent(2.0, -2.0), percent(1.0, -250.0), percent(0.0, 1.0)
    ('+50%', '-200%', '×-250', '')
    """
    if not before or not isfinite(before) or not isfinite(after):
        return ""
    ratio = after / before
    if abs(ratio) >= FEW_TIMES:
        return f"×{ratio:.3g}" if isfinite(ratio) else ""
    halves = after / 2 - before / 2  # their difference itself may overflow
    return f"{200 * (halves / abs(before)):+.3g}%"
