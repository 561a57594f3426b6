"""Operations as text: on the names of their operands, or with blanks where edges come in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, islice

from autograd.graph import Constant
from visualize.digits import significant
from visualize.escape import printable
from visualize.formula.words import in_symbols
from visualize.scene.facts import Edge, Node, Scene

__all__ = ["edge_mark", "formula", "local_mark", "operator"]

LOCAL = "∂"  # before a local derivative
BLANK = "□"  # an operand that an edge brings


def formula(scene: Scene, node: Node, *, framed: bool = False) -> str:
    """Return a node as an operation on the names of its operands; "" for leaves and groups.

    With `framed` it is for a box in the frame of its module: operands in the same one are called
    as their boxes are.

    >>> from autograd import Value
    >>> from visualize.scene.flat import flatten
    >>> from visualize.scene.compose import compose
    >>> scene = compose(flatten([2 - Value(3.0, label="x").tanh()]))
    >>> [formula(scene, node) for node in scene.nodes]
    ['', 'tanh(x)', '2 - v1']
    """
    if not node.operation:
        return ""
    names = list(_operand_names(scene, node, framed))
    # a group used several times is one name: no operator stands between what it stands for
    several = node.variadic or len(names) < len(node.operands)
    return in_symbols(node.operation, node.symbol, names, variadic=several)


def _operand_names(scene: Scene, node: Node, framed: bool) -> Iterator[str]:
    """Yield the names of operands in order; a group used several times in a row once."""
    # by type too: the node of index 1 is not the number 1.0
    for (_, operand), run in groupby(node.operands, key=lambda operand: (type(operand), operand)):
        count = len(list(run))
        if isinstance(operand, Constant):
            yield from [significant(operand)] * count
        elif scene.nodes[operand].group and count > 1:
            yield f"{scene.nodes[operand].name} ×{count:,}"
        else:
            used = scene.nodes[operand]
            own = framed and node.scope and used.scope == node.scope and not used.group
            yield from [used.short.own if own else used.name] * count


def operator(node: Node) -> str:
    """Return the symbol of an operation with its constant operands in their places."""
    symbol = printable(node.symbol)
    constants = [operand for operand in node.operands if isinstance(operand, Constant)]
    if not constants:
        prefix = len(node.operands) == len(symbol) == 1 and not symbol.isidentifier()
        return symbol + BLANK if prefix else symbol  # -□ is not a subtraction
    if node.variadic:
        return f"{symbol} [{', '.join(map(significant, constants))}]"
    if node.symmetric and len(constants) == 1:
        return f"{symbol} {significant(constants[0])}"
    places = [
        significant(operand) if isinstance(operand, Constant) else BLANK
        for operand in node.operands
    ]
    return in_symbols(node.symbol, node.symbol, places)


def edge_mark(scene: Scene, edge: Edge) -> str:
    """Return what is written at an edge: how many uses it stands for, or which operand it is."""
    if edge.operand is None:
        return f"×{edge.count:,}" if edge.count > 1 else ""
    target = scene.nodes[edge.target]
    drawn = (operand for operand in target.operands if isinstance(operand, int))
    is_only_one = len(list(islice(drawn, 2))) < 2
    return "" if is_only_one or target.symmetric else str(edge.operand + 1)


def local_mark(edge: Edge) -> str:
    """Return the local derivative that is written at an edge; "" where none is to be shown."""
    return "" if edge.local is None else f"{LOCAL} {significant(edge.local)}"
