"""The paths that gradient descent took over the landscape of a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from visualize.digits import significant
from visualize.plots.arrays import as_floats
from visualize.plots.figures import CLASS_COLOURS, matplotlib_module, new_figure
from visualize.plots.landscape import Landscape

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["Track", "descent_picture", "draw_start", "draw_steps", "plot_descent"]

MARKERS = "os^DvP"
COLOURS = CLASS_COLOURS[:6]  # yellow is too light on a light ground
MOST_DOTS = 80  # steps of a path that are told apart by dots
FAR = 1e3  # frames; a point further away is drawn at this distance, which nobody sees


@dataclass(frozen=True, slots=True)
class Track:
    """A path on the axes: `places` is (steps, 2), up to the first step that is not finite."""

    label: str
    places: NDArray[np.float64]
    ends_inside: bool
    look: dict[str, Any]  # colour and marker


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
    at which step it was no longer finite.

    The function is asked at `resolution` x `resolution` points, or 4 x `resolution` of a curve.

    Raises ValueError for a path without points or of another shape, for a frame without size, and
    where the function is finite nowhere in it.

    >>> figure = plot_descent(lambda x: x * x, {"halving": [2.0, 1.0, 0.5]}, low=-3, high=3)
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['halving: ends at 0.5, f = 0.25']
    """
    figure, axes, tracks = descent_picture(
        function, paths, low=low, high=high, title=title, resolution=resolution
    )
    for track in tracks:
        draw_start(axes, track)
        draw_steps(axes, track, 0, len(track.places) - 1)
    return figure


def descent_picture(
    function: Callable[..., Any],
    paths: Mapping[str, Sequence[Any]],
    *,
    low: float | tuple[float, float],
    high: float | tuple[float, float],
    title: str | None,
    resolution: int,
) -> tuple[Figure, Axes, list[Track]]:
    """Return the picture of `plot_descent` with its legend, and the paths that it waits for."""
    if resolution < 2:
        raise ValueError(f"plot_descent: resolution is {resolution}; use 2 or more")
    points = {name: _checked(name, path) for name, path in paths.items()}
    size = 2 if any(path.ndim == 2 for path in points.values()) else 1
    landscape = Landscape(function, *_frame(low, high, size), resolution)
    plane = len(landscape.low) == 2
    for name, path in points.items():
        if (path.ndim == 2) != plane:
            raise ValueError(
                f"plot_descent: path {name!r} holds "
                f"{'numbers' if plane else 'pairs'}, but the frame and the other paths "
                f"{'pairs' if plane else 'numbers'}"
            )
    figure = new_figure(6.4, 4.4 + 0.22 * len(points))
    axes = figure.add_subplot()
    landscape.draw(axes)
    tracks = []
    for place, (name, path) in enumerate(points.items()):
        colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
        look = {"color": colour, "marker": marker}
        tracks.append(_track(name, path, landscape, axes, look))
    if tracks:
        line = matplotlib_module("lines").Line2D
        handles = [line([], [], **track.look, ms=5, label=track.label) for track in tracks]
        figure.legend(
            handles=handles, loc="outside lower center", frameon=False, fontsize=9,
            title="hollow: start, full: end", title_fontsize=8,
        )  # fmt: skip
    if title is not None:
        axes.set_title(title)
    return figure, axes, tracks


def draw_start(axes: Axes, track: Track) -> None:
    """Mark the first place of a path."""
    axes.plot(
        *track.places[:1].T, **track.look, ls="", markersize=7, mfc="white", mew=1.8, zorder=4
    )


def draw_steps(axes: Axes, track: Track, first: int, last: int) -> list[Artist]:
    """Draw the steps of a path from place `first` to `last`; where it ends there, mark the end."""
    places = track.places[first : last + 1]
    artists: list[Artist] = []
    if len(places) > 1:
        dots = 3.5 if len(track.places) <= MOST_DOTS else 0.0
        after = slice(1, None)
        artists += axes.plot(
            *places.T, **track.look, lw=1.5, markersize=dots, markevery=after, zorder=3
        )
    if track.ends_inside and last == len(track.places) - 1:
        artists += axes.plot(
            *places[-1:].T, **track.look, ls="", markersize=8, mec="black", zorder=5
        )
    return artists


def _checked(name: str, path: Sequence[Any]) -> NDArray[np.float64]:
    where = f"plot_descent: path {name!r}"
    points = as_floats(list(path), where)
    if not len(points) or points.shape[1:] not in ((), (2,)):
        raise ValueError(
            f"{where} has shape {points.shape}; give a number or a pair (x, y) for each step"
        )
    return points


def _frame(low: Any, high: Any, size: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    import numpy as np

    ends = [as_floats(end, f"plot_descent: {name}") for name, end in (("low", low), ("high", high))]
    if any(end.shape not in ((), (2,)) for end in ends):
        raise ValueError(
            f"plot_descent: low has shape {ends[0].shape} and high {ends[1].shape}; give a number "
            "or a pair (x, y)"
        )
    size = max(size, *(end.size for end in ends))
    start, stop = (np.broadcast_to(end, (size,)) for end in ends)
    if not (np.isfinite(start) & np.isfinite(stop) & (start < stop)).all():
        raise ValueError(f"plot_descent: low is {low} and high is {high}; low must be below high")
    return tuple(start.tolist()), tuple(stop.tolist())


def _track(
    name: str, path: NDArray[np.float64], landscape: Landscape, axes: Axes, look: dict[str, Any]
) -> Track:
    import numpy as np

    points = path.reshape(len(path), -1)
    heights = landscape.heights(points)
    finite = np.isfinite(points).all(axis=1) & np.isfinite(heights)
    steps = len(path) if finite.all() else int(np.argmin(finite))
    places = points if points.shape[1] == 2 else np.column_stack([points[:, 0], heights])
    centre, reach = _centre(axes)
    near = np.clip(places[:steps], centre - FAR * reach, centre + FAR * reach)
    if steps < len(path):
        wrong = path[steps] if not np.isfinite(path[steps]).all() else heights[steps]
        return Track(f"{name}: diverges, {_written(wrong)} at step {steps}", near, False, look)
    inside = landscape.contains(points[-1])
    verb = "ends" if inside else "leaves the picture, ends"
    label = f"{name}: {verb} at {_written(path[-1])}, f = {_written(heights[-1])}"
    return Track(label, near, inside, look)


def _centre(axes: Axes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np

    ends = np.array([axes.get_xlim(), axes.get_ylim()])
    return ends.mean(axis=1), np.ptp(ends, axis=1)


def _written(point: Any) -> str:
    import numpy as np

    numbers = [_significant(number) for number in np.atleast_1d(point).tolist()]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"


def _significant(number: float) -> str:
    return significant(number + 0.0)  # 0, not -0
