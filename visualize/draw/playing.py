"""A forward and a backward pass played over an SVG picture: style sheets in motion, no script.

Values appear in the order in which they are computed; then each contribution runs along its edge,
and the box that it reaches shows the sum that it has collected so far. It plays once; pressing the
picture starts it again. A program that knows no motion, and a reader who asks for less of it, see
the finished picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from visualize.draw.palette import DARK, LIGHT, style_class
from visualize.draw.shapes import ID, box_shape, path_data
from visualize.draw.wording import LINE, SMALL, Words, text_width, words
from visualize.layout import Placed
from visualize.scene.compose import Scene
from visualize.scene.gradient import Gradient
from visualize.text import xml

FORWARD = 0.5  # seconds for which a value that has just been computed is told
BACKWARD = 1.6  # seconds for a contribution: a line to read
PAUSE = 1.2  # seconds between the passes
FADE = 0.25
NEVER = 9999.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of the play: two lines to read, and a change in the picture.

    Forward, the box `node` appears. Backward, a contribution goes from `node` along the edge of
    its operand number `operand` to the box `target`, whose gradient is then `gradient`; `last`
    where it is complete. The gradient with which the output begins takes no edge.
    """

    lines: tuple[str, str]
    node: int
    operand: int | None = None
    target: int | None = None
    gradient: Gradient | None = None
    last: bool = False


