"""Gradients that are 0 or lost their digits: killed, underflowed, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, log

from autograd import Value
from autograd.graph import Constant
from autograd.reverse import Contribution, Visit
from visualize.digits import significant
from visualize.escape import printable
from visualize.scene.gradient import difference_within
from visualize.why.connection import blocked
from visualize.why.factors import TINY, chain_lines, main_way
from visualize.why.sums import LN10, SMALLEST, Sizes, log_size, power, sums_from_root
from visualize.why.ways import Finding, Ways

__all__ = ["cancelled", "killed", "underflowed"]

MOST = 6  # places to name

MET = (
    "none is needed where this difference should be 0, as between an output and its target: the "
    "loss is lowest there; otherwise start from another point"
)
KEPT = (
    "none is needed where a margin is kept, as in a hinge loss: there is nothing to learn; "
    "otherwise start from another point"
)


CANCELLED = log(1e6)  # how much larger a gradient would be without the cancellation
LOST = log(1e-3)  # what part of a gradient an underflow must have taken away
MOST_CONTRIBUTIONS = 5  # contributions to name


def killed(ways: Ways) -> Finding | None:
    """Return the operations nearest to the leaf at which its gradient becomes exactly 0.

    None if some way passes no such operation: then the 0 has another cause.
    """
    places = ways.killers
    if not places:
        return None
    nodes = list(dict.fromkeys(visit.node for visit, _ in places))
    lines: list[str] = []
    for visit, contribution in places[:MOST]:
        # each line of the program once: a neuron sees many examples
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


def _is_margin(operand: Value) -> bool:
    """Return whether a value is below 0 and the sum of a positive constant and another value."""
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


def underflowed(ways: Sizes) -> Finding | None:
    """Return where a product of numbers that are not 0 became 0 or lost its digits, if one did."""
    if not ways.underflows:
        return None
    # where the gradient is 0, products that lost only digits are not the cause
    lost = [item for item in ways.underflows if not item[2].sent]
    candidates = lost if lost and not ways.total else ways.underflows
    size, visit, contribution = max(candidates, key=lambda item: item[0])
    if ways.total == 0.0:
        if ways.cancellations and ways.cancellations[0][0] > size:
            return None
    elif size - log_size(ways.total) < LOST and abs(ways.total) >= SMALLEST:
        return None
    node = visit.node
    true = sums_from_root(ways.visits)[ways.leaf]
    product = power(log_size(visit.gradient) + log_size(contribution.local))
    lines = [
        ways.said(node, contribution.position),
        *ways.at(node),
        f"    {ways.slope(node, contribution.position, contribution.local or 0.0)}, times the "
        f"gradient {significant(visit.gradient)}, is {product} in size; the float for it is "
        f"{significant(contribution.sent or 0.0)}",
        f"the true gradient is about {power(true.total)} (log10 {true.total / LN10:.1f})"
        if true.total > true.size - log(1e6)
        else f"the |products| of all paths add up to {power(true.size)}",
        *chain_lines(ways, shrinking=True),
    ]
    what = "0" if ways.total == 0.0 else "short of digits"
    return Finding(
        "underflowed",
        f"underflowed: a product of factors that are not 0 is below all floats and became {what}",
        tuple(lines),
        (node,),
        "work with logarithms (log_softmax, logsumexp, sums of logs), scale the factors "
        "towards 1, or shorten the chain",
        main_way(ways),
    )


def cancelled(ways: Sizes) -> Finding | None:
    """Return where large contributions add up to little or nothing, if they do."""
    if not ways.cancellations:
        return None
    size, node = ways.cancellations[0]
    if ways.total == 0.0:
        if ways.underflows and max(item[0] for item in ways.underflows) >= size:
            return None
    elif size - log_size(ways.total) < _much(ways):
        return None
    sums = sums_from_root(ways.visits)[ways.leaf]
    name = ways.names[node]
    came = [(visit, c) for visit, c in ways.incoming[node] if c.sent]
    came.sort(key=lambda step: -abs(step[1].sent or 0.0))
    lines = [
        f"the paths to {ways.names[ways.leaf]} add up to +{power(sums.positive)} and "
        f"-{power(sums.negative)}: {power(sums.size)} in size, and "
        f"{significant(ways.total)} is left",
        f"at {name} the contributions cancel:",
    ]
    for visit, contribution in came[:MOST_CONTRIBUTIONS]:
        said = ways.said(visit.node, contribution.position)
        lines.append(f"  {significant(contribution.sent or 0.0)} from {said}")
        lines += [f"  {line}" for line in ways.at(visit.node)]
    if len(came) > MOST_CONTRIBUTIONS:
        lines.append(f"  … and {len(came) - MOST_CONTRIBUTIONS:,} more")
    left = "nothing" if ways.total == 0.0 else f"little, {significant(ways.total)}"
    return Finding(
        "cancelled",
        f"cancelled: contributions of both signs add up to {left}",
        tuple(lines),
        (node, *dict.fromkeys(visit.node for visit, _ in came[:MOST_CONTRIBUTIONS])),
        "if the root should depend on this value, look for a term that is added and taken away "
        "again; a small difference of large numbers has few right digits, so take the "
        "difference by algebra",
    )


def _much(ways: Sizes) -> float:
    """Return the logarithm that a cancellation must take away; less for a tiny gradient."""
    if abs(ways.total) >= TINY:
        return CANCELLED
    return min(CANCELLED, -log_size(ways.total) / 2.0)
