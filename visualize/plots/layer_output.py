"""What a layer of a model makes of an image: feature maps as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd import no_grad
from visualize.modes import evaluating
from visualize.plots.arrays import as_floats
from visualize.plots.kernels import modules_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["channels_of", "maps_of", "target_of"]


def channels_of(image: Any) -> NDArray[np.float64]:
    """Return an image as an array (channels, rows, columns); ValueError for another shape."""
    array = as_floats(image, "plot_feature_maps: the image")
    if array.ndim not in {2, 3} or 0 in array.shape:
        raise ValueError(
            f"plot_feature_maps: the image has shape {array.shape}; it must be (rows, columns) or "
            "(channels, rows, columns); for several images make a figure of each"
        )
    return array if array.ndim == 3 else array[None]


def target_of(model: Any, layer: int | None) -> Any:
    """Return `layers[layer]` of a model, or its first with kernels; a layer is its own target."""
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
        f"plot_feature_maps: no layer of {type(model).__name__} has kernels; say after which to "
        "look by layer=, or see what it looks for by plot_weights"
    )


def maps_of(model: Any, target: Any, channels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a model makes of an image up to a layer in it: (maps, rows, columns)."""
    passed = model.layers if model is not target else [model]
    signal: Any = channels.tolist()
    with no_grad(), evaluating(model):
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
    return maps
