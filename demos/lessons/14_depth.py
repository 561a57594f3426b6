"""Depth: gradients that vanish, and gradients that explode.

Backpropagation multiplies: on its way down, a gradient takes the factor of every layer it passes.
The slope of a sigmoid is at most 1/4, so sixteen layers leave next to nothing for the first one,
which then learns nothing. Weights that are too large do the opposite. In between, some weights keep
the size of signals and gradients; they depend on the activation, and for relu they are He's. And
weights that all start at zero leave the neurons of a layer equal for ever.

Source: "Neural networks", the advice: vanishing and exploding gradients, and the sensitivity to
initial weights.

    python demos/lessons/14_depth.py
"""

from __future__ import annotations

import math
import random
from functools import partial
from typing import Any

from sklearn.datasets import make_circles, make_moons

from autograd import Value
from nn import MLP, SGD, Adam, accuracy, binary_cross_entropy_with_logits, fit
from pictures import output_folder, save
from visualize import draw, health, plot_curves

folder = output_folder(__file__, __doc__)

print("1. A chain of sigmoids: each multiplies the gradient by its slope, a (1 - a), 1/4 at most")
chain = [Value(0.0, label="x")]
for place in range(1, 7):
    chain.append(chain[-1].sigmoid())
    chain[-1].label = f"a{place}"
chain[-1].backward()
print("   passed   slope of the last   gradient    (1/4)^n")
for passed in range(1, 7):
    a, below = chain[-passed].data, chain[-passed - 1]
    assert 0.0 < below.grad <= 0.25**passed
    print(f"   {passed:6} {a * (1 - a):19.4f} {below.grad:10.6f} {0.25**passed:10.6f}")
save(
    draw(chain[-1], title="Six sigmoids: the gradient fades on its way back"), folder / "chain.svg"
)

WIDTH, DEPTH = 12, 16  # neurons in a hidden layer, and hidden layers
X, y = make_moons(8, noise=0.1, random_state=0)
DEFAULTS = {"sigmoid": "xavier_uniform", "tanh": "xavier_uniform", "relu": "he_uniform"}


def up_and_down(activation: str, initializer: Any, depth: int = DEPTH, seed: int = 1) -> Any:
    """Return a new network, and the sizes of its signals and of its gradients, layer by layer."""
    rng = random.Random(seed)
    widths = [WIDTH] * depth + [1]
    network = MLP(2, widths, activation, initializer=initializer, rng=rng)
    layers: list[Any] = network.layers
    signals: Any = X
    sizes = []  # the root mean square of all outputs of a layer
    for layer in layers[:-1]:
        signals = [layer(signal) for signal in signals]
        norm = math.hypot(*(value.data for signal in signals for value in signal))
        sizes.append(norm / math.sqrt(len(X) * WIDTH))
    binary_cross_entropy_with_logits([layers[-1](signal) for signal in signals], y).backward()
    slopes = [math.hypot(*(w.grad for n in layer.neurons for w in n.weights)) for layer in layers]
    return network, sizes, slopes


print(f"\n2. {DEPTH} hidden layers: the norm of the gradient in the weights of a layer")
fresh = {name: up_and_down(name, initializer) for name, initializer in DEFAULTS.items()}
print("   layer " + "".join(f"{name:>12}" for name in fresh))
for place in range(0, DEPTH + 1, 2):
    print(f"   {place + 1:5} " + "".join(f"{found[2][place]:12.1e}" for found in fresh.values()))
print("   The last layer is next to the error. In the sigmoid network the first never hears of it.")
print("   The report on its health says:")
report = health(fresh["sigmoid"][0], X, y, loss=binary_cross_entropy_with_logits)
assert report.verdict.startswith("vanishing gradients in layers.0")
print(f"   {report.verdict}")
norms = {name: found[2] for name, found in fresh.items()}
figure = plot_curves(
    norms, x_label="layer", y_label="norm of its gradient", y_log=True, start=1,
    title=f"Who hears of the error, in a network of {DEPTH} hidden layers?",
)  # fmt: skip
save(figure, folder / "layers.svg")

