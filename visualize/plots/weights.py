"""The weights of a layer as images, one for each unit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_items
from visualize.plots.arrays import as_floats
from visualize.plots.images import columns_for, picture_grid, picture_width, scale_of
from visualize.text import counted

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

WIDEST, NARROWEST, SIDE = 1.2, 0.5, 9.0  # inches: of one channel's picture, and of all together
WITH_UNITS = (
    "takes a layer with a list `neurons` or `kernels`, each with a list `weights`, such as "
    "nn.Layer and nn.Conv2d, or a model that holds one"
)


def plot_weights(
    model: Any,
    *,
    shape: Sequence[int] | None = None,
    max_images: int = 64,
    columns: int | None = None,
    title: str | None = None,
) -> Figure:
    """Plot the weights of the first layer of an image model as images, one for each unit.

    `model` is a model or a layer, so that `model.layers[3]` shows another one: a layer with
    `neurons`, such as nn.Layer, a convolution with `kernels`, such as nn.Conv2d, or a single
    neuron. What a unit adds to its sum for each pixel is blue where it is positive and orange where
    it is negative, on one scale symmetric about 0 for all of them: an image like the blue part, and
    unlike the orange one, excites the unit most.

    `shape` says what image the inputs of `neurons` are: (rows, columns), or (channels, rows,
    columns) if the first index runs slowest. Left out, it is a square: 64 inputs are 8 x 8. Units
    stand in rows of `columns`; where there are several channels each unit has a row, each channel
    a column. At most `max_images` are drawn, and a note says how many units were left out.

    Raises TypeError for a model without such a layer, ValueError for weights that do not make
    a square, and for a `shape` that does not fit them.

    >>> from nn import Layer
    >>> figure = plot_weights(Layer(64, 3))
    >>> [axes.get_title() for axes in figure.axes[:3]], figure.axes[0].images[0].get_size()
    (['unit 0', 'unit 1', 'unit 2'], (8, 8))
    """
    max_images = as_count(max_images, "plot_weights: max_images")
    if columns is not None:
        columns = as_count(columns, "plot_weights: columns")
    kernels = kernels_of(model, shape, "plot_weights")
    units, channels = kernels.pictures.shape[:2]
    shown = min(max(max_images // channels, 1), units)
    names = [f"{kernels.noun} {unit}" for unit in range(shown)]
    arrays = [picture for unit in kernels.pictures[:shown] for picture in unit]
    grid: dict[str, Any]
    if channels == 1:
        wide = min(columns or columns_for(shown), shown)
        grid = {"columns": wide, "width": picture_width(wide), "titles": names}
    else:
        width = min(WIDEST, max(NARROWEST, SIDE / max(units, channels)))
        heads = [f"channel {channel}" for channel in range(channels)]
        grid = {"columns": channels, "width": width, "titles": heads, "names": names}
    return picture_grid(
        arrays,
        scale_of(arrays, diverging=True),
        **grid,
        bar="weight",
        title=title,
        note=f"the first {shown} of {counted(units, kernels.noun)}" if shown < units else "",
    )


@dataclass(frozen=True, slots=True)
class Kernels:
    """The weights of each unit: `pictures` is (units, channels, rows, columns)."""

    pictures: NDArray[np.float64]
    noun: str  # for a unit


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
            return Kernels(_weights_of(kernels, where).reshape(-1, *own), "kernel")
        if isinstance(neurons, list | tuple) and neurons:
            return Kernels(_shaped(_weights_of(neurons, where), shape, repr(module), where), "unit")
        if weights_of(module) is not None:
            return Kernels(
                _shaped(_weights_of([module], where), shape, repr(module), where), "unit"
            )
    raise TypeError(f"{where} {WITH_UNITS}; {type(model).__name__} has none")


def modules_of(model: Any) -> Iterator[Any]:
    """Yield a model and the modules in it, outermost first, in the order of a forward pass.

    They are those of `named_modules()`, or of a model without it those in the lists `layers`.
    """
    if callable(getattr(model, "named_modules", None)):
        yield from (module for _, module in model.named_modules())
        return
    yield model
    layers = getattr(model, "layers", None)
    for layer in layers if isinstance(layers, list | tuple) else ():
        yield from modules_of(layer)


def weights_of(neuron: Any) -> Any:
    """Return the list of weights of a neuron or kernel, None where there is none."""
    weights = getattr(neuron, "weights", getattr(neuron, "w", None))  # micrograd's short name
    return weights if isinstance(weights, list | tuple) and weights else None


def _weights_of(units: Sequence[Any], where: str) -> NDArray[np.float64]:
    # Of shape (units, weights).
    rows = [weights_of(unit) for unit in units]
    if None in rows:
        wrong = type(units[rows.index(None)]).__name__
        raise TypeError(f"{where} {WITH_UNITS}; unit {rows.index(None)} is a {wrong}")
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
                f"{where}: a unit of {layer} has {counted(count, 'weight')}, which do not make a "
                "square; say what image its inputs are, (rows, columns) or (channels, rows, "
                f"columns), such as shape=({rows}, {count // rows})"
            )
        shape = (side, side)
    sides = as_items(shape, f"{where}: shape", "two or three lengths")
    shape = tuple(as_count(side, f"{where}: a length of shape") for side in sides)
    if len(shape) not in {2, 3} or math.prod(shape) != count:
        raise ValueError(
            f"{where}: shape is {shape}, but a unit of {layer} has {counted(count, 'weight')}; "
            "shape must be (rows, columns) or (channels, rows, columns) of as many"
        )
    return weights.reshape(len(weights), *(shape if len(shape) == 3 else (1, *shape)))
