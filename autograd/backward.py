"""The sweeps over a graph: reverse over floats, reverse over Values, and forward.

All three apply the pullbacks of the rows and know no derivative themselves.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from autograd.graph import Constant, Node, topological_order
from autograd.mode import CURRENT, Mode, entered
from autograd.primitives import add_n, guarded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from autograd.primitive import Primitive

__all__ = ["StaleGraphError", "backward", "reverse", "reverse_floats", "tangents_of"]


class StaleGraphError(RuntimeError):
    """The data of a leaf was changed after the graph was computed from it."""


@lru_cache(maxsize=64)
def _quiet(mode: Mode) -> Mode:
    return mode.replaced(quiet=True, record=True)


def backward(root: Node, gradient: float) -> None:
    """Set the gradient of every node that `root` depends on, adding up in the leaves.

    If a rule raises, or the graph is stale, the leaves keep the gradients they had.
    """
    order = topological_order(root)
    before = [(node, node._grad) for node in order if node.op is None]
    try:
        reverse_floats(order, gradient)
    except BaseException:
        for node in order:
            node._grad = None
        for leaf, grad in before:
            leaf._grad = grad
        raise
    for leaf, grad in before:
        if grad is not None:
            leaf._grad = grad if leaf._grad is None else grad + leaf._grad


def reverse_floats(order: Sequence[Node], gradient: float) -> None:
    """Run the reverse sweep over a topological order, leaving each node's gradient in its slot.

    A gradient of 0 contributes exactly 0 whatever the local derivative; a node that no gradient
    reaches keeps None. The arms for one and two operands are the loop for any number written
    out: 2.5 times as fast. Raises StaleGraphError if a node is older than one of its operands.
    """
    newest = 0  # the last change of a leaf
    for node in order:
        node._grad = None
        if node.op is None and node._version > newest:
            newest = node._version
    order[-1]._grad = gradient
    with entered(_quiet(CURRENT.get())):
        for node in reversed(order):
            g = node._grad
            op = node.op
            if op is None or g is None:
                continue
            if node._version < newest:
                check_fresh(node)
            args = node.args
            if not g:
                terms: Iterable[float | None] = _zeros(op, len(args))
            elif op.arity == 2:
                x, y = args
                pull_x, pull_y = op.pullbacks
                x_data = x._data
                y_data = y._data
                if pull_x is not None and type(x) is not Constant:
                    term = pull_x(g, node._data, x_data, y_data)
                    total = x._grad
                    x._grad = term if total is None else total + term
                if pull_y is not None and type(y) is not Constant:
                    term = pull_y(g, node._data, x_data, y_data)
                    total = y._grad
                    y._grad = term if total is None else total + term
                continue
            elif op.arity == 1:
                (x,) = args
                (pull_x,) = op.pullbacks
                if pull_x is not None and type(x) is not Constant:
                    term = pull_x(g, node._data, x._data)
                    total = x._grad
                    x._grad = term if total is None else total + term
                continue
            else:
                terms = op.pull(g, node._data, [arg._data for arg in args])
            for arg, term in zip(args, terms):
                if term is not None and type(arg) is not Constant:
                    total = arg._grad
                    arg._grad = term if total is None else total + term


def _zeros(op: Primitive, count: int) -> Iterable[float | None]:
    rules = op.pullbacks * count if op.variadic else op.pullbacks
    return [None if rule is None else 0.0 for rule in rules]


def check_fresh(node: Node) -> None:
    """Raise StaleGraphError if an operand of `node` changed after `node` was computed."""
    for arg in node.args:
        if type(arg) is not Constant and arg._version > node._version:
            name = f" {arg.label!r}" if arg.label else ""
            what = f"the leaf{name}" if arg.op is None else f"the {arg.op.name} node{name}"
            raise StaleGraphError(
                f"{what} was changed to {arg._data} after {node.op and node.op.name} had used it, so "
                "gradients would mix old and new numbers; build the expression again, or call "
                ".forward() on the root to recompute it in place, before backward()"
            )


def reverse(root: Node, gradient: Any, wanted: Collection[Node]) -> dict[Node, Any]:
    """Return the gradients of `root` with respect to the wanted nodes, drawn as a graph.

    Every step is recorded, so the results (Values, or floats where they are constant) can be
    differentiated again. Only paths that lead to a wanted node are followed; a node that is
    missing from the result does not influence `root`.
    """
    order = topological_order(root)
    for node in order:
        check_fresh(node)
    needed = set(wanted)
    for node in order:
        if not needed.isdisjoint(node.args):
            needed.add(node)
    terms: dict[Node, list[Any]] = {root: [gradient]}
    gradients: dict[Node, Any] = {}
    with entered(_quiet(CURRENT.get())):
        for node in reversed(order):
            if node not in needed or node not in terms:
                continue
            g = _total(terms.pop(node))
            if node in wanted:
                gradients[node] = g
            if node.op is None or _is_zero(g):
                continue
            for arg, term in zip(node.args, _needed_terms(node, g, needed)):
                if arg in needed and term is not None and not _is_zero(term):
                    terms.setdefault(arg, []).append(term)
    return gradients


def _needed_terms(node: Node, g: Any, needed: Collection[Node]) -> Sequence[Any]:
    op = node.op
    assert op is not None
    if op.variadic:
        return op.pull(g, node, node.args)
    return [
        rule(g, node, *node.args) if rule is not None and arg in needed else None
        for rule, arg in zip(op.pullbacks, node.args)
    ]


def _is_zero(term: Any) -> bool:
    return isinstance(term, float) and term == 0.0


def _total(terms: list[Any]) -> Any:
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


def tangents_of(root: Node, tangents: dict[Node, Any], *, graph: bool) -> Any:
    """Return the derivative of `root` along the given tangents of some of its nodes.

    Forward mode, by the same rules: linear in g, they take a tangent as well. With `graph` the
    steps are recorded on the nodes themselves; without, they are computed on floats.
    """
    found = dict(tangents)
    with entered(_quiet(CURRENT.get())):
        for node in topological_order(root):
            check_fresh(node)
            op = node.op
            if op is None or node in found:
                continue
            moved = [found.get(arg, 0.0) for arg in node.args]
            if all(map(_is_zero, moved)):
                continue
            out: Any = node if graph else node._data
            args = node.args if graph else [arg._data for arg in node.args]
            if op.variadic:
                locals_ = op.pull(1.0, out, args)
                terms = [
                    guarded(t, d) for t, d in zip(moved, locals_) if d is not None and not _is_zero(t)
                ]
            else:
                terms = [
                    rule(t, out, *args)
                    for t, rule in zip(moved, op.pullbacks)
                    if rule is not None and not _is_zero(t)
                ]
            if terms:
                found[node] = _total(terms)
    return found.get(root, 0.0)