@dataclass(frozen=True, slots=True)
class Playing:
    """The overlay that plays `moments` over a scene whose gradients are the final ones."""

    scene: Scene
    forward: Sequence[Moment]
    backward: Sequence[Moment]

    @property
    def room(self) -> int:
        """The height of two lines, in pixels."""
        return 2 * LINE + 6

    @property
    def width(self) -> float:
        """The width of the longest line, in pixels."""
        moments = (*self.forward, *self.backward)
        return max(text_width(line, SMALL) for moment in moments for line in moment.lines)

    def boxes(self) -> Iterator[tuple[int, Words]]:
        """Yield the words of the boxes in each state."""
        for box, states in self._states().items():
            yield from ((box, self._said(box, gradient)) for _, gradient in states if gradient)

    def looks(self) -> set[str]:
        """Return the looks of all states."""
        states = self._states().values()
        top = self.scene.largest_gradient
        return {style_class(gradient, top) for each in states for _, gradient in each if gradient}

    def head(self, x: float, y: float) -> Iterator[str]:
        """Yield the lines of each moment, all in one place."""
        yield f'<g font-size="{SMALL}" aria-hidden="true">'
        for start, end, moment in self._timed():
            first, second = map(xml, moment.lines)
            yield (
                f'<g {_shown(start, end)}><text x="{x:.0f}" y="{y + LINE - 3:.0f}">{first}</text>'
                f'<text class="muted" x="{x:.0f}" y="{y + 2 * LINE - 3:.0f}" '
                f'fill="{LIGHT.muted}">{second}</text></g>'
            )
        yield "</g>"

    def shapes(self, placed: Placed, rooms: Sequence[tuple[int, int]]) -> Iterator[str]:
        """Yield each edge that a contribution takes, and each box in each of its states."""
        edges = {
            (edge.target, edge.operand): number for number, edge in enumerate(self.scene.edges)
        }
        yield (
            f'<g class="taken" fill="none" stroke="{LIGHT.positive_stroke}" stroke-width="3" '
            'aria-hidden="true">'
        )
        for start, end, moment in self._timed():
            if moment.operand is not None:
                route = placed.routes[edges[moment.node, moment.operand]]
                yield f'<path {_shown(start, end)} d="{path_data(route)}"/>'
        yield "</g>"
        yield '<g aria-hidden="true">'
        for box, states in self._states().items():
            ends = [*(start for start, _ in states[1:]), NEVER]
            for (start, gradient), end in zip(states, ends, strict=True):
                if gradient is not None:
                    shape = self._shape(box, gradient, placed, rooms)
                    yield f"<g {_shown(start, end)}>{shape}</g>"
        yield "</g>"

    def style(self) -> Iterator[str]:
        """Yield the style sheet; all that moves stands in a media query."""
        yield "<style>"
        yield from in_motion(
            self._moving(),
            [f"#{ID}:active .now{{visibility:hidden}}#{ID}:active *{{animation:none}}"],
        )
        yield f"@media (prefers-color-scheme:dark){{#{ID} .taken{{stroke:{DARK.positive_stroke}}}}}"
        yield "</style>"

    def _moving(self) -> Iterator[str]:
        show = f"animation:{ID}show {FADE}s"
        yield f"@keyframes {ID}show{{from{{opacity:0}}}}@keyframes {ID}hide{{to{{opacity:0}}}}"
        yield f"#{ID} .now{{visibility:visible;{show} both,{ID}hide 1ms forwards}}"
        # dashes that run the way of the gradient, against the arrow
        yield f"#{ID} .taken .now{{stroke-dasharray:8 4;{show} both,{ID}hide 1ms forwards,"
        yield f"{ID}run .5s linear 3}}@keyframes {ID}run{{to{{stroke-dashoffset:24}}}}"
        yield f"#{ID} .marks{{{show} {len(self.forward) * FORWARD:g}s both}}"
        for start, _, moment in self._timed():
            if moment.target is None:
                parts = [f"#{ID}-{moment.node}"]
                parts += [
                    f"#{ID} .lines path:nth-child({number})"
                    for number, edge in enumerate(self.scene.edges, 1)
                    if edge.target == moment.node
                ]
                yield f"{','.join(parts)}{{{show} {start:g}s both}}"

    def _timed(self) -> Iterator[tuple[float, float, Moment]]:
        """Yield each moment with its begin and end in seconds; the last words stay."""
        time = 0.0
        for moment in self.forward:
            yield time, time + FORWARD, moment
            time += FORWARD
        time += PAUSE
        for place, moment in enumerate(self.backward, 1):
            yield time, NEVER if place == len(self.backward) else time + BACKWARD, moment
            time += BACKWARD

    def _states(self) -> dict[int, list[tuple[float, Gradient | None]]]:
        """Return the gradients of each box by the time from which it has them; None: the end."""
        first = {moment.node: start for start, _, moment in self._timed() if moment.target is None}
        states: dict[int, list[tuple[float, Gradient | None]]] = {}
        families: dict[int, list[int]] = {}
        for box, node in enumerate(self.scene.nodes):
            if node.gradient.state != "unreached":
                states[box] = [(first.get(box, 0.0), Gradient("pending", 0.0))]
            families.setdefault(box if node.copy_of is None else node.copy_of, []).append(box)
        for start, _, moment in self._timed():
            if moment.target is not None:
                for box in families[moment.target]:
                    states[box].append((start, None if moment.last else moment.gradient))
        return states

    def _shape(
        self, box: int, gradient: Gradient, placed: Placed, rooms: Sequence[tuple[int, int]]
    ) -> str:
        node = replace(self.scene.nodes[box], gradient=gradient)
        look = style_class(gradient, self.scene.largest_gradient)
        said = self._said(box, gradient)
        return box_shape(node, said, look, placed.boxes[box], rooms[box])

    def _said(self, box: int, gradient: Gradient) -> Words:
        said = words(self.scene, replace(self.scene.nodes[box], gradient=gradient))
        short = "grad …" if gradient.state == "pending" else f"{gradient.short} …"
        return replace(said, lines=(said.lines[0], short))


def _shown(start: float, end: float) -> str:
    """Return the attributes of an element that shows between two times only."""
    return f'class="now" visibility="hidden" style="animation-delay:{start:g}s,{end:g}s"'


def in_motion(rules: Iterable[str], pressed: Iterable[str]) -> Iterator[str]:
    """Yield rules that move parts of a picture, for readers who have not asked for less motion.

    While the picture is pressed, the rules `pressed` show it finished; when it is let go, all that
    moves starts again.

    >>> list(in_motion(["#a{animation:run 1s}"], ["svg:active #a{animation:none}"]))[0]
    '@media (prefers-reduced-motion:no-preference){'
    """
    yield "@media (prefers-reduced-motion:no-preference){"
    yield from rules
    yield from pressed
    yield "}"
