"""A function of one or two numbers as a landscape: a curve, or contours from valley to hills."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd import NumericWarning, Value, no_grad
from visualize.digits import significant
from visualize.escape import plot_text
from visualize.plots.figures import matplotlib_module

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["Landscape"]

LINE = "#57606a"
VALLEY, HILL = "#fcfdfd", "#7b8a99"  # grey, so that every colour of a path shows on it
FLAT = 0.12  # of the range: where half the ground lies lower, even levels would miss the valley
EVEN = 1e-9  # of the height: less than this up and down is the rounding of even ground
DECADES = 4.0  # of height that logarithmic levels cover
ROUND = (1.0, 2.0, 5.0)  # what logarithmic levels are multiples of


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

        with no_grad(), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", NumericWarning)
            return np.array([_height(self.function, point) for point in points.tolist()])

    def contains(self, point: NDArray[np.float64]) -> bool:
        """Say whether a point lies in the frame."""
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
            axes.grid(alpha=0.3)
            axes.spines[["top", "right"]].set_visible(False)
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


def _height(function: Callable[..., Any], point: list[float]) -> float:
    try:
        answer = function(*point)
    except OverflowError:  # Python's own powers and exponentials raise where IEEE gives inf
        return math.inf
    except ZeroDivisionError:
        return math.nan
    return answer.data if isinstance(answer, Value) else float(answer)


def _even_margin(low: float, high: float) -> float:
    # What to show above and below even ground; 0 for other ground.
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
