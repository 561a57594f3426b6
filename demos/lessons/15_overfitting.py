"""Overfitting, and what helps against it.

A large network learns forty noisy points by heart: its training loss goes to zero, while its loss
on points that it has not seen falls at first, and then climbs to twice its lowest. Validation data
show that. There are three cures: a price on large weights (L2), dropout, and stopping in time. Each
makes the network less sure of the points that it has seen, and reduces its loss on all others.
Finally, the shape of the input is fixed: another one is an error.

Source: "Neural networks", the advice: regularization, validation data, fixed input shape;
"An introduction to neural networks", the drawbacks.

    python demos/lessons/15_overfitting.py
"""

from __future__ import annotations

import math
import random
from functools import partial
from typing import Any

import numpy as np
from sklearn.datasets import make_moons

from nn import L2, MLP, Adam, Dropout, EarlyStopping, Layer, Module, Sequential, accuracy, fit
from pictures import output_folder, save
from visualize import plot_curves, plot_decision_boundary, plot_history

folder = output_folder(__file__, __doc__)
NOISE, WIDTH, EPOCHS = 0.3, 24, 300
X, y = make_moons(40, noise=NOISE, random_state=0)
validation = make_moons(200, noise=NOISE, random_state=100)
X_test, y_test = make_moons(2000, noise=NOISE, random_state=200)


def train(model: Module, **options: Any) -> Any:
    """Return the history of a training that differs only in `options`, the cure."""
    return fit(
        model, X, y, loss="binary_cross_entropy_with_logits", optimizer=partial(Adam, lr=0.01),
        epochs=EPOCHS, batch_size=None, rng=random.Random(0), **options,
    )  # fmt: skip


def mean_loss(model: Module, data: Any) -> float:
    """Return the cross-entropy alone, without a penalty and with nothing dropped out."""
    points, classes = data
    logits = model.predict(points)
    return float(np.mean(np.logaddexp(0.0, logits) - classes * logits))


def large_network() -> MLP:
    return MLP(2, [WIDTH, WIDTH, 1], rng=random.Random(0))


print(f"1. {len(X)} points and {len(large_network().parameters())} parameters: learned by heart")
models: dict[str, Module] = {"no cure": large_network()}
histories = {"no cure": train(models["no cure"], validation=validation)}
curves = histories["no cure"]
best = int(np.argmin(curves["validation_loss"]))
assert curves["loss"][-1] < 0.03
assert curves["validation_loss"][-1] > 2.0 * curves["validation_loss"][best]
print("   epoch   training loss   validation loss")
for epoch in sorted({0, 9, best, 99, 199, EPOCHS - 1}):
    lowest = "   the lowest" if epoch == best else ""
    seen, unseen = curves["loss"][epoch], curves["validation_loss"][epoch]
    print(f"   {epoch + 1:5} {seen:15.3f} {unseen:17.3f}{lowest}")
figure = plot_history(curves, title="Learned by heart")
save(figure, folder / "overfitting.svg")

print("\n2. Three cures, side by side (the losses without penalty and dropout)")
models["L2"] = large_network()
histories["L2"] = train(models["L2"], validation=validation, penalty=L2(3e-3))
rng = random.Random(0)
models["dropout"] = Sequential(
    Layer(2, WIDTH, rng=rng), Dropout(0.5, rng=rng),
    Layer(WIDTH, WIDTH, rng=rng), Dropout(0.5, rng=rng),
    Layer(WIDTH, 1, "linear", rng=rng),
)  # fmt: skip
histories["dropout"] = train(models["dropout"], validation=validation)
models["early stopping"] = large_network()
histories["early stopping"] = train(
    models["early stopping"], validation=validation, callbacks=[EarlyStopping(patience=50)]
)
print("                    epochs   training   validation   right in test   norm of weights")
results = {}
for name, model in models.items():
    seen, unseen = mean_loss(model, (X, y)), mean_loss(model, validation)
    right = accuracy(model.predict(X_test), y_test)
    state = model.state_dict().items()
    norm = math.hypot(*(number for key, number in state if not key.endswith("bias")))
    results[name] = (seen, unseen, right, norm)
    count = len(histories[name]["loss"])
    print(f"   {name:14} {count:8} {seen:10.3f} {unseen:12.3f} {right:15.1%} {norm:17.1f}")
assert all(found[1] < results["no cure"][1] for name, found in results.items() if name != "no cure")
named = {"L2": "L2, with its price"}  # the history of a training with a penalty holds the sum
figure = plot_curves(
    {named.get(name, name): found["validation_loss"] for name, found in histories.items()},
    x_label="epoch", y_label="validation loss", start=1, title="Three cures",
)  # fmt: skip
save(figure, folder / "cures.svg")

print("\n3. Where the networks draw the line: around single points, or between the half circles")
for name, model in models.items():
    title = f"{name}: right in test {results[name][2]:.1%}"
    figure = plot_decision_boundary(model, X, y, resolution=35, title=title)
    save(figure, folder / f"boundary_{name.replace(' ', '_')}.svg")

print("\n4. How strong should L2 be? Too weak, it cures nothing; too strong, nothing is learned")
strengths = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
by_strength = []
print("   strength   training loss   validation loss")
for strength in strengths:
    model = large_network()
    train(model, penalty=L2(strength))
    by_strength.append((mean_loss(model, (X, y)), mean_loss(model, validation)))
    print(f"   {strength:8g} {by_strength[-1][0]:15.3f} {by_strength[-1][1]:17.3f}")
training_losses, validation_losses = zip(*by_strength)
figure = plot_curves(
    {"training": (strengths, training_losses), "validation": (strengths, validation_losses)},
    x_label="strength of L2", y_label="loss", x_log=True, markers=True, title="Validation curve",
)  # fmt: skip
save(figure, folder / "strength.svg")

print("\n5. The input has a fixed shape: points of the plane, and nothing else")


def refusal(point: Any) -> str:
    try:
        return f"accepted: {models['L2'].predict([point])}"
    except ValueError as error:
        return str(error)


refusals = {point: refusal(point) for point in ((0.5,), (0.5, 1.0, 2.0))}
for point, message in refusals.items():
    print(f"   {point}: {message}")
