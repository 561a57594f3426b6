"""The eager backward pass: the reverse sweep over floats, with each gradient in its node."""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from itertools import cycle

from autograd.graph import Constant, Node, check_all_fresh, operands, topological_order
from autograd.mode import CURRENT
from autograd.native import engine
from autograd.steps import note, send, step_of
from autograd.threads import Turns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from autograd.steps import Blocked, Levels

__all__ = ["backward"]

# Sums are collected in the nodes, so passes over graphs that share leaves take turns.
TURNS = Turns()

# The stamps of the passes under way: more than one where a rule runs a pass of its own.
UNDER_WAY: ContextVar[tuple[object, ...]] = ContextVar("autograd_passes", default=())


def backward(root: Node, gradient: float) -> None:
    """Set the gradient of every node that `root` depends on, adding up in the leaves.

    If a rule raises, the graph is stale or Ctrl-C comes, all leaves keep the gradients they had, or
    all have the new ones. Each other node has the gradient of this pass or the one it had.
    """
    # One line: a debugger that raises at a line finds none between the pass and the release
    with TURNS.lock: _pass(root, gradient)  # fmt: skip # noqa: E701


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


def reverse_floats(root: Node, gradient: float) -> list[Any]:
    """Set the gradients of interior nodes; return the leaves, with theirs in `_sum`.

    The consumers of a node all lie deeper than it, so going up level by level is a topological
    order that needs no search. A gradient of 0 contributes exactly 0, whatever the local
    derivative. Raises StaleGraphError if an operand changed after a node was computed.

    The sum of a node counts in the pass whose stamp it has: nothing is added to the sums that a
    pass left behind when it was broken off.
    """
    mode = CURRENT.get()
    CURRENT.set(mode._quieted or mode.quieted())
    outer = UNDER_WAY.get()
    if outer:
        _check_apart(root, outer)
    sweep = object()
    UNDER_WAY.set((*outer, sweep))
    levels: Levels = [None] * (root._depth + 1)  # the nodes that something has been sent to
    blocked: Blocked = {}  # by depth: operands of rules that are None
    root._sweep = sweep
    root._sum = gradient
    levels[-1] = [root]
    oldest = root._version
    for depth in range(root._depth, 0, -1):
        level = levels[depth] or ()
        for node in level:
            node._grad = g = node._sum
            if node._version < oldest:  # noqa: PLR1730 - min() takes 4 times as long
                oldest = node._version
            if g:
                (node._row.step or step_of(node._row))(node, g, sweep, levels, blocked)
            else:
                _reach(node, sweep, levels, blocked)
        if blocked and depth in blocked:
            oldest = _forget(blocked, depth, level, oldest)
        levels[depth] = None
    leaves = levels[0] or []
    for leaf in (*leaves, *blocked[0]) if blocked else leaves:
        if leaf._version > oldest:
            check_all_fresh(root)
    return leaves


def _reach(node: Any, sweep: object, levels: Levels, blocked: Blocked) -> None:
    """Send 0 to the operands of a node whose gradient is 0, as behind a relu that is off."""
    rules = node._row.pullbacks
    if None in rules:
        for x, rule in zip(operands(node), cycle(rules)):
            if rule is None:
                note(x, blocked)
            elif x is not None and x._sweep is not sweep and type(x) is not Constant:
                send(x, 0.0, sweep, levels)
        return
    # Most operands behind a neuron that is off are weights, which others have reached before
    for x in operands(node):
        if x is not None and x._sweep is not sweep and type(x) is not Constant:
            send(x, 0.0, sweep, levels)


def _check_apart(root: Node, passes: tuple[object, ...]) -> None:
    """Raise RuntimeError if a pass under way has collected a gradient in a node below `root`."""
    for node in topological_order(root):
        if node._sweep in passes:
            raise RuntimeError(
                f"a rule called backward() on a graph that shares {node!r} with the one whose "
                "gradients are being computed; use autograd.gradients in a rule, or Values of its "
                "own"
            )


def _forget(blocked: Blocked, depth: int, reached: Iterable[Any], oldest: int) -> int:
    """Clear the gradients of a level's unreached nodes; return the oldest version so far.

    Their operands are noted in turn, because other ways to them may be blocked as well.
    """
    seen = set(reached)
    for node in blocked.pop(depth):
        if node not in seen:
            seen.add(node)
            node._grad = None
            oldest = min(oldest, node._version)
            for arg in operands(node):
                note(arg, blocked)
    return oldest


# The pass in C holds no lock while it runs no Python: nothing can come between.


def careful_backward(root: Node, gradient: float) -> None:
    """Do the same in C while another pass waits for a rule in Python."""
    with TURNS.lock:
        outer = UNDER_WAY.get()
        if outer:
            _check_apart(root, outer)
        engine.run_pass(root, gradient)


def pulled(op: Any, g: float, out: float, args: tuple[Any, ...]) -> list[Any]:
    """Return what a rule in Python sends to each operand."""
    return copy_context().run(_pulled, op, g, out, args)


def _pulled(op: Any, g: float, out: float, args: tuple[Any, ...]) -> list[Any]:
    CURRENT.set(CURRENT.get().quieted())
    return [*op.pull(g, out, [arg._data for arg in args])]


if engine is not None and not TYPE_CHECKING:
    backward = engine.backward
