"""Handwritten digits, read by a small convolutional network.

Sixteen kernels slide over a picture, each looking for a stroke of its own; pooling keeps where it
was found roughly; a dense layer weighs all of it, and softmax makes probabilities of the sums. The
pictures are real: 1,797 digits of 8 x 8 pixels, a quarter of which the network never sees before it
is asked. Every weight is still a Value, and the graph can be drawn; it trains as machine code.

Source: "An introduction to neural networks", the convolutional network for handwritten digits.

    python demos/lessons/12_digits.py
    python demos/lessons/12_digits.py --draw mine.png
    python demos/lessons/12_digits.py --mnist folder-or-npz --epochs 5 --seeds 1
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from autograd import no_grad, softmax
from nn import (
    Adam,
    Conv2d,
    CosineLR,
    Dropout,
    Flatten,
    Layer,
    MaxPool2d,
    Sequential,
    accuracy,
    confusion_matrix,
    cross_entropy,
    fit,
    load_mnist,
    read_digit,
    split,
)  # fmt: skip
from pictures import lesson_parser, save
from visualize import draw, plot_confusion_matrix, plot_images

parser = lesson_parser(__file__, __doc__)
parser.add_argument("--draw", metavar="PICTURE", help="a digit of your own, as a PNG file")
parser.add_argument("--mnist", metavar="PATH", help="28 x 28: a folder of IDX files, or an .npz")
parser.add_argument("--epochs", type=int, default=40, help="how often all pictures are visited")
parser.add_argument("--seeds", type=int, default=3, help="how many networks are trained")
options = parser.parse_args()
folder = options.output
if min(options.epochs, options.seeds) < 1:
    parser.error("--epochs and --seeds are at least 1")
try:
    mnist = load_mnist(options.mnist) if options.mnist else None
    side = mnist[0].shape[1] if mnist else 8
    mine = read_digit(options.draw, side) if options.draw else None
except (OSError, ValueError) as error:
    parser.error(str(error))


def pictures_and_labels(rng: random.Random) -> tuple[Any, Any, Any, Any]:
    """Return the digits to learn from and those held out: three quarters and one, at random."""
    if mnist:
        return mnist
    digits = load_digits()
    parts = split(digits.images / 16.0, digits.target, 0.25, rng=rng)
    X_train, y_train, X_test, y_test = map(np.array, parts)
    return X_train, y_train, X_test, y_test


def network(rng: random.Random) -> Sequential:
    """Return convolution, pooling and a dense layer for pictures of side x side pixels."""
    kernel, stride = (3, 1) if side < 16 else (5, 2)
    seen = (side + 2 - kernel) // stride + 1  # with a frame of 1 pixel around the picture
    return Sequential(
        Conv2d(1, 16, kernel, "relu", stride=stride, padding=1, rng=rng),
        MaxPool2d(2),
        Flatten(),
        Dropout(0.25, rng=rng),
        Layer(16 * (seen // 2) ** 2, 10, "linear", rng=rng),
    )


print("1. Learning from three quarters, asked about the rest")
scores = []
for seed in range(options.seeds):
    rng = random.Random(seed)
    X_train, y_train, X_test, y_test = pictures_and_labels(rng)
    model = network(rng)
    if not seed:
        print(f"   {len(X_train)} pictures to learn from, {len(X_test)} held out")
        print(f"   {model}, {len(model.parameters())} parameters")
    history = fit(
        model,
        X_train,
        y_train,
        loss="cross_entropy",
        optimizer=partial(Adam, lr=0.005),
        schedule=partial(CosineLR, total_iters=options.epochs),
        epochs=options.epochs,
        rng=rng,
    )
    answers = model.predict(X_test)
    scores.append(accuracy(answers, y_test))
    print(f"   seed {seed}: loss {history['loss'][-1]:.4f}, held-out accuracy {scores[-1]:.2%}")
print(f"   mean of {len(scores)} seeds: {np.mean(scores):.2%}")

print(f"2. What seed {seed} takes for what")
predicted = answers.argmax(axis=1)
matrix = confusion_matrix(predicted, y_test, classes=10)
save(plot_confusion_matrix(matrix, title="Held-out digits"), folder / "confusion.svg")
wrong = np.flatnonzero(predicted != y_test)
print(f"   {len(wrong)} of {len(y_test)} are wrong:")
titles = [f"{y_test[row]} read as {predicted[row]}" for row in wrong[:24]]
print("   " + ", ".join(titles))
if len(wrong):
    save(plot_images(X_test[wrong[:24]], titles=titles, dark_on_white=True), folder / "wrong.svg")

print("3. What its kernels look for, and where they find it in one picture")
convolution = model.layers[0]
kernels = [np.reshape([w.data for w in k.weights], convolution.kernel_size)
           for k in convolution.kernels]  # fmt: skip
save(plot_images(kernels, columns=8, diverging=True, title="Kernels"), folder / "kernels.svg")
with no_grad():
    maps = convolution(X_test[0])
title = f"Feature maps of a {y_test[0]}"
save(plot_images([X_test[0], *maps], columns=6, title=title), folder / "feature_maps.svg")

print("4. One picture as a graph, in summary")
model.eval()
logits = model(X_test[0])
loss = cross_entropy(logits, int(y_test[0]))
loss.backward()
save(draw(loss, title=f"The loss of one picture, a {y_test[0]}"), folder / "graph.svg")
print(f"   loss {loss.data:.6f}; the gradient of every logit is p - y:")
for digit, logit in enumerate(logits):
    p = softmax([item.data for item in logits])[digit]
    print(f"   {digit}: p {p:.6f}, gradient {logit.grad: .6f}")

if mine is not None:
    print("5. Your own digit")
    shares = softmax(model.predict([mine])[0].tolist())
    for digit in sorted(range(10), key=lambda digit: -shares[digit])[:3]:
        print(f"   {digit} with probability {shares[digit]:.1%}")
    title = f"read as {shares.index(max(shares))}"
    save(plot_images([mine], titles=[title], dark_on_white=True), folder / "mine.svg")
