"""The sweeps over a graph: reverse over floats, reverse over Values, and forward.

All three apply the pullbacks of the rows and know no derivative themselves.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from threading import RLock
from typing import TYPE_CHECKING, Any

from autograd.graph import Constant, Node, topological_order
from autograd.mode import CURRENT, Mode, entered
from autograd.primitives import add_n, guarded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

__all__ = ["StaleGraphError", "backward", "reverse", "reverse_floats", "tangents_of"]


class StaleGraphError(RuntimeError):
    """The data of a leaf was changed after the graph was computed from it."""


@lru_cache(maxsize=64)
def _quiet(mode: Mode) -> Mode:
    return mode.replaced(quiet=True, record=True)


# Sums are collected in the nodes, so passes over graphs that share leaves take turns.
_one_at_a_time = RLock()


def backward(root: Node, gradient: float) -> None:
    """Set the gradient of every node that `root` depends on, adding up in the leaves.

    If a rule raises, or the graph is stale, the leaves keep the gradients they had.
    """
    with _one_at_a_time:
        for leaf in reverse_floats(root, gradient):
            total = leaf._grad
            leaf._grad = leaf._sum if total is None else total + leaf._sum
            leaf._sum = None


def reverse_floats(root: Node, gradient: float) -> list[Any]:
    """Set the gradients of interior nodes; return the leaves, with theirs in `_sum`.

    The consumers of a node all lie deeper than it, so going up level by level is a topological
    order that needs no search. A gradient of 0 contributes exactly 0, whatever the local
    derivative. Raises StaleGraphError if an operand changed after a node was computed.
    """
    levels: list[list[Any] | None] = [None] * root._depth
    levels.append([root])
    root._sum = gradient
    unreached: dict[int, list[Any]] = {}  # by depth: operands of rules that are None
    oldest = root._version
    token = CURRENT.set(_quiet(CURRENT.get()))
    try:
        for depth in range(root._depth, 0, -1):
            for node in levels[depth] or ():
                node._grad = g = node._sum
                node._sum = None
                if node._version < oldest:  # noqa: PLR1730 - min() takes 4 times as long
                    oldest = node._version
                op = node.op
                args = node.args
                # The arms for two and for one operand are the last one written out: together
                # they halve the time of a chain.
                if op.arity == 2 and g:
                    x, y = args
                    pull_x, pull_y = op.pullbacks
                    x_data = x if type(x) is Constant else x._data
                    y_data = y if type(y) is Constant else y._data
                    if pull_x is None:
                        _note(unreached, x)
                    elif type(x) is not Constant:
                        term = pull_x(g, node._data, x_data, y_data)
                        if x._sum is None:
                            x._sum = term
                            level = levels[x._depth]
                            if level is None:
                                levels[x._depth] = [x]
                            else:
                                level.append(x)
                        else:
                            x._sum += term
                    if pull_y is None:
                        _note(unreached, y)
                    elif type(y) is not Constant:
                        term = pull_y(g, node._data, x_data, y_data)
                        if y._sum is None:
                            y._sum = term
                            level = levels[y._depth]
                            if level is None:
                                levels[y._depth] = [y]
                            else:
                                level.append(y)
                        else:
                            y._sum += term
                elif op.arity == 1 and g:
                    (x,) = args
                    (pull_x,) = op.pullbacks
                    if pull_x is None:
                        _note(unreached, x)
                    else:
                        term = pull_x(g, node._data, x._data)
                        if x._sum is None:
                            x._sum = term
                            level = levels[x._depth]
                            if level is None:
                                levels[x._depth] = [x]
                            else:
                                level.append(x)
                        else:
                            x._sum += term
                else:
                    terms = op.pull(g, node._data, [x._data for x in args])
                    for x, term in zip(args, terms):
                        if term is None:
                            _note(unreached, x)
                        elif type(x) is not Constant:
                            if x._sum is None:
                                x._sum = term
                                level = levels[x._depth]
                                if level is None:
                                    levels[x._depth] = [x]
                                else:
                                    level.append(x)
                            else:
                                x._sum += term
            if unreached and depth in unreached:
                oldest = _forget(unreached, depth, levels[depth] or (), oldest)
            levels[depth] = None
        leaves = levels[0] or []
        for leaf in (*leaves, *unreached.get(0, ())) if unreached else leaves:
            if leaf._version > oldest:
                check_all_fresh(root)
    except BaseException:
        for node in chain.from_iterable(filter(None, levels)):
            node._sum = None
        raise
    finally:
        CURRENT.reset(token)
    return leaves


def _note(unreached: dict[int, list[Any]], node: Any) -> None:
    if type(node) is not Constant:
        unreached.setdefault(node._depth, []).append(node)


def _forget(
    unreached: dict[int, list[Any]], depth: int, reached: Iterable[Any], oldest: int
) -> int:
    """Clear the gradients of a level's unreached nodes; return the oldest version so far.

    Their operands are noted in turn, since other ways to them may be blocked as well.
    """
    seen = set(reached)
    for node in unreached.pop(depth):
        if node not in seen:
            seen.add(node)
            node._grad = None
            oldest = min(oldest, node._version)
            for arg in node.args:
                _note(unreached, arg)
    return oldest


def check_all_fresh(root: Node) -> None:
    """Raise StaleGraphError if any node below `root` is older than one of its operands."""
    for node in topological_order(root):
        check_fresh(node)


def check_fresh(node: Node) -> None:
    """Raise StaleGraphError if an operand of `node` changed after `node` was computed."""
    for arg in node.args:
        if type(arg) is not Constant and arg._version > node._version:
            name = f" {arg.label!r}" if arg.label else ""
            what = f"the leaf{name}" if arg.op is None else f"the {arg.op.name} node{name}"
            raise StaleGraphError(
                f"{what} was changed to {arg._data} after {node.op and node.op.name} had used it: "
                "gradients would mix old and new numbers; build the expression again, or call "
                ".forward() on the root to recompute it in place, before backward()"
            )


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
    with entered(_quiet(CURRENT.get())):
        for node in reversed(order):
            if node not in needed or node not in terms:
                continue
            g = _total(terms.pop(node))
            if node in wanted:
                gradients[node] = g
            if node.op is None or _is_zero(g):
                continue
            for arg, term in zip(node.args, _pulled(node, g, needed, graph)):
                if arg in needed and term is not None and not _is_zero(term):
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


def tangents_of(root: Node, tangents: Mapping[Any, Any], *, graph: bool) -> Any:
    """Return the derivative of `root` along the given tangents of some of its nodes.

    Forward mode, by the same rules: linear in g, they take a tangent as well. With `graph` the
    steps are recorded on the nodes themselves; without, they are computed on floats.
    """
    found: dict[Any, Any] = dict(tangents)
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
                    guarded(t, d)
                    for t, d in zip(moved, locals_)
                    if d is not None and not _is_zero(t)
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
