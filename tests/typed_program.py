"""A user's program for the type checker: `make lint` runs mypy over it; it is never executed."""

from typing_extensions import assert_type

from autograd import Value, exp, gradients, softmax
from nn import MLP, SGD, fit, mse_loss
from visualize import draw

a = Value(2.0, label="a")
assert_type(a * 3 + 2 * a - a / 2 + 2**a - -a, Value)
assert_type(abs(a), Value)
assert_type(a.tanh().exp(), Value)
assert_type(exp(1.0), float)
assert_type(a.data + a.grad, float)
largest: Value = max(a, exp(a))
total = sum([a, a * a])
slopes: dict[str, float] = gradients(a * a, {"a": a})
shares: list[Value] = softmax([a, 1.0])
a += 1
a.backward()

model = MLP(2, [4, 1])
optimizer = SGD(model.parameters(), lr=0.1)
loss: Value = mse_loss([model([1.0, 2.0])], [1.0])
loss.backward()
optimizer.step()
history = fit(model, [[1.0, 2.0]], [1.0], loss="mse_loss", epochs=1)
assert_type(history["loss"], list[float])
assert_type(draw(loss).svg, str)
