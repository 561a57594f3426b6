"""What numbers mean: each line of the table of conventions, in every mode."""

from __future__ import annotations

import math
from math import inf, nan

import pytest

import autograd as ag
from autograd import Value, gradients, jvp, where
from tests.in_one_test import in_one_test

pytestmark = pytest.mark.filterwarnings("ignore::autograd.NumericWarning")


def power(x, y):
    return x**y


def branch(x):
    return where(x > 0.0, ag.log(x), 0.0)


def clip01(x):
    return ag.clip(x, -1.0, 1.0)


# (function, at, its value, its derivatives); the comments give the measured peers that agree.
CONVENTIONS = {
    "relu'(0) = 0": (ag.relu, (0.0,), 0.0, (0.0,)),  # torch, jax, micrograd
    "relu'(-0) = 0": (ag.relu, (-0.0,), 0.0, (0.0,)),
    "relu(nan) is nan with gradient nan": (ag.relu, (nan,), nan, (nan,)),
    "leaky_relu'(0) = slope": (ag.leaky_relu, (0.0,), 0.0, (0.01,)),  # torch
    "elu'(0) = alpha": (ag.elu, (0.0, 2.0), 0.0, (2.0, 0.0)),
    "abs'(0) = 0": (ag.abs, (0.0,), 0.0, (0.0,)),  # torch
    "abs(nan)": (ag.abs, (nan,), nan, (nan,)),
    "maximum tie": (ag.maximum, (1.0, 1.0), 1.0, (0.5, 0.5)),  # torch, jax
    "maximum tie at 0 and -0": (ag.maximum, (0.0, -0.0), 0.0, (0.5, 0.5)),
    "minimum tie": (ag.minimum, (1.0, 1.0), 1.0, (0.5, 0.5)),
    "maximum": (ag.maximum, (1.0, 2.0), 2.0, (0.0, 1.0)),
    "minimum": (ag.minimum, (1.0, 2.0), 1.0, (1.0, 0.0)),
    "maximum of inf twice": (ag.maximum, (inf, inf), inf, (0.5, 0.5)),
    "sqrt'(0) = inf": (ag.sqrt, (0.0,), 0.0, (inf,)),  # torch, jax
    "x**0.5 at 0": (lambda x: x**0.5, (0.0,), 0.0, (inf,)),
    "x**0 at 0": (lambda x: x**0, (0.0,), 1.0, (0.0,)),
    "x**0.0 at 0": (lambda x: x**0.0, (0.0,), 1.0, (0.0,)),
    "x**0 at inf": (lambda x: x**0, (inf,), 1.0, (0.0,)),
    "x**0 at nan": (lambda x: x**0, (nan,), 1.0, (0.0,)),
    "x**1 at 0": (lambda x: x**1, (0.0,), 0.0, (1.0,)),
    "x**2 at 0": (lambda x: x**2, (0.0,), 0.0, (0.0,)),
    "x**-1 at 0": (lambda x: x**-1, (0.0,), inf, (-inf,)),
    "x**3 at -2": (lambda x: x**3, (-2.0,), -8.0, (12.0,)),
    "0**x at 2": (lambda y: 0.0**y, (2.0,), 0.0, (0.0,)),
    "0**0": (power, (0.0, 0.0), 1.0, (0.0, 0.0)),  # torch
    "x**y at (0, 2)": (power, (0.0, 2.0), 0.0, (0.0, 0.0)),
    "x**y at (0, 1)": (power, (0.0, 1.0), 0.0, (1.0, 0.0)),
    "x**y at (0, -1)": (power, (0.0, -1.0), inf, (-inf, -inf)),  # torch
    "x**y at (inf, 0)": (power, (inf, 0.0), 1.0, (0.0, inf)),  # torch
    "x**y at (-2, 2)": (power, (-2.0, 2.0), 4.0, (-4.0, nan)),  # torch, jax
    "x**y at (-2, 0.5) is nan, never complex": (power, (-2.0, 0.5), nan, (nan, nan)),
    "1/x at 0": (lambda x: 1.0 / x, (0.0,), inf, (-inf,)),
    "49 / 49 = 1": (lambda x, y: x / y, (49.0, 49.0), 1.0, (1 / 49, -1 / 49)),
    "hypot at the origin": (ag.hypot, (0.0, 0.0), 0.0, (0.0, 0.0)),
    "norm at the origin": (lambda x, y: ag.norm([x, y]), (0.0, 0.0), 0.0, (0.0, 0.0)),
    "norm of one": (lambda x: ag.norm([x]), (-3.0,), 3.0, (-1.0,)),
    "norm without overflow": (lambda x: ag.norm([x, 4e200]), (3e200,), 5e200, (0.6,)),
    "atan2 at the origin": (ag.atan2, (0.0, 0.0), 0.0, (0.0, 0.0)),
    "clip passes at its lower bound": (clip01, (-1.0,), -1.0, (1.0,)),  # torch
    "clip passes at its upper bound": (clip01, (1.0,), 1.0, (1.0,)),
    "clip stops outside": (clip01, (1.5,), 1.0, (0.0,)),
    "where x > 0 of log x at 0": (branch, (0.0,), 0.0, (0.0,)),  # casadi only
    "where x > 0 of log x at 2": (branch, (2.0,), math.log(2.0), (0.5,)),
    "clip to bounds that cross": (ag.clip, (0.0, 2.0, 1.0), 1.0, (0.0, 0.0, 1.0)),  # torch, jax
    "log'(0) = inf": (ag.log, (0.0,), -inf, (inf,)),
    "asin'(1) = inf": (ag.asin, (1.0,), math.pi / 2, (inf,)),
    "tanh far out": (ag.tanh, (-1000.0,), -1.0, (0.0,)),
    "sigmoid far out": (ag.sigmoid, (-1000.0,), 0.0, (0.0,)),
    "softplus far out": (ag.softplus, (1000.0,), 1000.0, (1.0,)),
    "x + x counts twice": (lambda x: x + x, (3.0,), 6.0, (2.0,)),
    "x * x counts twice": (lambda x: x * x, (3.0,), 9.0, (6.0,)),
    "x - x": (lambda x: x - x, (3.0,), 0.0, (0.0,)),
    "detach passes nothing": (lambda x: x.detach() * x, (3.0,), 9.0, (3.0,)),
    "a comparison has no derivative": (lambda x: (x > 1.0) * x, (3.0,), 3.0, (1.0,)),
}


