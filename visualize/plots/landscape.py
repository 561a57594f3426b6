"""A function of one or two numbers as a landscape, curve or contours, and the paths over it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd import NumericWarning, Value
from autograd.arguments import as_float
from visualize.plots.figures import LINE_COLOURS, MARKERS, matplotlib_module, open_frame
from visualize.text import plot_text, significant

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

LINE = "#57606a"
VALLEY, HILL = "#fcfdfd", "#7b8a99"  # grey, so that every colour of a path shows on it
FLAT = 0.12  # of the range: if half the ground lies lower, even levels miss the valley
EVEN = 1e-9  # of the height: smaller differences are rounding errors of even ground
DECADES = 4.0  # of height that logarithmic levels cover
ROUND = (1.0, 2.0, 5.0)  # logarithmic levels are these times a power of 10
MOST_DOTS = 80  # steps of a path that are told apart by dots
NOISE = 1e-12  # of the frame, or of the heights in it: smaller numbers are rounding errors of 0
FAR = 1e3  # frames; a point further away is drawn at this distance, which nobody sees


@dataclass(frozen=True, slots=True)
class Landscape:
    """A function over the frame from `low` to `high`, which hold one or two numbers each."""

    function: Callable[..., Any]
    low: tuple[float, ...]
    high: tuple[float, ...]
    resolution: int
    labels: tuple[str, str, str] = ("x", "y", "f(x, y)")
    where: str = "plot_descent"  # begins the message of an error

    def heights(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the function at points of shape (points, 1 or 2): inf or nan where it fails."""
        import numpy as np

        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", NumericWarning)
            return np.array([self._height(point) for point in points.tolist()])

    def _height(self, point: list[float]) -> float:
        try:
            answer = self.function(*point)
        except OverflowError:  # Python's own powers and exponentials raise where IEEE gives inf
            return math.inf
        except ZeroDivisionError:
            return math.nan
        if isinstance(answer, Value):
            return answer.data
        return as_float(answer, f"{self.where}: the function's result")

    def contains(self, point: NDArray[np.float64]) -> bool:
        """Return whether a point lies in the frame."""
        return bool((point >= self.low).all() and (point <= self.high).all())

    def draw(self, axes: Axes) -> float:
        """Draw the curve, or the contours with their scale; return the range of the heights."""
        import numpy as np

        count = self.resolution if len(self.low) == 2 else 4 * self.resolution
        across = [
            np.linspace(start, stop, count) for start, stop in zip(self.low, self.high, strict=True)
        ]
        grids = np.meshgrid(*across)
        heights = self.heights(np.stack([grid.ravel() for grid in grids], axis=1))
        finite = heights[np.isfinite(heights)]
        if not finite.size:
            raise ValueError(
                f"{self.where}: the function gives nan or inf everywhere between low and high"
            )
        least, most = float(finite.min()), float(finite.max())
        axes.set_xlim(self.low[0], self.high[0])
        axes.set_xlabel(plot_text(self.labels[0]))
        if len(self.low) == 1:
            axes.plot(across[0], np.where(np.isfinite(heights), heights, np.nan), color=LINE, lw=2)
            margin = _even_margin(least, most) or 0.08 * (most - least)
            axes.set_ylim(least - margin, most + margin)
            axes.set_ylabel("f(x)")
            open_frame(axes)
        else:
            axes.set_ylim(self.low[1], self.high[1])
            axes.set_ylabel(plot_text(self.labels[1]))
            self._fill(axes, across, np.ma.masked_invalid(heights.reshape(grids[0].shape)))
        return most - least

    def _fill(self, axes: Axes, across: list[NDArray[np.float64]], heights: Any) -> None:
        levels = _levels(heights.compressed())
        colours = matplotlib_module("colors").LinearSegmentedColormap.from_list(
            "valley to hill", [VALLEY, HILL]
        )
        bands = [colours(band / (len(levels) - 2)) for band in range(len(levels) - 1)]
        image = axes.contourf(*across, heights, levels, colors=bands)
        image.set(edgecolor="white", linewidth=0.5, antialiased=True)
        assert axes.figure is not None
        bar = axes.figure.colorbar(
            image, ax=axes, label=plot_text(self.labels[2]), spacing="uniform"
        )
        bar.set_ticks(levels[1:], labels=[_written(level) for level in levels[1:]])


def _even_margin(low: float, high: float) -> float:
    # The height that is shown above and below even ground; 0 if the ground is not even.
    return max(abs(low), 1.0) / 2 if high - low <= EVEN * abs(low) else 0.0


def _written(level: float) -> str:
    return significant(float(f"{level:.3g}"))


def _levels(heights: NDArray[np.float64]) -> list[float]:
    import numpy as np

    low, high = float(heights.min()), float(heights.max())
    reach = high - low
    if margin := _even_margin(low, high):
        return [low - margin, low, low + margin]
    if float(np.median(heights)) - low > FLAT * reach:
        ticks = matplotlib_module("ticker").MaxNLocator(12).tick_values(low, high)
        return [float(tick) for tick in ticks]
    first = math.floor(math.log10(reach) - DECADES)
    above = [
        round_number * 10.0**power
        for power in range(first, math.ceil(math.log10(reach)) + 1)
        for round_number in ROUND
    ]
    above = [level for level in above if reach * 10**-DECADES <= level]
    last = next(place for place, level in enumerate(above) if level >= reach)
    return [low, *(low + level for level in above[: last + 1])]


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
    """Return the colour and the marker of a path, by its number."""
    return {
        "color": LINE_COLOURS[place % len(LINE_COLOURS)],
        "marker": MARKERS[place % len(MARKERS)],
    }


def draw_legend(figure: Figure, tracks: Sequence[Track], *, paths: bool = True) -> None:
    """Name the tracks below the frame, with lines if they are `paths`, else with marks alone."""
    line = matplotlib_module("lines").Line2D
    handles = [
        line([], [], **track.look, ls="-" if paths else "", ms=5, label=plot_text(track.label))
        for track in tracks
    ]
    figure.legend(
        handles=handles, loc="outside lower center", frameon=False, fontsize=9,
        title="hollow: start, full: end" if paths else None, title_fontsize=8,
    )  # fmt: skip


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

    `height` is the range of the heights in the frame. The label writes 0 for a number that is
    negligible beside the frame, or beside the heights.
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
    height = min(height, 1.0)  # beside a pole or an exponential, 1 is not negligible
    inside = steps > 0 and landscape.contains(points[steps - 1])
    if steps < len(path):
        wrong = heights[steps] if np.isfinite(path[steps]).all() else path[steps]
        said = f"diverges, {_end(wrong, 0.0)} at step {steps}"
    else:
        verb = "ends" if inside else "leaves the picture, ends"
        said = f"{verb} at {_end(path[-1], frame)}, f = {_end(heights[-1], height)}"
    return Track(f"{name}: {said}", near, inside, look, size)


def _centre(axes: Axes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np

    ends = np.array([axes.get_xlim(), axes.get_ylim()])
    return ends.mean(axis=1), np.ptp(ends, axis=1)


def _end(point: Any, reach: Any) -> str:
    import numpy as np

    point = np.where(np.abs(point) <= NOISE * np.asarray(reach), 0.0, point)
    numbers = [significant(number) for number in np.atleast_1d(point).tolist()]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"
