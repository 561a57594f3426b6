"""What a box says: its heading, its lines and its full description, for every format alike."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from autograd import Constant
from visualize.digits import counted, exact, significant
from visualize.escape import cut, printable
from visualize.scene import Edge, Group, Node, Scene

__all__ = ["Words", "edge_mark", "formula", "summary", "words"]

HEADING_COLUMNS = 24
DESCRIPTION_COLUMNS = 240
LABEL_COLUMNS = 4000  # a whole label, short of an attack
BLANK = "□"  # an operand that an edge brings
# Rows whose operands may change places; the edges into all others are numbered.
SYMMETRIC = frozenset(
    {"add", "mul", "add_n", "dot", "maximum", "minimum", "hypot", "guarded_dot", "equal"}
)


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a box: `heading` left and `mark` right in the first line, then `lines`."""

    heading: str
    mark: str
    lines: tuple[str, ...]
    description: tuple[str, ...]  # every digit and the whole label, for tooltips and readers


def words(scene: Scene, node: Node) -> Words:
    """Return what the box of a node says."""
    if node.group:
        return _group_words(node, node.group)
    operation = _with_constants(node)
    heading, mark = node.label or operation or node.name, operation if node.label else ""
    if node.copy_of is not None:
        mark = "again"
    heading = cut(printable(heading), HEADING_COLUMNS)
    lines = (f"data {significant(node.data)}", node.gradient.short)
    name = cut(printable(node.label), LABEL_COLUMNS) or node.name
    made = cut(formula(scene, node), DESCRIPTION_COLUMNS)
    description = [
        f"{name} = {made}" if made else name,
        f"data {exact(node.data)}",
        node.gradient.full,
    ]
    if node.scope:
        description.append("in " + cut(printable("/".join(node.scope)), DESCRIPTION_COLUMNS))
    if node.is_output:
        description.append("output")
    return Words(heading, cut(mark, HEADING_COLUMNS), lines, tuple(description))


def _group_words(node: Node, group: Group) -> Words:
    low, high = significant(group.low), significant(group.high)
    span = f"data {low} … {high}" if low != high else f"data {low}"
    if not isfinite(group.low):
        span = "data nan or inf"
    elif group.not_finite:
        span += f", {group.not_finite:,} nan or inf"
    short = node.gradient.short
    largest = "largest " + short if node.gradient.value else short
    operations = ", ".join(f"{name} ×{count:,}" for name, count in group.operations)
    title = printable(group.title)
    description = (
        cut("/".join((*map(printable, node.scope), title)), DESCRIPTION_COLUMNS),
        cut(f"{counted(group.count, 'value')}: {operations}", DESCRIPTION_COLUMNS),
        f"data from {exact(group.low)} to {exact(group.high)}",
        "largest " + node.gradient.full if node.gradient.value else node.gradient.full,
    )
    heading = cut(title, HEADING_COLUMNS + 8)
    return Words(heading, f"×{group.count:,}", (span, largest), description)


def _is_infix(node: Node) -> bool:
    return len(node.operands) == 2 and not node.variadic and not node.symbol.isidentifier()


def _with_constants(node: Node) -> str:
    """Return the symbol of an operation with its constant operands in their places."""
    symbol = printable(node.symbol)
    constants = [operand for operand in node.operands if isinstance(operand, Constant)]
    if not constants:
        prefix = len(node.operands) == len(symbol) == 1 and not symbol.isidentifier()
        return symbol + BLANK if prefix else symbol  # -□ is not a subtraction
    if node.variadic:
        return f"{symbol} [{', '.join(map(significant, constants))}]"
    if node.operation in SYMMETRIC and len(constants) == 1:
        return f"{symbol} {significant(constants[0])}"
    places = [
        significant(operand) if isinstance(operand, Constant) else BLANK
        for operand in node.operands
    ]
    return f" {symbol} ".join(places) if _is_infix(node) else f"{symbol}({', '.join(places)})"


def formula(scene: Scene, node: Node) -> str:
    """Return a node as an operation on the names of its operands; "" for leaves and groups.

    >>> from autograd import Value
    >>> from visualize.flat import flatten
    >>> from visualize.compose import compose
    >>> scene = compose(flatten([2 - Value(3.0, label="x").tanh()]))
    >>> [formula(scene, node) for node in scene.nodes]
    ['', 'tanh(x)', '2 - v1']
    """
    if not node.operation:
        return ""
    names = [
        significant(operand) if isinstance(operand, Constant) else scene.nodes[operand].name
        for operand in node.operands
    ]
    if _is_infix(node):
        return f" {printable(node.symbol)} ".join(names)
    return f"{printable(node.operation)}({', '.join(names)})"


def edge_mark(scene: Scene, edge: Edge) -> str:
    """Return what is written at an edge: how many uses it stands for, or which operand it is."""
    if edge.operand is None:
        return f"×{edge.count:,}" if edge.count > 1 else ""
    target = scene.nodes[edge.target]
    if target.operation in SYMMETRIC or sum(type(it) is int for it in target.operands) < 2:
        return ""
    return str(edge.operand + 1)


def summary(scene: Scene) -> str:
    """Return one line about the whole picture.

    >>> from autograd import Value
    >>> from visualize.flat import flatten
    >>> from visualize.compose import compose
    >>> a = Value(2.0, label="a")
    >>> summary(compose(flatten([a * a])))
    '2 values, 2 edges; output v1 = 4; no gradient yet'
    """
    parts = [f"{counted(scene.values, 'value')}, {counted(scene.uses, 'edge')}"]
    outputs = [node for node in scene.nodes if node.is_output and not node.group]
    shown = ", ".join(f"{node.name} = {significant(node.data)}" for node in outputs[:3])
    if outputs:
        more = ", …" if len(outputs) > 3 else ""
        parts.append(f"output{'s' if len(outputs) > 1 else ''} {shown}{more}")
    states = {node.gradient.state for node in scene.nodes}
    steepest = max(scene.nodes, key=lambda node: (node.gradient.size, bool(node.label)))
    if steepest.gradient.size:
        parts.append(f"largest gradient {significant(steepest.gradient.value)} at {steepest.name}")
    elif states <= {"pending"}:
        parts.append("no gradient yet")
    bad = sum(node.gradient.state in ("nan", "infinite") for node in scene.nodes)
    if bad:
        parts.append(f"{counted(bad, 'gradient')} nan or infinite")
    return "; ".join(parts)
