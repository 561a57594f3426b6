"""Exclusive or: what one line cannot separate, two can.

A perceptron learns AND and OR of two inputs in a few epochs. It cannot learn exclusive or, which is
1 where exactly one input is 1, however long it tries, because no line has both ones on one side and
both zeros on the other. This lesson proves that twice, by the mistakes of the training itself and
by four inequalities. Two hidden neurons solve the problem: each draws a line of its own, and the
ones lie between the lines.

Source: "The maths behind neural networks", linear separability and where the perceptron fails.

    python demos/lessons/03_exclusive_or.py
"""

from __future__ import annotations

import random
import textwrap

import numpy as np

from autograd import Value, gradients
from nn import MLP, SGD, History, Perceptron, binary_cross_entropy_with_logits, fit
from pictures import output_folder, save
from visualize import draw, plot_curves, plot_decision_boundary

folder = output_folder(__file__, __doc__)
X = [[0, 0], [0, 1], [1, 0], [1, 1]]
AND, OR, XOR = [0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]

print("1. AND and OR: a line separates their ones from their zeros, and the perceptron finds it")
lines = {}
for name, y in (("AND", AND), ("OR", OR)):
    perceptron = Perceptron(2)
    print(f"   {name}: {perceptron.fit(X, y)}")
    w0, w1, b = lines[name] = [parameter.data for parameter in perceptron.parameters()]
    assert perceptron.predict(X).tolist() == y
    print(f"      {w0:g} x0 {w1:+g} x1 {b:+g} >= 0 gives {perceptron.predict(X).tolist()}")

print("\n2. Exclusive or: the mistakes of an epoch cancel, so that it ends where it began")
history = Perceptron(2).fit(X, XOR)
print(textwrap.indent(textwrap.fill(str(history), 92), "   "))
total = np.zeros(3)
for row, count in history.cycle.items():
    change = count * (1 if XOR[row] else -1) * np.array([*X[row], 1])
    total += change
    print(f"   row {row}, {tuple(X[row])} is {XOR[row]}: {change[0]:+} {change[1]:+} {change[2]:+}")
assert not total.any()
print(f"   sum, the change of (w0, w1, b):  {total[0]:g}  {total[1]:g}  {total[2]:g}")

print("\n3. Four inequalities that contradict each other")
print("   (0, 0) is 0:            b <  0        (1, 1) is 0:  w0 + w1 + b <  0")
print("   (0, 1) is 1:       w1 + b >= 0        (1, 0) is 1:       w0 + b >= 0")
print("   The first line adds up to w0 + w1 + 2b < 0, the second to w0 + w1 + 2b >= 0: not both.")
w0s, w1s, biases = np.meshgrid(*[np.arange(-20, 21)] * 3)
hits = np.zeros(w0s.shape, dtype=int)  # of each line, on the four points
for (x0, x1), label in zip(X, XOR):
    hits += (w0s * x0 + w1s * x1 + biases >= 0) == (label == 1)
assert hits.max() == 3
print(
    f"   Of {hits.size} choices of w0, w1, b from -20 to 20, {(hits == 4).sum()} are right", end=""
)
print(f" on all four points, {(hits == 3).sum()} on three.")

print("\n4. Two hidden neurons with tanh, and one that reads them, trained by gradient descent")


def trained(seed: int) -> tuple[MLP, History]:
    """Return a network of 2-2-1 neurons that starts from a seed, and how its training went."""
    model = MLP(2, [2, 1], activation="tanh", rng=random.Random(seed))
    history = fit(
        model,
        X,
        XOR,
        loss="binary_cross_entropy_with_logits",
        optimizer=SGD(model.parameters(), lr=0.5, momentum=0.9),
        epochs=200,
        batch_size=None,
        shuffle=False,  # the four rows are one batch: another order would only round otherwise
    )
    return model, history


model, training = trained(5)
for epoch in (1, 10, 50, 200):
    print(f"   epoch {epoch:3}   loss {training['loss'][epoch - 1]:.4f}")
scores = model.predict(X)
assert [int(score >= 0) for score in scores] == XOR
assert training["loss"][-1] < 0.1 * training["loss"][0]
for x, label, score in zip(X, XOR, scores):
    print(f"   {tuple(x)}: score {score:6.3f}, so the answer is {int(score >= 0)}; it is {label}")
inputs = [Value(number, label=f"x{i}") for i, number in enumerate(X[1])]
loss = binary_cross_entropy_with_logits(model(inputs), 1)
loss.label = "loss"
model.zero_grad()
loss.backward()
assert [w.grad for w in model.parameters()] == gradients(loss, model.parameters())
graph = draw(loss, title="Exclusive or of (0, 1): gradients of a trained network are small")
save(graph, folder / "network.svg")

print("\n5. What each hidden neuron does: its tanh is above 0 on one side of a line")
hidden = [[output.data for output in model.layers[0](x)] for x in X]
title = "Exclusive or: the ones lie between two lines"
plane = plot_decision_boundary(model, X, XOR, title=title, x_label="x0", y_label="x1")
axes = plane.axes[0]
axes.autoscale(False)  # the lines end where the plane does
for number, (neuron, style) in enumerate(zip(model.layers[0].neurons, ("--", ":"))):
    w0, w1, b = (parameter.data for parameter in neuron.parameters())
    sides = [int(row[number] >= 0) for row in hidden]
    name = {tuple(AND): "AND", tuple(OR): "OR"}[tuple(sides)]
    print(
        f"   neuron {number}:  {w0:.2f} x0 {w1:+.2f} x1 {b:+.2f} >= 0 gives {sides}: it is {name}"
    )
    where = f"hidden neuron {number}: {name}"
    axes.axline((0.0, -b / w1), slope=-w0 / w1, linestyle=style, color="black", label=where)
axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, frameon=False)
save(plane, folder / "boundary.svg")
reader = Perceptron(2)
print(f"   A perceptron that reads the hidden neurons instead of x: {reader.fit(hidden, XOR)}")

print("\n6. Not every start leads there: the loss after 200 epochs, from ten of them")
losses = {f"start {seed}": trained(seed)[1]["loss"] for seed in range(10)}
print("   " + "  ".join(f"{curve[-1]:.3f}" for curve in losses.values()))
title = "Exclusive or from ten starts: one is stuck"
figure = plot_curves(losses, x_label="epoch", y_label="loss", y_log=True, start=1, title=title)
save(figure, folder / "starts.svg")
