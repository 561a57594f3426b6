"""Vectors and dot products.

The dot product of two vectors is one number that says how far they point the same way: it is above
0 if they do, 0 at right angles, and below 0 if they point against each other. A matrix times a
vector is one dot product after another. The partial derivatives of a function are a vector as well,
the gradient, and its dot product with a direction says how fast the function grows in that
direction. And a vector of weights cuts a plane in two: its dot product is above a limit on one
side and below it on the other. This cut is all that a neuron can decide.

Source: "An introduction to neural networks", dot product, matrix product, partial derivatives and
the gradient vector;
"The maths behind neural networks", vectors, alignment and the hyperplane between leaves.

    python demos/lessons/01_vectors.py
"""

from __future__ import annotations

import math
from typing import Any

from autograd import Value, acos, dot, norm
from invented import leaves
from pictures import output_folder, save
from visualize import draw, plot_decision_boundary, plot_vectors

folder = output_folder(__file__, __doc__)

print("1. The sign of a dot product: a·b = a0 b0 + a1 b1, for a = (3, 1)")
a = [3.0, 1.0]
others = {"same way": [2.0, 2.0], "right angle": [-1.0, 3.0], "against": [-3.0, 1.0]}
products: dict[str, float] = {name: dot(a, b) for name, b in others.items()}
for name, b in others.items():
    terms = " + ".join(f"{i:g} * {j:g}" for i, j in zip(a, b))
    print(f"   b = ({b[0]:2g}, {b[1]:g})   {terms:14} = {products[name]:2g}   {name}")
arrows = plot_vectors({"a": a, **others}, title="Same way, at a right angle, against")
save(arrows, folder / "alignment.svg")

print("\n2. a·b = |a| |b| cos t, with t the angle between them, measured from the axes")
identities: dict[str, float] = {}  # the right side, from the angle
angles: dict[str, float] = {}  # in degrees, from the dot product alone
for name, b in others.items():
    t = math.atan2(b[1], b[0]) - math.atan2(a[1], a[0])
    cosine = round(math.cos(t), 15) + 0.0  # 0, not -0, at the right angle
    lengths = norm(a) * norm(b)
    angles[name] = math.degrees(acos(products[name] / lengths))
    identities[name] = lengths * cosine
    right_side = f"{norm(a):.4f} * {norm(b):.4f} * {cosine:7.4f} = {identities[name]:7.4f}"
    print(f"   {math.degrees(t):6.2f}°   {right_side}", end="")
    print(f"   and back: acos(a·b / |a||b|) = {angles[name]:6.2f}°")
assert all(math.isclose(products[b], identities[b], abs_tol=1e-12) for b in others)

print("\n3. The dot product as a graph: the gradient of a·b in a is b, and in b it is a")
a0, a1 = (Value(number, label=f"a{i}") for i, number in enumerate(a))
b0, b1 = (Value(number, label=f"b{i}") for i, number in enumerate(others["same way"]))
product = a0 * b0 + a1 * b1
product.label = "a·b"
product.backward()
assert [a0.grad, a1.grad, b0.grad, b1.grad] == [b0.data, b1.data, a0.data, a1.data]
print(draw(product).text)
save(draw(product, title="The dot product of (3, 1) and (2, 2)"), folder / "dot_product.svg")

print("\n4. A matrix times a vector: one dot product for each row; the slides print 14, 25, 16")
matrix, x = [[1, 2, 3], [2, 4, 5], [2, 1, 4]], [1, 2, 3]
rows: list[float] = [dot(row, x) for row in matrix]
assert rows == [14.0, 25.0, 16.0]
for row, total in zip(matrix, rows):
    print(f"   {row} · {x} = {' + '.join(str(i * j) for i, j in zip(row, x)):10} = {total:g}")

print("\n5. Partial derivatives: f(x, y) = x² y + 3 y at (2, 1), where they are 2xy and x² + 3")
x_value, y_value = Value(2.0, label="x"), Value(1.0, label="y")
f = x_value**2 * y_value + 3 * y_value
f.label = "f"
f.backward()
gradient = [x_value.grad, y_value.grad]
assert gradient == [4.0, 7.0]
print(draw(f).text)
save(draw(f, title="f(x, y) = x² y + 3 y: the gradient is (4, 7)"), folder / "gradient.svg")
print("   How fast f grows in a direction at this angle to the gradient:")
growths: dict[int, tuple[float, float]] = {}
for turn in (0, 45, 90, 135, 180):
    t = math.atan2(gradient[1], gradient[0]) + math.radians(turn)
    direction = [math.cos(t), math.sin(t)]
    x_near, y_near = 2.0 + 1e-6 * direction[0], 1.0 + 1e-6 * direction[1]
    by_a_small_step = (x_near**2 * y_near + 3 * y_near - f.data) / 1e-6
    growths[turn] = dot(gradient, direction), by_a_small_step
    shown = [round(growth, 4) + 0.0 for growth in growths[turn]]  # 0, not -0
    print(f"   {turn:4}°   gradient·direction {shown[0]:7.4f}", end="")
    print(f"   by a step of 0.000001: {shown[1]:7.4f}")

print("\n6. Weights that split the plane: 40 leaves, invented, with a seed; diseased is 1")
X, y = leaves()
healthy, diseased = X[y == 0].mean(axis=0), X[y == 1].mean(axis=0)
weights = (diseased - healthy).tolist()  # points from the middle of one class to that of the other
bias = -dot(weights, ((healthy + diseased) / 2).tolist())  # so that w·x + b is 0 half way


def score(leaf: Any) -> Any:
    """Return w·x + b: above 0 on the side to which w points, 0 on the line."""
    return dot(weights, leaf) + bias


print(f"   w = ({weights[0]:.3f}, {weights[1]:.3f}), b = {bias:.3f}")
for leaf, label in zip(X[:5].tolist(), y):
    side = "diseased" if score(leaf) >= 0 else "healthy"
    distance = abs(score(leaf)) / norm(weights)
    print(f"   spots {leaf[0]}, yellow {leaf[1]}:  w·x + b = {score(leaf):8.3f}  {side:8}", end="")
    print(f"  {distance:.2f} from the line;  it is {'diseased' if label else 'healthy'}")
right = sum((score(leaf) >= 0) == (label == 1) for leaf, label in zip(X.tolist(), y))
along = [-weights[1], weights[0]]
assert right == len(y)
print(f"   {right} of {len(y)} right; w·(a vector along the line) = {dot(weights, along):g}")
plane = plot_decision_boundary(
    score,
    X,
    y,
    title="Leaves, 1 if diseased: w·x + b = 0 splits the plane",
    x_label="brown spots per cm²",
    y_label="tenths of the area that are yellow",
)
save(plane, folder / "hyperplane.svg")
