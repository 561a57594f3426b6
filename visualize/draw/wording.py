"""The words of a picture, in every format: of boxes, edges and the whole; and their sizes.

Sizes come from column counts alone, so that a picture is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from math import isnan

from autograd.graph import Constant
from visualize.scene.compose import Edge, Group, Node, Range, Scene
from visualize.text import columns, counted, cut, exact, in_symbols, printable, significant, times

BLANK = "□"  # an operand that an edge brings

HEADING_COLUMNS = 24
GROUP_COLUMNS = HEADING_COLUMNS + 8  # its mark, ×12, is short
DESCRIPTION_COLUMNS = 240
LABEL_COLUMNS = 4000  # longer than any honest label

FONT_SIZE = 11
COLUMN = 6.62  # 0.602 em: the widest of the usual monospaced fonts (DejaVu Sans Mono, Menlo)
SMALL = 10  # font size of everything but boxes
LINE = 14
PADDING = 10
MARGIN = 12  # around the picture
BOX_CORNER = 6  # radii
FRAME_CORNER = 8
LEAST_COLUMNS = 10


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a box: `heading` left and `mark` right in the first line, then `lines`."""

    heading: str
    mark: str
    lines: tuple[str, ...]
    description: tuple[str, ...]  # every digit and the whole label, for tooltips and readers


def words(scene: Scene, node: Node, *, framed: bool = True) -> Words:
    """Return the words of a node's box, `framed` by its module where it has one."""
    if node.group:
        return _group_words(node, node.group)
    operation = operator(node)
    framed = framed and bool(node.scope)
    heading, mark = node.short.own if framed else node.short.full, operation
    if node.copy_of is not None:
        mark = "again"
    heading = cut(heading, HEADING_COLUMNS)
    lines = (data_line(significant(node.data)), node.gradient.short)
    label = cut(printable(node.label), LABEL_COLUMNS)
    name = label if len(label) > len(node.name) else node.name
    made = cut(formula(scene, node, framed=framed), DESCRIPTION_COLUMNS)
    description = [
        f"{name} = {made}" if made else name,
        f"data {exact(node.data)}",
        node.gradient.full,
    ]
    if node.scope and node.name == node.short.own:
        description.append("in " + cut(printable("/".join(node.scope)), DESCRIPTION_COLUMNS))
    if node.line:
        description.append("made at " + cut(printable(node.line), DESCRIPTION_COLUMNS))
    if node.is_output:
        description.append("output")
    return Words(heading, cut(mark, HEADING_COLUMNS), lines, tuple(description))


def _group_words(node: Node, group: Group) -> Words:
    operations = kinds_line(group.operations)
    title = printable(group.title)
    description = (
        cut("/".join((*map(printable, node.scope), title)), DESCRIPTION_COLUMNS),
        cut(f"{counted(group.count, 'value')}: {operations}", DESCRIPTION_COLUMNS),
        f"data from {exact(group.data.low)} to {exact(group.data.high)}",
        largest_line(node.gradient.value, node.gradient.full),
    )
    heading = cut(title, GROUP_COLUMNS)
    gradient = largest_line(node.gradient.value, node.gradient.short)
    lines = (data_line(data_range(group.data)), gradient)
    return Words(heading, times(group.count), lines, description)


def spoken(heading: str, mark: str, lines: Sequence[str]) -> str:
    """Return the texts of a box for those who listen; pages have this function as a script.

    >>> spoken("c", "+", ["data 2", "grad 1"])
    'c +, data 2, grad 1'
    """
    first = f"{heading} {mark}" if mark != "" else heading
    return ", ".join([first, *lines])


def kinds_line(kinds: Sequence[tuple[str, int]]) -> str:
    """Return operations and how often each occurs; pages have this function as a script.

    >>> kinds_line([("mul", 2), ("leaf", 1)])
    'mul ×2, leaf ×1'
    """
    return ", ".join([f"{name} {times(count)}" for name, count in kinds])


def data_line(shown: str) -> str:
    """Return the line of a box about its data; pages have this function as a script."""
    return f"data {shown}"


def largest_line(gradient: float, line: str) -> str:
    """Return the line about the gradients of several values, given the line about the largest.

    >>> largest_line(-2.0, "grad -2"), largest_line(0.0, "grad 0")
    ('largest grad -2', 'grad 0')
    """
    return f"largest {line}" if gradient != 0 else line


def data_range(data: Range) -> str:
    """Return the range of the data of many values, of which some are not finite.

    >>> from visualize.scene.compose import range_of
    >>> data_range(range_of([0.5, 2.0])), data_range(range_of([2.0, float("inf")]))
    ('0.5 … 2', '2, 1 nan or inf')
    """
    if isnan(data.low):
        return "nan or inf"
    first, last = significant(data.low), significant(data.high)
    shown = first if first == last else f"{first} … {last}"
    others = data.infinite + data.nan
    return f"{shown}, {others:,} nan or inf" if others > 0 else shown


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
    # a group that is used several times has one name, and no operator between its uses
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
            yield f"{scene.nodes[operand].name} {times(count)}"
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
    """Return the mark of an edge: the number of its uses, or the position of its operand."""
    if edge.operand is None:
        return times(edge.count) if edge.count > 1 else ""
    target = scene.nodes[edge.target]
    drawn = (operand for operand in target.operands if isinstance(operand, int))
    return position_mark(edge.operand, len(list(islice(drawn, 2))), target.symmetric)


def position_mark(position: int, count: int, is_symmetric: bool) -> str:
    """Return the mark of an operand; none where it is the only one, or may change places.

    Pages have this function as a script.
    """
    return "" if count < 2 or is_symmetric else str(position + 1)


def local_mark(edge: Edge) -> str:
    """Return the local derivative that is written at an edge; "" where none is to be shown."""
    return "" if edge.local is None else slope_mark(edge.local)


def slope_mark(slope: float) -> str:
    """Return a local derivative, marked as one.

    >>> slope_mark(0.25)
    '∂ 0.25'
    """
    return f"∂ {significant(slope)}"


def box_size(box: Words) -> tuple[int, int]:
    """Return the width and height of a box."""
    lines = [columns(line) for line in box.lines]
    return size_by(columns(box.heading), columns(box.mark), lines, 0)


def size_by(heading: int, mark: int, lines: Sequence[int], room: float) -> tuple[int, int]:
    """Return the width and height of a box by the columns of its texts.

    `room` is free before the heading, in pixels. Pages have this as a script.

    >>> size_by(3, 0, [6, 20], 0), size_by(12, 8, [6, 20], 12)
    ((152, 52), (178, 52))
    """
    first = (heading + mark + 2 if mark > 0 else heading) * COLUMN + room
    widest = max(first, max(lines) * COLUMN, LEAST_COLUMNS * COLUMN)
    return round(widest + 2 * PADDING), (1 + len(lines)) * LINE + PADDING


def text_width(text: str, font_size: float = FONT_SIZE) -> float:
    """Return the width of a line of text."""
    return width_of(columns(text), font_size)


def width_of(count: int, font_size: float) -> float:
    """Return the width of so many columns; pages have this as a script."""
    return count * COLUMN * font_size / FONT_SIZE


def summary(scene: Scene) -> str:
    """Return one line about the whole picture.

    >>> from autograd import Value
    >>> from visualize.scene.flat import flatten
    >>> from visualize.scene.compose import compose
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
    bad = sum(node.gradient.is_alarming for node in scene.nodes)
    if bad:
        parts.append(f"{counted(bad, 'gradient')} nan or infinite")
    return "; ".join(parts)
