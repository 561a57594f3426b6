"""The eager backward pass: the reverse sweep over floats, with each gradient in its node."""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from itertools import cycle
from typing import TYPE_CHECKING, Any

from autograd.graph import Constant, Node, check_all_fresh, put, topological_order
from autograd.mode import CURRENT
from autograd.native import engine
from autograd.runtime import Turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["accumulate", "backward"]

# Sums are collected in the nodes, so passes over graphs that share leaves take turns.
TURNS = Turns()

# The stamps of the passes under way: more than one where a rule runs a pass of its own.
_UNDER_WAY: ContextVar[tuple[object, ...]] = ContextVar("autograd_passes", default=())


def backward(root: Node, gradient: float) -> None:
    """Set the gradient of every node that `root` depends on, adding up in the leaves.

    If a rule raises, the graph is stale or Ctrl-C comes, all leaves keep the gradients they had, or
    all have the new ones. Each other node has the gradient of this pass or the one it had.
    """
    # One line: a debugger that raises at a line finds none between the pass and the release
    with TURNS.lock: _pass(root, gradient)  # fmt: skip # noqa: E701


def accumulate(leaves: Sequence[Any], gradients: Sequence[float]) -> None:
    """Add gradients that were computed elsewhere to those of the leaves: to all or to none."""
    if engine is not None:
        engine.accumulate(tuple(leaves), tuple(gradients))
        return
    with TURNS.lock: _add(leaves, gradients)  # fmt: skip # noqa: E701


def _pass(root: Node, gradient: float) -> None:
    # In a copy of the context: whatever ends the pass, its mode goes with the copy
    leaves = copy_context().run(reverse_floats, root, gradient)
    leaf: Any
    rest = zip(leaves, [x._sum if x._grad is None else x._grad + x._sum for x in leaves])
    try:
        for leaf, leaf._grad in rest:  # noqa: B007 - in half of the time of `put`
            pass
    except BaseException:
        for leaf, leaf._grad in rest:  # noqa: B007 - an iterator goes on where it was left
            pass
        raise


def _add(leaves: Sequence[Any], gradients: Sequence[float]) -> None:
    old = [leaf._grad for leaf in leaves]
    put(leaves, "_grad", [g if x is None else x + g for x, g in zip(old, gradients)])


def reverse_floats(root: Node, gradient: float) -> list[Any]:
    """Set the gradients of interior nodes; return the leaves, with theirs in `_sum`.

    The consumers of a node all lie deeper than it, so going up level by level is a topological
    order that needs no search. A gradient of 0 contributes exactly 0, whatever the local
    derivative. Raises StaleGraphError if an operand changed after a node was computed.

    The sum of a node counts in the pass whose stamp it has: nothing is added to the sums that a
    pass left behind when it was broken off.
    """
    CURRENT.set(CURRENT.get().quieted())
    outer = _UNDER_WAY.get()
    if outer:
        _check_apart(root, outer)
    sweep = object()
    _UNDER_WAY.set((*outer, sweep))
    levels: list[list[Any] | None] = [None] * root._depth
    levels.append([root])
    root._sweep = sweep
    root._sum = gradient
    unreached: dict[int, list[Any]] = {}  # by depth: operands of rules that are None
    oldest = root._version
    for depth in range(root._depth, 0, -1):
        for node in levels[depth] or ():
            node._grad = g = node._sum
            if node._version < oldest:  # noqa: PLR1730 - min() takes 4 times as long
                oldest = node._version
            op = node.op
            args = node.args
            # The arms for two operands and for one are the last arm, written out: together they
            # halve the time of a chain. A gradient of 0, as behind a relu that is off, only marks
            # the operands as reached.
            if not g:
                for x, rule in zip(args, cycle(op.pullbacks)):
                    if x._sweep is sweep:
                        continue
                    if rule is None:
                        _note(unreached, x)
                    elif type(x) is not Constant:
                        x._sweep = sweep
                        x._sum = 0.0
                        level = levels[x._depth]
                        if level is None:
                            levels[x._depth] = [x]
                        else:
                            level.append(x)
            elif op.arity == 2:
                x, y = args
                pull_x, pull_y = op.pullbacks
                x_is_number = type(x) is Constant
                y_is_number = type(y) is Constant
                x_data = x if x_is_number else x._data
                y_data = y if y_is_number else y._data
                if pull_x is None:
                    _note(unreached, x)
                elif not x_is_number:
                    term = pull_x(g, node._data, x_data, y_data)
                    if x._sweep is not sweep:
                        x._sweep = sweep
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
                elif not y_is_number:
                    term = pull_y(g, node._data, x_data, y_data)
                    if y._sweep is not sweep:
                        y._sweep = sweep
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
                    if x._sweep is not sweep:
                        x._sweep = sweep
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
                        if x._sweep is not sweep:
                            x._sweep = sweep
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
    return leaves


def _check_apart(root: Node, passes: tuple[object, ...]) -> None:
    """Raise RuntimeError if a pass under way has collected a gradient in a node below `root`."""
    for node in topological_order(root):
        if node._sweep in passes:
            raise RuntimeError(
                f"a rule called backward() on a graph that shares {node!r} with the one whose "
                "gradients are being computed; use autograd.gradients in a rule, or Values of its "
                "own"
            )


def _note(unreached: dict[int, list[Any]], node: Any) -> None:
    if type(node) is not Constant:
        unreached.setdefault(node._depth, []).append(node)


def _forget(
    unreached: dict[int, list[Any]], depth: int, reached: Iterable[Any], oldest: int
) -> int:
    """Clear the gradients of a level's unreached nodes; return the oldest version so far.

    Their operands are noted in turn, because other ways to them may be blocked as well.
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


# The pass in C holds no lock while it runs no Python: nothing can come between.


def careful_backward(root: Node, gradient: float) -> None:
    """Do the same in C while another pass waits for a rule in Python."""
    with TURNS.lock:
        outer = _UNDER_WAY.get()
        if outer:
            _check_apart(root, outer)
        engine.run_pass(root, gradient)


def pulled(op: Any, g: float, out: float, args: tuple[Any, ...], stamp: int) -> list[Any]:
    """Return what a rule in Python sends to each operand, in the pass of that stamp."""
    return copy_context().run(_pulled, op, g, out, args, stamp)


def _pulled(op: Any, g: float, out: float, args: tuple[Any, ...], stamp: int) -> list[Any]:
    CURRENT.set(CURRENT.get().quieted())
    _UNDER_WAY.set((*_UNDER_WAY.get(), stamp))
    return [*op.pull(g, out, [arg._data for arg in args])]


if engine is not None and not TYPE_CHECKING:
    backward = engine.backward
