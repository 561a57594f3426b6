"""The weights of a layer as images, which show what its units look for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count
from visualize.digits import counted
from visualize.escape import plot_text
from visualize.plots.figures import new_figure
from visualize.plots.images import plot_images
from visualize.plots.kernels import Kernels, kernels_of
from visualize.plots.pixels import note_not_finite, scale_of, show_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_weights"]

WIDEST, NARROWEST, SIDE = 1.2, 0.5, 9.0  # inches: of one channel's picture, and of all together


def plot_weights(
    model: Any,
    shape: Sequence[int] | None = None,
    *,
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
    kernels = kernels_of(model, shape, "plot_weights")
    units, channels = kernels.pictures.shape[:2]
    shown = min(max(max_images // channels, 1), units)
    pictures = kernels.pictures[:shown]
    if channels == 1:
        figure = plot_images(
            list(pictures[:, 0]),
            titles=[f"{kernels.noun} {unit}" for unit in range(shown)],
            columns=columns,
            diverging=True,
            colorbar="weight",
        )
    else:
        figure = _by_channel(Kernels(pictures, kernels.noun))
    if shown < units:
        note = f"the first {shown} of {counted(units, kernels.noun)}"
        figure.supxlabel(note, fontsize=9)
    if title is not None:
        figure.suptitle(plot_text(title))
    return figure


def _by_channel(kernels: Kernels) -> Figure:
    units, channels, height, width = kernels.pictures.shape
    cell = min(WIDEST, max(NARROWEST, SIDE / max(units, channels)))
    figure = new_figure(cell * channels + 1.6, cell * units * min(height / width, 3.0) + 0.8)
    figure.set_layout_engine("compressed")
    arrays = [picture for unit in kernels.pictures for picture in unit]
    scale = scale_of(arrays, diverging=True)
    panels = []
    for place, array in enumerate(arrays):
        unit, channel = divmod(place, channels)
        axes = figure.add_subplot(units, channels, place + 1)
        show_picture(axes, array, scale)
        if unit == 0:
            axes.set_title(str(channel), fontsize=9)
        if channel == 0:
            axes.set_ylabel(
                f"{kernels.noun} {unit}", fontsize=9, rotation=0, ha="right", va="center"
            )
        panels.append(axes)
    panels[0].annotate(
        "channel", (0, 1), (-4, 6), xycoords="axes fraction", textcoords="offset points",
        ha="right", fontsize=9,
    )  # fmt: skip
    figure.colorbar(scale, ax=panels, label="weight", fraction=0.05, shrink=0.9)
    note_not_finite(figure, arrays)
    return figure
