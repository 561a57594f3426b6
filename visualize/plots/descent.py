"""The paths of descents over the landscape of a function, as a picture or growing step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_function, as_items, as_mapping
from autograd.runtime import computed
from visualize.draw.playing import in_motion
from visualize.plots.animation import ID, Animation, as_seconds, moved_by, svg_of
from visualize.plots.arrays import as_floats
from visualize.plots.figures import matplotlib_module, new_figure
from visualize.plots.landscape import Landscape, Track, draw_legend, look_of, track_of
from visualize.text import plot_text

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

MARK, MOST_MARK = 7.0, 13.0  # points: the marks of the last path, and the largest below them


def plot_descent(
    function: Callable[..., Any],
    paths: Mapping[str, Sequence[Any]],
    *,
    low: float | tuple[float, float],
    high: float | tuple[float, float],
    title: str | None = None,
    resolution: int = 80,
) -> Figure:
    """Plot a function of one or two numbers, and the paths that descents took over it.

    `function` is called f(x) or f(x, y) with floats and gives a number or a Value; `paths` maps
    names to the points of each step, numbers or pairs (x, y). The frame reaches from `low` to
    `high`, numbers or pairs. A function of one number is a curve; of two, contours in grey, white
    in the valley, at logarithmic heights where most of the ground is flat. A path begins at a
    hollow mark and ends at a full one; the legend says where, or that it left the picture, or
    at which step it was no longer finite. It writes 0 for a number below 1e-12 of the frame.

    The function is asked at `resolution` x `resolution` points, or 4 x `resolution` of a curve.

    Raises ValueError for a path without points or of another shape, for a frame without size, and
    where the function is finite nowhere in it.

    >>> figure = plot_descent(lambda x: x * x, {"halving": [2.0, 1.0, 0.5]}, low=-3, high=3)
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['halving: ends at 0.5, f = 0.25']
    """
    figure, axes, tracks = _picture(
        function, paths, low=low, high=high, title=title, resolution=resolution
    )
    for track in tracks:
        track.draw_start(axes)
        track.draw_steps(axes, 0, len(track.places) - 1)
    return figure


def animate_descent(
    function: Callable[..., Any],
    paths: Mapping[str, Sequence[Any]],
    *,
    low: float | tuple[float, float],
    high: float | tuple[float, float],
    title: str | None = None,
    seconds: float = 4.0,
    frames: int = 40,
    resolution: int = 80,
) -> Animation:
    """Animate descents over a landscape: `plot_descent`, whose paths grow step by step.

    All paths walk by the same clock and the longest takes `seconds`. It is shown at `frames`
    moments, or at each step if there are fewer. The other arguments are those of `plot_descent`.

    Raises ValueError for what `plot_descent` refuses, and where no path has a finite point.

    >>> animation = animate_descent(lambda x: x * x, {"a": [2.0, 1.0, 0.5]}, low=-3, high=3)
    >>> "@keyframes" in animation.svg, "<script" in animation.svg
    (True, False)
    """
    seconds = as_seconds(seconds, "animate_descent")
    frames = as_count(frames, "animate_descent: frames", least=2)
    figure, axes, tracks = _picture(
        function, paths, low=low, high=high, title=title, resolution=resolution
    )
    return DescentAnimation(figure, axes, tracks, seconds=seconds, frames=frames)


def _picture(
    function: Callable[..., Any],
    paths: Mapping[str, Sequence[Any]],
    *,
    low: float | tuple[float, float],
    high: float | tuple[float, float],
    title: str | None,
    resolution: int,
) -> tuple[Figure, Axes, list[Track]]:
    """Return the picture of `plot_descent` with its legend, and the paths that are to be drawn."""
    resolution = as_count(resolution, "plot_descent: resolution", least=2)
    given = as_mapping(paths, "plot_descent: paths", "names to the points of each step")
    points = {name: _checked(name, path) for name, path in given.items()}
    dimensions = max((path.ndim for path in points.values()), default=1)
    start, stop = _frame(low, high, dimensions)
    coordinates = ("x", "y")[: len(start)]
    function = as_function(function, "plot_descent: function", *coordinates)
    landscape = Landscape(function, start, stop, resolution)
    for name, path in points.items():
        if path.ndim < len(landscape.low):
            raise ValueError(
                f"plot_descent: path {name!r} holds numbers, but the frame, or another path, pairs "
                "(x, y); give a pair for each step"
            )
    figure = new_figure(6.4, 4.4 + 0.22 * len(points))
    axes = figure.add_subplot()
    height = landscape.draw(axes)
    tracks = []
    for place, (name, path) in enumerate(points.items()):
        # Those drawn first are larger: where paths meet, each shows behind the next.
        size = min(MARK + 1.2 * (len(points) - 1 - place), MOST_MARK)
        tracks.append(
            track_of(name, path, landscape, axes, look=look_of(place), size=size, height=height)
        )
    if tracks:
        draw_legend(figure, tracks)
    if title is not None:
        axes.set_title(plot_text(title))
    return figure, axes, tracks


def _checked(name: str, path: Sequence[Any]) -> NDArray[np.float64]:
    where = f"plot_descent: path {name!r}"
    points = as_floats(as_items(path, where, "points, one for each step"), where)
    if not len(points) or points.shape[1:] not in ((), (2,)):
        raise ValueError(
            f"{where} has shape {points.shape}; give a number or a pair (x, y) for each step"
        )
    return points


def _frame(low: Any, high: Any, dimensions: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    import numpy as np

    ends = [as_floats(end, f"plot_descent: {name}") for name, end in (("low", low), ("high", high))]
    if any(end.shape not in ((), (2,)) for end in ends):
        raise ValueError(
            f"plot_descent: low has shape {ends[0].shape} and high {ends[1].shape}; give a number "
            "or a pair (x, y)"
        )
    dimensions = max(dimensions, *(end.size for end in ends))
    start, stop = (np.broadcast_to(end, (dimensions,)) for end in ends)
    if not (np.isfinite(start) & np.isfinite(stop) & (start < stop)).all():
        raise ValueError(f"plot_descent: low is {low} and high is {high}; low must be below high")
    return tuple(start.tolist()), tuple(stop.tolist())


class DescentAnimation(Animation):
    """Paths that grow over a landscape, and end as the picture of `plot_descent`."""

    def __init__(
        self, figure: Figure, axes: Axes, tracks: Sequence[Track], *, seconds: float, frames: int
    ) -> None:
        import numpy as np

        self.figure, self.axes, self.seconds = figure, axes, seconds
        self.tracks = [track for track in tracks if len(track.places)]
        if not self.tracks:
            raise ValueError(
                "animate_descent: no path has a finite point; there is nothing to move"
            )
        steps = max(len(track.places) for track in self.tracks)
        # The step that each moment shows: all paths walk by the same clock.
        self.moments = np.unique(np.linspace(0, steps - 1, min(frames, steps)).round().astype(int))
        self.heads = [self._head(place, track) for place, track in enumerate(self.tracks)]
        for track in self.tracks:
            track.draw_start(axes)
        self.pieces = [
            self._piece(moment, before, step)
            for moment, (before, step) in enumerate(pairwise([0, *self.moments.tolist()]))
        ]

    def _head(self, place: int, track: Track) -> Line2D:
        # It is drawn in the middle of the frame, where every format keeps it, and then moved.
        x, y = self.axes.get_xlim(), self.axes.get_ylim()
        head = track.draw_mark(self.axes, sum(x) / 2, sum(y) / 2)
        head.set_gid(_head_id(place))
        return head

    def _piece(self, moment: int, before: int, step: int) -> list[Artist]:
        artists: list[Artist] = []
        for place, track in enumerate(self.tracks):
            end = len(track.places) - 1
            if before < end or step == 0:
                piece = track.draw_steps(self.axes, before, min(step, end))
                for part, artist in enumerate(piece):
                    artist.set_gid(f"{ID}-piece{moment}-{place}-{part}")
                artists += piece
        return artists

    def _places(self, track: Track) -> NDArray[np.float64]:
        # Where the head of a path is at each moment.
        import numpy as np

        places: NDArray[np.float64] = track.places[np.minimum(self.moments, len(track.places) - 1)]
        return places

    @computed
    def svg(self) -> str:
        """The animation as SVG."""
        picture = svg_of(self.figure, digits=2)  # first: drawing finds the place of the axes
        shifts = [self._shifts(track) for track in self.tracks]
        return moved_by(_style_sheet(shifts, self.seconds), picture)

    def _shifts(self, track: Track) -> list[tuple[float, float]]:
        # From the middle of the frame, in the units of matplotlib's SVG: points, downwards.
        middle = self.axes.transAxes.transform([0.5, 0.5])
        shifts = (self.axes.transData.transform(self._places(track)) - middle) * 72
        return [(x / self.figure.dpi, -y / self.figure.dpi) for x, y in shifts.tolist()]

    def pictures(self) -> list[NDArray[np.uint8]]:
        """Return the picture at each moment, (height, width, 4) bytes each."""
        import numpy as np

        canvas = matplotlib_module("backends.backend_agg").FigureCanvasAgg(self.figure)
        parts = [*self.heads, *(artist for piece in self.pieces for artist in piece)]
        for artist in parts:
            artist.set_visible(False)
        canvas.draw()
        for artist in parts:
            artist.set_visible(True)
        # Pieces stay on the ground that they are drawn on, heads are drawn anew on each picture.
        ground = canvas.copy_from_bbox(self.figure.bbox)
        pictures = []
        for moment, piece in enumerate(self.pieces):
            canvas.restore_region(ground)
            for artist in piece:
                self.axes.draw_artist(artist)
            ground = canvas.copy_from_bbox(self.figure.bbox)
            for head, track in zip(self.heads, self.tracks, strict=True):
                middle = head.get_data()
                head.set_data(*self._places(track)[moment : moment + 1].T)
                self.axes.draw_artist(head)
                head.set_data(*middle)
            pictures.append(np.array(canvas.buffer_rgba()))
        return pictures


def _head_id(path: int) -> str:
    return f"{ID}-head{path}-"


def _style_sheet(shifts: Sequence[Sequence[tuple[float, float]]], seconds: float) -> Iterator[str]:
    """Yield the style sheet by which pieces appear and heads move within `seconds`, once.

    `shifts` holds, for each head, how far it is from its place in the picture at each moment, in
    units of the SVG. Heads show only while the picture moves: a program that knows no motion, and a
    reader who asks for less of it, see the picture with all pieces.
    """
    yield f'[id^="{ID}-head"]{{visibility:hidden}}'
    still = f'svg:active [id^="{ID}"],svg:active [id^="{ID}"] use{{animation:none}}'
    headless = f'svg:active [id^="{ID}-head"]{{visibility:hidden}}'
    yield from in_motion(_rules(shifts, seconds), [still, headless])


def _rules(shifts: Sequence[Sequence[tuple[float, float]]], seconds: float) -> Iterator[str]:
    moments = len(shifts[0])
    steps = max(moments - 1, 1)
    yield f'[id^="{ID}-head"]{{visibility:visible}}'
    # A piece appears while the head moves along it.
    yield f'[id^="{ID}-piece"]{{animation:{ID}-show {seconds / steps:.4g}s backwards}}'
    yield f"@keyframes {ID}-show{{from{{opacity:0}}}}"
    for moment in range(1, moments):
        delay = seconds * (moment - 1) / steps
        yield f'[id^="{ID}-piece{moment}-"]{{animation-delay:{delay:.4g}s}}'
    for path, places in enumerate(shifts):
        head = _head_id(path)
        yield f'[id="{head}"] use{{animation:{head} {seconds:g}s linear both}}'
        frames = "".join(
            f"{100 * moment / steps:.4g}%{{transform:translate({x:.2f}px,{y:.2f}px)}}"
            for moment, (x, y) in enumerate(places)
        )
        yield f"@keyframes {head}{{{frames}}}"
