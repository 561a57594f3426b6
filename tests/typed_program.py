"""A user's program for type checkers: `make lint` runs mypy and pyright over it, and never itself.

A line that ends in `# wrong` must be an error to both; check_types.py compares.
"""

from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_type

from autograd import (
    Value,
    compile,
    compile_graph,
    dot,
    exp,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    maximum,
    mean,
    sin,
    softmax,
    take,
    value_and_grad,
    vjp,
    where,
)  # fmt: skip
from autograd import sum as sum_of
from nn import (
    L2,
    MLP,
    SGD,
    AvgPool2d,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    MaxPool2d,
    Module,
    Neuron,
    Sequential,
    StepLR,
    accuracy,
    cross_entropy,
    fit,
    huber_loss,
    mse_loss,
)  # fmt: skip
from visualize import draw

a = Value(2.0, label="a")
b = Value(np.float32(3))

# Operators, on whichever side the Value stands
assert_type(a * 3 + 2 * a - a / 2 + 2**a - -a, Value)
assert_type(a * Fraction(1, 2) - Fraction(1, 2) * a, Value)
assert_type(abs(a), Value)
assert_type(a < 0.0, Value)
assert_type(a.data + a.grad, float)
array: NDArray[Any] = a * np.ones(3) + np.ones(3) * a
a += 1
a **= b
print(a + "1")  # wrong
print("1" * a)  # wrong
print(a - None)  # wrong
print(a @ b)  # wrong

# Builtin functions
assert_type(max(a, b), Value)
assert_type(min([a, b, a]), Value)
assert_type(sorted([a, b]), list[Value])
total = sum([a, a * a])
if a < b and not b > 2:
    a.backward()

# A comparison is a Value with a truth value
less: Value = a < b
assert_type((a < b) * a, Value)
assert_type(where(a < b, 1.0, 2.0), Value)
assert_type(mean([a < b, b < a]), Value)
assert_type(sorted([a, b], key=lambda value: -value.data), list[Value])
(a < b).tahn()  # wrong
print(a < "b")  # wrong

# Making and changing Values
a.data = 3
a.grad = np.float64(0.5)
assert_type(b.label + b.scope, str)
Value("2.0")  # wrong
Value([1.0, 2.0])  # wrong
Value(None)  # wrong
Value(2.0, label=1)  # wrong
a.data = "3"  # wrong
a.scope = "here"  # wrong
a.backward("1")  # wrong

# Methods, and their names
assert_type(a.tanh().exp().clip(0.0, b).leaky_relu(), Value)
assert_type(a.arctan2(1.0), Value)
assert_type(a.forward().detach(), Value)
a.backwards()  # wrong
a.tahn()  # wrong
a.item()  # wrong
print(a.dta)  # wrong
a.gate(b)  # wrong
a.tanh(2.0)  # wrong
a.clip(0.0)  # wrong
a.maximum("b")  # wrong

# Functions: Values give Values, numbers give numbers, arrays give arrays
assert_type(exp(a), Value)
assert_type(exp(1.0), float)
assert_type(sin(1) + sin(Fraction(1, 2)), float)
assert_type(maximum(a, 0.0), Value)
assert_type(maximum(0.0, a), Value)
assert_type(where(a < 0.0, a, 1.0), Value)
curve: NDArray[Any] = sin(np.ones(3))
largest: Value = max(a, exp(a))
assert_type(take([a, b], 1), Value)
assert_type(take([[1.0], [2.0]], a), list[float])
sin("x")  # wrong
sin([1.0, 2.0])  # wrong
exp(1.0).backward()  # wrong
sin(a).backwards()  # wrong

assert_type(sum_of([a, 1.0]), Value)
assert_type(mean([1, 2.0]), float)
assert_type(softmax([a, b]), list[Value])
assert_type(softmax([1.0, 2.0]), list[float])
assert_type(dot([1.0, 2.0], [a, b]), Value)
sum_of(["a"])  # wrong
dot([a], 2.0)  # wrong


# Derivatives: functions of Values are called with numbers, and those of numbers with theirs
def cube(x: Value, scale: float = 1.0) -> Value:
    return x**3 * scale


def energy(x: float, scale: float = 1.0) -> float:
    return exp(x) * scale


def product(sides: list[Value]) -> Value:
    return sides[0] * sides[1]


def powers(x: Value) -> list[Value]:
    return [x, x * x]


def first_of(x: NDArray[Any]) -> Value:
    return Value(x[0])


def area(sides: dict[str, float]) -> float:
    return sides["width"] * sides["height"]


