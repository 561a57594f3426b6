"""Handwritten digits, read by a small convolutional network.

Sixteen kernels slide over a picture, each looking for its own stroke. Pooling keeps roughly where a
stroke was found, a dense layer weighs all of these, and softmax turns the sums into probabilities.
The pictures are real: 1,797 digits of 8 x 8 pixels, and the network does not see a quarter of them
before it is tested. Every weight is still a Value, so the graph can be drawn; the training runs as
machine code.

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
)
from pictures import lesson_parser, save
from visualize import draw, plot_confusion_matrix, plot_feature_maps, plot_images, plot_weights

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


def parts(rng: random.Random) -> tuple[Any, Any, Any, Any]:
    """Return pictures and labels to learn from, and then those held out, a random quarter."""
    if mnist:
        return mnist
    digits = load_digits()
    drawn = split(digits.images / 16.0, digits.target, 0.25, rng=rng)
    X_train, y_train, X_test, y_test = map(np.array, drawn)
    return X_train, y_train, X_test, y_test


print("1. The network: what each layer makes of one picture")


def network(rng: random.Random) -> Sequential:
    kernel, stride = (3, 1) if side < 16 else (5, 2)
    seen = (side + 2 - kernel) // stride + 1  # with a frame of 1 pixel around the picture
    return Sequential(
        Conv2d(1, 16, kernel, "relu", stride=stride, padding=1, rng=rng),
        MaxPool2d(2),
        Flatten(),
        Dropout(0.25, rng=rng),
        Layer(16 * (seen // 2) ** 2, 10, "linear", rng=rng),
    )


X_train, y_train, X_test, y_test = parts(random.Random(0))
model = network(random.Random(0))
x = X_train[0]
for layer in model.layers:
    with no_grad():
        x = layer(x)
    shape = " x ".join(map(str, np.shape(x)))
    print(f"   {layer!r:47}{shape:>11}{len(layer.parameters()):6} parameters")

print("\n2. Learning from three quarters of the pictures, tested on the rest")
print(f"   {len(X_train)} pictures to learn from, {len(X_test)} held out")
scores = []
for seed in range(options.seeds):
    rng = random.Random(seed)
    X_train, y_train, X_test, y_test = parts(rng)
    model = network(rng)
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
as_told = not mnist and options.epochs >= 40
assert np.mean(scores) >= (0.98 if as_told else 0.1)  # 0.1 says nothing
print(f"   mean of {len(scores)} seeds: {np.mean(scores):.2%}")

print("\n3. Which digits the last of these networks takes for others")
predicted = answers.argmax(axis=1)
matrix = confusion_matrix(predicted, y_test, classes=10)
save(plot_confusion_matrix(matrix, title="Held-out digits"), folder / "confusion.svg")
wrong = np.flatnonzero(predicted != y_test)
titles = [f"{y_test[row]} read as {predicted[row]}" for row in wrong[:24]]
print(f"   {len(wrong)} of {len(y_test)} are wrong: {', '.join(titles[:6])}")
if len(wrong):
    save(plot_images(X_test[wrong[:24]], titles=titles, dark_on_white=True), folder / "wrong.svg")

print("\n4. What its kernels look for, and where they find it")
convolution = model.layers[0]
print("   A kernel answers where the pixels are bright under its blue and dark under its orange:")
save(plot_weights(convolution, columns=8, title="Kernels"), folder / "kernels.svg")
print(f"   A {y_test[0]}, and where each of the sixteen has found its stroke in it:")
title = f"Feature maps of a {y_test[0]}"
save(plot_feature_maps(convolution, X_test[0], title=title), folder / "feature_maps.svg")

print("\n5. One picture as a graph, in summary: every layer a cluster, every kernel a box")
model.eval()
logits = model(X_test[0])
loss = cross_entropy(logits, int(y_test[0]))
model.zero_grad()
loss.backward()
assert np.allclose(
    [z.grad for z in logits], softmax([z.data for z in logits]) - np.eye(10)[y_test[0]]
)
save(draw(loss, title=f"The loss of one picture, a {y_test[0]}"), folder / "graph.svg")
print(f"   loss {loss.data:.6f}; the gradient of every logit is p - y:")
shares = softmax([logit.data for logit in logits])
for digit, (p, logit) in enumerate(zip(shares, logits)):
    print(f"   {digit}: p {p:.6f}, gradient {logit.grad: .6f}")

if mine is not None:
    print("\n6. Your own digit")
    shares = softmax(model.predict([mine])[0].tolist())
    for digit in sorted(range(10), key=shares.__getitem__)[:-4:-1]:
        print(f"   {digit} with probability {shares[digit]:.1%}")
    title = f"read as {shares.index(max(shares))}"
    save(plot_images([mine], titles=[title], dark_on_white=True), folder / "mine.svg")
