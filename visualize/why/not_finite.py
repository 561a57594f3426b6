"""The first cause of nan and inf: in the numbers of the forward pass, or in the backward pass."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from math import isfinite, isinf, isnan

from autograd import Primitive, Value
from autograd.graph import Constant
from autograd.reverse import Contribution, Visit
from visualize.text import significant
from visualize.why.ways import Cause, Finding, Ways

Step = tuple[Visit, Contribution | None]  # None: the sum of all contributions to its node

MOST_ORIGINS = 3  # origins to name
LEAF = (
    "look at where this number comes from: the data, or a step with a gradient that was not "
    "finite. Lower the learning rate, or use clip_grad_norm"
)
LARGEST = "the largest float, 1.8e308"
SCALE = "make the numbers smaller: scale the inputs, lower the learning rate, or use clip_grad_norm"


def trace(ways: Ways) -> Iterator[Step]:
    """Yield the steps of the backward pass that brought nan or inf to the leaf, the last first.

    From the leaf up, these are the contribution that spoilt the gradient, and those that spoilt
    the gradients it came from. The last one yielded is the first cause.
    """
    by_node = {visit.node: visit for visit in ways.visits}
    here = by_node[ways.leaf]
    while True:
        came = ways.incoming.get(here.node, [])
        is_nan = isnan(here.gradient)
        spoilt = [step for step in came if step[1].sent is not None and not isfinite(step[1].sent)]
        of_kind = [step for step in spoilt if is_nan == isnan(step[1].sent or 0.0)]
        if not spoilt or (is_nan and not of_kind):
            yield here, None  # finite ones that overflowed, or inf - inf
            if not spoilt:
                return
        visit, contribution = (of_kind or spoilt)[0]
        from_above = not isfinite(visit.gradient)
        if not from_above or (isnan(contribution.sent or 0.0) and not isnan(visit.gradient)):
            yield visit, contribution
        if not from_above:
            return
        here = visit


def by_numbers(step: Step) -> bool:
    """Return whether numbers of the forward pass make a local derivative nan or infinite."""
    visit, contribution = step
    if contribution is None or isfinite(contribution.local or 0.0):
        return False
    node = visit.node
    return not all(map(isfinite, [node.data, *(arg.data for arg in node.args)]))


def forward_fault(ways: Ways) -> Finding | None:
    """Return the first nan or inf of the forward pass, if it spoils the root or the gradient.

    An infinite number kills a gradient too: 1 / inf has derivative 0. A nan in a branch of `where`
    that was not taken is not a cause.
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
    elif ways.killers:
        nodes = (visit.node for visit, _ in ways.killers)
        sick = next(chain.from_iterable(map(_not_finite_operands, nodes)), None)
        outcome = sick.data if sick else outcome
    if sick is None:
        return None
    cause: Cause = "forward nan" if isnan(outcome) else "forward inf"
    origins, turned = _origins(ways, sick)
    first = origins[0]
    lines = [f"first: {ways.computed(first)}{_because(first)}", *ways.at(first)]
    if len(origins) > 1:
        more = ", ".join(ways.names[origin] for origin in origins[1 : 1 + MOST_ORIGINS])
        lines.append(
            f"also, independently: {more}" + (", …" if len(origins) > 1 + MOST_ORIGINS else "")
        )
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
    made = f"{name} is {what}" if first.op is None else f"{first.op.described} gave {what}"
    summary = f"{made} in the forward pass" + (f", {then}" if first is not ways.root else "")
    way_out = LEAF if first.op is None else against(first.op) or SCALE
    culprits = tuple(dict.fromkeys(value for value in (first, turned) if value is not None))
    return Finding(cause, summary, tuple(lines), culprits, way_out)


def _origins(ways: Ways, sick: Value) -> tuple[list[Value], Value | None]:
    """Return the first values that are not finite, and the first nan that came from infinities.

    Both are in the order of the graph, and among the values that `sick` was computed from.
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
    """Yield the operands that are nan or infinite, constants left out."""
    return (arg for arg in node.args if type(arg) is not Constant and not isfinite(arg.data))


def _because(value: Value) -> str:
    if value.op is None:
        return ", which is not finite to begin with"
    if not all(isfinite(arg.data) for arg in value.args):
        return ", because a number in the expression is not finite"
    fault = value.op.fault
    reason = fault and fault.because(*[float(arg.data) for arg in value.args])
    if reason is None:
        return f", beyond {LARGEST}" if isinf(value.data) else ""
    return f" ({reason})"


def backward_fault(ways: Ways) -> Finding | None:
    """Return where the gradient first became nan or infinite, if the numbers before are finite."""
    gradient = ways.gradient
    if gradient is None or isfinite(gradient):
        return None
    steps = list(trace(ways))
    if by_numbers(steps[-1]):
        return None  # a fault of the forward pass
    lines: list[str] = []
    for number, (visit, contribution) in enumerate(reversed(steps)):
        lines += _told(ways, visit, contribution, first=number == 0)
    visit, contribution = steps[-1]
    node = visit.node
    cause: Cause = "backward nan" if isnan(gradient) else "backward inf"
    row = node.op.described if node.op else ""
    if contribution is None or isfinite(contribution.local or 0.0):
        cause = "overflowed"
        summary = f"a gradient at {ways.names[node]} is beyond {LARGEST}"
        way_out = SCALE
    else:
        summary = (
            f"the derivative of {row} is {significant(contribution.local or 0.0)} where it was used"
        )
        way_out = against(node.op) or SCALE
    culprits = tuple(dict.fromkeys(chain.from_iterable(map(_at_fault, repeat(ways), steps[::-1]))))
    return Finding(cause, summary, tuple(lines), culprits, way_out)


def _at_fault(ways: Ways, step: Step) -> Iterator[Value]:
    """Yield the node of a step and, at a sum, the nodes that its nan or inf came from."""
    visit, contribution = step
    yield visit.node
    if contribution is None:
        for other, came in ways.incoming.get(visit.node, ()):
            if not isfinite(came.sent or 0.0):
                yield other.node


def _told(
    ways: Ways, visit: Visit, contribution: Contribution | None, *, first: bool
) -> Iterator[str]:
    """Yield one step of the trace in words, with its line in the user's program."""
    when = "first" if first else "then"
    node = visit.node
    name, gradient = ways.names[node], significant(visit.gradient)
    if contribution is None:
        terms = [step[1].sent for step in ways.incoming.get(node, ()) if step[1].sent is not None]
        shown = " + ".join(
            f"({significant(term)})" if term < 0 else significant(term)
            for term in sorted(terms, key=isfinite)[:4]
        )
        yield f"{when}: at {name} the contributions add up to {shown} = {gradient}"
    else:
        operand, position, local, sent, _ = contribution
        yield f"{when}: {ways.said(node, position)}"
        yield from ways.at(node)
        yield (
            f"    {ways.slope(node, position, local or 0.0)}, times the gradient {gradient} = "
            f"{significant(sent or 0.0)} for {ways.names[operand]}"
        )


def against(row: Primitive | None) -> str:
    """Return the way out for an operation that gives nan or inf; "" if its row has none."""
    return row.fault.way_out if row and row.fault else ""
