"""Reverse mode from any outputs to any nodes: gradients as numbers, or drawn as a graph.

Contributions to one gradient are added up in as few nodes as can be.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from autograd.graph import Node, check_fresh, topological_order
from autograd.mode import quietly
from autograd.primitives import add_n

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["is_zero", "reverse", "total"]


@quietly
def reverse(seeds: dict[Any, Any], wanted: Collection[Node], *, graph: bool) -> dict[Node, Any]:
    """Return the gradients with respect to the wanted nodes; `seeds` are those of the outputs.

    With `graph` every step is recorded, so that the results (Values, or floats where constant)
    can be differentiated again; without, all is computed on floats. Only paths that lead to a
    wanted node are followed. A node missing from the result does not influence the outputs.
    """
    order = topological_order(*seeds)
    needed = set(wanted)
    for node in order:
        check_fresh(node)
        if not needed.isdisjoint(node.args):
            needed.add(node)
    terms = {node: [seed] for node, seed in seeds.items()}
    gradients: dict[Node, Any] = {}
    for node in reversed(order):
        if node not in needed or node not in terms:
            continue
        g = total(terms.pop(node))
        if node in wanted:
            gradients[node] = g
        if node.op is None or is_zero(g):
            continue
        for arg, term in zip(node.args, _pulled(node, g, needed, graph)):
            if arg in needed and term is not None and not is_zero(term):
                terms.setdefault(arg, []).append(term)
    return gradients


def _pulled(node: Any, g: Any, needed: Collection[Node], graph: bool) -> Sequence[Any]:
    out = node if graph else node._data
    args = node.args if graph else [arg._data for arg in node.args]
    if node.op.variadic:
        return node.op.pull(g, out, args)  # type: ignore[no-any-return]  # node is Any: Value's slots
    return [
        rule(g, out, *args) if rule is not None and arg in needed else None
        for rule, arg in zip(node.op.pullbacks, node.args)
    ]


def is_zero(term: Any) -> bool:
    """Tell whether a contribution is the number 0, which adds nothing."""
    return isinstance(term, float) and term == 0.0


def total(terms: list[Any]) -> Any:
    """Return the sum of the terms; several products become one dot, several others one sum."""
    if len(terms) == 1:
        return terms[0]
    groups: dict[Any, list[Any]] = {}
    for term in terms:
        op = getattr(term, "op", None)
        groups.setdefault(op and op.gathered, []).append(term)
    parts: list[Any] = []
    for row, group in groups.items():
        if row is None or len(group) == 1:
            parts += group
        else:
            parts.append(row(*chain(*zip(*(term.args for term in group)))))
    if len(parts) == 2:
        return parts[0] + parts[1]
    return parts[0] if len(parts) == 1 else add_n(*parts)
