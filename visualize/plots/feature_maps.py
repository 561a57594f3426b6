"""An image, and the feature map that every kernel of a convolution makes of it."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_switch
from visualize.modes import evaluating
from visualize.plots.arrays import as_floats
from visualize.plots.figures import BAR_ROOM, Panels
from visualize.plots.images import (
    GAP,
    NOTE,
    WORDS,
    Grid,
    as_picture,
    filled,
    is_finite,
    note_not_finite,
    scale_of,
    show_picture,
    tallness,
)
from visualize.plots.weights import kernels_of, modules_of

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Picture = NDArray[np.float64]

# In inches.
IMAGE, SMALLEST = 2.0, 0.5  # the width of the image, or of each of many channels
MAPS_WIDTH, WIDEST, NARROWEST = 6.6, 1.6, 0.9  # all maps side by side, and one of them
APART = 0.4  # the image and the maps
LOWEST = 1.6  # the whole, for the bar of colours
KERNEL = 0.4  # of the width of a map
WIDE = 1.5  # the width of all maps by their height, if no `columns` are given


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
    if columns is not None:
        columns = as_count(columns, "plot_feature_maps: columns")
    dark_on_white = as_switch(dark_on_white, "plot_feature_maps: dark_on_white")
    channels = channels_of(image)
    target = target_of(model, layer)
    maps = maps_of(model, target, channels)
    kernels = _kernels(target)
    pictures, names = _as_shown(channels)
    right = _maps_grid(maps, columns, KERNEL if kernels else 0.0)
    left = _image_grid(pictures, room=max(right.height, 3.0))
    height = max(left.height, right.height, LOWEST)
    start = left.width + APART  # of the maps
    scales = {"feature map": scale_of(maps, diverging=True)}
    if kernels:
        scales["kernel"] = scale_of(kernels, diverging=True)
    panels = Panels(
        start + right.width + GAP + len(scales) * BAR_ROOM,
        height,
        title=title,
        below=NOTE * (not all(map(is_finite, (*pictures, *maps)))),
    )
    greys = scale_of(pictures, dark_on_white=dark_on_white)
    for place, (picture, name) in enumerate(zip(pictures, names, strict=True)):
        x, y = left.corner(place)
        axes = panels.axes(x, y + (height - left.height) / 2, left.picture, left.tall)
        show_picture(axes, picture, greys)
        axes.set_title(name, fontsize=9, pad=3)
    noun = "kernel" if hasattr(target, "kernels") else "map"
    for place, array in enumerate(maps):
        x, y = right.corner(place)
        x, y = x + start, y + (height - right.height) / 2
        axes = panels.axes(x, y, right.picture, right.tall)
        show_picture(axes, array, scales["feature map"])
        axes.set_title(f"{noun} {place}", fontsize=9, pad=3)
        if kernels:
            side = right.beside - GAP
            axes = panels.axes(x - right.beside, y, side, right.tall)
            show_picture(axes, kernels[place], scales["kernel"])
    for place, (label, scale) in enumerate(scales.items()):
        x = start + right.width + GAP + place * BAR_ROOM
        panels.bar(scale, x, WORDS, height - WORDS, label)
    note_not_finite(panels.figure, [*pictures, *maps])
    return panels.figure


def _maps_grid(maps: Sequence[Picture], columns: int | None, kernel: float) -> Grid:
    # Beside each map is room for a kernel, `kernel` times as wide as the map.
    tall = tallness(maps[0])
    ideal = math.sqrt(WIDE * len(maps) * max(tall, 1 / 3))
    columns = min(columns or filled(len(maps), ideal), len(maps))
    width = min(WIDEST, max(NARROWEST, MAPS_WIDTH / (columns * (1 + kernel))))
    beside = kernel * width + GAP if kernel else 0.0
    return Grid(len(maps), columns, width, width * tall, words=WORDS, beside=beside)


def _image_grid(pictures: Sequence[Picture], room: float) -> Grid:
    # The channels stand one below the other and share the height `room`.
    tall = tallness(pictures[0])
    width = max(SMALLEST, min(IMAGE, ((room + GAP) / len(pictures) - WORDS - GAP) / tall))
    return Grid(len(pictures), 1, width, width * tall, words=WORDS)


def channels_of(image: Any) -> Picture:
    """Return an image as an array (channels, rows, columns); ValueError for another shape."""
    array = as_floats(image, "plot_feature_maps: the image")
    if array.ndim not in {2, 3} or 0 in array.shape:
        raise ValueError(
            f"plot_feature_maps: the image has shape {array.shape}; it must be (rows, columns) or "
            "(channels, rows, columns); for several images make a figure of each"
        )
    return array if array.ndim == 3 else array[None]


def target_of(model: Any, layer: int | None) -> Any:
    """Return `layers[layer]` of a model, or its first layer with kernels; of a layer, itself."""
    layers = getattr(model, "layers", None)
    if not isinstance(layers, list | tuple):
        if layer is not None:
            raise TypeError(
                f"plot_feature_maps: layer is {layer}, but {type(model).__name__} has no list "
                "`layers`; leave out layer, or give a model such as nn.Sequential"
            )
        if not hasattr(model, "kernels"):
            raise TypeError(
                "plot_feature_maps takes a layer with a list `kernels`, such as nn.Conv2d, or a "
                f"model with a list `layers` that holds one; {type(model).__name__} is neither"
            )
        return model
    if layer is not None:
        layer = as_count(layer, "plot_feature_maps: layer", least=-sys.maxsize)
        if not -len(layers) <= layer < len(layers):
            raise ValueError(
                f"plot_feature_maps: layer is {layer}, but the model has layers 0 to "
                f"{len(layers) - 1}"
            )
        return layers[layer]
    for inner in layers:
        if any(hasattr(module, "kernels") for module in modules_of(inner)):
            return inner
    raise TypeError(
        f"plot_feature_maps: no layer of {type(model).__name__} has kernels; choose one by "
        "layer=, or look at its weights with plot_weights"
    )


def maps_of(model: Any, target: Any, channels: Picture) -> list[Picture]:
    """Return the maps, (rows, columns) each, that a layer of a model gives for an image."""
    passed = model.layers if model is not target else [model]
    signal: Any = channels.tolist()
    with evaluating(model):
        for layer in passed:
            signal = layer(signal)
            if layer is target:
                break
    maps = as_floats(signal, f"plot_feature_maps: the output of {target!r}")
    if maps.ndim != 3:
        raise ValueError(
            f"plot_feature_maps: {target!r} gives an output of shape {maps.shape}; feature maps "
            "are (kernels, rows, columns): choose an earlier layer by layer="
        )
    return list(maps)


def _kernels(target: Any) -> list[Picture] | None:
    # One picture for each map, if kernels see a single channel.
    if not hasattr(target, "kernels"):
        return None
    pictures = kernels_of(target, None, "plot_feature_maps").pictures
    return list(pictures[:, 0]) if pictures.shape[1] == 1 else None


def _as_shown(channels: Picture) -> tuple[list[Picture], list[str]]:
    # An image with colours is one picture, any other has one for each channel; with names.
    import numpy as np

    if len(channels) == 3 and is_finite(channels) and 0 <= channels.min() <= channels.max() <= 1:
        return [as_picture(np.moveaxis(channels, 0, 2), "plot_feature_maps: the image")], ["image"]
    names = [f"channel {place}" for place in range(len(channels))]
    return list(channels), names if len(names) > 1 else ["image"]
