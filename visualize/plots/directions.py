"""Directions through the parameters of a model: at random, along a path, along one of them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

__all__ = ["principal_directions", "random_direction", "units_of"]

NOISE = 1e-9  # of the longest: a component of a path that is shorter is the rounding of a 0


def units_of(model: Any, count: int) -> list[list[int]]:
    """Return the places, among all parameters, of those that belong to a unit.

    A unit is the weights and the bias of a neuron or kernel: what lies in one module by the names
    of `named_parameters()`, or in one row where those lie in nested lists. Without names all
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
