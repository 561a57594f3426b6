"""Does a gradient reach the leaf, and does `.grad` hold it? Not connected, stale, detached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isclose

from autograd import Value
from autograd.graph import Constant
from visualize.digits import counted, significant
from visualize.formula.words import source
from visualize.scene.gradient import added_up, all_agree, passes_in
from visualize.scene.reach import ruled
from visualize.why.ways import Finding, Ways

__all__ = ["accumulated", "blocked", "detached", "not_computed", "not_connected", "stale"]

MOST = 5  # values to name


def not_connected(ways: Ways) -> Finding | None:
    """Return the evidence that the leaf is not in the graph, if it is not."""
    leaf, root, graph, names = ways.leaf, ways.root, ways.graph, ways.names
    if leaf in ways.number:
        return None
    name, top = names[leaf], names[root]
    lines, suspects = [], []
    if root.op is None:
        lines.append(
            f"{top} is a leaf itself: no operation was recorded for it. It was computed under "
            "no_grad(), or made of a plain number, as in Value(loss.data)."
        )
        suspects.append(root)
    twins = [v for v in graph.values if v.label and v.label == leaf.label]
    if twins:
        shown = ", ".join(f"{names[twin]} = {significant(twin.data)}" for twin in twins[:MOST])
        lines.append(
            f"The graph has another value labelled {leaf.label!r}: {shown}. One of the two "
            "replaced the other, as w = w - rate * w.grad does."
        )
        suspects += twins[:MOST]
    cut = [v for v in graph.values if v.op is None and not v.label and v is not root]
    cut.sort(key=lambda value: not (value.scope or value.line))  # made in a module: computed
    if cut:
        lines.append(
            f"{counted(len(cut), 'leaf', 'leaves')} without a label "
            f"in the graph may be where it was cut: {_leaves(cut, names)}."
        )
        lines += [f"    {source(value.line)}" for value in cut[:MOST] if value.line]
        suspects += cut[:MOST]
    way_out = (
        f"compute {top} from {name} itself; .data, Value(number), float arithmetic and no_grad() "
        "cut a graph. Change a parameter in place, by w.data -= ..., and keep the same Value"
    )
    summary = f"not connected: {top} was not computed from {name}"
    return Finding("not connected", summary, tuple(lines), tuple(suspects), way_out)


def _leaves(leaves: Sequence[Value], names: Mapping[Value, str]) -> str:
    shown = [
        f"{names[leaf]} = {significant(leaf.data)}" + (f" in {leaf.scope}" if leaf.scope else "")
        for leaf in leaves[:MOST]
    ]
    return ", ".join(shown + ["…"] * (len(leaves) > MOST))


def stale(ways: Ways) -> Finding | None:
    """Return the operations that no longer fit their operands, if a leaf was changed."""
    names, reason = ways.names, ways.stale
    if not reason:
        return None
    old = [
        value
        for value in ways.graph.values
        if value.op is not None
        and repr(value.op.forward(*[arg.data for arg in value.args])) != repr(value.data)
    ]
    lines = [reason[0].upper() + reason[1:] + "."]
    if old:
        first = old[0]
        operands = [arg.data for arg in first.args]
        now = first.op.forward(*operands) if first.op else 0.0
        lines.append(
            f"{counted(len(old), 'operation')} would give another number now; the first is "
            f"{names[first]}: {significant(first.data)} in the graph, {significant(now)} anew."
        )
        lines += [f"    {source(first.line)}"] if first.line else []
    leaves = [arg for value in old[:1] for arg in value.args if type(arg) is not Constant]
    return Finding(
        "stale",
        "the graph is stale: a leaf was changed after it was computed",
        tuple(lines),
        tuple(dict.fromkeys([*old[:MOST], *leaves])),
        "call forward() on the root to recompute it in place, or build the expression again",
    )


def detached(ways: Ways) -> Finding | None:
    """Return the operations that block gradients, if none reaches the leaf."""
    if ways.gradient is not None:
        return None
    blockers = list(dict.fromkeys(node for node, _ in blocked(ways)))
    lines: list[str] = []
    for node in blockers[:MOST]:
        lines += [ways.said(node), *ways.at(node), f"    {_reason(node)}"]
    if len(blockers) > MOST:
        lines.append(f"… and {len(blockers) - MOST:,} more")
    name = ways.names[ways.leaf]
    where = "here" if len(blockers) == 1 else f"at {len(blockers):,} places"
    return Finding(
        "detached",
        f"detached {where}: every way from {ways.names[ways.root]} to {name} passes an operation "
        "without a derivative",
        tuple(lines),
        tuple(blockers),
        _way_out(blockers),
    )


def blocked(ways: Ways) -> Iterator[tuple[Value, int]]:
    """Yield the first use without a derivative on each way up from the leaf: node and position."""
    open_to_leaf = {ways.leaf}
    for node in ways.graph.values:
        if node in ways.dependent:
            for position, (operand, has_rule) in enumerate(ruled(node)):
                if operand in open_to_leaf:
                    if has_rule:
                        open_to_leaf.add(node)
                    else:
                        yield node, position


def _reason(node: Value) -> str:
    row = node.op
    assert row is not None
    because = row.blocks and row.blocks.because(*[float(arg.data) for arg in node.args])
    return because or f"{row.name} has no derivative by this operand"


def _way_out(blockers: Sequence[Value]) -> str:
    words = [node.op.blocks for node in blockers if node.op and node.op.blocks]
    words.sort(key=lambda words: not words.short)  # what was done on purpose comes first
    otherwise = "give the operation a rule for this operand, or reach the root by another way"
    return words[0].way_out if words else otherwise


def not_computed(ways: Ways) -> Finding | None:
    """Return that `.grad` of the leaf is empty because no backward pass has run, if so."""
    leaf, root = ways.leaf, ways.root
    name, top = ways.names[leaf], ways.names[root]
    if leaf.has_grad or (ways.gradient is None and root.has_grad):
        return None  # in the second case a pass has run and could not come here
    summary = f"backward() has not been called from {top}, so that {name}.grad still reads 0.0"
    if root.has_grad:
        summary = f"{name}.grad was cleared after the backward pass from {top}"
    return Finding("not computed", summary, way_out=f"call backward() on {top}")


def accumulated(ways: Ways) -> Finding | None:
    """Return that `.grad` of the leaf differs from the gradient of the root, if it does."""
    leaf, given = ways.leaf, 0.0 if ways.gradient is None else ways.gradient
    if not leaf.has_grad or not added_up(leaf, ways.gradient):
        return None
    return Finding(
        "accumulated",
        f"{ways.names[leaf]}.grad holds {significant(leaf.grad)}, not {significant(given)}",
        (_reason_of_excess(ways, leaf.grad, given),),
        way_out="call zero_grad() before each backward pass; gradients add up in leaves",
    )


def _reason_of_excess(ways: Ways, held: float, given: float) -> str:
    root, top = ways.root, ways.names[ways.root]
    if not root.has_grad:
        return f"it comes from an earlier backward pass; {top} has had none since it was computed"
    if isclose(held, given * root.grad, rel_tol=1e-9):
        return (
            f"the backward pass came to {top} with gradient {significant(root.grad)}, not 1: from "
            f"backward({significant(root.grad)}), or from a root further up"
        )
    passes = passes_in(held, given)
    leaves = [value for value in ways.graph.values if value.op is None and value.has_grad]
    if passes > 1 and all_agree(leaves, ways.passes.gradients()):
        return f"that is {passes:,} times as much: {passes:,} backward passes have added up"
    return "backward passes from other roots, or with other data, have added up in it"