each_convention = in_one_test("name", CONVENTIONS)


def at_leaves(name):
    """Return one line of the table, at fresh leaves: (output, leaves, value, derivatives)."""
    f, point, value, slopes = CONVENTIONS[name]
    leaves = [Value(x) for x in point]
    return f(*leaves), leaves, value, slopes


def approx(numbers):
    return pytest.approx(numbers, rel=1e-15, abs=0.0, nan_ok=True)


@each_convention
def test_value(name):
    output, _, value, _ = at_leaves(name)
    assert output.data == approx(value)


@each_convention
def test_backward(name):
    output, leaves, _, slopes = at_leaves(name)
    output.backward()
    assert tuple(leaf.grad for leaf in leaves) == approx(slopes)


@each_convention
def test_drawn_gradient(name):
    output, leaves, _, slopes = at_leaves(name)
    drawn = gradients(output, leaves, create_graph=True)
    assert tuple(slope.data for slope in drawn) == approx(slopes)


@each_convention
def test_forward_mode(name):
    f, point, value, slopes = CONVENTIONS[name]
    for position, slope in enumerate(slopes):
        tangents = tuple(float(i == position) for i in range(len(point)))
        assert jvp(f, point, tangents) == approx((value, slope))


SECOND = {
    "relu'' = 0 at the kink": (ag.relu, 0.0, 0.0),
    "abs'' = 0 at the kink": (ag.abs, 0.0, 0.0),
    "x**0 at 0": (lambda x: x**0, 0.0, 0.0),
    "x**1 at 0": (lambda x: x**1, 0.0, 0.0),
    "x**2 at 0": (lambda x: x**2, 0.0, 2.0),
    "x**y at 0 with a Value for 2": (lambda x: x ** Value(2.0), 0.0, 2.0),
    "x**3 at 0": (lambda x: x**3, 0.0, 0.0),
    "where x > 0 of log x at 0": (branch, 0.0, 0.0),
    "where x > 0 of sqrt x at 0": (lambda x: where(x > 0.0, ag.sqrt(x), x * x), 0.0, 2.0),
    "zero times sqrt x at 0": (lambda x: Value(0.0) * ag.sqrt(x) + x * x, 0.0, 2.0),
    "norm at the origin": (lambda x: ag.norm([x, x]), 0.0, 0.0),
    "clip at a bound": (lambda x: ag.clip(x, 0.0, 1.0) ** 2, 1.0, 2.0),
}


@in_one_test("name", SECOND)
def test_second_order(name):
    f, at, wanted = SECOND[name]
    x = Value(at)
    slope = gradients(f(x), x, create_graph=True)
    assert gradients(slope, x) == wanted


def test_only_the_first_order_is_infinite_at_the_edge_of_sqrt():
    assert ag.grad(ag.sqrt)(0.0) == inf
    assert ag.grad(ag.grad(ag.sqrt))(0.0) == -inf


EMPTY = {"sum": ag.sum, "norm": ag.norm, "dot": lambda xs: ag.dot(xs, xs)}
UNDEFINED = (ag.mean, ag.softmax, ag.log_softmax, ag.logsumexp)


@pytest.mark.parametrize("name", EMPTY)
def test_of_nothing_is_zero(name):
    assert EMPTY[name]([]) == 0.0


@pytest.mark.parametrize("function", UNDEFINED, ids=lambda f: f.__name__)
def test_of_nothing_is_undefined(function):
    with pytest.raises(ValueError, match=rf"{function.__name__} of no values .* at least one"):
        function([])


@pytest.mark.parametrize("n", [3, 5, 49, 997])
def test_n_over_n_is_one(n):
    assert (Value(n) / n).data == (n / Value(n)).data == 1.0


def test_same_program_same_digits():
    def digits():
        xs = [Value(0.1 * i) for i in range(1, 40)]
        y = ag.tanh(sum(x * x.sin() for x in xs)) + ag.logsumexp(xs)
        y.backward()
        return [y.data, *(x.grad for x in xs)]

    assert digits() == digits()
