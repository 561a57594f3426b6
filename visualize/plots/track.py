"""A path over a landscape: where its steps lie on the axes, how they are drawn, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from visualize.digits import significant
from visualize.plots.figures import CLASS_COLOURS
from visualize.plots.landscape import Landscape

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

__all__ = ["Track", "look_of", "track_of"]

MARKERS = "os^DvP"
COLOURS = CLASS_COLOURS[:6]  # yellow is too light on a light ground
MOST_DOTS = 80  # steps of a path that are told apart by dots
NOISE = 1e-12  # of the frame, or of the heights in it: what is less is the rounding of a 0
FAR = 1e3  # frames; a point further away is drawn at this distance, which nobody sees


@dataclass(frozen=True, slots=True)
class Track:
    """A path on the axes: `places` is (steps, 2), up to the first that is not finite."""

    label: str
    places: NDArray[np.float64]
    ends_inside: bool
    look: dict[str, Any]  # colour and marker
    size: float  # of the marks of start and end, in points

    def draw_start(self, axes: Axes) -> None:
        """Mark the first place."""
        axes.plot(
            *self.places[:1].T, **self.look, ls="", ms=self.size, mfc="white", mew=1.8, zorder=4
        )

    def draw_steps(self, axes: Axes, first: int, last: int) -> list[Artist]:
        """Draw the steps from place `first` to `last`; where the path ends there, mark the end."""
        places = self.places[first : last + 1]
        artists: list[Artist] = []
        if len(places) > 1:
            dots = 3.5 if len(self.places) <= MOST_DOTS else 0.0
            after = slice(1, None)
            artists += axes.plot(*places.T, **self.look, lw=1.5, ms=dots, markevery=after, zorder=3)
        if self.ends_inside and last == len(self.places) - 1:
            artists.append(self.draw_mark(axes, *places[-1].tolist()))
        return artists

    def draw_mark(self, axes: Axes, x: float, y: float) -> Line2D:
        """Draw the full mark, which stands at the end."""
        (mark,) = axes.plot([x], [y], **self.look, ls="", ms=self.size, mec="black", zorder=5)
        return mark


def look_of(place: int) -> dict[str, Any]:
    """Return colour and marker of the path of that number."""
    return {"color": COLOURS[place % len(COLOURS)], "marker": MARKERS[place % len(MARKERS)]}


def track_of(
    name: str,
    path: NDArray[np.float64],
    landscape: Landscape,
    axes: Axes,
    *,
    look: dict[str, Any],
    size: float,
    height: float,
) -> Track:
    """Return the track of a path, (steps,) or (steps, 2), on axes that show the landscape.

    `height` is the range of the heights in the frame. The label writes 0 for what is nothing
    against the frame, or against the heights.
    """
    import numpy as np

    points = path.reshape(len(path), -1)
    heights = landscape.heights(points)
    finite = np.isfinite(points).all(axis=1) & np.isfinite(heights)
    steps = len(path) if finite.all() else int(np.argmin(finite))
    places = points if points.shape[1] == 2 else np.column_stack([points[:, 0], heights])
    centre, reach = _centre(axes)
    near = np.clip(places[:steps], centre - FAR * reach, centre + FAR * reach)
    frame = np.subtract(landscape.high, landscape.low)
    height = min(height, 1.0)  # beside a pole or an exponential, 1 is not nothing
    inside = steps > 0 and landscape.contains(points[steps - 1])
    if steps < len(path):
        wrong = heights[steps] if np.isfinite(path[steps]).all() else path[steps]
        said = f"diverges, {_written(wrong, 0.0)} at step {steps}"
    else:
        verb = "ends" if inside else "leaves the picture, ends"
        said = f"{verb} at {_written(path[-1], frame)}, f = {_written(heights[-1], height)}"
    return Track(f"{name}: {said}", near, inside, look, size)


def _centre(axes: Axes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np

    ends = np.array([axes.get_xlim(), axes.get_ylim()])
    return ends.mean(axis=1), np.ptp(ends, axis=1)


def _written(point: Any, reach: Any) -> str:
    import numpy as np

    point = np.where(np.abs(point) <= NOISE * np.asarray(reach), 0.0, point)
    numbers = [significant(number) for number in np.atleast_1d(point).tolist()]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"