print("\n3. What is left for the first layer, in networks of other depths")
depths = [1, 2, 4, 8, 16]
by_depth = {
    name: (depths, [up_and_down(name, initializer, depth)[2][0] for depth in depths])
    for name, initializer in DEFAULTS.items()
}
print("   hidden layers " + "".join(f"{depth:9}" for depth in depths))
for name, (_, first_norms) in by_depth.items():
    print(f"   {name:14}" + "".join(f"{norm:9.1e}" for norm in first_norms))
figure = plot_curves(
    by_depth, x_label="hidden layers", y_label="norm of the first layer's gradient", y_log=True,
    markers=True, title="What is left for the first layer",
)  # fmt: skip
save(figure, folder / "depth.svg")

print("\n4. Initial weights: the size of signals in hidden layer 16 | the gradient of the first")


def too_large(fan_in: int, fan_out: int, rng: random.Random) -> float:  # noqa: ARG001
    return rng.uniform(-3.0, 3.0)


starts = {name: name for name in ("zeros", "xavier_uniform", "he_uniform", "uniform")}
started: dict[str, dict[str, Any]] = {}
print("   initial weights " + "".join(f"{activation:>21}" for activation in DEFAULTS))
for name, initializer in (starts | {"uniform(-3, 3)": too_large}).items():
    started[name] = {activation: up_and_down(activation, initializer) for activation in DEFAULTS}
    cells = [f"{found[1][-1]:11.1e} |{found[2][0]:8.1e}" for found in started[name].values()]
    print(f"   {name:16}" + "".join(cells))
print("   Under relu a layer multiplies signals by about sqrt(n Var(w) / 2), for n inputs:")
factors = {}
for name, variance in (("xavier_uniform", 1 / 12), ("he_uniform", 2 / 12), ("uniform", 1 / 3)):
    factor = factors[name] = math.sqrt(WIDTH * variance / 2)
    print(f"      {name:15} {factor:.2f} times, and fifteen layers {factor**15:.3g} times")
figure = plot_curves(
    {name: started[name]["relu"][1] for name in started if name != "zeros"},
    x_label="layer", y_label="root mean square of its outputs", y_log=True, start=1,
    title="Relu: He's weights keep the size of a signal",
)  # fmt: skip
save(figure, folder / "signals.svg")

print("\n5. Training with 8 hidden layers: tossing a coin has the loss log 2 = 0.693")
moons, sides = make_moons(100, noise=0.1, random_state=0)
trained, losses = {}, {}
for name in DEFAULTS:
    rng = random.Random(1)
    network = trained[name] = MLP(2, [WIDTH] * 8 + [1], name, rng=rng)  # DEFAULTS are nn's own
    history = fit(
        network, moons, sides, loss="binary_cross_entropy_with_logits",
        optimizer=partial(SGD, lr=0.05), epochs=80, batch_size=10, rng=rng,
    )  # fmt: skip
    losses[name] = history["loss"]
    right = accuracy(network.predict(moons), sides)
    print(f"   {name:8} loss {losses[name][0]:.3f} -> {losses[name][-1]:.3f}   right {right:.0%}")
assert losses["sigmoid"][-1] > 0.69
assert max(losses["tanh"][-1], losses["relu"][-1]) < 0.35
title = "Eight hidden layers learn, unless they are sigmoids"
save(
    plot_curves(losses, x_label="epoch", y_label="loss", start=1, title=title), folder / "loss.svg"
)

print("\n6. Zeros: neurons that start equal get equal gradients, so they stay equal")
X_rings, rings = make_circles(40, noise=0.1, factor=0.3, random_state=0)
symmetric: dict[str, Any] = {}
for initializer in ("zeros", "xavier_uniform"):
    rng = random.Random(1)
    network = symmetric[initializer] = MLP(2, [4, 1], "sigmoid", initializer=initializer, rng=rng)
    fit(
        network, X_rings, rings, loss="binary_cross_entropy_with_logits",
        optimizer=partial(Adam, lr=0.2), epochs=100, batch_size=None, rng=rng,
        compile=False,  # a program may add up in another order for each neuron: equal to rounding
    )  # fmt: skip
    first: Any = network.layers[0]
    weights = [f"({w0.data:6.2f}, {w1.data:6.2f})" for w0, w1 in (n.weights for n in first.neurons)]
    right = accuracy(network.predict(X_rings), rings)
    print(f"   {initializer:14}  weights {'  '.join(weights)}  right {right:.0%}")
print("   Four equal neurons draw one line, as one would. A disk inside a ring takes several.")
