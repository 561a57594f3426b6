"""A tour of the engine: expressions, gradients, pictures, second derivatives, a neuron.

    python -i demos/repl_tour.py

With -i Python stays open at the end, with every name of this file at hand.
"""

from __future__ import annotations

import argparse
import math
import random
from pathlib import Path

from autograd import Value, check_gradients, grad, gradients, hessian, sin, where
from nn import Neuron
from visualize import draw

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--output", type=Path, default=Path("output"), metavar="FOLDER")
output = parser.parse_args().output
output.mkdir(parents=True, exist_ok=True)


print("1. An expression is a graph")
a = Value(2.0, label="a")
b = Value(-3.0, label="b")
c = a * b + sin(a)
c.label = "c"
print(f"   c = a * b + sin(a) = {c.data:.4f}, made by {c.op.name!r} from {len(c.args)} operands")

print("2. Backward: the derivative of c in every node below it")
c.backward()
assert (a.grad, b.grad) == (b.data + math.cos(a.data), a.data)
print(f"   dc/da = b + cos(a) = {a.grad:.4f}")
print(f"   dc/db = a          = {b.grad:.4f}")

print("3. The picture: data and gradient on every node")
print(draw(c).text)
print("   wrote", draw(c, title="c = a * b + sin(a)").save(output / "expression.svg"))

print("4. A gradient is a graph as well, so there are gradients of gradients")
slope = gradients(c, a, create_graph=True)
assert gradients(slope, a) == -math.sin(a.data)
print(f"   d2c/da2 = -sin(a) = {gradients(slope, a):.4f}")
print("   wrote", draw(slope, title="dc/da, drawn by the engine").save(output / "slope.svg"))

print("5. The same for functions of plain numbers")


def rosenbrock(x: float, y: float) -> float:
    """Return Rosenbrock's valley, with its lowest point at (1, 1)."""
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


assert grad(rosenbrock, argnums=(0, 1))(0.0, 0.0) == (-2.0, 0.0)
assert hessian(lambda p: rosenbrock(*p))([1.0, 1.0]) == [[802.0, -400.0], [-400.0, 200.0]]
print(f"   gradient at (0, 0): {grad(rosenbrock, argnums=(0, 1))(0.0, 0.0)}")
print(f"   Hessian at (1, 1):  {hessian(lambda p: rosenbrock(*p))([1.0, 1.0])}")
print(f"   third derivative of x**3: {grad(grad(grad(lambda x: x**3)))(5.0)}")

print("6. Branches are nodes: the one not taken cannot poison a gradient")
x = Value(0.0, label="x")
safe = where(x > 0, x**0.5, 0.0)
safe.backward()
assert x.grad == 0.0
print(f"   where(x > 0, sqrt(x), 0) at 0 has gradient {x.grad}, though sqrt has slope inf there")

print("7. A neuron is a small expression")
neuron = Neuron(3, activation="tanh", rng=random.Random(1))
error = (neuron([1.0, -2.0, 0.5]) - 1.0) ** 2
error.backward()
assert [w.grad for w in neuron.parameters()] == gradients(error, neuron.parameters())
print(draw(error).text)
print("   wrote", draw(error, title="The error of one neuron").save(output / "neuron.svg"))

print("8. Every local derivative, checked against differences")
check_gradients(rosenbrock, 0.5, 0.2)
print("   all right")
