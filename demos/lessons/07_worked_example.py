"""The worked example: one pass of learning, number by number.

Two inputs, two hidden neurons and one output, with a sigmoid on all three: small enough to follow
every number forward to the loss and every gradient back. The graph and the matrix calculus agree
to the last digits. The notes round their numbers on the way, and six of them end in a wrong digit;
the lesson names each one and a likely cause. Then gradient descent continues where the notes stop,
until the prediction is right.

Source: "Neural networks", the worked example with two layers;
"An introduction to neural networks", binary cross-entropy.

    python demos/lessons/07_worked_example.py
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Value, log, scope, sigmoid
from nn import binary_cross_entropy
from pictures import output_folder, save
from visualize import draw, explain, plot_history

folder = output_folder(__file__, __doc__)

print("1. Binary cross-entropy is -log(p) where the answer is yes: to be sure and wrong costs most")
surprises = {}
for probability, printed in ((0.9, "0.1054"), (0.1, "2.3026")):
    p = Value(probability, label="p")
    surprise = surprises[probability] = binary_cross_entropy(p, 1.0)
    surprise.backward()
    print(f"   p = {p.data}  printed {printed}  loss {surprise.data!r:19}  slope {p.grad:8.4f}")

print("\n2. The example as a graph: forward to the loss J, backward from it")
numbers = {
    "x": np.array([0.5, 0.2]),
    "W1": np.array([[0.1, 0.4], [0.8, 0.6]]), "b1": np.array([0.3, 0.9]),
    "W2": np.array([[0.3, 0.7]]), "b2": np.array([0.5]),
}  # fmt: skip
as_values: Any = np.frompyfunc(Value, 1, 1)  # makes a Value of every number in an array
x, W1, b1, W2, b2 = map(as_values, numbers.values())
with scope("layer 1"):
    Z1 = W1 @ x + b1
    A1 = sigmoid(Z1)
with scope("layer 2"):
    Z2 = W2 @ A1 + b2
    A2 = sigmoid(Z2)
J = -log(A2)  # binary cross-entropy for the answer 1
nodes = {"x": x, "W1": W1, "b1": b1, "W2": W2, "b2": b2}
nodes |= {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "J": J}
for name, values in nodes.items():
    for place, value in np.ndenumerate(values):
        value.label = name + str(list(place))
loss, prediction = J[0], A2[0]
loss.backward()
print(draw(loss).text)
picture = draw(loss, rankdir="TB", title="The worked example: data forward, gradients back")
save(picture, folder / "worked_example.svg")

print("\n3. Every number: as printed, from the graph, and by matrix calculus in NumPy")


def matrix_calculus(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return all quantities by the formulas of the notes, for the answer 1."""
    x, W1, b1, W2, b2 = parameters.values()
    Z1 = W1 @ x + b1
    A1 = 1 / (1 + np.exp(-Z1))
    Z2 = W2 @ A1 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    dZ2 = A2 - 1
    dZ1 = W2.T @ dZ2 * A1 * (1 - A1)
    slopes = {"Z2": dZ2, "b2": dZ2, "W2": np.outer(dZ2, A1)}
    slopes |= {"Z1": dZ1, "b1": dZ1, "W1": np.outer(dZ1, x)}
    values = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "J": -np.log(A2)}
    return values | {f"dJ/d{name}": slope for name, slope in slopes.items()}


printed_numbers = {
    "Z1": "0.43 1.42", "A1": "0.606 0.805", "Z2": "1.244", "A2": "0.776", "J": "0.253",
    "dJ/dZ2": "-0.224", "dJ/db2": "-0.224", "dJ/dW2": "-0.136 -0.180",
    "dJ/dZ1": "-0.0161 -0.0246", "dJ/db1": "-0.0161 -0.0246",
    "dJ/dW1": "-0.0080 -0.0032 -0.0123 -0.0049",
}  # fmt: skip


def verdict(printed: str, number: float) -> str:
    """Say whether a printed number is exact, rounded, or wrong in its last digit."""
    rounded = f"{number:.{len(printed.partition('.')[2])}f}"
    if rounded != printed:
        return f"wrong: it rounds to {rounded}"
    return "exact" if math.isclose(float(printed), number) else "rounded"


by_matrix = matrix_calculus(numbers)
table = []
for name, printed in printed_numbers.items():
    for place, text in enumerate(printed.split()):
        node = nodes[name.removeprefix("dJ/d")].flat[place]
        from_graph = node.grad if name.startswith("dJ/d") else node.data
        table.append((name, text, from_graph, by_matrix[name].flat[place]))
assert all(math.isclose(graph, matrix, rel_tol=1e-12) for _, _, graph, matrix in table)
print("   quantity   printed         from the graph            by matrices   the printed one is")
for name, text, from_graph, from_matrix in table:
    word = verdict(text, from_graph)
    print(f"   {name:8} {text:>9} {from_graph:22.15f} {from_matrix:22.15f}   {word}")

print("\n4. One of these gradients in full: the chain rule, told with its numbers")
print(explain(loss, wrt=W1[0, 0]))

print("\n5. How the wrong digits may have come about: by going on from numbers already rounded")
by_hand = {
    "0.3 * 0.606": 0.3 * 0.606,  # cut to 0.181, as the next to 0.563
    "0.7 * 0.805": 0.7 * 0.805,
    "Z2 = 0.181 + 0.563 + 0.5": 0.181 + 0.563 + 0.5,
    "A2 = sigmoid(1.244)": sigmoid(1.244),
    "dJ/dZ2 = 0.776 - 1": 0.776 - 1,
    "dJ/dW2 = -0.224 * 0.606": -0.224 * 0.606,
    "dJ/dZ1 = 0.3 * -0.224 * 0.239": 0.3 * -0.224 * 0.239,  # 0.239 for A1 (1 - A1)
    "dJ/dZ1 = 0.7 * -0.224 * 0.157": 0.7 * -0.224 * 0.157,  # and 0.157
}
for text, number in by_hand.items():
    print(f"   {text:30} = {number:8.5f}")
print("   where the products are cut after three digits, and A1 (1 - A1) is rounded to three")

print("\n6. On from here: W <- W - dJ/dW until the prediction is 1.00, in the same graph")
parameters = [parameter for name in ("W1", "b1", "W2", "b2") for parameter in nodes[name].flat]
losses = [loss.data]
while prediction.data < 0.995:
    for parameter in parameters:
        parameter.data -= parameter.grad
        parameter.zero_grad()
    loss.forward().backward()
    step = len(losses)
    losses.append(loss.data)
    if step in {1, 2, 5, 10, 20, 50} or prediction.data >= 0.995:
        print(f"   step {step:3}   loss {loss.data:.6f}   prediction {prediction.data:.6f}")
assert losses[-1] < 0.02 * losses[0]
title = "The worked example learns to say 1"
curve = plot_history({"loss": losses}, title=title, x_label="forward pass")
save(curve, folder / "loss.svg")
