"""Backpropagation, four ways.

By how much does the loss change with a weight deep in the network? The chain rule says: take every
path from the weight to the loss, multiply the local derivatives along it, and add up the paths. The
graph's backward() computes the same sum, but visits every value only once. Matrices do that for a
whole layer and a batch of examples at a time. Plain differences, which use no derivative at all,
confirm all three.

Source: "The maths behind neural networks", backpropagation by the chain rule and by matrices;
"Neural networks", the batch form.

    python demos/lessons/09_backpropagation.py
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Value, dot, log, mean, sigmoid, topological_order
from pictures import output_folder, save
from visualize import draw, step_through

folder = output_folder(__file__, __doc__)

generator = np.random.default_rng(10)
X = generator.normal(size=(2, 4)).round(1)  # two features of four examples, one in each column
Y = np.array([1, 0, 1, 0])
widths = [2, 2, 3, 1]
numbers = {}
for layer in (1, 2, 3):
    numbers[f"W{layer}"] = generator.normal(size=(widths[layer], widths[layer - 1])).round(1)
    numbers[f"b{layer}"] = generator.normal(size=widths[layer]).round(1)


def network(parameters: dict[str, Any], x: Any) -> tuple[list[Any], list[Any]]:
    """Return the sums Z and the outputs A = sigmoid(Z) of every layer, for one example."""
    sums, outputs = [], [list(x)]
    for layer in (1, 2, 3):
        rows = np.column_stack([parameters[f"W{layer}"], parameters[f"b{layer}"]])
        sums.append([dot(row, [*outputs[-1], 1.0]) for row in rows])  # the bias weighs a 1
        outputs.append([sigmoid(z) for z in sums[-1]])
    return sums, outputs


def example_loss(p: Any, y: int) -> Any:
    return -log(p) if y == 1 else -log(1 - p)


Route = list[tuple[Any, float]]  # nodes, each with its local slope


def paths_to(root: Value) -> dict[Any, list[Route]]:
    """Return the paths from every leaf to `root`."""
    found: dict[Any, list[Route]] = {}
    unfinished: list[tuple[Any, Route]] = [(root, [])]
    while unfinished:
        node, path = unfinished.pop(0)
        if node.op is None:
            found.setdefault(node, []).append(path)
            continue
        # The rule of the operation, for 1 from above: its derivative in each of its operands
        slopes = node.op.pull(1.0, node.data, [operand.data for operand in node.args])
        unfinished += [(x, [(node, slope), *path]) for x, slope in zip(node.args, slopes)]
    return found


def product(path: Route) -> float:
    return math.prod([slope for _, slope in path])


print("1. The chain rule in full: every path from one weight to the loss of one example")
print("   The graph of one example, from its two inputs to its loss:")
as_values: Any = np.frompyfunc(Value, 1, 1)  # makes a Value of every number in an array
parameters = {name: as_values(array) for name, array in numbers.items()}
leaves = []
for name, values in parameters.items():
    for place, leaf in np.ndenumerate(values):
        leaf.label = name + str(list(place))
        leaves.append(leaf)
sums, outputs = network(parameters, X[:, 0])
for layer in (1, 2, 3):
    for place, (z, a) in enumerate(zip(sums[layer - 1], outputs[layer])):
        z.label, a.label = f"Z{layer}[{place}]", f"A{layer}[{place}]"
loss = example_loss(outputs[3][0], Y[0])
loss.label = "loss"
loss.backward()
picture = draw(loss, title="One example: the loss, and its gradient at every value")
save(picture, folder / "backpropagation.svg")

weight = parameters["W1"][0, 1]
paths = paths_to(loss)[weight]
print(f"   From {weight.label} there are {len(paths)} paths. Below every node is its slope, by how")
print("   much it grows per unit of the node before it; the last number is their product.")
for path in paths:
    print("      " + "".join(f"{node.label or node.op.name:>9}" for node, _ in path))
    print("      " + "".join(f"{slope:9.4f}" for _, slope in path) + f"   {product(path):9.6f}")
sum_over_paths = sum(product(path) for path in paths)
assert math.isclose(sum_over_paths, weight.grad, rel_tol=1e-12)
print(f"   sum over the paths: {sum_over_paths:.15f}")
print(f"   backward():         {weight.grad:.15f}")

print("\n2. Every parameter: its derivative of the mean loss of a batch of four examples")
J = mean([example_loss(network(parameters, x)[1][3][0], y) for x, y in zip(X.T, Y)])
paths_by_leaf = paths_to(J)
ways = {"sum of paths": [sum(map(product, paths_by_leaf[leaf])) for leaf in leaves]}

for leaf in leaves:
    leaf.zero_grad()  # forget the example of part 1
J.backward()
ways["backward()"] = [leaf.grad for leaf in leaves]

activations = [X]  # matrix calculus: each array holds one example in every column
for layer in (1, 2, 3):
    Z = numbers[f"W{layer}"] @ activations[-1] + numbers[f"b{layer}"][:, None]
    activations.append(1 / (1 + np.exp(-Z)))
slopes = {}
delta = activations[3] - Y  # dJ/dZ of the last layer, times the number of examples
for layer in (3, 2, 1):
    below = activations[layer - 1]
    slopes[f"W{layer}"] = delta @ below.T / Y.size
    slopes[f"b{layer}"] = delta.sum(axis=1) / Y.size
    delta = numbers[f"W{layer}"].T @ delta * below * (1 - below)  # (W^T dZ) * sigmoid'(Z)
ways["matrices"] = [slope for name in numbers for slope in slopes[name].flat]

ways["differences"] = []
for leaf in leaves:
    number, ends = leaf.data, []
    for step in (1e-5, -1e-5):
        leaf.data = number + step
        ends.append(J.forward().data)
    leaf.data = number
    ways["differences"].append((ends[0] - ends[1]) / 2e-5)

print("   parameter  paths" + "".join(f"{name:>17}" for name in ways))
for index, leaf in enumerate(leaves):
    columns = "".join(f"{found[index]:17.12f}" for found in ways.values())
    print(f"   {leaf.label:9} {len(paths_by_leaf[leaf]):6}{columns}")
exact = np.array(ways["backward()"])
largest = {name: np.max(np.abs(found / exact - 1)) for name, found in ways.items()}
print("   off by at most  " + "".join(f"{difference:17.1e}" for difference in largest.values()))
assert max(largest["sum of paths"], largest["matrices"]) < 1e-12
assert largest["differences"] < 1e-6
count = sum(len(paths_by_leaf[leaf]) for leaf in leaves)
visited = len(topological_order(J))
print(f"   All in all {count} paths; backward() visits {visited} values, each once.")

print("\n3. Step by step: how backward() finds all of them in one walk from the loss")
loss.forward()  # the differences have left their traces in the example of part 1
steps = step_through(loss)
for step in steps[:6]:
    print(f"   {step}")
print(
    f"   ... and so on: {len(steps)} steps, one per edge, for the gradients of {len(leaves)} leaves"
)
arrived = [step for step in steps if step.operand is outputs[1][0]]
print(f"   {arrived[0].names[1]} is used {len(arrived)} times, and passes on the sum: ", end="")
print(" + ".join(f"{step.outgoing:.4f}" for step in arrived), f"= {arrived[-1].total:.4f}")
save(steps, folder / "steps.svg")
