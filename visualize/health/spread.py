"""Vanishing and exploding gradients: those of a layer beside those nearer to the loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from visualize.health.finding import Finding
from visualize.health.layer import LayerHealth
from visualize.health.units import is_gentle

__all__ = ["SPREAD", "spread"]

# How many times smaller or larger than nearer to the loss the gradient of a layer may be. Glorot
# and Bengio (2010, section 4.2) compare gradients with respect to activations, as is done here:
# those of weights can be alike in all layers of a network through which nothing passes. The factor
# is ours: networks of the lesson on depth that learn lie within it, those that do not far beyond.
SPREAD = 1e3
BOUNDED_SLOPE = "Use relu or tanh rather than sigmoid, nn's default weights, or fewer layers."


def spread(layers: Sequence[LayerHealth]) -> Iterator[Finding]:
    """Yield the layer with the smallest gradient, and that with the largest, where they stand out.

    A layer that is wholly off, and what lies before it, is not judged: nothing gets there.
    """
    after_the_off = [place + 1 for place, layer in enumerate(layers) if _wholly_off(layer)]
    learning = [
        layer
        for layer in layers[max(after_the_off, default=0) :]
        if layer.weights is not None and not layer.unreached
    ]
    pairs = [
        (layer, later)
        for place, layer in enumerate(learning)
        for later in learning[place + 1 :]
        if later.gradients.rms > 0.0
    ]
    if not pairs:
        return
    layer, later = min(pairs, key=_ratio)
    size, other = layer.gradients.rms, later.gradients.rms
    if size * SPREAD < other:
        said = f"exactly 0, where {later.name} has a rms of {other:.2g}"
        if size:
            said = f"rms {size:.2g}, {other / size:.2g} times smaller than in {later.name}"
        hidden = {it.made_by for it in layers if not it.is_output}
        cure = BOUNDED_SLOPE if any(map(is_gentle, hidden)) else ""
        says = f"vanishing gradients in {layer.name}: {said}"
        yield Finding("vanishing", layer.name, says, cure)
    layer, later = max(pairs, key=_ratio)
    size, other = layer.gradients.rms, later.gradients.rms
    if size > other * SPREAD:
        said = f"rms {size:.2g}, {size / other:.2g} times larger than in {later.name}"
        yield Finding("exploding", layer.name, f"exploding gradients in {layer.name}: {said}")


def _ratio(pair: tuple[LayerHealth, LayerHealth]) -> float:
    layer, later = pair
    return layer.gradients.rms / later.gradients.rms


def _wholly_off(layer: LayerHealth) -> bool:
    """Tell whether no unit of a layer lets a gradient pass."""
    return 0 < layer.units == len(layer.off)
