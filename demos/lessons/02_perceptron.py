"""The perceptron: learning from mistakes alone.

A perceptron answers 1 where w·x + b is at least 0, and 0 elsewhere. That step has no slope: there
is no gradient to go down. Rosenblatt's rule needs none: where the answer is right nothing changes;
where it is wrong, the example is added to the weights if the answer should have been 1, and
subtracted if it should have been 0. If a line separates the classes, the mistakes come to an end.

Leaves, dogs and cats are invented, with a seed; the irises are real (Fisher 1936).

Source: "The maths behind neural networks", Rosenblatt's perceptron and its training rule.

    python demos/lessons/02_perceptron.py
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.datasets import load_iris

from autograd import Value, dot, sigmoid
from invented import dogs_and_cats, leaves
from nn import Perceptron, split
from pictures import output_folder, save
from visualize import draw, plot_curves, plot_decision_boundary

folder = output_folder(__file__, __doc__)


def before_the_step(model: Perceptron) -> Callable[[Any], Any]:
    """Return the function w·x + b of a perceptron, whose zero is its line."""
    return lambda x: dot(model.weights, x) + model.bias


print("1. The step: 1 where its input is at least 0, else 0; no gradient comes through")
corners, smooth = [-4.0, -1e-9, 0.0, 4.0], np.linspace(-4.0, 4.0, 81).tolist()
step = [(Value(z) >= 0.0).data for z in corners]
curves = plot_curves(
    {"step": (corners, step), "sigmoid, for comparison": (smooth, [sigmoid(z) for z in smooth])},
    x_label="w·x + b",
    y_label="answer",
    title="A step has no slope to learn by",
)
save(curves, folder / "step.svg")
neuron = Perceptron(2)
neuron.weights[0].data, neuron.weights[1].data, neuron.bias.data = 1.0, -2.0, 0.5
answer = neuron([Value(3.0, label="x0"), Value(1.0, label="x1")])
answer.label = "answer"
answer.backward()
assert all(not weight.has_grad for weight in neuron.parameters())
print(draw(answer).text)
save(draw(answer, title="A perceptron: no gradient comes through"), folder / "perceptron.svg")

print("\n2. The bias is a weight like the others, on an input that is always 1")
with_bias = dot([1.0, -2.0], [3.0, 1.0]) + 0.5
as_weight = dot([1.0, -2.0, 0.5], [3.0, 1.0, 1.0])
print(f"   (1, -2)·(3, 1) + 0.5 = {with_bias:g} = (1, -2, 0.5)·(3, 1, 1) = {as_weight:g}")

print("\n3. Rosenblatt's rule on leaves, update by update: the first eight mistakes")
X, y = leaves()
w = np.zeros(3)  # w0, w1 and b
mistakes = []
for row, label in zip(np.column_stack([X, np.ones(len(X))]), y):
    said = int(w @ row >= 0)
    if said != label:
        w = w + (label - said) * row
        mistakes.append(w)
        if len(mistakes) <= 8:
            change = "w + x" if label else "w - x"
            print(f"   x = ({row[0]}, {row[1]}, 1) is {label}, but the answer is {said}", end="")
            print(f":  {change} = ({w[0]:5.1f}, {w[1]:5.1f}, {w[2]:2g})")
model = Perceptron(2)
model.fit(X, y, epochs=1)
from_library = [parameter.data for parameter in model.parameters()]
print(f"   After all {len(y)} leaves, {len(mistakes)} of them mistaken:   {np.round(w, 6)}")
print(f"   nn.Perceptron, after one epoch:   {np.round(from_library, 6)}")

assert np.allclose(w, from_library)

print("\n4. Epoch after epoch, until one is without a mistake; a quarter is held out")
iris = load_iris()
flowers = iris.data[:, 2:], (iris.target == 0).astype(int)  # length and width of the petals
tasks = {
    "leaves": (leaves(), "brown spots per cm²", "tenths that are yellow", "diseased"),
    "dogs and cats": (dogs_and_cats(), "snout in cm", "weight in kg", "a dog"),
    "iris setosa": (flowers, "length of petals in cm", "width of petals in cm", "setosa"),
}
histories, models, scores, parts, planes = {}, {}, {}, {}, {}
for name, (data, across, up, ones) in tasks.items():
    parts[name] = split(*data, 0.25, rng=random.Random(2))
    X_train, y_train, X_test, y_test = parts[name]
    models[name] = Perceptron(2)
    history = histories[name] = models[name].fit(X_train, y_train, epochs=1000)
    scores[name] = models[name].score(X_test, y_test)
    assert history.mistakes[-1] == 0
    assert scores[name] >= 0.9
    w0, w1, b = (parameter.data for parameter in models[name].parameters())
    print(f"   {name}: {history}")
    print(f"      line {w0:.1f} x0 {w1:+.1f} x1 {b:+g} = 0", end="")
    print(f"; {scores[name]:.0%} right of {len(y_test)} held out")
    planes[name] = plot_decision_boundary(
        before_the_step(models[name]),
        *data,
        title=f"The perceptron's line: 1 is {ones}",
        x_label=across,
        y_label=up,
    )
    save(planes[name], folder / f"{name.replace(' ', '_')}.svg")
figure = plot_curves(
    {name: history.mistakes for name, history in histories.items()},
    x_label="epoch",
    y_label="mistakes",
    title="Mistakes end where a line separates the classes",
    markers=True,
    start=1,
)
save(figure, folder / "mistakes.svg")
