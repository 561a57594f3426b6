"""A plane through the parameters of a model: its two directions, and places on it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_items
from visualize.plots.arrays import as_floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

WHERE = "plot_landscape"
PARALLEL = 1e-6  # of the length of a direction: less than this is at right angles to the other
NOISE = 1e-9  # of the longest component of a path: shorter ones are rounding errors


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
    ValueError for other than two directions, and for those of another length or parallel.
    """
    import numpy as np

    if len(numbers) < 2:
        raise ValueError(
            f"{WHERE}: the model has {len(numbers)} parameter{'s' * (len(numbers) != 1)}, and a "
            "plane needs two; plot_descent draws the curve of a single one"
        )
    if directions is None:
        return _found_plane(model, numbers, steps, rng)
    directions = as_items(directions, f"{WHERE}: directions", "two names or two arrays")
    if len(directions) != 2:
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


def principal_directions(points: Vector) -> list[tuple[Vector, float]]:
    """Return the first two principal components of points (points, parameters), and their shares.

    They are of length 1, and point to where the points end; a share is of the sum of squared
    distances from the mean. Fewer come back where the points lie on a line or in one place.

    >>> import numpy as np
    >>> ((direction, share),) = principal_directions(np.array([[0.0, 1.0], [0.0, 2.0]]))
    >>> direction.round(9).tolist(), share
    ([0.0, 1.0], 1.0)
    """
    import numpy as np

    _, lengths, components = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    found = []
    for length, component in zip(lengths[:2], components[:2], strict=True):
        if length > NOISE * max(float(lengths[0]), float(np.abs(points).max()) * NOISE):
            ahead = float((points[-1] - points[0]) @ component)
            sign = -1.0 if ahead < 0 else 1.0
            found.append((sign * component, float(length**2 / (lengths**2).sum())))
    return found


def random_direction(numbers: Vector, units: list[list[int]], rng: Any) -> Vector:
    """Return a normal random direction that is as long as the parameters, unit by unit.

    So directions can be compared from layer to layer and from model to model: a network with relu
    computes the same when the weights of a unit are doubled and those that read it halved. These
    are the filter-normalized directions of Li, Xu, Taylor, Studer and Goldstein, Visualizing the
    Loss Landscape of Neural Nets (2018), here with the bias as a part of its filter.

    >>> import numpy as np
    >>> direction = random_direction(np.array([3.0, 4.0, 0.0]), [[0, 1], [2]], random.Random(0))
    >>> round(float(np.hypot(*direction[:2])), 9), abs(float(direction[2]))
    (5.0, 0.0)
    """
    import numpy as np

    gauss = (random if rng is None else rng).gauss
    direction = np.array([gauss(0.0, 1.0) for _ in range(len(numbers))])
    for places in units:
        length = float(np.linalg.norm(direction[places]))
        direction[places] *= float(np.linalg.norm(numbers[places])) / length
    return direction


def units_of(model: Any, count: int) -> list[list[int]]:
    """Return the places, among all parameters, of those that belong to a unit.

    A unit is the weights and the bias of a neuron or kernel: all that lies in one module by the
    names of `named_parameters()`, or in one row where those lie in nested lists. Without names all
    `count` parameters are one.

    >>> from nn import MLP
    >>> units_of(MLP(2, [2, 1]), 9)
    [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    """
    if not callable(getattr(model, "named_parameters", None)):
        return [list(range(count))]
    units: dict[str, list[int]] = {}
    for place, (name, _) in enumerate(model.named_parameters()):
        owner, _, last = name.rpartition(".")
        outer, _, before = owner.rpartition(".")
        if last.isdigit() and not before.isdigit():
            owner = outer  # "neurons.3.weights.2" belongs to "neurons.3", as "neurons.3.bias" does
        units.setdefault(owner, []).append(place)
    return list(units.values())


def _across(direction: Vector, other: Vector) -> Vector:
    # The part of a direction at right angles to the other, as long as the whole; 0 if parallel.
    import numpy as np

    rest = direction - other * float(direction @ other) / float(other @ other)
    length, before = float(np.linalg.norm(rest)), float(np.linalg.norm(direction))
    scaled: Vector = rest * (before / length) if length > PARALLEL * before else 0.0 * rest
    return scaled
