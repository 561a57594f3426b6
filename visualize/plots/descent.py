"""The paths that gradient descent took over the landscape of a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_function, as_items, as_mapping
from visualize.escape import plot_text
from visualize.plots.arrays import as_floats
from visualize.plots.figures import new_figure
from visualize.plots.landscape import Landscape, Track, draw_legend, look_of, track_of

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

MARK, MOST_MARK = 7.0, 13.0  # points; of the last path, and most of those that it lies on


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
    at which step it was no longer finite. There 0 stands for all that is below 1e-12 of the frame.

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
        track.draw_start(axes)
        track.draw_steps(axes, 0, len(track.places) - 1)
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
