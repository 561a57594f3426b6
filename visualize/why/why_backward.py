"""The first cause of nan and inf in the backward pass, where all numbers are finite."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from math import isfinite, isnan

from autograd import Contribution, Value, Visit
from visualize.digits import significant
from visualize.why.advice import LARGEST, SCALE, against
from visualize.why.diagnosis import Cause, Finding
from visualize.why.trace import Step, by_numbers, trace
from visualize.why.ways import Ways

__all__ = ["backward_fault"]


def backward_fault(ways: Ways) -> Finding | None:
    """Return where the gradient first became nan or infinite though every number is finite."""
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
    row = node.op.name if node.op else ""
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
    """Yield the node of a step; at a sum, those that its nan or inf came from as well."""
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
