"""The eager backward pass: the reverse sweep over floats, with each gradient in its node."""

from __future__ import annotations

from itertools import chain, cycle
from threading import RLock
from typing import TYPE_CHECKING, Any

from autograd.graph import Constant, Node
from autograd.mode import CURRENT
from autograd.staleness import check_all_fresh

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["accumulate", "backward"]

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


def accumulate(leaves: Iterable[Any], gradients: Iterable[float]) -> None:
    """Add gradients that were computed elsewhere to those of the leaves."""
    with _one_at_a_time:
        for leaf, gradient in zip(leaves, gradients):
            total = leaf._grad
            leaf._grad = gradient if total is None else total + gradient


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
    token = CURRENT.set(CURRENT.get().quieted())
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
                # they halve the time of a chain. A gradient of 0, as behind a relu that is off,
                # only marks the operands as reached.
                if not g:
                    for x, rule in zip(args, cycle(op.pullbacks)):
                        if x._sum is not None:
                            continue
                        if rule is None:
                            _note(unreached, x)
                        else:
                            x._sum = 0.0
                            level = levels[x._depth]
                            if level is None:
                                levels[x._depth] = [x]
                            else:
                                level.append(x)
                elif op.arity == 2:
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
                elif op.arity == 1:
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
