"""The loss of a model on a plane through its parameters, and the optimizer's path over it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_function
from visualize.plots.arrays import as_floats
from visualize.plots.compiled_model import Objective
from visualize.plots.figures import new_figure
from visualize.plots.landscape import Landscape, Track, draw_legend, look_of
from visualize.plots.parameter_plane import plane_of
from visualize.text import plot_text, significant

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    Vector = NDArray[np.float64]

WHERE = "plot_landscape"
MARGIN = 0.25  # of the path's extent is shown around it
NARROWEST = 0.3  # of the longer side of a path's extent: the least that the shorter one is shown
MARK = 9.0  # points, of start and end


class ParameterPath:
    """A callback of `nn.fit` that keeps the parameters after every epoch, for `plot_landscape`.

    It is called with the state of the training: the model, the epoch and the number of epochs. It
    keeps every `every`-th epoch and the last one, and if it is given the model, its parameters
    before the training. In a loop of your own, `record(model)` keeps a point.

    >>> from nn import MLP, fit
    >>> model = MLP(2, [1])
    >>> path = ParameterPath(model)
    >>> history = fit(model, [[0, 1], [1, 0]], [0, 1], loss="mse_loss", epochs=5, callbacks=[path])
    >>> path.points.shape
    (6, 3)
    """

    def __init__(self, model: Any = None, *, every: int = 1) -> None:
        self.every = as_count(every, "ParameterPath: every")
        self._points: list[list[float]] = []
        if model is not None:
            self.record(model)

    def __call__(self, state: Any) -> None:
        """Keep the parameters of `state.model` if the epoch is due."""
        if state.epoch % self.every == 0 or state.epoch == state.epochs:
            self.record(state.model)

    def record(self, model: Any) -> None:
        """Keep the parameters of the model as they are.

        Raises TypeError for a model without `parameters()`, ValueError for one with another number
        of them than before.
        """
        if not callable(getattr(model, "parameters", None)):
            raise TypeError(
                "ParameterPath keeps model.parameters(), a list of Values, as nn.Module has it; "
                f"{type(model).__name__} has none"
            )
        numbers = [parameter.data for parameter in model.parameters()]
        if self._points and len(numbers) != len(self._points[0]):
            raise ValueError(
                f"ParameterPath: the model has {len(numbers)} parameters, but had "
                f"{len(self._points[0])} before; give each model a path of its own"
            )
        self._points.append(numbers)

    @property
    def points(self) -> NDArray[np.float64]:
        """The parameters that were kept, (points, parameters)."""
        import numpy as np

        each = len(self._points[0]) if self._points else 0
        return np.array(self._points, dtype=np.float64).reshape(len(self._points), each)

    def __len__(self) -> int:
        return len(self._points)

    def __repr__(self) -> str:
        points, parameters = self.points.shape
        return f"ParameterPath({points} points of {parameters} parameters)"


def plot_landscape(
    model: Any,
    X: ArrayLike,  # noqa: N803 - the field's name for the inputs
    y: ArrayLike,
    *,
    loss: Callable[[list[Any], list[Any]], Any],
    path: ParameterPath | Any | Mapping[str, Any] | None = None,
    directions: Sequence[Any] | None = None,
    span: float | tuple[float, float] | None = None,
    resolution: int = 40,
    penalty: Callable[[Any], Any] | None = None,
    title: str | None = None,
    rng: random.Random | None = None,
) -> Figure:
    """Plot the loss of a model on a plane through its parameters, as contours, white in the valley.

    `loss` is a function of the outputs for the rows of `X` and of the targets `y`, such as
    nn.mse_loss; `penalty` is a function of the model that was added to it. `path` is a
    `ParameterPath` of a training, an array (points, parameters), or a mapping of names to those. It
    begins at a hollow mark and ends at a full one, and is shown where it is nearest to the plane;
    the legend has the losses at its start and end themselves.

    The plane goes through the end of the (first) path, or the parameters as they are, along two
    `directions`: by default the first two principal components of the paths (their shares say how
    much of the movement is seen), and without one two random directions at right angles, drawn by
    `rng`, by default the module `random`. Those are as long as the weights of each unit, so that 1
    is a change as large as the weights themselves (Li et al., Visualizing the Loss Landscape of
    Neural Nets, 2018). Names of two parameters show the plane of these two, and two arrays any
    other. The frame reaches `span` in both directions from the middle (a number or a pair), or
    around the paths, or 1.

    The loss is asked at `resolution` x `resolution` points, compiled where that can be, in
    evaluation mode. The parameters are then as before, to the bit, also after an error; but graphs
    that were built with them count as changed, and want `forward()` before `backward()`.

    Raises ValueError for `X` and `y` of different lengths, for a path of another model, for
    directions that make no plane, and where the loss is finite nowhere in the frame; TypeError
    for a model without `parameters()` and a loss that is not a function.

    >>> from nn import MLP, mse_loss
    >>> X, y = [[0.0], [1.0]], [1.0, 3.0]
    >>> names = ["layers.0.neurons.0.weights.0", "layers.0.neurons.0.bias"]
    >>> figure = plot_landscape(MLP(1, [1]), X, y, loss=mse_loss, directions=names, resolution=5)
    >>> figure.axes[0].get_ylabel()
    'layers.0.neurons.0.bias'
    """
    import numpy as np

    inputs, targets = _examples(X, y)
    _check(model, loss, resolution)
    if penalty is not None:
        as_function(penalty, f"{WHERE}: penalty", "the model", such_as="nn.L2(0.01)")
    if rng is not None and not isinstance(rng, random.Random):
        raise TypeError(f"{WHERE}: rng must be a random.Random, not {rng!r}")
    objective = Objective(model, inputs, targets, loss, penalty)
    numbers = np.array([parameter.data for parameter in objective.parameters])
    paths = _paths(path, len(numbers))
    if paths:
        numbers = next(iter(paths.values()))[-1]
    steps = np.concatenate(list(paths.values())) if paths else None
    plane = plane_of(model, numbers, steps, directions, rng)
    shown = {name: plane.coordinates(points) for name, points in paths.items()}
    low, high = _frame(plane.coordinates(numbers[None])[0], list(shown.values()), span)
    figure = new_figure(6.4, 4.6 + 0.22 * len(paths))
    axes = figure.add_subplot()
    with objective.moving():
        ends = [[objective.at(end) for end in (points[0], points[-1])] for points in paths.values()]
        here = objective.at(numbers)
        landscape = Landscape(
            lambda a, b: objective.at(plane.at(a, b)),
            low,
            high,
            resolution,
            (*plane.labels, "loss"),
            WHERE,
        )
        landscape.draw(axes)
    tracks = [
        _track(place, name, places, ends[place], landscape)
        for place, (name, places) in enumerate(shown.items())
    ]
    if not tracks:
        middle = plane.coordinates(numbers[None])
        tracks = [Track(f"the model: loss {_rounded(here)}", middle, True, look_of(0), MARK)]
    for track in tracks:
        if paths:
            track.draw_start(axes)
        track.draw_steps(axes, 0, len(track.places) - 1)
    draw_legend(figure, tracks, paths=bool(paths))
    if title is not None:
        axes.set_title(plot_text(title))
    return figure


def _examples(X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any]]:  # noqa: N803 - as above
    import numpy as np

    inputs = as_floats(X, f"{WHERE}: X")
    try:
        targets = np.asarray(y)
    except ValueError as error:
        raise ValueError(f"{WHERE}: y has rows of different lengths") from error
    if not inputs.ndim or not len(inputs) or targets.shape[:1] != inputs.shape[:1]:
        raise ValueError(
            f"{WHERE}: X has shape {inputs.shape} and y {targets.shape}; give a row and a target "
            "for each example, and at least one"
        )
    return inputs, targets


def _check(model: Any, loss: Any, resolution: int) -> None:
    if not callable(getattr(model, "parameters", None)):
        raise TypeError(
            f"{WHERE} moves model.parameters(), a list of Values, as nn.Module has it; "
            f"{type(model).__name__} has none"
        )
    as_function(loss, f"{WHERE}: loss", "outputs", "targets", such_as="nn.mse_loss")
    as_count(resolution, f"{WHERE}: resolution", least=2)


def _paths(path: Any, count: int) -> dict[str, NDArray[np.float64]]:
    """Return a path, or a mapping of names to paths, as arrays (points, parameters) by name.

    A path is a ParameterPath or anything that makes an array; a single one has the name "". Raises
    ValueError for another number of parameters than `count`, and for numbers that are not finite.
    """
    import numpy as np

    if path is None:
        return {}
    named = dict(path) if isinstance(path, Mapping) else {"": path}
    paths = {}
    for name, one in named.items():
        which = f"{WHERE}: path {name!r}" if name else f"{WHERE}: the path"
        points = one.points if isinstance(one, ParameterPath) else as_floats(one, which)
        if points.ndim != 2 or not len(points) or points.shape[1] != count:
            raise ValueError(
                f"{which} has shape {points.shape}; it must be (points, {count}), the parameters "
                "of this model at one point at least"
            )
        finite = np.isfinite(points).all(axis=1)
        if not finite.all():
            raise ValueError(
                f"{which} is not finite at point {int(np.argmin(finite))}; leave out what follows"
            )
        paths[name] = points
    return paths


def _frame(
    middle: Vector, paths: list[Vector], span: Any
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    import numpy as np

    if span is not None:
        reach = as_floats(span, f"{WHERE}: span")
        if reach.shape not in {(), (2,)} or not (np.isfinite(reach) & (reach > 0)).all():
            raise ValueError(f"{WHERE}: span is {span}; use a number above 0, or a pair of them")
        low, high = middle - reach, middle + reach
    else:
        points = np.concatenate([middle[None], *paths])
        low, high = points.min(axis=0), points.max(axis=0)
        extent = np.maximum(high - low, NARROWEST * (high - low).max())
        reach = (0.5 + MARGIN) * extent if extent.any() else np.ones(2)
        low, high = (low + high) / 2 - reach, (low + high) / 2 + reach
    return tuple(low.tolist()), tuple(high.tolist())


def _track(place: int, name: str, places: Vector, ends: list[float], landscape: Landscape) -> Track:
    inside = landscape.contains(places[-1])
    start, end = map(_rounded, ends)
    label = f"{name or 'path'}: loss {start} at the start, {end} at the end"
    if not inside:
        label += ", outside the picture"
    return Track(label, places, inside, look_of(place), MARK)


def _rounded(loss: float) -> str:
    return significant(float(f"{loss:.4g}"))