assert_type(grad(cube)(2.0), float)
assert_type(grad(cube)(a, scale=2.0), Value)
assert_type(grad(grad(cube))(2.0), float)
assert_type(grad(lambda x: x * x)(2.0), float)
assert_type(grad(sin)(1.0), float)
assert_type(grad(energy)(2.0, scale=3.0), float)
assert_type(grad(area)({"width": 2.0, "height": 3.0}), dict[str, float])
assert_type(value_and_grad(cube)(2.0), tuple[float, float])
assert_type(grad(product)([2.0, 3.0]), list[float])
assert_type(grad(product)([a, b]), list[Value])
assert_type(value_and_grad(product)([2, 3.0]), tuple[float, list[float]])
assert_type(grad(product)(np.ones(2)), NDArray[np.float64])
print(grad(lambda v: v[0] * v[1])([2.0, 3.0]))
grad(product)([2.0, 3.0])[0].backward()  # wrong
grad(energy)(2.0, width=3.0)  # wrong
grad(2.0)  # wrong
grad(a * a)  # wrong
assert_type(gradients(a * a, {"a": a}), dict[str, float])
assert_type(gradients(a * a, a), float)
assert_type(gradients(a * a, [a, b]), list[float])
assert_type(gradients(a * a, a, create_graph=True), Value)
gradients(a * a, a).backward()  # wrong
gradients(a * a, [a]) + 1.0  # wrong
gradients(a * a, a, True)  # wrong

assert_type(hessian(cube)(2.0), float)
assert_type(hessian(cube)(a), Value)
assert_type(hessian(energy)(2.0, scale=3.0), float)
assert_type(jacobian(sin)(2.0), float)
print(hessian(lambda v: v[0] * v[1])([1.0, 2.0])[0][1])
print(jacobian(lambda v: [v[0] * v[1]])([1.0, 2.0])[0])
assert_type(hessian(product)([1.0, 2.0]), list[list[float]])
assert_type(jacobian(product)([1.0, 2.0]), list[float])
assert_type(jacobian(area)({"width": 2.0, "height": 3.0}), dict[str, float])
assert_type(jacobian(cube)(a, scale=2.0), Value)
print(jacobian(powers)(2.0)[1])
hessian(energy)(2.0, width=3.0)  # wrong
hessian(cube)(2.0).backward()  # wrong
jacobian(a * a)  # wrong
jacobian(product)([1.0, 2.0])[0][1]  # wrong
assert_type(jvp(cube, 2.0, 1.0), tuple[float, float])
assert_type(jvp(cube, (a,), (1.0,)), tuple[Value, Value])
assert_type(jvp(product, [2.0, 3.0], [1.0, 0.0]), tuple[float, float])
print(jvp(lambda v: [v[0], v[1]], [2.0, 3.0], [1.0, 0.0])[1][0])
jvp(cube, 2.0, 1.0)[1].backward()  # wrong
jvp(cube, 2.0)  # wrong
assert_type(hvp(cube, 2.0, 1.0), float)
assert_type(hvp(lambda v: v[0] ** 2, [2.0], [1.0]), list[float])
hvp(cube, 2.0, 1.0).backward()  # wrong
assert_type(vjp(cube, 2.0)[0], float)
assert_type(vjp(cube, 2.0)[1](1.0), tuple[float, ...])
assert_type(vjp(cube, a)[1](1.0), tuple[Value, ...])
assert_type(vjp(area, {"width": 2.0, "height": 3.0})[1](1.0), tuple[dict[str, float]])
assert_type(vjp(lambda x, v: [x * v[0]], 2.0, [1.0])[1]([1.0]), tuple[float, list[float]])
vjp(cube, 2.0)[1](1.0) + 1.0  # wrong
vjp(cube, 2.0)[1](1.0)[0].backward()  # wrong
vjp(cube, 2.0)[1]("1")  # wrong
vjp(a * a, 2.0)  # wrong
shares: list[Value] = softmax([a, 1.0])

