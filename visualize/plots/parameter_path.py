"""The path of an optimizer: the parameters of a model, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count
from visualize.plots.arrays import as_floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ParameterPath", "paths_of"]


class ParameterPath:
    """A callback of `nn.fit` that keeps the parameters after every epoch, for `plot_landscape`.

    It is called with the state of the training: the model, the epoch and the number of epochs. Of
    these every `every`-th epoch is kept, and the last one. Given the model, it starts where that
    stands before the training. `record(model)` keeps a point of a loop of your own.

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
        """Keep the parameters of `state.model` if its epoch is one to be kept."""
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
                f"{len(self._points[0])} before; keep the path of each model in one of its own"
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


def paths_of(path: Any, count: int, where: str) -> dict[str, NDArray[np.float64]]:
    """Return a path, or a mapping of names to paths, as arrays (points, parameters) by name.

    A path is a ParameterPath or anything that makes an array; a single one has the name "". `where`
    begins the message of an error: ValueError for another number of parameters than `count`, and
    for numbers that are not finite.
    """
    import numpy as np

    if path is None:
        return {}
    named = dict(path) if isinstance(path, Mapping) else {"": path}
    paths = {}
    for name, one in named.items():
        which = f"{where}: path {name!r}" if name else f"{where}: the path"
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
