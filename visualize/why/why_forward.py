"""The first cause of nan and inf in the numbers of the forward pass."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from math import isfinite, isinf, isnan

from autograd import Constant, Value
from visualize.digits import significant
from visualize.why.advice import LARGEST, SCALE, against
from visualize.why.diagnosis import Cause, Finding
from visualize.why.trace import by_numbers, trace
from visualize.why.ways import Ways

__all__ = ["forward_fault"]

MOST = 3  # origins to name
LEAF = (
    "look at where this number comes from: the data, or a step with a gradient that was not "
    "finite. Lower the learning rate, or use clip_grad_norm"
)


def forward_fault(ways: Ways, dead: Finding | None) -> Finding | None:
    """Return the first nan or inf of the forward pass, if the root or the gradient suffers from it.

    `dead` is what kills the gradient: 1 / inf has derivative 0. A nan in a branch of `where` that
    was not taken does no harm, and is no cause.
    """
    sick: Value | None = None
    outcome = ways.root.data
    if not isfinite(outcome):
        sick = ways.root
    elif ways.gradient is not None and not isfinite(ways.gradient):
        *_, first_step = trace(ways)
        outcome = ways.gradient
        if by_numbers(first_step):
            sick = first_step[0].node
    elif dead:
        sick = next(chain.from_iterable(map(_not_finite_operands, dead.nodes)), None)
        outcome = sick.data if sick else outcome
    if sick is None:
        return None
    cause: Cause = "forward nan" if isnan(outcome) else "forward inf"
    origins, turned = _origins(ways, sick)
    first = origins[0]
    lines = [f"first: {ways.computed(first)}{_because(first)}", *ways.at(first)]
    if len(origins) > 1:
        more = ", ".join(ways.names[origin] for origin in origins[1 : 1 + MOST])
        lines.append(f"also, independently: {more}" + (", …" if len(origins) > 1 + MOST else ""))
    if turned is not None and turned is not first:
        lines += [f"then: {ways.computed(turned)}", *ways.at(turned)]
    way = ways.way_through(first)
    if first is not ways.root:
        upwards = way[way.index(first) :: -1]
        lines.append(f"from there to the root: {ways.path(upwards)}")
    name = ways.names[first]
    what = significant(first.data)
    then = f"so that {ways.names[ways.root]} is {significant(ways.root.data)}"
    if isfinite(ways.root.data):
        then = "before there was any gradient"
    made = f"{name} is {what}" if first.op is None else f"{first.op.name} gave {what}"
    summary = f"{made} in the forward pass" + (f", {then}" if first is not ways.root else "")
    way_out = LEAF if first.op is None else against(first.op) or SCALE
    culprits = tuple(dict.fromkeys(value for value in (first, turned) if value is not None))
    return Finding(cause, summary, tuple(lines), culprits, way_out)


def _origins(ways: Ways, sick: Value) -> tuple[list[Value], Value | None]:
    """Return what first was not finite, in the order of the graph, and what first was nan of inf.

    Only what `sick` got its nan or inf from counts.
    """
    found = {sick}
    stack = [sick]
    while stack:
        for operand in _not_finite_operands(stack.pop()):
            if operand not in found:
                found.add(operand)
                stack.append(operand)
    ordered = sorted(found, key=ways.number.__getitem__)
    bad = [value for value in ordered if not isfinite(value.data)]
    origins = [value for value in bad if next(_not_finite_operands(value), None) is None]
    turned = next(
        (v for v in bad if isnan(v.data) and not any(isnan(arg.data) for arg in v.args)), None
    )
    return origins, turned


def _not_finite_operands(node: Value) -> Iterator[Value]:
    """Yield the operands that are nan or infinite; numbers in the expression are none."""
    return (arg for arg in node.args if type(arg) is not Constant and not isfinite(arg.data))


def _because(value: Value) -> str:
    if value.op is None:
        return ", which is not finite to begin with"
    if not all(isfinite(arg.data) for arg in value.args):
        return ", by a number in the expression that is not finite"
    fault = value.op.fault
    reason = fault and fault.because(*[float(arg.data) for arg in value.args])
    if reason is None:
        return f", beyond {LARGEST}" if isinf(value.data) else ""
    return f" ({reason})"