# Compiled functions keep the signature of what they were made from
quick = compile(cube)
assert_type(quick(2.0), float)
assert_type(quick(2.0, 3.0), float)
assert_type(quick(a), Value)
assert_type(quick.value_and_grad(2.0), tuple[float, float])
assert_type(quick.value_and_grad(2.0, 3.0), tuple[float, tuple[Any, ...]])
assert_type(quick.backward(2.0), float)
assert_type(compile(sin)(2.0), float)
assert_type(compile(energy)(2.0), float)
assert_type(compile(area)({"width": 2.0, "height": 3.0}), float)
assert_type(compile(energy).value_and_grad(2.0), tuple[float, Any])
assert_type(compile(product)([2.0, 3.0]), float)
assert_type(compile(product)((2, 3)), float)
assert_type(compile(product)([a, 3.0]), Value)
assert_type(compile(product).value_and_grad([2.0, 3.0])[0], float)
assert_type(compile(powers)(2.0), list[float])
assert_type(compile(product).value_and_grad(np.ones(2), out=(None, np.empty(2))), Any)
assert_type(compile(first_of).hessian(np.ones(2), out=np.empty((2, 2))), Any)
assert_type(compile(first_of)(np.ones(2)), float)
print(compile(lambda x: x * x)(2.0), compile(lambda x: [x])(2.0)[0])
losses: NDArray[Any] = compile(cube, in_axes=0, backend="numpy")([1.0, 2.0])
print(compile_graph(a * a, [a]).value_and_grad(3.0))
quick("2")  # wrong
quick.backwards()  # wrong
quick(2.0).backward()  # wrong
compile(product)([2.0, 3.0]).backward()  # wrong
compile(product)(["2", "3"])  # wrong
compile(powers)(2.0)[0].backward()  # wrong
compile(energy)("2")  # wrong
compile(area)(2.0)  # wrong
compile(a * a)  # wrong
compile(a * a, [a])  # wrong
compile(cube, 0, "numpy")  # wrong
compile(cube, verify="sometimes")  # wrong
quick.backward(2.0, reduction="max")  # wrong
quick.program("gradient", 2.0)  # wrong
compile_graph(a * a, [a]).jacobians(1.0)  # wrong


# Networks: a call returns what `forward` does; an output is a Value, or a list of them
class Line(Module):
    def __init__(self) -> None:
        self.layer = Layer(2, 1)

    def forward(self, x: list[float], shift: float = 0.0) -> Value:
        return self.layer(x) + shift


model = MLP(2, [4, 1])
assert_type(Neuron(2)([1.0, a]), Value)
assert_type(Line()([1.0, 2.0], shift=1.0), Value)
assert_type(Conv2d(1, 1, 2)(np.ones((3, 3)))[0][0][0], Value)
output = model(np.ones(2))
output.backward()
assert_type(output * 2.0, Value)
assert_type(output[0] + output[-1], Value)
assert_type([score.data for score in output], list[float])
assert_type(softmax(output), list[Value])
hidden: list[Value] = Layer(2, 3)((1, 2))
single: Value = model([a, 1.0])
output.backwards()  # wrong
output[0].tahn()  # wrong
model("1 2")  # wrong
model([1.0], [2.0])  # wrong
Line()(2.0)  # wrong
Line()([1.0, 2.0], shift="1")  # wrong
Line()([1.0, 2.0]).backwards()  # wrong

# Layers that give what they are given, in other shapes; a Sequential gives what its last layer does
picture = np.ones((4, 4))
maps = Conv2d(1, 2, 2)(picture)
dropout = Dropout(0.5)
assert_type(MaxPool2d(2)(maps), list[list[list[Value]]])
assert_type(AvgPool2d(2)([[1, 2.0], [3, 4]]), list[list[list[float]]])
assert_type(AvgPool2d(2)(picture), list[list[list[float]]])
assert_type(Flatten()(MaxPool2d(2)(maps)), list[Value])
assert_type(Flatten()([[1, 2.0]]), list[float])
assert_type(Flatten()(picture), list[float])
assert_type(dropout(Flatten()(maps)), list[Value])
assert_type(dropout(maps)[0], list[list[Value]])
assert_type(dropout(a), Value)
assert_type(dropout(0.5), float)
assert_type(dropout(Layer(2, 3)([1.0, 2.0]))[0], Value)
assert_type(Sequential(Conv2d(1, 2, 2), MaxPool2d(2))(picture), list[list[list[Value]]])
assert_type(Sequential(Conv2d(1, 2, 2), Flatten())(picture), list[Value])
reader: Sequential = Sequential(dropout, lambda x: x, Layer(2, 1))
scores = Sequential(Flatten(), Layer(16, 3), Layer(3, 3, "linear"))(picture)
assert_type(scores[0] + scores[1], Value)
fit(Sequential(Layer(2, 1)), [[1.0, 2.0]], [1.0], loss=mse_loss)
MaxPool2d(2)([1.0, 2.0])  # wrong
MaxPool2d(2)(maps)[0].backward()  # wrong
AvgPool2d(2)("12")  # wrong
Flatten()("12")  # wrong
Flatten()(maps)[0][0]  # wrong
Flatten()(None)  # wrong
dropout("12")  # wrong
dropout(a).backwards()  # wrong
dropout(maps)[0].backward()  # wrong
Conv2d(1, 2, 2)([1.0, 2.0])  # wrong
Sequential(Layer(2, 1), 2.0)  # wrong
Sequential(Layer(2, 1))([1.0, 2.0]).backwards()  # wrong
Sequential(Layer(2, 1), Flatten())([1.0, 2.0]).backward()  # wrong

