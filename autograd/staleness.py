"""Graphs and programs that no longer fit what they came from: refused, not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.graph import Constant, topological_order

if TYPE_CHECKING:
    from autograd.graph import Node

__all__ = ["StaleGraphError", "StaleProgramError", "check_all_fresh", "check_fresh"]


class StaleGraphError(RuntimeError):
    """The data of a leaf was changed after the graph was computed from it."""


class StaleProgramError(RuntimeError):
    """A compiled function would do something else now than when it was traced; see `compile`."""


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
