"""Random programs, whose results both engines give to the last bit: `python twins.py SEEDS`."""

from __future__ import annotations

import random
import sys
import warnings
from math import inf, nan

import autograd
from autograd import Value, gradients, hypot, no_grad, primitive, where
from autograd.primitive import RESERVED, TABLE
from autograd.reverse import reverse
from autograd.tangents import tangents_of
from autograd.vector import dot

__all__ = ["outcomes"]

cube = primitive("test_twin_cube", lambda x: x * x * x, lambda g, out, x: g * 3.0 * x * x)
blend = primitive(
    "test_twin_blend",
    lambda *xs: sum(xs) / (len(xs) or 1),
    lambda g, out, *xs: [g / len(xs)] * len(xs),
    variadic=True,
)


class Marked(Value):
    """A class of users, with a dict of its own."""


NUMBERS = (0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 3, -2, True, 1e300, 1e-300, inf, -inf, nan, 0.3, -0.7)
FIXED = [row for row in TABLE.values() if row.name in RESERVED and not row.variadic]


def leaf(draw: random.Random) -> Value:
    kind = Marked if draw.random() < 0.1 else Value
    return kind(draw.choice(NUMBERS) if draw.random() < 0.3 else draw.uniform(-3.0, 3.0))


def operand(draw: random.Random, nodes: list) -> object:
    return draw.choice(nodes) if draw.random() < 0.8 else draw.choice(NUMBERS)


def step(draw: random.Random, nodes: list) -> object:
    one, two = draw.choice(nodes), operand(draw, nodes)
    choice = draw.randrange(12)
    if choice == 0:
        return one + two if draw.random() < 0.5 else two + one
    if choice == 1:
        return one - two if draw.random() < 0.5 else two - one
    if choice == 2:
        return one * two if draw.random() < 0.5 else two * one
    if choice == 3:
        return one / two if draw.random() < 0.5 else two / one
    if choice == 4:
        return one**two if draw.random() < 0.7 else two**one
    if choice == 5:
        return draw.choice([-one, abs(one), one < two, one >= two, one.relu(), one.tanh()])
    if choice == 6:
        return where(one > two, one * 2.0, two)
    if choice == 7:
        count = draw.randrange(1, 5)
        left = [operand(draw, nodes) for _ in range(count)]
        return dot(left, [one, *[operand(draw, nodes) for _ in range(count - 1)]])
    if choice == 8:
        row = draw.choice([autograd.sum, hypot, blend, autograd.logsumexp])
        terms = [one, *[operand(draw, nodes) for _ in range(draw.randrange(4))]]
        return row(*terms) if row in (hypot, blend) else row(terms)
    if choice == 9:
        return cube(one)
    if choice == 10:
        with no_grad():
            return one * 2.0
    row = draw.choice(FIXED)
    return row(one, *[operand(draw, nodes) for _ in range(row.arity - 1)])


def bits(number: object) -> str:
    if number is None:
        return "none"
    number = float(number)
    return "nan" if number != number else number.hex()


def given_out(draw: random.Random, root: Value, nodes: list) -> list[str]:
    """Return derivatives that are left in no node: by reverse and by forward mode."""
    outputs = {root: 1.0, draw.choice(nodes): draw.uniform(-2.0, 2.0)}
    along = {node: draw.uniform(-2.0, 2.0) for node in draw.choices(nodes, k=2)}
    found = []
    for derive in (
        lambda: gradients(root, nodes),
        lambda: reverse(outputs, nodes, graph=False),
        lambda: tangents_of(nodes, along, graph=False),
        lambda: tangents_of([root], along, graph=True),
    ):
        try:
            found += [bits(getattr(number, "data", number)) for number in derive()]
        except Exception as error:  # noqa: BLE001, PERF203 - compared with that of the other engine
            found.append(f"{type(error).__name__}: {error}")
    return found


def outcome(seed: int) -> list[str]:
    """Return what a random program gives: numbers, classes, gradients, warnings and errors."""
    draw = random.Random(seed)
    leaves = [leaf(draw) for _ in range(draw.randrange(1, 4))]
    nodes: list = [*leaves]
    found = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(draw.randrange(2, 14)):
            nodes.append(step(draw, nodes))
            node = nodes[-1]
            if not isinstance(node, Value):  # of numbers alone
                nodes[-1] = Value(node)
                found.append(bits(node))
            else:
                parts = [type(arg).__name__ for arg in node.args]
                found.append(f"{type(node).__name__} {bits(node.data)} {node.op} {parts}")
        root = nodes[-1]
        try:
            for _ in range(draw.randrange(1, 3)):
                root.backward(draw.uniform(-2.0, 2.0))
            found.append(" ".join(bits(node._grad) for node in nodes))
            one = leaves[0]
            if draw.random() < 0.3:
                one.data = 0.25
                root.backward()
        except Exception as error:  # noqa: BLE001 - compared with that of the other engine
            found.append(f"{type(error).__name__}: {error}")
        found.append(" ".join(given_out(draw, root, nodes)))
        try:
            order, result = draw.randrange(1, 4), root
            for _ in range(order):
                (result,) = gradients(result, [leaves[0]], create_graph=True)
                found.append(bits(getattr(result, "data", result)))
                if not isinstance(result, Value):
                    break
        except Exception as error:  # noqa: BLE001 - compared as well
            found.append(f"{type(error).__name__}: {error}")
    found += sorted(f"{item.category.__name__} {item.lineno} {item.message}" for item in caught)
    return found


def outcomes(seeds: range) -> list[list[str]]:
    """Return the outcome of each seed."""
    return [outcome(seed) for seed in seeds]


if __name__ == "__main__":
    import json

    print(json.dumps(outcomes(range(*map(int, sys.argv[1:])))))
