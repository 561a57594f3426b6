"""Gallery: every kind of picture, with the lines that make it.

Pictures of graphs need nothing but this package; those of training need matplotlib. Each section
makes one and stands almost alone: copy it, and put your own expression or network in.

    python demos/gallery.py
"""

from __future__ import annotations

import argparse
import random
from functools import partial
from pathlib import Path
from typing import Any

from sklearn.datasets import load_digits, make_moons

from autograd import Value, grad, log, relu, sqrt, tanh
from nn import (
    MLP,
    Adam,
    Conv2d,
    Flatten,
    Layer,
    MaxPool2d,
    Sequential,
    binary_cross_entropy_with_logits,
    confusion_matrix,
    fit,
)  # fmt: skip
from visualize import (
    BoundaryRecorder,
    HealthMonitor,
    ParameterPath,
    animate_boundary,
    animate_descent,
    diff,
    draw,
    draw_network,
    explain,
    formula,
    health,
    plot_confusion_matrix,
    plot_curves,
    plot_decision_boundary,
    plot_feature_maps,
    plot_history,
    plot_images,
    plot_landscape,
    plot_vectors,
    plot_weights,
    save_figure,
    snapshot,
    step_through,
    why,
)  # fmt: skip

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, default=Path("output", "gallery"), metavar="FOLDER")
folder = parser.parse_args().output
folder.mkdir(parents=True, exist_ok=True)


def keep(picture: Any, name: str) -> None:
    """Write a picture of any kind into the folder."""
    if hasattr(picture, "savefig"):
        save_figure(picture, folder / name)
    else:
        picture.save(folder / name)
    print(f"wrote {(folder / name).as_posix()}")


print("1. An expression: data and gradient in every box, the local derivative at every edge")
x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.5, label="b")
y = tanh(x * w + b)
y.label = "y"
y.backward()
keep(draw(y), "expression.svg")

print("\n2. The same, played: forward value by value, backward contribution by contribution")
keep(step_through(y), "steps.svg")

print("\n3. The same as one page to explore: zoom, search, light paths, play; it needs no network")
keep(draw(y, title="A neuron"), "neuron.html")

print("\n4. The same in words, and as a formula with its derivative")
print(explain(y, wrt=w))
print(formula(y, "latex", wrt=w))

print("\n5. A network: modules are frames, whatever their depth")
model = MLP(2, [3, 1], rng=random.Random(1))
loss = (model([0.5, -1.0]) - 1.0) ** 2
loss.label = "loss"
loss.backward()
keep(draw(loss, legend=False), "network.svg")

print("\n6. A large graph: a box stands for a module, and shows its largest gradient")
large = MLP(3, [16, 16, 1], rng=random.Random(1))
total = sum((large([0.1 * row, 1.0, -0.5]) - 1.0) ** 2 for row in range(7))
total.backward()
keep(draw(total, rankdir="TB"), "summary.svg")
keep(draw(total, title="1,060 values: open the boxes"), "large.html")

print("\n7. Why is this gradient 0? The slice of the graph that answers")
u, v = Value(1.0, label="u"), Value(-2.0, label="v")
dead = relu(u * v) * 3.0 + log(1.0 + sqrt(u))
print(why(v, dead))
keep(why(v, dead).drawing, "why.svg")

print("\n8. Two steps of a training: what changed most")
before = snapshot(loss)
for parameter in model.parameters():
    parameter.data -= 0.1 * parameter.grad
loss.forward().backward()
keep(diff(before, loss).drawing, "difference.svg")

print("\n9. Training: loss and accuracy, and where the lowest loss was")
X, labels = make_moons(200, noise=0.15, random_state=1)
moons = MLP(2, [8, 8, 1], "tanh", rng=random.Random(3))
path, monitor = ParameterPath(moons), HealthMonitor(X, labels, every=5)
recorder = BoundaryRecorder(X, labels, every=3, model=moons)
adam = Adam(moons.parameters(), 0.03)
history = fit(
    moons, X, labels, loss="binary_cross_entropy_with_logits", optimizer=adam, epochs=60,
    batch_size=20, metrics=["accuracy"], callbacks=[path, monitor, recorder],
    rng=random.Random(0),
)  # fmt: skip
keep(plot_history(history), "history.svg")

print("\n10. The decision boundary, and how it came about, played once")
keep(plot_decision_boundary(moons, X, labels), "boundary.svg")
keep(animate_boundary(recorder), "boundary_played.svg")

print("\n11. The network as textbooks draw it: width and colour of a line are its weight")
keep(draw_network(moons), "textbook.svg")

print("\n12. The loss around the path of the optimizer, on the plane where it moved most")
landscape = plot_landscape(moons, X, labels, loss=binary_cross_entropy_with_logits, path=path)
keep(landscape, "landscape.svg")

print("\n13. The health of a network, layer by layer, in words and as a figure")
deep = MLP(2, [8, 8, 8, 8, 1], "tanh", rng=random.Random(5))
for parameter in deep.parameters():
    parameter.data *= 0.1
report = health(deep, X, labels, loss=binary_cross_entropy_with_logits)
print(report)
keep(report.figure(), "health.svg")

print("\n14. How the health of the moons' network went on while it was trained")
keep(monitor.figure(), "monitor.svg")

print("\n15. What a convolution has learned: its kernels, and what they make of one digit")
digits = load_digits()
images, names = (digits.images[:600, None] / 16.0), digits.target[:600]
rng = random.Random(2)
reader = Sequential(
    Conv2d(1, 8, 3, activation="relu", padding=1, rng=rng), MaxPool2d(2), Flatten(),
    Layer(128, 10, rng=rng),
)  # fmt: skip
descending = partial(Adam, lr=0.01)
fit(reader, images, names, loss="cross_entropy", optimizer=descending, epochs=8, rng=rng)
keep(plot_weights(reader), "kernels.svg")
keep(plot_feature_maps(reader, images[0]), "feature_maps.svg")

print("\n16. What it takes for what")
predicted = reader.predict(images).argmax(axis=1)
keep(plot_confusion_matrix(confusion_matrix(predicted, names)), "confusion.svg")
keep(plot_images(images[:20, 0], titles=predicted[:20], columns=10), "digits.svg")

print("\n17. Vectors, curves, and a descent, played once")
keep(plot_vectors({"a": [3.0, 1.0], "b": [1.0, 2.0], "a + b": [4.0, 3.0]}), "vectors.svg")


def valley(x: Any, y: Any) -> Any:
    """Return the height of a valley that is twenty times as steep on one side as on the other."""
    return 0.1 * x * x + 2.0 * y * y


def descent(rate: float) -> list[list[float]]:
    """Return the points of gradient descent into the valley."""
    points = [[-4.0, 1.2]]
    for _ in range(30):
        slopes = grad(valley, argnums=(0, 1))(*points[-1])
        points.append([p - rate * slope for p, slope in zip(points[-1], slopes, strict=True)])
    return points


paths = {"a = 0.1": descent(0.1), "a = 0.45": descent(0.45)}
heights = {name: [valley(*point) for point in points] for name, points in paths.items()}
keep(plot_curves(heights, y_log=True, x_label="step", y_label="height"), "heights.svg")
keep(animate_descent(valley, paths, low=(-5, -2), high=(5, 2)), "descent.svg")
