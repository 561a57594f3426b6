"""Forward mode, by the rules of reverse mode: linear in g, they take a tangent as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.factor import divided_exactly
from autograd.graph import topological_order
from autograd.mode import quietly
from autograd.primitives import guarded
from autograd.staleness import check_fresh
from autograd.terms import is_zero, total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["tangents_of"]


@quietly
def tangents_of(outputs: Sequence[Any], along: Mapping[Any, Any], *, graph: bool) -> dict[Any, Any]:
    """Return the derivatives of the outputs, and of all below them, along tangents of some nodes.

    With `graph` the steps are recorded on the nodes; without, they are computed on floats. A node
    missing from the result does not move.
    """
    found: dict[Any, Any] = dict(along)
    spans: dict[Any, Any] = {}  # the tangents of lengths, each times the length
    for node in topological_order(*outputs):
        check_fresh(node)
        op = node.op
        if op is None or node in found:
            continue
        moved = [found.get(arg, 0.0) for arg in node.args]
        if all(map(is_zero, moved)):
            continue
        out: Any = node if graph else node._data
        args = node.args if graph else [arg._data for arg in node.args]
        span = op.span(moved, *args) if graph and op.span else None
        if span is not None:
            spans[node] = span
        terms = _past_lengths(node, moved, spans)
        if op.variadic:
            locals_ = op.pull(1.0, out, args)
            terms += [
                guarded(t, d) for t, d in zip(moved, locals_) if d is not None and not is_zero(t)
            ]
        else:
            terms += [
                rule(t, out, *args)
                for t, rule in zip(moved, op.pullbacks)
                if rule is not None and not is_zero(t)
            ]
        if terms:
            found[node] = total(terms)
    return found


def _past_lengths(node: Any, moved: list[Any], spans: Mapping[Any, Any]) -> list[Any]:
    """Return the contributions of operands that are lengths and factors of their slopes.

    What their rules would divide by the length and multiply by it again is done without both: see
    `factor`. Their tangents are taken out of `moved`.
    """
    if spans.keys().isdisjoint(node.args):
        return []
    terms = []
    for place, slope in enumerate(node.op.pull(1.0, node, node.args)):
        span = spans.get(node.args[place])
        along = None if span is None else divided_exactly(slope, node.args[place])
        if along is not None:
            terms.append(guarded(span, along))
            moved[place] = 0.0
    return terms
