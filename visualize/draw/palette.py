"""Colours and line styles of gradients: blue, solid for positive, orange, dashed for negative.

The scale diverges from white, symmetric about 0, and safe for red-green colour blindness. Gradients
span decades, so shades follow the square root of |gradient| / largest |gradient|: a hundredth of
the largest still shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from visualize.scene.compose import Range, Scene, range_of
from visualize.scene.gradient import Gradient
from visualize.text import significant

SHADES = 8  # per sign
BORDER_WIDTH = 1.2  # pixels, of most boxes
WIDEST_LINE = 4.0
OUTPUT_WIDTH = 2.4  # pixels, of the border of an output


@dataclass(frozen=True, slots=True)
class Style:
    """How a box looks; lengths in pixels."""

    fill: str
    stroke: str
    dashes: str  # SVG's stroke-dasharray, "" for a solid line
    width: float = BORDER_WIDTH


@dataclass(frozen=True, slots=True)
class Theme:
    """The ends of the scales as red, green, blue; and the colours of everything else."""

    zero: tuple[int, int, int]
    positive: tuple[int, int, int]
    negative: tuple[int, int, int]
    positive_stroke: str
    negative_stroke: str
    page: str
    text: str
    muted: str
    alarm: str  # the text of nan and inf
    edge: str
    cluster: str
    cluster_stroke: str
    special: dict[str, Style]


LIGHT = Theme(
    zero=(246, 249, 252),
    positive=(107, 174, 232),
    negative=(253, 165, 90),
    positive_stroke="#1f5f9e",
    negative_stroke="#b4500b",
    page="#ffffff",
    text="#1b1f24",
    muted="#424a53",
    alarm="#8a0a4e",
    edge="#7d8590",
    cluster="#f6f8fa",
    cluster_stroke="#c3c9d0",
    special={
        "pending": Style("#ffffff", "#8c959f", ""),
        "unreached": Style("#ffffff", "#6e7781", "1 3", 1.5),
        "earlier": Style("#ffffff", "#57606a", "6 2 1 2"),
        "zero": Style("#dfe2e6", "#57606a", ""),
        "infinite": Style("#eadcfb", "#7326c9", "9 2", 3),
        "nan": Style("#fbd9ec", "#b8126b", "", 3),
    },
)
DARK = Theme(
    zero=(27, 32, 40),
    positive=(25, 94, 158),
    negative=(150, 72, 12),
    positive_stroke="#6cb4f5",
    negative_stroke="#f5a35c",
    page="#0d1117",
    text="#e6edf3",
    muted="#c3ccd5",
    alarm="#ffb3dc",
    edge="#7d8590",
    cluster="#151b23",
    cluster_stroke="#3a424c",
    special={
        "pending": Style("#0d1117", "#7d8590", ""),
        "unreached": Style("#0d1117", "#9aa4ae", "1 3", 1.5),
        "earlier": Style("#0d1117", "#9aa4ae", "6 2 1 2"),
        "zero": Style("#30363d", "#9aa4ae", ""),
        "infinite": Style("#3c2168", "#b78af5", "9 2", 3),
        "nan": Style("#5c1740", "#f778ba", "", 3),
    },
)


def looks_of(scene: Scene) -> list[str]:
    """Return the name of the look of each box."""
    top = scene.largest_gradient
    return [
        look_by(node.gradient, top, node.group.data if node.group else range_of([node.data]))
        for node in scene.nodes
    ]


def look_by(gradient: Gradient, top: float, data: Range) -> str:
    """Return the name of the look of a box; data that are nan, then infinite, come first.

    `top` is the largest gradient of the picture.
    """
    if data.nan > 0:
        return "nan"
    if data.infinite > 0 and gradient.state != "nan":
        return "infinite"
    return style_class(gradient, top)


def style_class(gradient: Gradient, top: float) -> str:
    """Return the name of the look: "p1" to "p8", "n1" to "n8", or the state.

    >>> [style_class(Gradient("finite", value), 4.0) for value in (4.0, 1.0, -1e-9)]
    ['p8', 'p4', 'n1']
    """
    if gradient.state != "finite":
        return gradient.state
    shade = max(1, ceil(SHADES * sqrt(abs(gradient.value) / top))) if top > 0 else 1
    return f"{'n' if gradient.value < 0 else 'p'}{min(shade, SHADES)}"


def theme(name: str, colours: Theme) -> Style:
    """Return the look of that name."""
    if name in colours.special:
        return colours.special[name]
    negative = name[0] == "n"
    end = colours.negative if negative else colours.positive
    part = int(name[1:]) / SHADES
    fill = "#" + "".join(
        f"{round(zero + part * (full - zero)):02x}"
        for zero, full in zip(colours.zero, end, strict=True)
    )
    stroke = colours.negative_stroke if negative else colours.positive_stroke
    return Style(fill, stroke, "5 3" if negative else "")


def line_width(count: int) -> float:
    """Return the width of a line that stands for `count` edges.

    >>> line_width(1), line_width(10), line_width(10**6)
    (1.0, 1.75, 4.0)
    """
    width = 1.0
    while count > 1 and width < WIDEST_LINE:
        width += 0.25
        count = count // 2
    return width


_STATES = {
    "zero": ("grey", "gradient exactly 0"),
    "unreached": ("dotted border", "not reached by backward"),
    "pending": ("white", "no gradient yet"),
    "earlier": ("dash-dotted border", "gradient of an earlier pass"),
    "infinite": ("violet, thick dashed border", "data or gradient infinite"),
    "nan": ("pink, thick border", "data or gradient nan"),
}
_STEPS = 4  # of a ramp


@dataclass(frozen=True, slots=True)
class Key:
    """One entry: looks that stand in a row, the same in words, and their meaning."""

    looks: tuple[str, ...]
    words: str
    meaning: str


def legend_keys(scene: Scene) -> list[Key]:
    """Return the entries that this picture needs.

    >>> from autograd import Value
    >>> from visualize.scene.flat import flatten
    >>> from visualize.scene.compose import compose
    >>> x = Value(3.0)
    >>> y = -x * x
    >>> y.backward()
    >>> [key.meaning for key in legend_keys(compose(flatten([y])))]
    ['negative gradient, to -6', 'positive gradient, to 3']
    """
    keys = []
    top = scene.largest_gradient
    looks = looks_of(scene)
    gradients = [
        node.gradient for node, look in zip(scene.nodes, looks, strict=True) if look[1:].isdigit()
    ]
    low = min((it for it in gradients if it.value < 0.0), key=lambda it: it.value, default=None)
    high = max((it for it in gradients if it.value > 0.0), key=lambda it: it.value, default=None)
    if low:
        said = f"negative gradient, to {significant(low.value)}"
        keys.append(Key(_ramp(low, top), "orange, dashed border", said))
    if high:
        said = f"positive gradient, to {significant(high.value)}"
        keys.append(Key(_ramp(high, top)[::-1], "blue", said))
    keys += [Key((state,), *said) for state, said in _STATES.items() if state in looks]
    if any(edge.local is not None for edge in scene.edges):
        keys.append(Key((), "∂ at an edge", "∂ local derivative, of a box by its operand"))
    return keys


def _ramp(gradient: Gradient, top: float) -> tuple[str, ...]:
    """Return the looks from that of a gradient down to the faintest, a few of them."""
    look = style_class(gradient, top)
    darkest = int(look[1:])
    shades = {max(1, round(darkest * step / _STEPS)) for step in range(1, _STEPS + 1)}
    return tuple(f"{look[0]}{shade}" for shade in sorted(shades, reverse=True))
