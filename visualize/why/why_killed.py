"""Gradients that are exactly 0 because every way passes a local derivative of exactly 0."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from autograd import Constant, Contribution, Value, Visit
from visualize.digits import significant
from visualize.escape import printable
from visualize.scene.recorded import difference_within
from visualize.why.diagnosis import Finding
from visualize.why.ways import Ways
from visualize.why.why_blocked import blocked

__all__ = ["killed"]

MOST = 6  # places to name

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
    cut: dict[str, list[str]] = {}
    for node in dict.fromkeys(node for node, _ in blocked(ways)):
        if node.op and node.op.blocks and node.op.blocks.short:  # on purpose, as by detach()
            cut.setdefault(node.op.blocks.short, []).append(ways.names[node])
    for by, names in cut.items():
        shown = ", ".join(sorted(names)[:MOST])
        lines.append(f"other ways pass no derivative at all, by {by}: {shown}")
    kinds = {node.op.name for node in nodes if node.op}
    counts = ", ".join(sorted(kinds))
    scopes = {str(node.scope) for node in nodes}
    if len(scopes) == 1 and "" not in scopes:
        counts += f" in {printable(scopes.pop())}"
    what = f"at {counts}" if len(nodes) == 1 else f"at {len(nodes):,} places ({counts})"
    flat = [node.op.flat for node in nodes if node.op and node.op.flat]
    advice = [words.way_out for words in flat if words.way_out]
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
    came = f"times the gradient {significant(visit.gradient)}"
    if not visit.gradient:
        came = "and no gradient arrives either: it is killed further up as well"
    yield f"{ways.said(node, position)}: {_reason(node)}"
    yield from ways.at(node)
    yield f"    {ways.slope(node, position, 0.0)}, {came}"


def _reason(node: Value) -> str:
    row = node.op
    numbers = [float(arg.data) for arg in node.args]
    if row is not None and row.degree is None and not all(map(isfinite, numbers)):
        return "an operand is not finite"
    return (row and row.flat and row.flat.because(*numbers)) or "here it is flat"
