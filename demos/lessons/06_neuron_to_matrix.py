"""From a neuron to a matrix.

A neuron multiplies its inputs by its weights, adds everything up with its bias, and bends the sum.
Neurons side by side are a layer. Write the weights of each neuron as a row, and the rows below one
another: the layer is now one product, W x + b, and gives the same numbers. A second layer is a
second product, and many examples at once are one product as well. Only the bend makes layers worth
stacking: without it, two of them can do no more than one.

Source: "An introduction to neural networks", the neuron, the layer and stacking neurons;
"The maths behind neural networks", vectors and index notation.

    python demos/lessons/06_neuron_to_matrix.py
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import numpy as np

import autograd
from autograd import Value, jacobian
from nn import MLP
from pictures import output_folder, save
from visualize import draw

folder = output_folder(__file__, __doc__)
np.set_printoptions(precision=4, suppress=True, floatmode="fixed", sign=" ")


def numbers(values: Iterable[Value]) -> Any:
    """Return the data of Values as an array."""
    return np.array([value.data for value in values])


def matrices(layer: Any) -> tuple[Any, Any]:
    """Return W and b of a layer: row i of W, and entry i of b, are those of neuron i."""
    W = np.vstack([numbers(neuron.weights) for neuron in layer.neurons])
    return W, numbers(neuron.bias for neuron in layer.neurons)


def relu(z: Any) -> Any:
    return np.maximum(z, 0.0)


print("1. One neuron: y = relu(w0 x0 + w1 x1 + w2 x2 + b)")
x = np.array([1.0, -2.0, 0.5])
x0, x1, x2 = (Value(number, label=f"x{i}") for i, number in enumerate(x))
w0, w1, w2 = Value(0.4, label="w0"), Value(-0.3, label="w1"), Value(0.8, label="w2")
b = Value(0.1, label="b")
z = w0 * x0 + w1 * x1 + w2 * x2 + b
y = z.relu()
z.label, y.label = "z", "y"
y.backward()
print(draw(y).text)
save(draw(y, title="One neuron: y = relu(w0 x0 + w1 x1 + w2 x2 + b)"), folder / "neuron.svg")

print("\n2. A layer: four neurons, which read the same three inputs")
generator = random.Random(10)
network = MLP(3, [4, 2], rng=generator)  # two layers, 3 -> 4 -> 2; the second waits for part 4
layers: list[Any] = network.layers
first, second = layers
for neuron in first.neurons + second.neurons:
    neuron.bias.data = generator.uniform(-0.5, 0.5)
outputs = first([Value(number, label=f"x{i}") for i, number in enumerate(x)])
for i, (neuron, output) in enumerate(zip(first.neurons, outputs)):
    output.label = f"h{i}"
    line = f"w = {numbers(neuron.weights)}   b = {neuron.bias.data:7.4f}"
    print(f"   neuron {i}:  {line}   relu(w·x + b) = {output.data:.4f}")
total = autograd.sum(outputs)
total.label = "h0 + h1 + h2 + h3"
total.backward()
print(
    "   In the picture the dot is w·x, in one node. Neuron 1 is off: its weights have gradient 0."
)
save(draw(total, title="A layer: four neurons on three inputs"), folder / "layer.svg")

print("\n3. The same layer as a matrix: row i of W holds the weights of neuron i")
W1, b1 = matrices(first)
h = relu(W1 @ x + b1)
one_layer_difference = np.abs(h - numbers(outputs)).max()
print("   W =", str(W1).replace("\n", "\n       "))
print("   b =", b1)
print("   relu(W @ x + b) =", h)
print(f"   largest difference from the four neurons: {one_layer_difference:.1e}")

print("\n4. A layer on a layer: the second reads the outputs of the first")
W2, b2 = matrices(second)
by_graph, by_matrix = numbers(network(x)), W2 @ relu(W1 @ x + b1) + b2
two_layer_difference = np.abs(by_matrix - by_graph).max()
print("   neuron by neuron:           ", by_graph)
print("   W2 @ relu(W1 @ x + b1) + b2:", by_matrix)
print(f"   largest difference: {two_layer_difference:.1e}")

print("\n5. Without relu, W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2): one layer, not two")
straight = MLP(3, [4, 2], activation="linear")
straight.load_state_dict(network.state_dict())
collapsed, offset = W2 @ W1, W2 @ b1 + b2
X = np.random.default_rng(6).normal(size=(3, 8))  # eight examples, one in each column
two_straight_layers = np.column_stack([numbers(straight(column)) for column in X.T])
collapse_difference = np.abs(collapsed @ X + offset[:, None] - two_straight_layers).max()
print("   W2 @ W1 =", str(collapsed).replace("\n", "\n             "))
print(f"   largest difference from the two layers, on eight examples: {collapse_difference:.1e}")
slopes = np.array([jacobian(network)(column) for column in X.T])  # dy/dx, example by example
slope_differences = np.abs(slopes - collapsed).max(axis=(1, 2))
neurons_on = (W1 @ X + b1[:, None] > 0.0).sum(axis=0)
print("   With relu the slopes dy/dx change from place to place, which no single matrix could do.")
print("   They are those of W2 @ W1 only where all four neurons are on:")
print("      example            " + "".join(f"{i:8d}" for i in range(8)))
print("      neurons that are on" + "".join(f"{count:8d}" for count in neurons_on))
print("      off from W2 @ W1 by" + "".join(f"{size:8.4f}" for size in slope_differences))

print("\n6. A batch: eight examples as the columns of X, and still one product for each layer")
H = relu(W1 @ X + b1[:, None])
Y = W2 @ H + b2[:, None]
batch_by_graph = np.column_stack([numbers(network(column)) for column in X.T])
batch_difference = np.abs(Y - batch_by_graph).max()
differences = [one_layer_difference, two_layer_difference, collapse_difference, batch_difference]
assert max(differences) < 1e-14
print(f"   W1 {W1.shape} @ X {X.shape} gives H {H.shape}; W2 {W2.shape} @ H gives Y {Y.shape}")
print(f"   largest difference from the examples one by one: {batch_difference:.1e}")
