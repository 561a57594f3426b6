"""The verdict over a model: the faults that the numbers of its layers show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

from autograd import Value
from autograd.primitive import TABLE
from autograd.reverse import local_derivatives
from visualize.health.layer_health import LayerHealth, Statistics
from visualize.text import counted, printable

# What can be wrong, from the worst to the mildest, and what mostly helps.
ADVICE = {
    "nan": "Restore earlier parameters; then a smaller learning rate, clip_norm=1.0, scaled X.",
    "exploding": "Draw smaller initial weights, as nn's default does, and clip by clip_norm=1.0.",
    "unreached": "Look for what forward() leaves out, and for detach(), .data and comparisons.",
    "zero weights": "Start weights from random numbers, as nn's default does; biases may be 0.",
    "equal units": "Start weights from random numbers: what starts equal gets equal gradients.",
    "flat": "A loss at its lowest, as a hinge loss of kept margins, is done; else look for a clip.",
    "vanishing": "Draw initial weights as nn's default does, or use fewer layers.",
    "small weights": "Draw larger initial weights, as nn's default does, or standardise X.",
    "dead": "They do not come back: start again with a smaller learning rate, or use leaky_relu.",
    "off": "One example does not tell a dead unit: look at more rows, health(model, X, y).",
    "saturated": "Draw smaller initial weights, standardise X, or take a smaller learning rate.",
    "constant output": "Look for weights near 0, and for what is off or saturated on the way.",
    "large updates": "Take a smaller learning rate.",
    "small updates": "Take a larger learning rate, unless the training is done.",
}
KINDS = tuple(ADVICE)

# A step of about a thousandth of the weights is usual: Karpathy, notes of CS231n, "Ratio of
# weights:updates". Two orders of magnitude to either side of it are taken as normal.
USUAL_UPDATE = 1e-3
TOO_LARGE, TOO_SMALL = 1e-1, 1e-5
# Some units are off in most trained relu networks; saturated ones have often learned to decide.
FEW_OFF, FEW_SATURATED = 0.25, 0.5
# Weights drawn for signals that keep their size have a rms of 0.6 to 1.4 / sqrt(inputs).
LEAST_GAIN = 0.2
FEWEST = 16  # weights from which one can tell how they were drawn
CONSTANT = 1e-5  # of the largest output: less than this tells no two examples apart
NAMED = 8  # units in a sentence
# How many times smaller or larger the gradient of a layer may be than that of a layer nearer to the
# loss. Gradients by activations are compared, as in Glorot and Bengio (2010, section 4.2): those of
# weights can be alike in all layers of a network through which nothing passes. The factor is ours:
# networks of the lesson on depth that learn lie within it, the others far beyond.
SPREAD = 1e3
BOUNDED_SLOPE = "Use relu or tanh rather than sigmoid, nn's default weights, or fewer layers."


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: its kind, of `KINDS`, its layer ("" for the whole model), and a sentence.

    >>> print(Finding("dead", "layers.0", "dead units in layers.0: 3 of 4"))
    dead units in layers.0: 3 of 4
    """

    kind: str
    layer: str
    says: str
    cure: str = ""  # in place of the usual one

    @property
    def advice(self) -> str:
        """The usual remedy, in a sentence."""
        return self.cure or ADVICE[self.kind]

    def __str__(self) -> str:
        return printable(self.says)


def findings(layers: Sequence[LayerHealth], loss: float, examples: int) -> tuple[Finding, ...]:
    """Return all that is wrong, the worst first; nothing for a healthy model.

    Where numbers are nan or infinite nothing else is judged.
    """
    found = list(_not_finite(layers, loss))[:1] or [
        *_spread(layers),
        *_unreached(layers),
        *_of_weights(layers),
        *_flat(layers),
        *_off(layers, examples),
        *_saturated(layers),
        *_constant(layers, examples),
        *_updates(layers),
    ]
    return tuple(sorted(found, key=lambda finding: KINDS.index(finding.kind)))


def _not_finite(layers: Sequence[LayerHealth], loss: float) -> Iterator[Finding]:
    """Yield numbers that are not finite: forward, then the loss, then backward."""
    for layer in layers:
        yield from _broken(layer, "parameters", layer.weights)
        yield from _broken(layer, "activations", layer.activations)
    if not isfinite(loss):
        yield Finding("nan", "", f"nan: the loss is {loss}, of outputs that are all finite")
    for layer in reversed(layers):
        yield from _broken(layer, "gradients of activations", layer.gradients)
        yield from _broken(layer, "gradients of parameters", layer.weight_gradients)


def _broken(layer: LayerHealth, what: str, numbers: Statistics | None) -> Iterator[Finding]:
    if numbers is not None and numbers.not_finite:
        broken = numbers.not_finite
        count = f"{broken:,} of {numbers.count:,} {what}"
        yield Finding(
            "nan", layer.name, f"nan in {layer.name}: {count} {_be(broken)} nan or infinite"
        )


