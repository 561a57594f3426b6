"""What a flattened image loses: where its pixels were.

A dense layer reads a picture as a list of numbers. Shuffle the pixels of all pictures in one and
the same way, and it learns as well as before: it never knew which pixels are neighbours. A
convolution does know, and pays for the shuffle; in return it needs fewer weights, and finds a
stroke in one place that it has learned in another.

Source: "An introduction to neural networks", why a flattened image loses positions.

    python demos/lessons/13_positions.py
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from nn import Adam, Conv2d, Flatten, Layer, MaxPool2d, Module, Sequential, accuracy, fit, split
from pictures import output_folder, save
from visualize import plot_images

folder = output_folder(__file__, __doc__)
digits = load_digits()
parts = split(digits.images / 16.0, digits.target, 0.25, rng=random.Random(0))
X_train, y_train, X_test, y_test = map(np.array, parts)
order = np.random.default_rng(0).permutation(64)


def shuffled(X: Any) -> Any:
    """Move every pixel to another place, the same in all pictures."""
    return X.reshape(len(X), 64)[:, order].reshape(len(X), 8, 8)


def dense(rng: random.Random) -> Sequential:
    return Sequential(Flatten(), Layer(64, 32, rng=rng), Layer(32, 10, "linear", rng=rng))


def convolutional(rng: random.Random) -> Sequential:
    features = Conv2d(1, 24, 3, "relu", padding=1, rng=rng)
    return Sequential(features, MaxPool2d(4), Flatten(), Layer(96, 10, "linear", rng=rng))


def trained(model: Module, X: Any) -> Module:
    adam = partial(Adam, lr=0.005)
    fit(model, X, y_train, loss="cross_entropy", optimizer=adam, epochs=20, rng=random.Random(1))
    return model


def score(model: Module, X: Any) -> float:
    return accuracy(model.predict(X), y_test)


print("1. The same pictures, their pixels shuffled in one and the same way")
print("   Nothing is lost: every pixel is still there, in the same place in all pictures.")
pairs = [picture for row in range(4) for picture in (X_test[row], shuffled(X_test)[row])]
titles = [text for row in range(4) for text in (f"a {y_test[row]}", "shuffled")]
save(plot_images(pairs, titles=titles, columns=8, dark_on_white=True), folder / "shuffled.svg")

print("\n2. A dense network does not notice: with its weights moved along, it is the same network")
plain, moved = dense(random.Random(2)), dense(random.Random(2))
for neuron in moved.layers[1].neurons:
    numbers = [weight.data for weight in neuron.weights]
    for weight, place in zip(neuron.weights, order):
        weight.data = numbers[place]
trained(plain, X_train)
trained(moved, shuffled(X_train))
difference = np.abs(plain.predict(X_test) - moved.predict(shuffled(X_test))).max()
assert difference < 1e-6
print(f"   largest difference of any output after 20 epochs: {difference:.0e}")

print("\n3. A convolutional network knows which pixels are neighbours, and misses them")
convolution = trained(convolutional(random.Random(2)), X_train)
confused = trained(convolutional(random.Random(2)), shuffled(X_train))
scores = {
    ("dense", "as they are"): score(plain, X_test),
    ("dense", "shuffled"): score(moved, shuffled(X_test)),
    ("convolutional", "as they are"): score(convolution, X_test),
    ("convolutional", "shuffled"): score(confused, shuffled(X_test)),
}
assert min(scores.values()) >= 0.9
assert scores["convolutional", "as they are"] > scores["convolutional", "shuffled"]
for (name, pixels), share in scores.items():
    print(f"   {name:14} pixels {pixels:12} held-out accuracy {share:.1%}")

print("\n4. A stroke that was learned in one place is found in another")
print("   pictures moved by pixels     dense    convolutional")
shifts = {}
for across in (0, 1, -1):
    X_moved = np.roll(X_test, across, axis=2)
    shifts[across] = score(plain, X_moved), score(convolution, X_moved)
    where = f"{abs(across)} to the {'right' if across > 0 else 'left'}" if across else "not at all"
    print("   {:24} {:9.1%} {:16.1%}".format(where, *shifts[across]))
weights = {"dense": len(plain.parameters()), "convolutional": len(convolution.parameters())}
print(f"   weights and biases       {weights['dense']:9} {weights['convolutional']:16}")
