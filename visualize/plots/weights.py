"""The weights of a layer as images, which show what its units look for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count
from visualize.digits import counted
from visualize.plots.images import columns_for, picture_grid, picture_width, scale_of
from visualize.plots.layer_weights import kernels_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDEST, NARROWEST, SIDE = 1.2, 0.5, 9.0  # inches: of one channel's picture, and of all together


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

    Raises TypeError for a model without such a layer, ValueError for weights that make no square,
    and for another `shape` than they have.

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