def _spread(layers: Sequence[LayerHealth]) -> Iterator[Finding]:
    """Yield the layers with the smallest and with the largest gradient, if they stand out.

    A layer that is wholly off and those before it are not judged: no gradient gets there.
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
        cure = BOUNDED_SLOPE if any(map(_is_gentle, hidden)) else ""
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


def _is_gentle(operation: str) -> bool:
    """Return whether an operation is an activation with bounds whose slope is below 1 everywhere.

    >>> _is_gentle("sigmoid"), _is_gentle("tanh"), _is_gentle("relu")
    (True, False, False)
    """
    row = TABLE.get(operation)
    if row is None or row.bounds is None:
        return False
    (slope,) = local_derivatives(row(Value(0.0)))
    return slope is not None and slope < 1.0


def _wholly_off(layer: LayerHealth) -> bool:
    """Return whether no unit of a layer lets a gradient pass."""
    return 0 < layer.units == len(layer.off)


def _unreached(layers: Sequence[LayerHealth]) -> Iterator[Finding]:
    for layer in layers:
        if layer.weights is not None and layer.unreached:
            count = counted(layer.weights.count, "parameter")
            some = f"{layer.unreached:,} of " if layer.unreached < layer.weights.count else ""
            says = f"no gradient in {layer.name}: the loss does not depend on {some}its {count}"
            yield Finding("unreached", layer.name, says)


def _of_weights(layers: Sequence[LayerHealth]) -> Iterator[Finding]:
    """Yield layers whose weights are all 0 or whose units are all equal, and weights too small.

    A last layer may start at 0: its gradients are not 0, and a model of one layer learns.
    """
    gains = []
    for layer in layers:
        if layer.weights is None or not layer.units:
            continue
        count = counted(layer.weights.count, "parameter")
        fan_in = layer.weights.count / layer.units
        if layer.weights.zero == 1.0 and not layer.is_output:
            says = f"all weights of {layer.name} are 0: {count}"
            yield Finding("zero weights", layer.name, says)
        elif layer.alike and len(layer.off) < layer.units:
            says = f"all weights equal in {layer.name}: its {layer.units:,} units do the same"
            yield Finding("equal units", layer.name, says)
        gains.append(layer.weights.rms * sqrt(fan_in))
    drawn = sum(layer.weights.count for layer in layers if layer.weights is not None)
    if len(gains) > 1 and drawn >= FEWEST and 0.0 < max(gains) < LEAST_GAIN:
        says = f"weights too small in all layers: each multiplies signals by about {max(gains):.2g}"
        yield Finding("small weights", "", f"{says} at most")


def _flat(layers: Sequence[LayerHealth]) -> Iterator[Finding]:
    slopes = [layer.weight_gradients for layer in layers if layer.weight_gradients is not None]
    if all(numbers.zero == 1.0 for numbers in slopes) and not any(x.unreached for x in layers):
        yield Finding("flat", "", "no gradient: the derivatives by all parameters are exactly 0")


def _off(layers: Sequence[LayerHealth], examples: int) -> Iterator[Finding]:
    # A layer that is off as a whole cuts off all before it
    for layer in sorted(layers, key=lambda layer: len(layer.off) < layer.units):
        if len(layer.off) > FEW_OFF * layer.units:
            share = f"in {layer.name}: {_share(layer, layer.off)}"
            if layer.dead:
                says = f"dead units {share} off on all {examples:,} examples"
                yield Finding("dead", layer.name, says)
            else:
                yield Finding("off", layer.name, f"units off {share} off in this example")


def _saturated(layers: Sequence[LayerHealth]) -> Iterator[Finding]:
    for layer in layers:
        # In the last layer nothing is wrong: a confident answer is near 0 or 1
        if not layer.is_output and len(layer.saturated) > FEW_SATURATED * layer.units:
            says = f"{_share(layer, layer.saturated)} mostly at a bound"
            yield Finding("saturated", layer.name, f"saturated units in {layer.name}: {says}")


def _constant(layers: Sequence[LayerHealth], examples: int) -> Iterator[Finding]:
    for layer in layers:
        tiny = CONSTANT * max(1.0, layer.activations.peak) if layer.units else 0.0
        if layer.is_output and examples > 1 and layer.variation <= tiny:
            size = f"std {layer.variation:.2g} over the examples"
            says = f"the output of {layer.name} does not depend on the input: {size}"
            yield Finding("constant output", layer.name, says)


def _updates(layers: Sequence[LayerHealth]) -> Iterator[Finding]:
    moved = [(layer.update, layer) for layer in layers if layer.update is not None]
    if not moved:
        return
    largest, layer = max(moved, key=lambda pair: pair[0])
    usual = f"about {USUAL_UPDATE:g} is usual"
    if largest > TOO_LARGE:
        says = f"a step moves its weights by {largest:.2g} times their size; {usual}"
        yield Finding("large updates", layer.name, f"updates too large in {layer.name}: {says}")
    elif largest < TOO_SMALL:
        says = f"a step moves weights by {largest:.2g} times their size at most; {usual}"
        yield Finding("small updates", layer.name, f"updates too small in all layers: {says}")


def _share(layer: LayerHealth, units: Sequence[int]) -> str:
    which = ", ".join(map(str, units[:NAMED])) + (", …" if len(units) > NAMED else "")
    return f"{len(units):,} of {layer.units:,} {layer.made_by} units ({which}) {_be(len(units))}"


def _be(count: int) -> str:
    return "is" if count == 1 else "are"
