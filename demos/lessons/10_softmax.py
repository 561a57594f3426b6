"""Softmax and cross-entropy, in full.

Softmax turns any numbers into probabilities: exp of each, divided by the sum of them all. The loss
is -log of the probability of the right class. All this is a graph like any other, and its gradient
at the leaves is the shortest formula of the field: p - y, the prediction minus the answer. The
Jacobian of softmax gives the same, and the matrices of a layer need nothing else. Computed as it is
written, softmax overflows; the last parts show the way out, and learn to tell three irises apart.

Source: "The maths behind neural networks", backpropagation with softmax and cross-entropy;
"Neural networks", the softmax output.

    python demos/lessons/10_softmax.py
"""

from __future__ import annotations

import random
import warnings
from typing import Any

import numpy as np
from sklearn.datasets import load_iris

import autograd
from autograd import Value, dot, exp, jacobian, log, softmax
from nn import SGD, Layer, cross_entropy, fit, split
from pictures import output_folder, save
from visualize import draw, plot_decision_boundary, plot_history

folder = output_folder(__file__, __doc__)
np.set_printoptions(precision=6, suppress=True, floatmode="fixed", sign=" ")


def labelled(label: str, values: list[Value]) -> list[Value]:
    for place, value in enumerate(values):
        value.label = f"{label}[{place}]"
    return values


def naive_loss(logits: list[Value], y: Any) -> tuple[list[Value], Value]:
    """Return the probabilities and the loss, written down as the formulas stand."""
    powers = labelled("exp z", [exp(z) for z in logits])
    total = autograd.sum(powers)
    p = labelled("p", [power / total for power in powers])
    loss = -dot(y, [log(probability) for probability in p])
    total.label, loss.label = "sum", "loss"
    return p, loss


print("1. The graph of three classes, of which class 1 is right")
z, y = np.array([1.0, 2.0, -0.5]), np.array([0.0, 1.0, 0.0])
logits = labelled("z", [Value(number) for number in z])
probabilities, loss = naive_loss(logits, y)
loss.backward()
save(draw(loss, title="Softmax and cross-entropy of three classes"), folder / "softmax.svg")
p = np.array([probability.data for probability in probabilities])
gradient = np.array([logit.grad for logit in logits])
assert np.allclose(gradient, p - y, atol=1e-15)
print("   class        z        p        y        p - y    gradient in the graph")
for row in zip(range(3), z, p, y, p - y, gradient):
    print("   {:5} {:8.4f} {:8.4f} {:8.0f} {:12.8f} {:15.8f}".format(*row))

print("\n2. The same by the Jacobian of softmax, diag(p) - p p^T, times dL/dp = -y / p")
by_formula = np.diag(p) - np.outer(p, p)
by_engine = np.array(jacobian(softmax)(z))
slope_of_p = np.array([probability.grad for probability in probabilities])
print("   diag(p) - p p^T =", str(by_formula).replace("\n", "\n                    "))
print(f"   largest difference from the engine's: {np.abs(by_formula - by_engine).max():.1e}")
print("   dL/dp           =", slope_of_p + 0.0)
print("   their product   =", by_formula @ slope_of_p, " which is p - y again")

print("\n3. In a layer, for a batch: dZ = (P - Y) / d and dW = dZ X^T, d examples in the columns")
generator = np.random.default_rng(10)
X = generator.normal(size=(4, 5))
W, b = generator.normal(size=(3, 4)), generator.normal(size=3)
classes = [0, 2, 1, 1, 0]
Y = np.eye(3)[:, classes]  # one-hot: a 1 for the class of each column
powers = np.exp(W @ X + b[:, None])
dz = (powers / powers.sum(axis=0) - Y) / len(classes)
dw, db = dz @ X.T, dz.sum(axis=1)
as_values: Any = np.frompyfunc(Value, 1, 1)  # makes a Value of every number in an array
weights, biases = as_values(W), as_values(b)
rows = [[dot(row, x) + bias for row, bias in zip(weights, biases)] for x in X.T]
batch_loss = cross_entropy(rows, classes)
batch_loss.backward()
grad_of: Any = np.frompyfunc(lambda value: value.grad, 1, 1)
dw_of_graph, db_of_graph = grad_of(weights).astype(float), grad_of(biases).astype(float)
print("   dW by the graph =", str(dw_of_graph).replace("\n", "\n                    "))
largest = max(np.abs(dw - dw_of_graph).max(), np.abs(db - db_of_graph).max())
assert largest < 1e-15
print(f"   largest difference from the matrices, dW and db: {largest:.1e}")

print("\n4. Large logits: exp(1000) is more than a float can hold")
large = [Value(999.0), Value(1001.0), Value(1000.0)]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    overflowed, naive = naive_loss(labelled("z", large), y)
naive.backward()
print("   as the formulas stand: p =", [probability.data for probability in overflowed])
print(f"      loss {naive.data}, gradients {[logit.grad for logit in large]}")
print(f"      the engine warned: {caught[0].message}")
for logit in large:
    logit.zero_grad()
stable = cross_entropy(large, 1)
stable.backward()
assert np.isnan(naive.data)
assert np.isclose(stable.data, np.log(1.0 + np.exp(-1.0) + np.exp(-2.0)))
print("   nn.cross_entropy first subtracts the largest logit from all of them, which changes no p:")
print(f"      loss {stable.data:.6f}, gradients {np.array([logit.grad for logit in large])}")

print("\n5. Softmax regression: one linear layer tells three irises apart by their petals")
iris = load_iris()
petals = iris.data[:, 2:]  # length and width, in cm
X_train, y_train, X_test, y_test = split(
    petals, iris.target, 0.2, stratify=True, rng=random.Random(10)
)
middle, deviation = np.mean(X_train, axis=0), np.std(X_train, axis=0)
X_train, X_test = (X_train - middle) / deviation, (X_test - middle) / deviation
model = Layer(2, 3, "linear", rng=random.Random(10))
history = fit(
    model,
    X_train,
    y_train,
    loss="cross_entropy",
    optimizer=SGD(model.parameters(), lr=2.0),
    epochs=300,
    batch_size=None,  # the whole batch at each step, as in part 3
    shuffle=False,
    validation=(X_test, y_test),
    metrics=["accuracy"],
)
assert history["loss"][-1] < 0.1 * history["loss"][0]
assert history["validation_accuracy"][-1] >= 0.9
print("   epoch     loss    right   held out")
for epoch in (1, 10, 100, 300):
    measured = [history[name][epoch - 1] for name in ("loss", "accuracy", "validation_accuracy")]
    print("   {:5} {:8.4f} {:8.1%} {:10.1%}".format(epoch, *measured))
print("   score = weights * petal (length, width) + bias; the class of the largest score is chosen")
for name, neuron in zip(iris.target_names, model.neurons):
    *weights_of_class, bias_of_class = (parameter.data for parameter in neuron.parameters())
    print(f"   {name:11} {np.array(weights_of_class)} {bias_of_class:10.6f}")
regions = plot_decision_boundary(
    model,
    X_test,
    y_test,
    title="Held-out irises: 0 setosa, 1 versicolor, 2 virginica",
    x_label="petal length, standardised",
    y_label="petal width, standardised",
)
save(regions, folder / "regions.svg")
curves = plot_history(history, title="Softmax regression on iris")
save(curves, folder / "training.svg")
