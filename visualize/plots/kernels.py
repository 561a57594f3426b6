"""The weights of a layer as pictures: what each of its units looks for in an image."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from visualize.digits import counted
from visualize.plots.arrays import as_floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Kernels", "kernels_of", "modules_of"]

ALLOWED = (
    "takes a layer with a list `neurons` or `kernels`, each with a list `weights`, such as "
    "nn.Layer and nn.Conv2d, or a model that holds one"
)


@dataclass(frozen=True, slots=True)
class Kernels:
    """The weights of each unit: `pictures` is (units, channels, rows, columns)."""

    pictures: NDArray[np.float64]
    noun: str  # what a unit is called


def modules_of(model: Any) -> Iterator[Any]:
    """Yield a model and the modules in it, outermost first, in the order of a forward pass.

    They are those of `named_modules`, or, where there is none, what the lists `layers` hold.
    """
    if callable(getattr(model, "named_modules", None)):
        yield from (module for _, module in model.named_modules())
        return
    yield model
    layers = getattr(model, "layers", None)
    for layer in layers if isinstance(layers, list | tuple) else ():
        yield from modules_of(layer)


def kernels_of(model: Any, shape: Sequence[int] | None, where: str) -> Kernels:
    """Return the weights of the first layer with units; `where` begins the message of an error.

    Raises TypeError for a model without one, ValueError for weights that make no image.
    """
    for module in modules_of(model):
        kernels, neurons = getattr(module, "kernels", None), getattr(module, "neurons", None)
        if isinstance(kernels, list | tuple) and kernels:
            if shape is not None:
                raise ValueError(
                    f"{where}: the kernels of {module!r} have a shape of their own; leave out shape"
                )
            own = (module.channels_in, *module.kernel_size)
            return Kernels(_weights(kernels, where).reshape(-1, *own), "kernel")
        if isinstance(neurons, list | tuple) and neurons:
            return Kernels(_shaped(_weights(neurons, where), shape, repr(module), where), "unit")
        if _listed_weights(module) is not None:
            return Kernels(_shaped(_weights([module], where), shape, repr(module), where), "unit")
    raise TypeError(f"{where} {ALLOWED}; {type(model).__name__} has none")


def _listed_weights(neuron: Any) -> Any:
    weights = getattr(neuron, "weights", getattr(neuron, "w", None))  # micrograd's short name
    return weights if isinstance(weights, list | tuple) and weights else None


def _weights(units: Sequence[Any], where: str) -> NDArray[np.float64]:
    # Of shape (units, weights).
    rows = [_listed_weights(unit) for unit in units]
    if None in rows:
        wrong = type(units[rows.index(None)]).__name__
        raise TypeError(f"{where} {ALLOWED}; unit {rows.index(None)} is a {wrong}")
    return as_floats(rows, f"{where}: the layer")


def _shaped(
    weights: NDArray[np.float64], shape: Sequence[int] | None, layer: str, where: str
) -> NDArray[np.float64]:
    # Of shape (units, channels, rows, columns).
    count = weights.shape[1]
    if shape is None:
        side = math.isqrt(count)
        if side * side != count or side < 2:
            rows = next(divisor for divisor in range(side, 0, -1) if count % divisor == 0)
            raise ValueError(
                f"{where}: a unit of {layer} has {counted(count, 'weight')}, which make no square; "
                "say what image its inputs are, (rows, columns) or (channels, rows, columns), "
                f"such as shape=({rows}, {count // rows})"
            )
        shape = (side, side)
    shape = tuple(shape)
    if len(shape) not in {2, 3} or math.prod(shape) != count or min(shape) < 1:
        raise ValueError(
            f"{where}: shape is {shape}, but a unit of {layer} has {counted(count, 'weight')}; "
            "shape must be (rows, columns) or (channels, rows, columns) of as many"
        )
    return weights.reshape(len(weights), *(shape if len(shape) == 3 else (1, *shape)))
