"""The car classifier: is there a car in these four pixels?

A picture of four pixels, three neurons with relu, and one with a sigmoid that says how likely a car
is. The numbers that the document prints are wrong in every line after the input; the graph gives
the right ones, and the lesson says what went wrong in each. Then it adds the steps that the
document leaves for later: the error, its gradients by the graph and by matrices, an update, and
training until the model is right. One picture is too little to train on. The others are invented,
and so is the rule that makes them cars, "the right half is brighter", which the document's picture
obeys.

Source: "The elegant math behind neural networks", the four-pixel car classifier.

    python demos/lessons/08_car_classifier.py
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from autograd import Value, dot, log, scope
from nn import MLP, SGD, fit
from pictures import output_folder, save
from visualize import draw, plot_history, why

folder = output_folder(__file__, __doc__)
np.set_printoptions(precision=6, suppress=True, floatmode="fixed", sign=" ")

print("1. The graph: four pixels x, three neurons Z1 -> A1 with relu, and a sigmoid on Z2")
numbers = {
    "x": np.array([0.2, 0.5, 0.1, 0.8]),
    "W1": np.array([[0.1, 0.2, -0.1, 0.1], [0.3, 0.1, -0.3, 0.2], [-0.2, 0.3, 0.4, 0.1]]),
    "b1": np.array([0.5, -0.3, 0.7]),
    "W2": np.array([[0.5, -0.3, 0.8]]),
    "b2": np.array([0.2]),
}
as_values: Any = np.frompyfunc(Value, 1, 1)  # makes a Value of every number in an array
nodes = {name: as_values(array) for name, array in numbers.items()}
x, W1, b1, W2, b2 = nodes.values()
with scope("layer 1"):
    Z1 = np.array([dot(weights, x) for weights in W1]) + b1
    A1 = np.array([z.relu() for z in Z1])
with scope("layer 2"):
    Z2 = np.array([dot(weights, A1) for weights in W2]) + b2
    A2 = np.array([z.sigmoid() for z in Z2])
J = -log(A2)  # the error, binary cross-entropy: the answer is 1, a car
nodes |= {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "J": J}
for name, values in nodes.items():
    for place, value in np.ndenumerate(values):
        value.label = name + str(list(place))
loss, prediction = J[0], A2[0]
loss.backward()
save(draw(loss, title="Four pixels: is it a car? Data and gradients"), folder / "car.svg")

print("\n2. As printed, from the graph, and by matrices: where the printed arithmetic goes wrong")
by_matrix = {"Z1": numbers["W1"] @ numbers["x"] + numbers["b1"]}
by_matrix["A1"] = np.maximum(by_matrix["Z1"], 0.0)
by_matrix["Z2"] = numbers["W2"] @ by_matrix["A1"] + numbers["b2"]
by_matrix["A2"] = 1 / (1 + np.exp(-by_matrix["Z2"]))
printed_numbers = [
    ("Z1", 0, "0.62", "0.07 short: it is the sum without x[2] and x[3]"),
    ("Z1", 1, "-0.01", "0.05 too much, as if 0.1 * 0.5 were 0.1"),
    ("Z1", 2, "1.5", "0.57 too much: even without -0.04 it is 0.97"),
    ("A1", 0, "0.62", "the relu of its own Z1[0]"),
    ("A1", 1, "0", "right, as both Z1[1] are below 0"),
    ("A1", 2, "1.5", "the relu of its own Z1[2]"),
    ("Z2", 0, "1.51", "1.71 by its own A1: b2 is left out, and A1 wrong"),
    ("A2", 0, "0.82", "the sigmoid of its own Z2[0]"),
]
table = []
print("          printed          graph       matrices   the printed one")
for name, place, printed, remark in printed_numbers:
    from_graph, from_matrix = nodes[name][place].data, by_matrix[name][place]
    table.append((name, printed, from_graph, from_matrix))
    print(f"   {name}[{place}] {printed:>6} {from_graph:14.10f} {from_matrix:14.10f}   {remark}")
print("   The sums, product by product, with the bias last:")
for name, weights, read, bias in (("Z1", W1, x, b1), ("Z2", W2, A1, b2)):
    for place, row in enumerate(weights):
        terms = [w.data * number.data for w, number in zip(row, read)] + [bias[place].data]
        total = " ".join(f"{term + 0.0:+.3f}" for term in terms)
        print(f"   {name}[{place}] = {total} = {nodes[name][place].data:.3f}")

print("\n3. Left for later in the document: the error, and its gradients by graph and by matrices")
print(f"   error J = -log({prediction.data:.6f}) = {loss.data:.6f}")
slopes = {"Z2": by_matrix["A2"] - 1}
slopes |= {"W2": np.outer(slopes["Z2"], by_matrix["A1"]), "b2": slopes["Z2"]}
slopes["Z1"] = numbers["W2"].T @ slopes["Z2"] * (by_matrix["Z1"] > 0)
slopes |= {"W1": np.outer(slopes["Z1"], numbers["x"]), "b1": slopes["Z1"]}
grad_of: Any = np.frompyfunc(lambda value: value.grad + 0.0, 1, 1)  # + 0.0 makes 0 of -0
graph_slopes = {name: grad_of(nodes[name]).astype(float) for name in slopes}
for name, slope in graph_slopes.items():
    print(f"   dJ/d{name} =", str(slope).replace("\n", "\n           "))
difference = max(np.abs(graph_slopes[name] - slope).max() for name, slope in slopes.items())
assert difference < 1e-15
print(f"   largest difference from the matrices: {difference:.1e}")
print("   Neuron 1 is off: its row is 0, and this picture cannot teach it anything.")
answer = why(loss, W1[1, 0])
print(answer)
save(answer.drawing, folder / "off.svg")

print("\n4. One update, W <- W - 0.5 dJ/dW, makes a car more likely and the error smaller")
before = prediction.data, loss.data
for name in ("W1", "b1", "W2", "b2"):
    for parameter in nodes[name].flat:
        parameter.data -= 0.5 * parameter.grad
loss.forward()
assert loss.data < before[1]
print(f"   prediction {before[0]:.6f} -> {prediction.data:.6f}", end="")
print(f"   error {before[1]:.6f} -> {loss.data:.6f}")

print("\n5. Training until the model is right, from the weights of the document")
generator = np.random.default_rng(8)
X = generator.uniform(size=(140, 4)).round(1)  # pixels: top left, top right, bottom left, right
brighter = X @ [-1.0, 1.0, -1.0, 1.0]  # by how much the right half is brighter
X, y = X[abs(brighter) > 0.15], brighter[abs(brighter) > 0.15] > 0
model = MLP(4, [3, 1])  # ends in Z2: the loss holds the sigmoid
rows = np.column_stack([numbers["W1"], numbers["b1"]]), np.append(numbers["W2"], numbers["b2"])
for parameter, number in zip(model.parameters(), np.concatenate(rows, axis=None)):
    parameter.data = number
right_at_first = int(((model.predict(X[80:]) > 0) == y[80:]).sum())
history = fit(
    model,
    X[:80],
    y[:80],
    loss="binary_cross_entropy_with_logits",
    optimizer=SGD(model.parameters(), lr=0.5),
    epochs=60,
    batch_size=8,
    validation=(X[80:], y[80:]),
    metrics=["accuracy"],
    rng=random.Random(8),
)
print(f"   {len(y)} pictures, {y.sum()} cars; {len(y[80:])} are held out", end="")
print(f", and the first weights are right on {right_at_first} of those")
assert history["loss"][-1] < 0.25 * history["loss"][0]
assert history["validation_accuracy"][-1] >= 0.95
print("   epoch     loss   right   held out")
for epoch in (1, 2, 5, 10, 20, 60):
    measured = [history[name][epoch - 1] for name in ("loss", "accuracy", "validation_accuracy")]
    print("   {:5} {:8.4f} {:7.1%} {:10.1%}".format(epoch, *measured))
probability = 1 / (1 + np.exp(-model.predict([numbers["x"]])[0]))
print(f"   the picture of the document is a car with probability {probability:.4f}")
curves = plot_history(
    history, title="The car classifier learns from 80 pictures; 30 are held out for validation"
)
save(curves, folder / "training.svg")
