"""What the tests of compiled functions share: the backends that are here, and random functions."""

from __future__ import annotations

import random
from importlib.util import find_spec

import mpmath
import pytest

import autograd as ag
from autograd.backends.selection import BACKENDS

__all__ = ["any_backend", "backend", "random_function"]

# Every backend that is here; one that is added to the engine is tested by being there.
INSTALLED = [
    "interpreter",
    *(name for name, (package, _) in BACKENDS.items() if find_spec(package)),
]


@pytest.fixture(params=[name for name in INSTALLED if name != "jax"])
def backend(request):
    """The name of a backend that compiles within milliseconds."""
    return request.param


@pytest.fixture(params=INSTALLED)
def any_backend(request):
    """The name of a backend; XLA takes a second for some."""
    return request.param


# The operation on Values, on mpmath's numbers, and how many operands it has. All are smooth and
# bounded by the tanh around them, so that derivatives of high precision exist everywhere.
STEPS = {
    "add": (lambda x, y: x + y, lambda x, y: x + y, 2),
    "sub": (lambda x, y: x - y, lambda x, y: x - y, 2),
    "mul": (lambda x, y: x * y, lambda x, y: x * y, 2),
    "div": (lambda x, y: x / (y * y + 1), lambda x, y: x / (y * y + 1), 2),
    "neg": (lambda x: -x, lambda x: -x, 1),
    "sin": (ag.sin, mpmath.sin, 1),
    "exp": (ag.exp, mpmath.exp, 1),
    "log": (lambda x: ag.log(x * x + 1), lambda x: mpmath.log(x * x + 1), 1),
    "square": (lambda x: x**2, lambda x: x**2, 1),
    "sigmoid": (ag.sigmoid, lambda x: 1 / (1 + mpmath.exp(-x)), 1),
    "sum": (lambda *xs: ag.sum(xs), lambda *xs: sum(xs), 3),
    "dot": (lambda a, b, c, d: ag.dot([a, b], [c, d]), lambda a, b, c, d: a * c + b * d, 4),
    "constant": (lambda x: 0.75 * x - 1.5, lambda x: 0.75 * x - 1.5, 1),
}


@pytest.fixture(scope="session")
def random_function():
    """Make a pair of equal functions of any number of inputs: of Values, and of mpmath's numbers.

    Results are used many times over, as in the graphs of real programs.
    """

    def make(seed, steps=12):
        rng = random.Random(seed)
        chosen = [(rng.choice(sorted(STEPS)), rng.choices(range(10**6), k=4)) for _ in range(steps)]

        def run(kind, *inputs):
            results = list(inputs)
            squash = (ag.tanh, mpmath.tanh)[kind]
            for name, places in chosen:
                operation, arity = STEPS[name][kind], STEPS[name][2]
                operands = [results[place % len(results)] for place in places[:arity]]
                results.append(squash(operation(*operands)))
            return results[-1] * results[-2] + results[-3]

        return lambda *xs: run(0, *xs), lambda *xs: run(1, *xs)

    return make
