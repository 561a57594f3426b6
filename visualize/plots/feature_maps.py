"""An image, and what every kernel of a convolution makes of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_switch
from visualize.escape import plot_text
from visualize.plots.kernels import kernels_of
from visualize.plots.layer_output import channels_of, maps_of, target_of
from visualize.plots.panels import Panels
from visualize.plots.pixels import as_picture, note_not_finite, scale_of, show_picture

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Picture = NDArray[np.float64]

__all__ = ["plot_feature_maps"]

# All in inches.
IMAGE = 2.0  # the side of the image
MAPS_WIDTH, WIDEST, NARROWEST = 6.6, 1.6, 0.9  # all maps side by side, and one of them
KERNEL = 0.4  # of the width of a map
GAP, WORDS, EDGE = 0.12, 0.26, 0.2  # between pictures, above them for a title, around everything
BAR, BAR_ROOM = 0.13, 0.95  # a bar of colours, and its room with numbers and words
WIDE = 1.5  # of the width of all maps to their height, where that is free


def plot_feature_maps(
    model: Any,
    image: Any,
    *,
    layer: int | None = None,
    columns: int | None = None,
    dark_on_white: bool = False,
    title: str | None = None,
) -> Figure:
    """Plot an image and the feature maps that a convolution makes of it, one for each kernel.

    `model` is a layer that takes the image, such as nn.Conv2d, or a model with a list `layers`. Of
    a model the maps are those after its first layer with kernels, or after `layers[layer]`, such as
    a pooling. It runs in evaluation mode and records nothing. `image` is (rows, columns) or
    (channels, rows, columns), as the model takes it.

    Maps have signs: orange below 0, blue above, on one scale symmetric about 0 for all of them.
    Beside each stands its kernel, on a scale of its own, where it sees a single channel. The image
    is grey, from black or, if `dark_on_white`, from white, or has its colours where it has three
    channels from 0 to 1. Maps stand in rows of `columns`.

    Raises TypeError for a model without `layers` and kernels, ValueError for an image of another
    shape, and where the layer gives no maps.

    >>> from nn import Conv2d
    >>> figure = plot_feature_maps(Conv2d(1, 2, 3), [[0.0, 1.0, 0.0, 0.0]] * 4)
    >>> [axes.get_title() for axes in figure.axes if axes.get_title()]
    ['image', 'kernel 0', 'kernel 1']
    """
    channels = channels_of(image)
    target = target_of(model, layer)
    maps = maps_of(model, target, channels)
    kernels = _kernels(target)
    if columns is not None:
        columns = as_count(columns, "plot_feature_maps: columns")
    dark_on_white = as_switch(dark_on_white, "plot_feature_maps: dark_on_white")
    wide = min(columns or _columns(maps.shape), len(maps))
    down = math.ceil(len(maps) / wide)
    beside = 0.0 if kernels is None else KERNEL
    width = min(WIDEST, max(NARROWEST, MAPS_WIDTH / (wide * (1 + beside))))
    height = width * min(maps.shape[1] / maps.shape[2], 3.0)
    cell, row = width * (1 + beside) + GAP * (1 + (beside > 0)), height + WORDS + GAP
    pictures, labels = _as_shown(channels)
    tall = IMAGE * min(pictures[0].shape[0] / pictures[0].shape[1], 3.0)
    small = min(1.0, (max(down * row, 3.0) / len(pictures) - WORDS) / tall)
    body = max(down * row, len(pictures) * (small * tall + WORDS), 1.6)
    lost = not all(_finite(array) for array in (*pictures, *maps))
    bars = 1 if kernels is None else 2
    left = EDGE + small * IMAGE + 0.4
    panels = Panels(
        left + wide * cell + bars * BAR_ROOM + EDGE,
        body + 2 * EDGE + 0.4 * (title is not None) + 0.3 * lost,
        top=EDGE + 0.4 * (title is not None),
    )
    greys = scale_of(pictures, dark_on_white=dark_on_white)
    above = (body - len(pictures) * (small * tall + WORDS)) / 2
    for place, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        y = above + place * (small * tall + WORDS) + WORDS
        axes = panels.axes(EDGE, y, small * IMAGE, small * tall)
        show_picture(axes, picture, greys)
        axes.set_title(label, fontsize=9, pad=3)
    signs = scale_of(list(maps), diverging=True)
    weights = None if kernels is None else scale_of(list(kernels), diverging=True)
    above = (body - down * row) / 2
    for place, array in enumerate(maps):
        x = left + place % wide * cell
        y = above + place // wide * row + WORDS
        if kernels is not None:
            kernel = kernels[place]
            side = KERNEL * width
            tallness = min(side * kernel.shape[0] / kernel.shape[1], height)
            axes = panels.axes(x, y + (height - tallness) / 2, side, tallness)
            show_picture(axes, kernel, weights)
            x += side + GAP
        axes = panels.axes(x, y, width, height)
        show_picture(axes, array, signs)
        noun = "kernel" if hasattr(target, "kernels") else "map"
        axes.set_title(f"{noun} {place}", fontsize=9, pad=3)
    for place, (scale, name) in enumerate([(signs, "feature map"), (weights, "kernel")][:bars]):
        x = left + wide * cell + place * BAR_ROOM + 0.1
        bar = panels.axes(x, WORDS, BAR, body - WORDS)
        panels.figure.colorbar(scale, cax=bar, label=name)
        bar.tick_params(labelsize=8)
    note_not_finite(panels.figure, [*pictures, *maps])
    if title is not None:
        panels.figure.suptitle(plot_text(title), y=1 - 0.15 / panels.height, va="top")
    return panels.figure


def _kernels(target: Any) -> list[Picture] | None:
    # One picture for each map, where kernels are pictures.
    if not hasattr(target, "kernels"):
        return None
    pictures = kernels_of(target, None, "plot_feature_maps").pictures
    return list(pictures[:, 0]) if pictures.shape[1] == 1 else None


def _columns(shape: Sequence[int]) -> int:
    # As many as make the whole about so wide, and of about as many those that fill the last row.
    count, rows, across = shape
    ideal = math.sqrt(WIDE * count * max(rows / across, 1 / 3))
    near = range(math.ceil(0.7 * ideal), math.ceil(1.4 * ideal) + 1)
    return min(near, key=lambda columns: (-count % columns, abs(columns - ideal)))


def _as_shown(channels: Picture) -> tuple[list[Picture], list[str]]:
    # The image in its colours where it has some, else channel by channel; and what they are called.
    import numpy as np

    if len(channels) == 3 and _finite(channels) and 0 <= channels.min() <= channels.max() <= 1:
        return [as_picture(np.moveaxis(channels, 0, 2), "plot_feature_maps: the image")], ["image"]
    names = [f"channel {place}" for place in range(len(channels))]
    return list(channels), names if len(names) > 1 else ["image"]


def _finite(array: Picture) -> bool:
    import numpy as np

    return bool(np.isfinite(array).all())
