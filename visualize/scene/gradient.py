"""The state of a gradient: not computed, of an earlier pass, 0 and why, a number, nan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose, isfinite, isinf, isnan
from typing import Literal

from autograd import StaleGraphError, Value
from autograd.graph import Constant
from autograd.reverse import local_derivatives, sweep
from visualize.formula.operation import other_factor
from visualize.scene.flat import FlatGraph
from visualize.text import exact, significant

State = Literal["pending", "unreached", "earlier", "zero", "finite", "infinite", "nan"]

SEVERITY: dict[State, int] = {
    "pending": 0, "unreached": 1, "earlier": 2, "zero": 3, "finite": 4, "infinite": 5, "nan": 6,
}  # fmt: skip
MOST_STEPS = 4  # from a difference to the loss that is made of it
MOST_PASSES = 1_000_000  # a whole number beyond is a coincidence
ROUNDING = 1e-9  # relative: gradients that differ by less are the same


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
    def is_alarming(self) -> bool:
        """Whether it is nan or infinite."""
        return self.state in ("nan", "infinite")

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
    return gradients[largest_at(gradients)]


def largest_at(gradients: Sequence[Gradient]) -> int:
    """Return the place of the gradient to show for many; pages have this as a script."""
    best = 0
    for place, gradient in enumerate(gradients):
        more = SEVERITY[gradient.state] - SEVERITY[gradients[best].state]
        if more > 0 or (more == 0 and gradient.size > gradients[best].size):
            best = place
    return best


def largest_size(gradients: Sequence[Gradient]) -> float:
    """Return the largest finite |gradient|; 0.0 where there is none."""
    return max([gradient.size for gradient in gradients], default=0.0)


def shown_for_many(gradients: Sequence[Gradient]) -> Gradient:
    """Return the gradient of a box of several, with a remark that all of them share."""
    shown = largest(gradients)
    for gradient in gradients:
        if gradient.state == shown.state and gradient.remark != shown.remark:
            return Gradient(shown.state, shown.value)
    return shown


def recorded(graph: FlatGraph, gradients: Mapping[Value, float] | None = None) -> list[Gradient]:
    """Return the gradient of every value of a graph, with a remark where it needs one.

    `gradients` stand in for those that the values hold; a value without is unreached.
    """
    if gradients is not None:
        found = [gradient_of(v in gradients, gradients.get(v, 0.0), False) for v in graph.values]
        return _with_reasons(graph, found)
    begun = [output for output in graph.outputs if graph.values[output].has_grad]
    pending = not begun
    found = [gradient_of(value.has_grad, value.grad, pending) for value in graph.values]
    try:
        passes = [
            sweep(graph.values[output], graph.values[output].grad).gradients() for output in begun
        ]
    except StaleGraphError:
        passes = []
    if not passes:  # no pass from here, or one before a leaf was changed
        return [_of_earlier(gradient) for gradient in found]
    reached = set().union(*passes)
    found = [
        gradient_of(False, 0.0, True)  # cleared since, by zero_grad()
        if gradient.state == "unreached" and value in reached
        else gradient
        for value, gradient in zip(graph.values, found, strict=True)
    ]
    if len(passes) == len(graph.outputs) == 1:
        (given,) = passes
        leaves = [value for value in graph.values if value.op is None and value.has_grad]
        added = {leaf: added_up(leaf, given.get(leaf)) for leaf in leaves}
        if not all_agree(leaves, given):  # then the sums are of several graphs
            added = {leaf: remark and "added up" for leaf, remark in added.items()}
        found = [
            replace(gradient, remark=added.get(value, ""))
            for value, gradient in zip(graph.values, found, strict=True)
        ]
    return _with_reasons(graph, found)


def passes_in(held: float, given: float) -> int:
    """Return how many times as much as one pass gives a gradient holds; 0 for no whole number.

    >>> passes_in(6.0, 3.0), passes_in(3.0, 3.0), passes_in(4.0, 3.0)
    (2, 1, 0)
    """
    times = held / given if given and isfinite(given) else 0.0
    whole = 1.0 <= times <= MOST_PASSES and isclose(times, round(times), rel_tol=ROUNDING)
    return round(times) if whole else 0


def is_of_one_pass(held: float, given: float) -> bool:
    """Tell whether a gradient that is held is the one that a pass gives, but for rounding.

    Pages have this function as a script.

    >>> is_of_one_pass(0.1 + 0.2, 0.3), is_of_one_pass(2.0, 1.0), is_of_one_pass(1.0, float("inf"))
    (True, False, False)
    """
    if held == given or (isnan(held) and isnan(given)):
        return True
    largest = max(abs(held), abs(given))
    return isfinite(largest) and abs(held - given) <= ROUNDING * largest


def product_sent(gradient: float, local: float) -> float:
    """Return the product that a value sends to an operand: of a gradient of 0, exactly 0.

    Pages have this function as a script.

    >>> product_sent(0.0, float("inf"))
    0.0
    """
    return gradient * local if gradient != 0 else 0.0


def all_agree(leaves: Iterable[Value], given: Mapping[Value, float]) -> bool:
    """Tell whether all leaves hold the same multiple of the gradient that one pass gives.

    >>> a, b = Value(2.0), Value(3.0)
    >>> (a * b).backward()
    >>> all_agree([a, b], {a: 3.0, b: 2.0}), all_agree([a, b], {a: 3.0, b: 1.0})
    (True, False)
    """
    times = {passes_in(leaf.grad, one) for leaf in leaves if (one := given.get(leaf))}
    return len(times) <= 1


def added_up(leaf: Value, given: float | None) -> str:
    """Return the remark about a leaf that holds more than one pass gives; "" if it does not."""
    given = given or 0.0
    if is_of_one_pass(leaf.grad, given):
        return ""
    passes = passes_in(leaf.grad, given)
    return f"{passes:,} passes" if passes else "added up"


def _of_earlier(gradient: Gradient) -> Gradient:
    is_number = gradient.state not in ("pending", "unreached")
    return Gradient("earlier", gradient.value) if is_number else gradient


def _with_reasons(graph: FlatGraph, found: Sequence[Gradient]) -> list[Gradient]:
    """Return the gradients, those of exactly 0 with the reason where all uses have the same."""
    zeros = {number for number, gradient in enumerate(found) if gradient.state == "zero"}
    if not zeros:
        return list(found)
    uses: dict[int, list[tuple[int, int]]] = {number: [] for number in zeros}
    for consumer, value in enumerate(graph.values):
        operands = iter(graph.operands[consumer])
        for position, arg in enumerate(value.args):
            if type(arg) is not Constant and (operand := next(operands)) in zeros:
                uses[operand].append((consumer, position))
    reason: dict[int, str] = {}
    slopes: dict[int, tuple[float | None, ...]] = {}
    for number in sorted(zeros, reverse=True):  # consumers first
        reasons = set()
        for consumer, position in uses[number]:
            if consumer in zeros:
                reasons.add(reason[consumer])
            elif found[consumer].state not in ("pending", "unreached"):
                node = graph.values[consumer]
                if consumer not in slopes:
                    slopes[consumer] = local_derivatives(node)
                if slopes[consumer][position] is not None:
                    reasons.add(_reason(node, position, slopes[consumer][position] or 0.0))
        reason[number] = reasons.pop() if len(reasons) == 1 else ""
    return [
        replace(gradient, remark=gradient.remark or reason.get(number, ""))
        for number, gradient in enumerate(found)
    ]


def _reason(node: Value, position: int, slope: float) -> str:
    """Return the reason, in two words, for which an operation passes on nothing of a gradient."""
    row = node.op
    if row is None or slope:
        return ""  # lost to rounding, or cancelled
    operand = node.args[position]
    place = other_factor(row, len(node.args), position)
    factor = None if place is None else node.args[place]
    measured = difference_within(operand)
    if factor is not None and factor is not operand:
        if factor.data:
            return ""
        if measured is not None and difference_within(factor) is measured:
            return _of_difference(measured)
        is_input = operand.op is None or type(factor) is Constant
        return "input 0" if is_input else "weight 0" if factor.op is None else "factor 0"
    if measured is not None:
        return _of_difference(measured)
    if row.flat and row.flat.short:
        return row.flat.short
    if row.kink and row.kink(*[float(arg.data) for arg in node.args]):
        return "at a kink"
    return f"{row.function} flat"


def difference_within(value: Value | Constant) -> Value | None:
    """Return the difference of equal numbers that makes a value 0; None if there is none.

    The value is that difference, or was made in a few steps from it and plain numbers.

    >>> x = Value(2.0)
    >>> error = x - 2
    >>> difference_within(error * 0.5) is error, difference_within(x * 0)
    (True, None)
    """
    found: Value | None = None
    for _ in range(MOST_STEPS):
        if not isinstance(value, Value) or value.data or value.op is None:
            break
        if value.op.formula == "x - y":
            found = value
        operands = [arg for arg in value.args if isinstance(arg, Value)]
        if not operands or any(arg.data for arg in operands):
            break
        value = operands[0]  # a loss takes the error as its first operand
    return found


def _of_difference(difference: Value) -> str:
    first, second = difference.args
    is_target = second.op is None and first.op is not None
    return "output equals target" if is_target else "difference 0"
