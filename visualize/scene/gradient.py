"""What is known of a gradient: not computed, of an earlier pass, exactly 0, a number, nan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf, isnan
from typing import Literal

from visualize.digits import exact, significant

__all__ = ["Gradient", "State", "gradient_of", "largest", "shown_for_many"]

State = Literal["pending", "unreached", "earlier", "zero", "finite", "infinite", "nan"]

SEVERITY: dict[State, int] = {
    "pending": 0, "unreached": 1, "earlier": 2, "zero": 3, "finite": 4, "infinite": 5, "nan": 6,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gradient:
    """A gradient and its state.

    - "pending": no backward pass has run from an output of this picture, or it was cleared since.
    - "unreached": one has, and it did not come here: no way leads to an output.
    - "earlier": the number is of a pass before this graph had its numbers, or from elsewhere.
    - "zero": it came here and brought exactly 0; `remark` says why where that is known.

    `remark` of another number says that more than one pass has added up.
    """

    state: State
    value: float
    remark: str = ""

    @property
    def size(self) -> float:
        """|gradient| where it is finite, else 0."""
        return abs(self.value) if self.state == "finite" else 0.0

    @property
    def short(self) -> str:
        """The line that a box writes."""
        if self.state == "pending":
            return "no gradient yet"
        if self.state == "unreached":
            return "grad not reached"
        remark = "earlier" if self.state == "earlier" else self.remark
        number = "0" if self.state == "zero" else significant(self.value)
        return f"grad {number} ({remark})" if remark != "" else f"grad {number}"

    @property
    def full(self) -> str:
        """The same with every digit."""
        if self.state in ("pending", "unreached"):
            return self.short
        remark = "of an earlier pass" if self.state == "earlier" else self.remark
        number = exact(self.value)
        return f"grad {number} ({remark})" if remark != "" else f"grad {number}"


def gradient_of(reached: bool, value: float, pending: bool) -> Gradient:
    """Return the gradient of a value; `pending` where no output has one.

    >>> gradient_of(True, -0.5, False).short, gradient_of(True, 0.0, False).short
    ('grad -0.5', 'grad 0')
    >>> gradient_of(False, 0.0, False).short, gradient_of(False, 0.0, True).short
    ('grad not reached', 'no gradient yet')
    """
    if not reached:
        return Gradient("pending" if pending else "unreached", 0.0)
    if isnan(value):
        return Gradient("nan", value)
    if isinf(value):
        return Gradient("infinite", value)
    return Gradient("finite", value) if value != 0 else Gradient("zero", 0.0)


def largest(gradients: Sequence[Gradient]) -> Gradient:
    """Return the gradient to show for many: nan before inf before the largest size.

    The first of several equal ones; there is one at least.

    >>> largest([Gradient("finite", 0.5), Gradient("finite", -2.0), Gradient("zero", 0.0)])
    Gradient(state='finite', value=-2.0, remark='')
    """
    shown = gradients[0]
    for gradient in gradients:
        more = SEVERITY[gradient.state] - SEVERITY[shown.state]
        if more > 0 or (more == 0 and gradient.size > shown.size):
            shown = gradient
    return shown


def shown_for_many(gradients: Sequence[Gradient]) -> Gradient:
    """Return the gradient of a box of several; what is said of one is said where all say it."""
    shown = largest(gradients)
    for gradient in gradients:
        if gradient.state == shown.state and gradient.remark != shown.remark:
            return Gradient(shown.state, shown.value)
    return shown
