"""Gradients that are exactly 0 because every way passes a local derivative of exactly 0."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from autograd import TABLE, Constant, Contribution, Value, Visit
from visualize.diagnosis.diagnosis import Finding
from visualize.diagnosis.ways import Ways
from visualize.diagnosis.why_blocked import blocked
from visualize.digits import significant
from visualize.escape import printable
from visualize.scene.recorded import difference_within

__all__ = ["killed"]

MOST = 6  # places to name

REASONS = {
    "relu": "relu is off, its operand is not above 0",
    "gate": "the gate is closed, its condition is not above 0",
    "leaky_relu": "the slope is 0",
    "elu": "elu is flat so far below 0",
    "where": "this branch was not taken",
    "clip": "outside of its bounds clip is flat",
    "maximum": "the other operand is larger",
    "minimum": "the other operand is smaller",
    "prefer": "the other operand was chosen",
    "tanh": "tanh is saturated, its slope is below what a float can hold",
    "sigmoid": "sigmoid is saturated, its slope is below what a float can hold",
    "erf": "erf is saturated",
    "exp": "exp is 0 so far below 0",
    "softplus": "softplus is flat so far below 0",
    "silu": "silu is flat so far below 0",
    "gelu": "gelu is flat so far below 0",
    "abs": "at 0 the middle of -1 and 1 is taken",
    "hypot": "at the origin 0 is taken",
    "atan2": "at the origin 0 is taken",
}
FACTOR = "the other factor is exactly 0"
PRODUCTS = frozenset({"mul", "dot", "guarded_mul", "guarded_dot"})

WAYS_OUT = (
    ({"relu", "gate"}, "use leaky_relu, a smaller learning rate, or another start for the biases"),
    ({"tanh", "sigmoid", "erf"}, "scale the inputs, start from smaller weights, or leave the last "
     "activation to a loss that takes logits"),
    ({"exp", "softplus", "silu", "gelu", "elu"}, "scale the inputs, or work with logarithms"),
    ({"where", "clip", "maximum", "minimum", "prefer"}, "let the value take part on this side too, "
     "or choose bounds that hold it"),
    (PRODUCTS, "start weights from random numbers, not from 0; where an input is 0, its weight has "
     "nothing to learn from it"),
    ({"abs", "hypot", "atan2"}, "move away from the kink, as abs(x + 1e-12) does"),
)  # fmt: skip

MET = (
    "none is needed where this difference is to be 0, as of an output and its target: a loss is "
    "at its lowest there; else start from another point"
)
KEPT = (
    "none is needed for a margin that is kept, as of a hinge loss: there is nothing to learn from "
    "it; else start from another point"
)

Place = tuple[Visit, Contribution]


def killed(ways: Ways) -> Finding | None:
    """Return the operations nearest to the leaf at which its gradient becomes exactly 0.

    None where some way passes none: then the 0 has another cause.
    """
    places = list(_cut(ways))
    if ways.gradient or not places or _is_open(ways):
        return None
    # Where a gradient arrives and does not go on comes first: there a change would tell.
    places.sort(key=lambda place: not place[0].gradient)
    nodes = list(dict.fromkeys(visit.node for visit, _ in places))
    lines: list[str] = []
    for visit, contribution in places[:MOST]:
        # A line of the program stands once: one neuron has many examples.
        lines += [line for line in _told(ways, visit, contribution) if line not in lines]
    if len(places) > MOST:
        lines.append(f"… and {len(places) - MOST:,} more")
    cut = {node for node, _ in blocked(ways) if node.op is TABLE["detach"]}
    if cut:
        shown = ", ".join(sorted(ways.names[node] for node in cut)[:MOST])
        lines.append(f"other ways pass no derivative at all, by detach(): {shown}")
    kinds = {node.op.name for node in nodes if node.op}
    counts = ", ".join(sorted(kinds))
    scopes = {str(node.scope) for node in nodes}
    if len(scopes) == 1 and "" not in scopes:
        counts += f" in {printable(scopes.pop())}"
    what = f"at {counts}" if len(nodes) == 1 else f"at {len(nodes):,} places ({counts})"
    advice = [words for rows, words in WAYS_OUT if kinds & rows]
    if all(difference_within(contribution.operand) is not None for _, contribution in places):
        advice = [MET]
    elif all(_is_margin(contribution.operand) for _, contribution in places):
        advice = [KEPT]
    return Finding(
        "killed",
        f"killed {what}: every way to {ways.names[ways.leaf]} passes a local derivative of "
        "exactly 0",
        tuple(lines),
        tuple(nodes),
        advice[0] if advice else "start from another point: here the operation is flat",
    )


def _is_open(ways: Ways) -> bool:
    """Tell whether some way has no local derivative of 0."""
    return ways.root in _fertile(ways)


def _fertile(ways: Ways) -> set[Value]:
    """Return the values with some way to the leaf that passes no local derivative of 0."""
    fertile = {ways.leaf}
    for node, _, contributions in reversed(ways.visits):
        if any(c.operand in fertile and c.local for c in contributions):
            fertile.add(node)
    return fertile


def _cut(ways: Ways) -> Iterator[Place]:
    """Yield, on each way from the leaf up, the first local derivative of exactly 0."""
    fertile = _fertile(ways)
    for visit in ways.visits:
        for contribution in visit.contributions:
            if contribution.operand in fertile and contribution.local == 0.0:
                yield visit, contribution


def _is_margin(operand: Value) -> bool:
    """Tell whether a value is below 0 by a plain number and another, as 1 - y * score."""
    row = operand.op
    return (
        row is not None
        and row.formula in ("x + y", "x - y")
        and operand.data < 0.0
        and any(type(arg) is Constant and arg.data > 0.0 for arg in operand.args)
    )


def _told(ways: Ways, visit: Visit, contribution: Contribution) -> Iterator[str]:
    node, position = visit.node, contribution.position
    row = node.op.name if node.op else ""
    came = f"times the gradient {significant(visit.gradient)}"
    if not visit.gradient:
        came = "and no gradient arrives either: it is killed further up as well"
    yield f"{ways.said(node, position)}: {_reason(node, row)}"
    yield from ways.at(node)
    yield f"    {ways.slope(node, position, 0.0)}, {came}"


def _reason(node: Value, row: str) -> str:
    if row in PRODUCTS:
        return FACTOR
    if not all(isfinite(arg.data) for arg in node.args):
        return "an operand is not finite"
    if row == "pow":
        return "the exponent is 0" if node.args[1].data == 0.0 else "a power is flat at 0"
    return REASONS.get(row, "here it is flat")
