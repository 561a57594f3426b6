"""The decision boundary while a model learns: recorded epoch by epoch, shown frame by frame."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_float, as_function, as_switch
from autograd.runtime import computed
from visualize.draw.playing import in_motion
from visualize.plots.animation import ID, REST, Animation, as_seconds, moved_by, svg_of
from visualize.plots.boundary import DecisionPlane, checked_threshold, plane_around, reach_of
from visualize.plots.compiled_model import Answers
from visualize.plots.figures import POSITIVE, matplotlib_module, new_figure, open_frame
from visualize.text import counted, plot_text, significant

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

BANDS = 11  # of colours: half as many as in a single picture keep the file small
STEEP = 30.0  # times the lowest loss: if the highest one is above it, their axis is logarithmic


@dataclass(frozen=True, slots=True)
class BoundaryFrame:
    """The outputs of a model on the plane after an epoch: `scores` is (up, across, outputs)."""

    epoch: int
    loss: float | None
    scores: NDArray[np.float64]

    def caption(self) -> str:
        """Return the epoch and the loss in words."""
        loss = "" if self.loss is None else f", loss {significant(float(f'{self.loss:.3g}'))}"
        return f"epoch {self.epoch}{loss}"


class BoundaryRecorder:
    """A callback of `nn.fit` that keeps the outputs of the model on the plane, to be animated.

    `X` holds one row of two inputs per example, `y` its class, as for `plot_decision_boundary`. It
    is called with the state of the training: the model, the history, the epoch and the number of
    epochs. It keeps every `every`-th epoch and the last one, and if it is given the model, epoch 0,
    before the training. In a loop of your own, `record(model)` keeps a frame. The model is asked at
    `resolution` x `resolution` points, compiled where that can be, in evaluation mode.

    Raises ValueError for `X` and `y` that `plot_decision_boundary` refuses, and TypeError for a
    model in the place of `X`.

    >>> from nn import MLP, fit
    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 0, 0, 1]
    >>> model = MLP(2, [1])
    >>> recorder = BoundaryRecorder(X, y, every=2, model=model)
    >>> loss = "binary_cross_entropy_with_logits"
    >>> history = fit(model, X, y, loss=loss, epochs=5, callbacks=[recorder])
    >>> [frame.epoch for frame in recorder.frames]
    [0, 2, 4, 5]
    """

    def __init__(
        self,
        X: ArrayLike,  # noqa: N803 - the field's name for the inputs
        y: ArrayLike,
        *,
        every: int = 1,
        model: Any = None,
        resolution: int = 40,
    ) -> None:
        if callable(X):
            raise TypeError(
                "BoundaryRecorder takes the examples, X and y, and the model by its name: "
                "BoundaryRecorder(X, y, model=model)"
            )
        self.every = as_count(every, "BoundaryRecorder: every")
        self.plane = plane_around(X, y, resolution, "BoundaryRecorder")
        self.frames: list[BoundaryFrame] = []
        self._answers: Answers | None = None
        if model is not None:
            self.record(model)

    def __call__(self, state: Any) -> None:
        """Keep a frame of `state.model` if the epoch is due."""
        if state.epoch % self.every == 0 or state.epoch == state.epochs:
            losses = state.history.get("loss", ())
            self.record(state.model, epoch=state.epoch, loss=losses[-1] if losses else None)

    def record(self, model: Any, *, epoch: int | None = None, loss: float | None = None) -> None:
        """Keep the outputs of the model as it is now; without `epoch`, frames are counted from 0.

        Raises ValueError for a model of another number of outputs than before.
        """
        if self._answers is None or self._answers.model is not model:
            self._answers = Answers(as_function(model, "BoundaryRecorder: model", "a row"))
        plane = self.plane
        scores = self._answers(plane.rows()).reshape(len(plane.up), len(plane.across), -1)
        if self.frames and scores.shape != self.frames[0].scores.shape:
            raise ValueError(
                f"BoundaryRecorder: the model has {counted(scores.shape[-1], 'output')}, but had "
                f"{self.frames[0].scores.shape[-1]} before; give each model a recorder of its own"
            )
        number = len(self.frames) if epoch is None else epoch
        number = as_count(number, "BoundaryRecorder: epoch", least=0)
        shown = None if loss is None else as_float(loss, "BoundaryRecorder: loss")
        self.frames.append(BoundaryFrame(number, shown, scores))

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_answers": None}  # compiled for a model, which is not pickled

    def __repr__(self) -> str:
        return f"BoundaryRecorder({counted(len(self.frames), 'frame')})"


def animate_boundary(
    recorder: BoundaryRecorder,
    *,
    title: str | None = None,
    seconds: float = 6.0,
    frames: int = 24,
    loop: bool = False,
    threshold: float = 0.0,
    x_label: str = "input 0",
    y_label: str = "input 1",
) -> Animation:
    """Animate the decision boundary of a model while it learns, with the loss below.

    `recorder` is the `BoundaryRecorder` that was a callback of the training. Colours and lines are
    those of `plot_decision_boundary`, on one scale for all frames; above them stand the epoch and
    its loss, which a dot marks on the curve below, if there were losses. At most `frames` of what
    was recorded are shown, evenly spaced, the first and the last among them. Together they take
    `seconds`; the SVG then stays at the last one, and the GIF plays three times, or both go on for
    ever if `loop`. The size grows with the frames: 24 of them are a few hundred kilobytes.

    Raises ValueError where fewer than two frames were recorded, and for what
    `plot_decision_boundary` refuses.

    >>> recorder = BoundaryRecorder([[0.0, 0.0], [1.0, 1.0]], [0, 1], resolution=3)
    >>> for slope in (-1.0, 1.0):
    ...     recorder.record(lambda row: slope * (row[0] - 0.5))
    >>> animation = animate_boundary(recorder)
    >>> "@keyframes" in animation.svg, "<script" in animation.svg
    (True, False)
    """
    if not isinstance(recorder, BoundaryRecorder):
        raise TypeError(f"animate_boundary takes a BoundaryRecorder, not {type(recorder).__name__}")
    threshold = checked_threshold(threshold, "animate_boundary")
    seconds = as_seconds(seconds, "animate_boundary")
    frames = as_count(frames, "animate_boundary: frames", least=2)
    loop = as_switch(loop, "animate_boundary: loop")
    if len(recorder.frames) < 2:
        recorded = counted(len(recorder.frames), "frame")
        raise ValueError(
            f"animate_boundary: {recorded} recorded, and a motion needs 2; "
            "give the recorder to fit as a callback, or call its record(model)"
        )
    chosen = _chosen(recorder.frames, frames)
    plane = recorder.plane
    finite = [frame for frame in chosen if _is_known(frame)]
    plane.check((finite or chosen)[-1].scores)
    losses = {f.epoch: f.loss for f in recorder.frames if f.loss is not None}
    losses = {epoch: loss for epoch, loss in losses.items() if math.isfinite(loss)}
    figure = new_figure(5.2, 5.0 + 1.3 * (len(losses) > 1))
    if len(losses) > 1:
        axes, below = figure.subplots(2, 1, height_ratios=[4.4, 1])
        _draw_losses(below, losses)
    else:
        axes, below = figure.add_subplot(), None
    reach = max(reach_of(frame.scores, threshold) for frame in chosen)
    parts = []
    for frame in chosen:
        artists = _draw_plane(axes, plane, frame, threshold, reach)
        artists.append(axes.text(0.0, 1.02, frame.caption(), transform=axes.transAxes))
        if below is not None and frame.epoch in losses:
            place = ([frame.epoch], [losses[frame.epoch]])
            artists += below.plot(*place, "o", color=POSITIVE, markersize=6, zorder=3)
        parts.append(artists)
    outputs = chosen[0].scores.shape[-1]
    if outputs == 1:
        filled: Any = next(
            part[0] for part, frame in zip(parts, chosen, strict=True) if _is_known(frame)
        )
        ticks = matplotlib_module("ticker").MaxNLocator(8)
        figure.colorbar(filled, ax=axes, label="output", ticks=ticks)
    plane.draw_points(axes, outputs)
    axes.set_xlabel(plot_text(x_label))
    axes.set_ylabel(plot_text(y_label))
    if title is not None:
        axes.set_title(plot_text(title), pad=22)
    return BoundaryAnimation(figure, parts, seconds=seconds, loop=loop)


def _chosen(recorded: Sequence[BoundaryFrame], most: int) -> list[BoundaryFrame]:
    count = min(most, len(recorded))
    return [recorded[round(place * (len(recorded) - 1) / (count - 1))] for place in range(count)]


def _is_known(frame: BoundaryFrame) -> bool:
    import numpy as np

    return bool(np.isfinite(frame.scores).any())


def _draw_plane(
    axes: Axes, plane: DecisionPlane, frame: BoundaryFrame, threshold: float, reach: float
) -> list[Artist]:
    if not _is_known(frame):
        words = "nan or inf everywhere"
        return [axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center")]
    return [*plane.fill(axes, frame.scores, threshold, reach, BANDS)]


def _draw_losses(axes: Axes, losses: dict[int, float]) -> None:
    axes.plot([*losses], [*losses.values()], color="#8c959f", linewidth=1.4)
    if min(losses.values()) > 0 and max(losses.values()) > STEEP * min(losses.values()):
        axes.set_yscale("log")
    axes.margins(y=0.2)
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    open_frame(axes, whole=True)


class BoundaryAnimation(Animation):
    """Frames shown in turn over the same axes; `parts[i]` are the artists of frame i alone."""

    def __init__(
        self, figure: Figure, parts: Sequence[Sequence[Artist]], *, seconds: float, loop: bool
    ) -> None:
        self.figure, self.parts, self.seconds, self.loop = figure, parts, seconds, loop
        for frame, artists in enumerate(parts):
            for part, artist in enumerate(artists):
                artist.set_gid(f"{ID}-frame{frame}-{part}")
        # Places are found once, with all frames there: the same ones in each picture and format.
        layout = figure.get_layout_engine()
        assert layout is not None
        layout.execute(figure)
        figure.set_layout_engine("none")

    @computed
    def svg(self) -> str:
        """The animation as SVG."""
        last = len(self.parts) - 1
        picture = re.sub(
            rf'<g id="{ID}-frame(?!{last}-)',
            lambda found: f'<g visibility="hidden"{found[0][2:]}',
            svg_of(self.figure, digits=1),
        )
        rules = _rules(last, self.seconds, self.loop)
        still = f'svg:active [id^="{ID}-frame"]{{animation:none}}'
        return moved_by(in_motion(rules, [still]), picture)

    def pictures(self) -> list[NDArray[np.uint8]]:
        """Return the frames, (height, width, 4) bytes each."""
        import numpy as np

        canvas = matplotlib_module("backends.backend_agg").FigureCanvasAgg(self.figure)
        pictures = []
        for shown in range(len(self.parts)):
            for frame, artists in enumerate(self.parts):
                for artist in artists:
                    artist.set_visible(frame == shown)
            canvas.draw()
            pictures.append(np.array(canvas.buffer_rgba()))
        for artist in (artist for artists in self.parts for artist in artists):
            artist.set_visible(True)
        return pictures


def _rules(last: int, seconds: float, loop: bool) -> Iterator[str]:
    """Yield the rules that show one frame after the other, the last one within `seconds`.

    It stays for a while, and all begins anew, if `loop`, or for ever. A program that knows no
    motion, and a reader who asks for less of it, see the last frame.
    """
    cycle = seconds + REST
    plays = "infinite" if loop else "1"
    shown = f"{100 * seconds / last / cycle:.4f}%"
    yield f"@keyframes {ID}-turn{{0%{{visibility:visible}}{shown},to{{visibility:hidden}}}}"
    yield f'[id^="{ID}-frame"]{{animation:{ID}-turn {cycle:g}s step-end {plays}}}'
    for frame in range(1, last):
        yield f'[id^="{ID}-frame{frame}-"]{{animation-delay:{seconds * frame / last:.4f}s}}'
    # The last one is hidden until its time has come.
    until = f"{100 * seconds / cycle:.4f}%"
    yield f"@keyframes {ID}-last{{0%{{visibility:hidden}}{until},to{{visibility:visible}}}}"
    yield f'[id^="{ID}-frame{last}-"]{{animation-name:{ID}-last}}'
