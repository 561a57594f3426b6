"""Descents in motion: paths that grow step by step over a landscape."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_float
from autograd.runtime import computed
from visualize.plots.animation import Animation, svg_of
from visualize.plots.descent import descent_picture
from visualize.plots.figures import matplotlib_module
from visualize.plots.motion import head_id, moving, piece_id
from visualize.plots.track import Track

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

__all__ = ["DescentAnimation", "animate_descent"]


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
        # It stands in the middle of the frame, where no writer leaves it out, and is moved.
        x, y = self.axes.get_xlim(), self.axes.get_ylim()
        head = track.draw_mark(self.axes, sum(x) / 2, sum(y) / 2)
        head.set_gid(head_id(place))
        return head

    def _piece(self, moment: int, before: int, step: int) -> list[Artist]:
        artists: list[Artist] = []
        for place, track in enumerate(self.tracks):
            end = len(track.places) - 1
            if before < end or step == 0:
                piece = track.draw_steps(self.axes, before, min(step, end))
                for part, artist in enumerate(piece):
                    artist.set_gid(piece_id(moment, place, part))
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
        return moving(
            svg_of(self.figure, digits=2),
            [self._shifts(track) for track in self.tracks],
            self.seconds,
        )

    def _shifts(self, track: Track) -> list[tuple[float, float]]:
        # From the middle of the frame, in the units of matplotlib's SVG: points, downwards.
        middle = self.axes.transAxes.transform([0.5, 0.5])
        shifts = (self.axes.transData.transform(self._places(track)) - middle) * 72
        return [(x / self.figure.dpi, -y / self.figure.dpi) for x, y in shifts.tolist()]

    def pictures(self) -> list[NDArray[np.uint8]]:
        """Return what is seen at each moment, (height, width, 4) bytes each."""
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
    if not 0 < as_float(seconds, "animate_descent: seconds") < math.inf:
        raise ValueError(f"animate_descent: seconds is {seconds}; use a time above 0")
    frames = as_count(frames, "animate_descent: frames", least=2)
    figure, axes, tracks = descent_picture(
        function, paths, low=low, high=high, title=title, resolution=resolution
    )
    return DescentAnimation(figure, axes, tracks, seconds=seconds, frames=frames)
