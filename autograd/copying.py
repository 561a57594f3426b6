"""Copies and pickles of nodes: flat, whatever the depth of the graph.

A leaf is pickled as itself, so that a graph and a list of parameters in one pickle still share it;
the nodes between the leaves and the root are one flat list in the root's record. Only operations of
the table are stored, by name: no code.
"""

from __future__ import annotations

from autograd.graph import Constant, new_node, topological_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.mode import Place
    from autograd.primitive import Primitive

    # operation, operands (an index into the list of nodes, or a number), data, grad, place, stale
    Record = tuple[Primitive, tuple[Any, ...], float, Any, Place, bool]

__all__ = ["deep_copy", "reduced", "shallow_copy"]


def shallow_copy(node: Any) -> Any:
    """Return a node of its own with the same operands."""
    return _like(node, node.args)


def deep_copy(root: Any, memo: dict[int, Any]) -> Any:
    """Return a copy of the graph below `root`; `memo` as for copy.deepcopy."""
    for node in topological_order(root):
        if id(node) not in memo:
            args = tuple(arg if type(arg) is Constant else memo[id(arg)] for arg in node.args)
            memo[id(node)] = _like(node, args)
    return memo[id(root)]


def reduced(root: Any) -> tuple[Any, ...]:
    """Return what pickle stores of `root`."""
    if root.op is None:
        return _leaf, (type(root), root._data, root._grad, root._place)
    nodes = topological_order(root)
    leaves = [node for node in nodes if node.op is None]
    interior = [node for node in nodes if node.op is not None]
    index_of = {node: index for index, node in enumerate(leaves + interior)}
    records: list[Record] = []
    for node in interior:
        args = tuple(float(arg) if type(arg) is Constant else index_of[arg] for arg in node.args)
        stale = any(type(arg) is not Constant and arg._version > node._version for arg in node.args)
        records.append((node.op, args, node._data, node._grad, node._place, stale))
    return _graph, (type(root), leaves, records)


def _like(node: Any, args: tuple[Any, ...]) -> Any:
    return new_node(type(node), node.op, args, node._data, node._grad, node._place, node._version)


def _leaf(kind: type, data: float, grad: float | None, place: Place) -> Any:
    return new_node(kind, None, (), data, grad, place, 0)


def _graph(kind: type, leaves: list[Any], records: list[Record]) -> Any:
    nodes = list(leaves)
    for op, operands, data, grad, place, stale in records:
        args = tuple(Constant(at) if type(at) is float else nodes[at] for at in operands)
        # Older than any change of a leaf from now on, and, if stale, than the leaves as loaded.
        nodes.append(new_node(kind, op, args, data, grad, place, -1 if stale else 0))
    return nodes[-1]