# Losses: Values give a Value, numbers give a number
assert_type(mse_loss([model([1.0, 2.0])], [1.0]), Value)
assert_type(mse_loss([a, 2.0], np.ones(2)), Value)
assert_type(mse_loss([[a, b]], [[1, 2]], reduction="sum"), Value)
assert_type(mse_loss([1.0, 2.0], [1, 2]), float)
assert_type(huber_loss([1.0], [2.0], delta=0.5), float)
assert_type(huber_loss([1.0], [2.0], delta=a), Value)
assert_type(cross_entropy([output], [1]), Value)
assert_type(cross_entropy([0.0, 1.0], 1), float)
assert_type(mse_loss([a, b], [1.0, 2.0], reduction="none"), list[Value])
assert_type(mse_loss([[a], [b]], [[1.0], [2.0]], reduction="none"), list[list[Value]])
assert_type(mse_loss(a, 1.0, reduction="none"), Value)
assert_type(mse_loss([1.0, 2.0], np.ones(2), reduction="none"), list[float])
assert_type(mse_loss([[1.0], [2.0]], [1.0, 2.0], reduction="none"), list[list[float]])
assert_type(mse_loss([model([1.0, 2.0])], [1.0], reduction="none")[0][0], Value)
assert_type(huber_loss([a], [1.0], delta=0.5, reduction="none"), list[Value])
assert_type(cross_entropy([output], [1], reduction="none"), list[Value])
assert_type(cross_entropy(output, 1, reduction="none"), Value)
assert_type(cross_entropy([[1.0, 2.0]], [1], reduction="none"), list[float])
mse_loss([1.0], [1.0]).backward()  # wrong
mse_loss([a], [1.0]).backwards()  # wrong
mse_loss([a], [1.0], reduction="none").backward()  # wrong
mse_loss([1.0], [1.0], reduction="none")[0].backward()  # wrong
cross_entropy([output], [1], reduction="none").backward()  # wrong
cross_entropy(a, 1)  # wrong
mse_loss([1.0], print)  # wrong
mse_loss([a], "1")  # wrong
mse_loss([a], [1.0], "sum")  # wrong
mse_loss([a], [1.0], delta=1.0)  # wrong
huber_loss([a], [1.0], delta="1")  # wrong


def own_loss(outputs: list[Value], targets: list[float]) -> Value:
    return mse_loss(outputs, targets) + 0.1 * sum_of(outputs)


def blind_loss(outputs: list[Value], targets: list[float]) -> float:
    return sum_of(outputs).data + sum_of(targets)


# Training
optimizer = SGD(model.parameters(), lr=0.1)
loss = mse_loss([model([1.0, 2.0])], [1.0])
loss.backward()
optimizer.step()
history = fit(model, [[1.0, 2.0]], [1.0], loss="mse_loss", epochs=1)
fit(model, [[1.0, 2.0]], [1.0], loss=mse_loss, optimizer=optimizer)
fit(model, [[1.0, 2.0]], [1.0], loss=own_loss)
settings: dict[str, list[float]] = dict(
    fit(
        model,
        np.ones((2, 2)),
        [0, 1],
        loss=mse_loss,
        optimizer=partial(SGD, lr=0.1),
        schedule=partial(StepLR, step_size=2),
        penalty=L2(1e-3),
        metrics=["accuracy", accuracy],
        callbacks=[lambda state: state.epoch > 2],
        validation=0.5,
    )
)
fit(model, [[1.0, 2.0]], [1.0], loss="mse_loss", optimizer=model)  # wrong
fit(model, [[1.0, 2.0]], [1.0], loss="mse_loss", callbacks=[lambda state: state.epok])  # wrong
fit(model, [[1.0, 2.0]], [1.0], loss="mse_loss", schedule=StepLR(optimizer))  # wrong
fit(model, [[1.0, 2.0]], [1.0], loss="mse_loss", validation="0.5")  # wrong
fit(model, [[1.0, 2.0]], [1.0], loss=blind_loss)  # wrong
fit(model, [[1.0, 2.0]], print, loss="mse_loss")  # wrong
assert_type(history["loss"], list[float])
assert_type(model.predict(np.zeros((3, 2))), NDArray[np.float64])
print(model.predict([[1.0, 2.0]]).mean(), accuracy([model([1.0, 2.0])], [1]), history.text)
model.predict([[1.0, 2.0]]).meen()  # wrong
model.predict(None)  # wrong
accuracy(None, [1])  # wrong
print(history.txt)  # wrong
assert_type(draw(loss).svg, str)
