"""Graphs and programs that no longer fit what they came from: refused, not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.errors import StaleGraphError
from autograd.graph import Constant, topological_order

if TYPE_CHECKING:
    from autograd.graph import Node

__all__ = ["check_all_fresh", "check_fresh"]


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
