"""A plane through the parameters of a model, with places on it by two coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from visualize.plots.arrays import as_floats
from visualize.plots.directions import principal_directions, random_direction, units_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

__all__ = ["Plane", "plane_of"]

WHERE = "plot_landscape"
PARALLEL = 1e-6  # of the length of a direction: what is left of it across the other one


@dataclass(frozen=True, slots=True)
class Plane:
    """All origin + a * axes[0] + b * axes[1]: `origin` is (parameters,), `axes` (2, parameters)."""

    origin: Vector
    axes: Vector
    labels: tuple[str, str]

    def at(self, a: float, b: float) -> Vector:
        """Return the parameters at coordinates of the plane."""
        point: Vector = self.origin + a * self.axes[0] + b * self.axes[1]
        return point

    def coordinates(self, points: Vector) -> Vector:
        """Return the coordinates (points, 2) of the places nearest to points (points, parameters).

        >>> import numpy as np
        >>> plane = Plane(np.zeros(3), np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]), ("a", "b"))
        >>> plane.coordinates(np.array([[3.0, 2.0, 9.0]])).round(9).tolist()
        [[1.0, 2.0]]
        """
        import numpy as np

        places: Vector = (points - self.origin) @ np.linalg.pinv(self.axes)
        return places


def plane_of(model: Any, numbers: Vector, steps: Vector | None, directions: Any, rng: Any) -> Plane:
    """Return the plane through the parameters `numbers` along two directions.

    Directions are names of parameters, whose coordinates are then their numbers, or arrays; by
    default the principal components of `steps`, and random ones where there are no steps. Raises
    ValueError for directions that are no two, of another length, or parallel.
    """
    import numpy as np

    if len(numbers) < 2:
        raise ValueError(
            f"{WHERE}: the model has {len(numbers)} parameter{'s' * (len(numbers) != 1)}, and a "
            "plane needs two; draw the curve of a single one by plot_descent"
        )
    if directions is None:
        return _found_plane(model, numbers, steps, rng)
    if isinstance(directions, str) or len(directions) != 2:
        raise ValueError(
            f"{WHERE}: directions must be two names of parameters or two arrays, not {directions!r}"
        )
    if all(isinstance(direction, str) for direction in directions):
        return _named_plane(model, numbers, directions)
    axes = [
        as_floats(direction, f"{WHERE}: direction {place}")
        for place, direction in enumerate(directions)
    ]
    for place, axis in enumerate(axes):
        if axis.shape != numbers.shape or not np.isfinite(axis).all():
            raise ValueError(
                f"{WHERE}: direction {place} has shape {axis.shape}; it must be "
                f"({len(numbers)},), a finite number for each parameter"
            )
    if not axes[0].any() or not _across(axes[1], axes[0]).any():
        raise ValueError(f"{WHERE}: the directions are 0 or parallel, and make no plane")
    return Plane(numbers, np.stack(axes), ("along direction 0", "along direction 1"))


def _found_plane(model: Any, numbers: Vector, steps: Vector | None, rng: Any) -> Plane:
    import numpy as np

    axes, labels = [], []
    for component, share in [] if steps is None else principal_directions(steps):
        axes.append(component)
        labels.append(f"principal component {len(axes)} ({100 * share:.3g}% of the path)")
    units = units_of(model, len(numbers))
    while len(axes) < 2:
        direction = random_direction(numbers, units, rng)
        if axes:
            direction = _across(direction, axes[0])
        if not direction.any():
            raise ValueError(
                f"{WHERE}: parameters that are 0 have no random directions, which are as long as "
                "they are; give a path, or directions"
            )
        axes.append(direction)
        labels.append(f"random direction {len(axes)}")
    return Plane(numbers, np.stack(axes), (labels[0], labels[1]))


def _across(direction: Vector, other: Vector) -> Vector:
    # What of a direction is at right angles to the other, made as long as it was; 0 if parallel.
    import numpy as np

    rest = direction - other * float(direction @ other) / float(other @ other)
    length, before = float(np.linalg.norm(rest)), float(np.linalg.norm(direction))
    scaled: Vector = rest * (before / length) if length > PARALLEL * before else 0.0 * rest
    return scaled


def _named_plane(model: Any, numbers: Vector, names: Sequence[str]) -> Plane:
    import numpy as np

    if not callable(getattr(model, "named_parameters", None)):
        raise TypeError(
            f"{WHERE}: {type(model).__name__} has no named_parameters(), so directions cannot be "
            "names; give two arrays"
        )
    known = [name for name, _ in model.named_parameters()]
    for name in names:
        if name not in known:
            few = ", ".join(known[:4]) + ", ..." * (len(known) > 4)
            raise ValueError(f"{WHERE}: the model has no parameter {name!r}; there are {few}")
    first, second = names
    if first == second:
        raise ValueError(f"{WHERE}: both directions are {first!r}; name two parameters")
    places = [known.index(first), known.index(second)]
    axes = np.zeros((2, len(numbers)))
    axes[[0, 1], places] = 1.0
    origin = numbers.copy()
    origin[places] = 0.0  # so that coordinates are the parameters themselves
    return Plane(origin, axes, (first, second))
