"""The decision boundary of a model in training: its outputs on the plane, epoch by epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_float, as_function
from visualize.digits import counted, significant
from visualize.plots.boundary import plane_around
from visualize.plots.compiled_model import Answers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


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
    epochs. Of these every `every`-th epoch is kept, and the last one. Given the model, it starts
    with epoch 0, before the training. `record(model)` keeps a frame of a loop of your own. The
    model is asked at `resolution` x `resolution` points, compiled where that can be, in
    evaluation mode.

    Raises ValueError for `X` and `y` that `plot_decision_boundary` refuses, and TypeError for a
    model in place of `X`.

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
        """Keep a frame of `state.model` if its epoch is one to be kept."""
        if state.epoch % self.every == 0 or state.epoch == state.epochs:
            losses = state.history.get("loss", ())
            self.record(state.model, epoch=state.epoch, loss=losses[-1] if losses else None)

    def record(self, model: Any, *, epoch: int | None = None, loss: float | None = None) -> None:
        """Keep the outputs of the model as it is now; frames without an `epoch` are counted from 0.

        Raises ValueError for a model of another number of outputs than before.
        """
        if self._answers is None or self._answers.model is not model:
            self._answers = Answers(as_function(model, "BoundaryRecorder: model", "a row"))
        plane = self.plane
        scores = self._answers(plane.rows()).reshape(len(plane.up), len(plane.across), -1)
        if self.frames and scores.shape != self.frames[0].scores.shape:
            raise ValueError(
                f"BoundaryRecorder: the model has {counted(scores.shape[-1], 'output')}, but had "
                f"{self.frames[0].scores.shape[-1]} before; record each model by one of its own"
            )
        number = len(self.frames) if epoch is None else epoch
        number = as_count(number, "BoundaryRecorder: epoch", least=0)
        shown = None if loss is None else as_float(loss, "BoundaryRecorder: loss")
        self.frames.append(BoundaryFrame(number, shown, scores))

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_answers": None}  # they belong to the model

    def __repr__(self) -> str:
        return f"BoundaryRecorder({counted(len(self.frames), 'frame')})"
