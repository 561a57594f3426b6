"""Descents step by step: animated SVG without script, and GIF."""

from __future__ import annotations

import hashlib
import importlib
import io
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualize.plots.descent import Track, descent_picture, draw_start, draw_steps
from visualize.plots.figures import figure_bytes, matplotlib_module
from visualize.save import write_atomically

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

__all__ = ["Animation", "animate_descent"]

SUFFIXES = (".svg", ".gif")
ID = "descent-id-"  # stands for the prefix of ids until the picture that it is made from is known
GIF_PLAYS = 3
GIF_REST = 1.5  # seconds that the last picture of a GIF stays


class Animation:
    """Paths that grow over a landscape, and end as the picture of `plot_descent`.

    `.svg` is the text of an animated SVG, which plays once when it is opened, and again when it
    is pressed; who asks for reduced motion sees the last picture. `.save(path)` writes it, or a
    GIF.
    """

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
        self.pieces: list[list[Artist]] = []
        for track in self.tracks:
            draw_start(axes, track)
        for moment, (before, step) in enumerate(pairwise([0, *self.moments.tolist()])):
            self.pieces.append([])
            for place, track in enumerate(self.tracks):
                end = len(track.places) - 1
                if before < end or step == 0:
                    piece = draw_steps(axes, track, before, min(step, end))
                    for artist in piece:
                        artist.set_gid(f"{ID}piece{moment}-{place}")
                    self.pieces[-1] += piece
        self.heads = [self._head(place, track) for place, track in enumerate(self.tracks)]

    def _head(self, place: int, track: Track) -> Line2D:
        # The mark that moves; it stands in the middle of the frame, where no writer leaves it out.
        x, y = self.axes.get_xlim(), self.axes.get_ylim()
        (head,) = self.axes.plot(
            [sum(x) / 2], [sum(y) / 2], **track.look, ls="", markersize=8, mec="black", zorder=6
        )
        head.set_gid(f"{ID}head{place}-")
        return head

    def _places(self, track: Track) -> NDArray[np.float64]:
        # Where the head of a path is at each moment.
        import numpy as np

        places: NDArray[np.float64] = track.places[np.minimum(self.moments, len(track.places) - 1)]
        return places

    @cached_property
    def svg(self) -> str:
        """The animation as SVG."""
        picture = figure_bytes(self.figure, ".svg").decode()
        body, _, _ = picture.rpartition("</svg>")
        text = f"{body}{self._style_sheet()}</svg>\n"
        return text.replace(ID, "d" + hashlib.sha256(text.encode()).hexdigest()[:10] + "-")

    def _style_sheet(self) -> str:
        # All motion stands in a media query: a program that knows none shows the last picture.
        last = max(len(self.moments) - 1, 1)
        step = self.seconds / last
        rules = [
            f'[id^="{ID}head"]{{visibility:hidden}}',
            "@media (prefers-reduced-motion:no-preference){",
            f'[id^="{ID}head"]{{visibility:visible}}',
            f'[id^="{ID}piece"]{{animation:{ID}show {step:.4g}s backwards}}',
            f"@keyframes {ID}show{{from{{opacity:0}}}}",
        ]
        rules += [
            f'[id^="{ID}piece{moment}-"]{{animation-delay:{step * (moment - 1):.4g}s}}'
            for moment in range(1, len(self.moments))
        ]
        for place, track in enumerate(self.tracks):
            head = f"{ID}head{place}-"
            rules.append(f'[id="{head}"] use{{animation:{head}move {self.seconds:g}s linear both}}')
            shifts = self._shifts(track)
            frames = "".join(
                f"{100 * moment / last:.4g}%{{transform:translate({x:.2f}px,{y:.2f}px)}}"
                for moment, (x, y) in enumerate(shifts)
            )
            rules.append(f"@keyframes {head}move{{{frames}}}")
        rules.append(f'svg:active [id^="{ID}"],svg:active [id^="{ID}"] use{{animation:none}}')
        rules.append("}")
        return "<style>" + "\n".join(rules) + "</style>"

    def _shifts(self, track: Track) -> list[list[float]]:
        # From the middle of the frame, in the units of the SVG: points, downwards.
        middle = self.axes.transAxes.transform([0.5, 0.5])
        shifts = self.axes.transData.transform(self._places(track)) - middle
        shifts *= [72 / self.figure.dpi, -72 / self.figure.dpi]
        return [[x, y] for x, y in shifts.tolist()]

    def _gif(self) -> bytes:
        import numpy as np

        image = importlib.import_module("PIL.Image")
        canvas = matplotlib_module("backends.backend_agg").FigureCanvasAgg(self.figure)
        growing = [artist for piece in self.pieces for artist in piece]
        for artist in [*growing, *self.heads]:
            artist.set_visible(False)
        canvas.draw()
        for artist in [*growing, *self.heads]:
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
            pictures.append(image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
        palette = pictures[-1].quantize(256)  # the last one has every colour
        flat = [picture.quantize(palette=palette, dither=0) for picture in pictures]
        each = 1000 * self.seconds / max(len(flat) - 1, 1)
        durations = [each] * (len(flat) - 1) + [1000 * GIF_REST]
        content = io.BytesIO()
        flat[0].save(
            content, "gif", save_all=True, append_images=flat[1:],
            duration=[round(duration) for duration in durations], loop=GIF_PLAYS - 1,
        )  # fmt: skip
        return content.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the animation as .svg or .gif, by the suffix, and return the path.

        The file is written whole or not at all, and has the same bytes on every run. Raises
        ValueError for another suffix, FileNotFoundError where the folder is missing.

        >>> import tempfile
        >>> animation = animate_descent(lambda x: x * x, {"a": [2.0, 1.0]}, low=-3, high=3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     animation.save(folder + "/descent.svg").name
        'descent.svg'
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(
                f"cannot save an animation as {path.name!r}; use one of {', '.join(SUFFIXES)}"
            )
        write_atomically(path, self.svg.encode() if suffix == ".svg" else self._gif())
        return path


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
    if not seconds > 0:
        raise ValueError(f"animate_descent: seconds is {seconds}; use a time above 0")
    if frames < 2:
        raise ValueError(f"animate_descent: frames is {frames}; use 2 or more")
    figure, axes, tracks = descent_picture(
        function, paths, low=low, high=high, title=title, resolution=resolution
    )
    return Animation(figure, axes, tracks, seconds=seconds, frames=frames)
