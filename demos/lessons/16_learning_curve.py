"""The drawbacks: hunger for data, and a black box.

A classifier knows only what its examples show. From twenty handwritten digits it learns to
recognize two thirds of all others, and each further step needs about twice the examples: the
learning curve shows what more data would be worth. The second half opens the box. The weights of a
class, laid out as a picture, show which ink speaks for it and which against it, and the gradient of
the winning score in the pixels shows what a single decision depends on.

Source: "An introduction to neural networks", the drawbacks: black box and data hunger.

    python demos/lessons/16_learning_curve.py
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from autograd import Value
from nn import MLP, Adam, Layer, Module, accuracy, fit
from pictures import output_folder, save
from visualize import plot_curves, plot_images

folder = output_folder(__file__, __doc__)
digits = load_digits()
X, y = digits.data / 16.0, digits.target  # 8 x 8 pixels, from 0 to 1
order = np.random.default_rng(0).permutation(len(X))
to_learn, held_out = order[:1347], order[1347:]
X_new, y_new = X[held_out], y[held_out]


def train(model: Module, rows: Any, seed: int) -> None:
    """Train a model on some of the digits, with at least 600 updates if they are few."""
    epochs = max(15, 20_000 // len(rows))
    fit(
        model, X[rows], y[rows], loss="cross_entropy", optimizer=partial(Adam, lr=0.01),
        epochs=epochs, rng=random.Random(seed),
    )  # fmt: skip


print(f"1. Hunger: how many of {len(held_out)} digits, held out, are recognized by ten neurons")
sizes, seeds = [20, 50, 100, 200, 500, 1347], (0, 1, 2)
scores = np.zeros((len(sizes), len(seeds)))
print("   examples" + "".join(f"   seed {seed}" for seed in seeds) + "     mean")
for row, size in enumerate(sizes):
    for column, seed in enumerate(seeds):
        chosen = np.random.default_rng(seed).permutation(to_learn)[:size]
        model = Layer(64, 10, "linear", initializer="zeros")  # one neuron for each class
        train(model, chosen, seed)
        scores[row, column] = accuracy(model.predict(X_new), y_new)
    shares = [*scores[row], scores[row].mean()]
    print(f"   {size:8}" + "".join(f"{share:9.1%}" for share in shares))
assert scores[0].mean() < 0.8
assert scores[-1].mean() > 0.95
curves = {"mean": (sizes, scores.mean(axis=1))}
curves |= {f"seed {seed}": (sizes, scores[:, column]) for column, seed in enumerate(seeds)}
figure = plot_curves(
    curves, x_label="training examples", y_label="share of new digits recognized", x_log=True,
    markers=True, title="Data hunger",
)  # fmt: skip
save(figure, folder / "learning_curve.svg")

print("\n2. The box opened: the weights of each class, as pictures")
weights = np.array([[w.data for w in neuron.weights] for neuron in model.neurons])
titles = [f"for a {label}" for label in range(10)]
figure = plot_images(
    list(weights.reshape(10, 8, 8)), titles=titles, columns=5, diverging=True,
    title="Ink that speaks for a digit (blue) and against it (orange)",
)  # fmt: skip
save(figure, folder / "weights.svg")
middle = weights.reshape(10, 8, 8)[:, 3:5, 3:5].mean(axis=(1, 2))
print("   ink in the middle:" + "".join(f"{label:7}" for label in range(10)))
print("   mean weight       " + "".join(f"{weight:7.2f}" for weight in middle))
print(f"   It speaks against a {middle.argmin()} more than against any other digit.")

print("\n3. One decision: the gradient of the winning score in the pixels, in a deeper network")
network = MLP(64, [32, 10], rng=random.Random(0))
train(network, to_learn, 0)
right = accuracy(network.predict(X_new), y_new)
assert right >= 0.95
print(f"   MLP(64, [32, 10]) recognizes {right:.1%} of the new digits")


def pixels_that_matter(digit: Any) -> Any:
    """Return the winning class, and the gradient of its score in the 64 pixels."""
    pixels = [Value(ink) for ink in digit]
    outputs: Any = network(pixels)
    winner = max(outputs, key=lambda score: score.data)
    winner.backward()
    return outputs.index(winner), np.array([pixel.grad for pixel in pixels])


decisions = [pixels_that_matter(digit) for digit in X_new[:100]]
examples = [  # of five digits, the first that is recognized
    next(i for i, (said, _) in enumerate(decisions) if said == label == y_new[i])
    for label in (0, 3, 4, 7, 8)
]
figure = plot_images(
    [X_new[i].reshape(8, 8) for i in examples], dark_on_white=True,
    titles=[f"recognized: {y_new[i]}" for i in examples], title="Five digits",
)  # fmt: skip
save(figure, folder / "digits.svg")
figure = plot_images(
    [decisions[i][1].reshape(8, 8) for i in examples], diverging=True,
    titles=[f"d(score of {y_new[i]}) / d(ink)" for i in examples],
    title="More ink here: a higher score (blue), a lower one (orange)",
)  # fmt: skip
save(figure, folder / "gradients.svg")

print("\n4. Do they matter? Erase 5 pixels of each of 100 digits, and ask again")


def still_recognized(rank: Any) -> float:
    """Return the share recognized without the 5 pixels of a digit that rank highest."""
    erased = X_new[:100].copy()
    for digit, (_, slopes) in zip(erased, decisions):
        digit[np.argsort(rank(digit, slopes))[-5:]] = 0.0
    return accuracy(network.predict(erased), y_new[:100])


generator = np.random.default_rng(0)
intact = accuracy(network.predict(X_new[:100]), y_new[:100])
by_chance = still_recognized(lambda digit, _: (digit > 0.0) * generator.random(64))
by_ink = still_recognized(lambda digit, _: digit)
by_gradient = still_recognized(lambda digit, slopes: digit * slopes)
assert by_gradient < by_chance <= intact
print(f"   none erased                               recognized {intact:4.0%}")
print(f"   5 pixels with ink, chosen at random       recognized {by_chance:4.0%}")
print(f"   the 5 darkest                             recognized {by_ink:4.0%}")
print(f"   the 5 with the largest ink times gradient recognized {by_gradient:4.0%}")
