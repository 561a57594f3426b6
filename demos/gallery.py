"""Gallery: every kind of picture, with the lines that make it.

Pictures of graphs need nothing but this package; those of training need matplotlib. Each section
stands almost alone: copy it, and put your own expression or network in. It asserts what it claims,
so it writes no picture of a network that has learned nothing.

    python demos/gallery.py
"""

from __future__ import annotations

import argparse
import math
import random
from functools import partial
from pathlib import Path
from typing import Any

from sklearn.datasets import load_digits, make_moons

from autograd import Value, grad, gradients, log, relu, sqrt, tanh
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
    cross_entropy,
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
assert math.isclose(w.grad, (1.0 - math.tanh(0.5) ** 2) * 2.0)
keep(draw(y), "expression.svg")

print("\n2. The same, played: forward value by value, backward contribution by contribution")
steps = step_through(y)
assert [step.total for step in steps if step.operand is w] == [w.grad]
keep(steps, "steps.svg")

print("\n3. The same as one page to explore: zoom, search, light paths, play; it needs no network")
page = draw(y, title="A neuron")
assert not any(text in page.html for text in ("https:", "src=", 'href="http'))
keep(page, "neuron.html")

print("\n4. The same in words, and as a formula with its derivative")
explanation = explain(y, wrt=w)
assert explanation.gradient == w.grad
print(explanation)
print(formula(y, "latex", wrt=w))

print("\n5. A network: modules are frames, whatever their depth")
model = MLP(2, [3, 1], rng=random.Random(1))
loss = (model([0.5, -1.0]) - 1.0) ** 2
loss.label = "loss"
loss.backward()
assert [p.grad for p in model.parameters()] == gradients(loss, model.parameters())
keep(draw(loss, legend=False), "network.svg")

print("\n6. A large graph: a box stands for a module, and shows its largest gradient")
large = MLP(3, [16, 16, 1], rng=random.Random(1))
total = sum((large([0.1 * row, 1.0, -0.5]) - 1.0) ** 2 for row in range(7))
total.backward()
picture = draw(total, rankdir="TB")
assert len(picture.scene.nodes) < 150
keep(picture, "summary.svg")
keep(draw(total, title="1,060 values: open the boxes"), "large.html")

print("\n7. Why is this gradient 0? The slice of the graph that answers")
u, v = Value(1.0, label="u"), Value(-2.0, label="v")
off = relu(u * v) * 3.0 + log(1.0 + sqrt(u))
reason = why(off, v)
assert (reason.cause, reason.gradient) == ("killed", 0.0)
print(reason)
keep(reason.drawing, "why.svg")

print("\n8. Two steps of a training: what changed most")
before = snapshot(loss)
for parameter in model.parameters():
    parameter.data -= 0.1 * parameter.grad
model.zero_grad()  # or the gradients of both steps add up
loss.forward().backward()
assert loss.data < before.nodes[before.outputs[0]].data
assert [p.grad for p in model.parameters()] == gradients(loss, model.parameters())
keep(diff(before, loss).drawing, "difference.svg")

print("\n9. Training: loss and accuracy, and where the lowest loss was")
X, labels = make_moons(200, noise=0.15, random_state=1)
moons = MLP(2, [8, 8, 1], "tanh", rng=random.Random(3))
path, criterion = ParameterPath(moons), binary_cross_entropy_with_logits
monitor = HealthMonitor(X, labels, loss=criterion, every=5)
recorder = BoundaryRecorder(X, labels, every=3, model=moons)
adam = Adam(moons.parameters(), 0.03)
history = fit(
    moons, X, labels, loss=criterion, optimizer=adam, epochs=60,
    batch_size=20, metrics=["accuracy"], callbacks=[path, monitor, recorder],
    rng=random.Random(0),
)  # fmt: skip
assert history["accuracy"][-1] >= 0.95
assert history["loss"][-1] < 0.25 * history["loss"][0]
keep(plot_history(history), "history.svg")

print("\n10. The decision boundary, and how it came about, played once")
assert [frame.epoch for frame in recorder.frames] == list(range(0, 61, 3))
assert recorder.frames[-1].loss == history["loss"][-1]
keep(plot_decision_boundary(moons, X, labels), "boundary.svg")
keep(animate_boundary(recorder), "boundary_played.svg")

print("\n11. The network as textbooks draw it: width and colour of a line are its weight")
assert len(moons.parameters()) == (2 + 1) * 8 + (8 + 1) * 8 + (8 + 1) * 1
keep(draw_network(moons), "textbook.svg")

print("\n12. The loss around the path of the optimizer, on the plane where it moved most")
assert list(path.points[-1]) == [p.data for p in moons.parameters()]
landscape = plot_landscape(moons, X, labels, loss=binary_cross_entropy_with_logits, path=path)
keep(landscape, "landscape.svg")

print("\n13. The health of a network, layer by layer, in words and as a figure")
deep = MLP(2, [8, 8, 8, 8, 1], "tanh", rng=random.Random(5))
for parameter in deep.parameters():
    parameter.data *= 0.1
report = health(deep, X, labels, loss=binary_cross_entropy_with_logits)
assert report.verdict.startswith("vanishing gradients in layers.0")
print(report)
keep(report.figure, "health.svg")

print("\n14. The health of the moons' network, every five epochs of its training")
assert all(report.healthy for report in monitor.reports)
keep(monitor.figure, "monitor.svg")

print("\n15. What a convolution has learned: its kernels, and what they make of one digit")
digits = load_digits()
images, names = (digits.images[:600, None] / 16.0), digits.target[:600]
rng = random.Random(2)
reader = Sequential(
    Conv2d(1, 8, 3, activation="relu", padding=1, rng=rng), MaxPool2d(2), Flatten(),
    Layer(128, 10, "linear", rng=rng),
)  # fmt: skip
descending = partial(Adam, lr=0.01)
learned = fit(
    reader, images, names, loss="cross_entropy", optimizer=descending, epochs=8,
    metrics=["accuracy"], rng=rng,
)  # fmt: skip
assert learned["loss"][-1] < 0.1 * learned["loss"][0]
assert health(reader, images, names, loss=cross_entropy).healthy
keep(plot_weights(reader), "kernels.svg")
keep(plot_feature_maps(reader, images[0]), "feature_maps.svg")

print("\n16. Which digits it takes for others")
predicted = reader.predict(images).argmax(axis=1)
matrix = confusion_matrix(predicted, names)
assert sum(map(sum, matrix)) == len(images)
assert sum(matrix[digit][digit] for digit in range(10)) >= 0.95 * len(images)
keep(plot_confusion_matrix(matrix), "confusion.svg")
keep(plot_images(images[:20, 0], titles=predicted[:20], columns=10), "digits.svg")

print("\n17. Vectors, curves, and a descent, played once")
vectors = {"a": [3.0, 1.0], "b": [1.0, 2.0], "a + b": [4.0, 3.0]}
assert [p + q for p, q in zip(vectors["a"], vectors["b"], strict=True)] == vectors["a + b"]
keep(plot_vectors(vectors), "vectors.svg")


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
for rate in (0.1, 0.45):  # each step shrinks a coordinate by 1 - rate * its second derivative
    x_end, y_end = -4.0 * (1.0 - 0.2 * rate) ** 30, 1.2 * (1.0 - 4.0 * rate) ** 30
    assert math.isclose(heights[f"a = {rate}"][-1], valley(x_end, y_end))
keep(plot_curves(heights, y_log=True, x_label="step", y_label="height"), "heights.svg")
keep(animate_descent(valley, paths, low=(-5, -2), high=(5, 2)), "descent.svg")
