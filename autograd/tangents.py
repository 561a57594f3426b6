"""Forward mode, by the rules of reverse mode: linear in g, they take a tangent as well."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.arguments import as_float
from autograd.factor import are_alike, divided_exactly
from autograd.graph import check_fresh, topological_order
from autograd.mode import quietly
from autograd.native import engine
from autograd.reverse import is_zero, total
from autograd.rules import guarded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["tangents_of"]

# For each node that changes as a length does: that length, and the node's tangent times the length.
Spans: TypeAlias = dict[Any, tuple[Any, Any]]


def tangents_of(outputs: Sequence[Any], along: Mapping[Any, Any], *, graph: bool) -> list[Any]:
    """Return the derivative of each output along tangents of some nodes; 0.0 if it does not move.

    With `graph` the steps are recorded on the nodes; without, they are computed on floats.
    """
    found = None
    if engine is not None and not graph:
        found = engine.derivatives((*outputs,), (*along,), (*along.values(),), True)
    if found is None:
        tangents = _tangents_below(outputs, along, graph=graph)
        found = [tangents.get(output, 0.0) for output in outputs]
    return found


@quietly
def _tangents_below(
    outputs: Sequence[Any], along: Mapping[Any, Any], *, graph: bool
) -> dict[Any, Any]:
    """Return the tangents of the outputs and of all below them that move."""
    found: dict[Any, Any] = dict(along)
    if not graph:
        found = {node: as_float(tangent, "a tangent") for node, tangent in along.items()}
    spans: Spans = {}
    for node in topological_order(*outputs):
        check_fresh(node)
        op = node.op
        if op is None or node in found:
            continue
        moved = [found.get(arg, 0.0) for arg in node.args]
        if all(map(is_zero, moved)):
            continue
        span = _span(node, moved, spans) if graph and op.span else None
        if span is not None:
            spans[node] = node, span
        past = _past_lengths(node, spans)
        left = [0.0 if place in past else t for place, t in enumerate(moved)]
        terms = [*past.values(), *_terms(node, left, graph=graph)]
        if terms:
            found[node] = total(terms) if graph else reduce(add, terms)
        if span is None and op.over:
            _carry_span(node, moved, left, spans)
    return found


def _span(node: Any, moved: Sequence[Any], spans: Spans) -> Any:
    """Return the tangent of a length, times the length: the sum of t * x over its operands x.

    If x is itself m times a length, t * x is m times the span of that one.
    """
    if node.op.span(moved, *node.args) is None:
        return None
    factors = []
    for x, t in zip(node.args, moved):
        length, span = spans.get(x, (None, t))
        multiple = x if length is None else divided_exactly(x, length)
        factors.append((t, x) if multiple is None else (span, multiple))
    return node.op.span([t for t, _ in factors], *[x for _, x in factors])


def _terms(node: Any, moved: Sequence[Any], *, graph: bool) -> list[Any]:
    """Return what each moving operand adds to the derivative of a node."""
    op = node.op
    out: Any = node if graph else node._data
    args = node.args if graph else [arg._data for arg in node.args]
    if op.variadic:
        slopes = op.pull(1.0, out, args)
        return [guarded(t, d) for t, d in zip(moved, slopes) if d is not None and not is_zero(t)]
    return [
        rule(t, out, *args)
        for t, rule in zip(moved, op.pullbacks)
        if rule is not None and not is_zero(t)
    ]


def _past_lengths(node: Any, spans: Spans) -> dict[int, Any]:
    """Return the contributions of operands whose slopes have the length as a factor, by place.

    Their rules would divide by the length and multiply by it again; neither is done, see `factor`.
    """
    if spans.keys().isdisjoint(node.args):
        return {}
    terms = {}
    for place, slope in enumerate(node.op.pull(1.0, node, node.args)):
        if node.args[place] in spans:
            length, span = spans[node.args[place]]
            along = divided_exactly(slope, length)
            if along is not None:
                terms[place] = guarded(span, along)
    return terms


def _carry_span(node: Any, moved: Sequence[Any], left: Sequence[Any], spans: Spans) -> None:
    """Give a node that is a multiple of a length, as -r and 3r are, a span of its own.

    `left` are the tangents that were not taken past a length: without any, nothing was divided.
    """
    lengths = [spans[arg][0] for arg, t in zip(node.args, left) if arg in spans and not is_zero(t)]
    if not lengths:
        return
    length = lengths[0]
    multiple = divided_exactly(node, length)
    if isinstance(multiple, float):  # of relu(r) as well, which is no kink for r >= 0
        spans[node] = length, guarded(spans[length][1], multiple)
        return
    stretched = [
        spans[arg][1] if arg in spans and are_alike(spans[arg][0], length) else guarded(t, length)
        for arg, t in zip(node.args, moved)
    ]
    spans[node] = length, total(_terms(node, stretched, graph=True))
