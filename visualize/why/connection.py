"""Causes that keep a gradient from the leaf: not connected, stale, detached, killed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from math import isfinite

from autograd import Value
from autograd.graph import Constant, name_of
from autograd.reverse import Contribution, Visit
from visualize.formula.words import source
from visualize.scene.gradient import (
    added_up,
    all_agree,
    difference_within,
    is_of_one_pass,
    passes_in,
)
from visualize.text import counted, printable, significant
from visualize.why.ways import Finding, Ways

MOST = 5  # values to name
MOST_PLACES = 6  # of local derivatives of 0
MET = (
    "none is needed where this difference should be 0, as between an output and its target: the "
    "loss is lowest there; otherwise start from another point"
)
KEPT = (
    "none is needed where a margin is kept, as in a hinge loss: there is nothing to learn; "
    "otherwise start from another point"
)


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
    called = name_of(leaf)
    twins = [v for v in graph.values if called and name_of(v) == called]
    if twins:
        shown = ", ".join(f"{names[twin]} = {significant(twin.data)}" for twin in twins[:MOST])
        lines.append(
            f"The graph has another value called {called!r}: {shown}. One of the two "
            "replaced the other, as w = w - rate * w.grad does."
        )
        suspects += twins[:MOST]
    cut = [v for v in graph.values if v.op is None and not name_of(v) and v is not root]
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
    blockers = list(dict.fromkeys(_blocked(ways)))
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


def _blocked(ways: Ways) -> Iterator[Value]:
    """Yield the first operation on each way up from the leaf that has no rule for the way."""
    open_to_leaf = {ways.leaf}
    for node in ways.graph.values:
        if node in ways.dependent and node.op is not None:
            for operand, rule in zip(node.args, cycle(node.op.pullbacks)):
                if operand in open_to_leaf:
                    if rule is None:
                        yield node
                    else:
                        open_to_leaf.add(node)


def _reason(node: Value) -> str:
    row = node.op
    assert row is not None
    because = row.blocks and row.blocks.because(*[float(arg.data) for arg in node.args])
    return because or f"{row.described} has no derivative by this operand"


def _way_out(blockers: Sequence[Value]) -> str:
    words = [node.op.blocks for node in blockers if node.op and node.op.blocks]
    words.sort(key=lambda words: not words.short)  # operations used on purpose come first
    otherwise = "give the operation a rule for this operand, or reach the root by another way"
    return words[0].way_out if words else otherwise


def killed(ways: Ways) -> Finding | None:
    """Return the operations nearest to the leaf at which its gradient becomes exactly 0.

    None if some way passes no such operation: then the 0 has another cause.
    """
    places = ways.killers
    if not places:
        return None
    nodes = list(dict.fromkeys(visit.node for visit, _ in places))
    lines: list[str] = []
    for visit, contribution in places[:MOST_PLACES]:
        # each line of the program once: a neuron sees many examples
        lines += [line for line in _killed_line(ways, visit, contribution) if line not in lines]
    if len(places) > MOST_PLACES:
        lines.append(f"… and {len(places) - MOST_PLACES:,} more")
    cut: dict[str, list[str]] = {}
    for node in dict.fromkeys(_blocked(ways)):
        if node.op and node.op.blocks and node.op.blocks.short:  # on purpose, as by detach()
            cut.setdefault(node.op.blocks.short, []).append(ways.names[node])
    for by, names in cut.items():
        shown = ", ".join(sorted(names)[:MOST_PLACES])
        lines.append(f"other ways pass no derivative at all, by {by}: {shown}")
    kinds = {node.op.described for node in nodes if node.op}
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


def _killed_line(ways: Ways, visit: Visit, contribution: Contribution) -> Iterator[str]:
    node, position = visit.node, contribution.position
    came = f"times the gradient {significant(visit.gradient)}"
    if not visit.gradient:
        came = "and no gradient arrives either: it is killed further up as well"
    yield f"{ways.said(node, position)}: {_why_flat(node)}"
    yield from ways.at(node)
    yield f"    {ways.slope(node, position, 0.0)}, {came}"


def _why_flat(node: Value) -> str:
    row = node.op
    numbers = [float(arg.data) for arg in node.args]
    if row is not None and row.degree is None and not all(map(isfinite, numbers)):
        return "an operand is not finite"
    return (row and row.flat and row.flat.because(*numbers)) or "here it is flat"


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
    if is_of_one_pass(held, given * root.grad):
        return (
            f"the backward pass came to {top} with gradient {significant(root.grad)}, not 1: from "
            f"backward({significant(root.grad)}), or from a root further up"
        )
    passes = passes_in(held, given)
    leaves = [value for value in ways.graph.values if value.op is None and value.has_grad]
    if passes > 1 and all_agree(leaves, ways.passes.gradients()):
        return f"that is {passes:,} times as much: {passes:,} backward passes have added up"
    return "backward passes from other roots, or with other data, have added up in it"
