"""Random expressions of all operations, to third order, against SymPy and against JAX."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import TABLE, Value, grad, gradients, hessian, hvp, jvp, vjp
from autograd.primitive import RESERVED

SYMPY = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "neg": lambda x: -x,
    "identity": lambda x: x,
    "add_n": sympy.Add,
    "dot": lambda a, b, c, d: a * c + b * d,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "exp": sympy.exp,
    "log": sympy.log,
    "log1p": lambda x: sympy.log(1 + x),
    "expm1": lambda x: sympy.exp(x) - 1,
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "atan2": lambda y, x: 2 * sympy.atan(y / (sympy.sqrt(x * x + y * y) + x)),
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "asinh": sympy.asinh,
    "acosh": sympy.acosh,
    "atanh": sympy.atanh,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
    "silu": lambda x: x / (1 + sympy.exp(-x)),
    "gelu": lambda x: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
    "erf": sympy.erf,
    "erfc": lambda x: 1 - sympy.erf(x),
    "semicircle": lambda x: sympy.sqrt(1 - x * x),
    "sech_squared": lambda x: 1 / sympy.cosh(x) ** 2,
    "logistic_density": lambda x: sympy.exp(-x) / (1 + sympy.exp(-x)) ** 2,
    "logaddexp": lambda x, y: sympy.log(sympy.exp(x) + sympy.exp(y)),
    "share": lambda x, y: 1 / (1 + sympy.exp(y - x)),
    "portion": lambda x, y: x / (x + y),
    "hypot": lambda x, y: sympy.sqrt(x * x + y * y),
}
# Piecewise rows: smooth between their kinks, which random points miss.
KINKED = {"abs", "relu", "leaky_relu", "elu", "maximum", "minimum", "where", "clip"}
# Rows that only rules draw, and rows without a derivative.
DRAWN = {"guarded_mul", "guarded_dot", "power_log", "gate", "prefer", "detach", "sign", "largest",
         "finite", "less", "less_equal", "greater", "greater_equal", "equal"}  # fmt: skip
UNBOUNDED = {"add", "sub", "mul", "neg", "identity", "add_n", "dot", *KINKED} - {"elu", "clip"}
ARITY = {"add_n": 3, "dot": 4, "hypot": 2}
# Near the origin the third derivative of hypot keeps few digits, in JAX as here.
DOMAIN = {"hypot": ((0.3, 3.0),)}


def test_every_row_is_here():
    assert set(SYMPY) | KINKED | DRAWN == RESERVED


def inside(interval, tree):
    """Return a tree with values inside the interval, smooth in the values of `tree`."""
    low, high = interval
    return ("add", (low + high) / 2, ("mul", 0.95 * (high - low) / 2, ("sin", tree)))


def applied(name):
    """Return the strategy step that applies a row to smaller trees."""
    row = TABLE[name]
    arity = ARITY.get(name, row.arity)
    domain = tuple(itertools.islice(itertools.cycle(DOMAIN.get(name, row.domain)), arity))

    def step(trees):
        args = st.tuples(*[trees] * arity)
        if name in UNBOUNDED:
            return args.map(lambda found: (name, *found))
        return args.map(lambda found: (name, *map(inside, domain, found)))

    return step


LEAVES = st.sampled_from(["x", "y", "x", "y", 2.0, -0.5])


def expressions(names, size):
    """Return the strategy for trees (operation, operands...) of the named rows."""
    steps = [applied(name) for name in sorted(names)]
    return st.recursive(
        LEAVES, lambda trees: st.one_of(*(step(trees) for step in steps)), max_leaves=size
    ).filter(lambda tree: isinstance(tree, tuple))


def evaluated(tree, operations, **variables):
    """Return the value of a tree, its operations taken from a dictionary by name."""
    if isinstance(tree, tuple):
        name, *args = tree
        return operations[name](*(evaluated(arg, operations, **variables) for arg in args))
    return variables.get(tree, tree)


def ours(tree):
    return lambda x, y: evaluated(tree, TABLE, x=x, y=y)


ORDERS = [(0,), (1,), (0, 0), (0, 1), (1, 1), (0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1)]
# Off the round numbers, where kinks lie and conventions differ.
XS = st.floats(-2.0, 2.0).map(lambda x: round(x, 3) + 0.000123)
YS = st.floats(-2.0, 2.0).map(lambda y: round(y, 3) - 0.000345)
MODEST = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def derivative(f, order, point):
    for position in order:
        f = grad(f, position)
    return f(*point)


def sympy_derivatives(formula, symbols):
    """Return the derivatives of all ORDERS, each from the one before it."""
    found = {(): formula}
    for order in ORDERS:
        found[order] = found[order[:-1]].diff(symbols[order[-1]])
    return list(found.values())


@pytest.mark.parametrize("name", SYMPY)
@settings(MODEST, max_examples=3)
@given(data=st.data(), x=XS, y=YS)
def test_all_derivatives_to_third_order_are_those_of_sympy(name, data, x, y):
    tree = data.draw(applied(name)(LEAVES | expressions(SYMPY, 2)))
    symbols = sympy.symbols("x y")
    formula = sympy.sympify(evaluated(tree, SYMPY, x=symbols[0], y=symbols[1]))
    exact = sympy.lambdify(symbols, sympy_derivatives(formula, symbols), "mpmath", cse=True)
    with mpmath.workdps(50):
        wanted = [complex(number).real for number in exact(mpmath.mpf(x), mpmath.mpf(y))]
    got = [derivative(ours(tree), order, (x, y)) for order in [(), *ORDERS]]
    assert got == pytest.approx(wanted, rel=1e-8, abs=1e-8)


@pytest.fixture(scope="session")
def jax_operations():
    """JAX's own functions under the names of our rows."""
    jax = pytest.importorskip("jax", reason="the oracles extra is not installed")
    jax.config.update("jax_enable_x64", True)
    jnp, nn = jax.numpy, jax.nn
    special = jax.scipy.special
    return {
        "add": jnp.add, "sub": jnp.subtract, "mul": jnp.multiply, "neg": jnp.negative,
        "identity": lambda x: x, "add_n": lambda *xs: sum(xs),
        "dot": lambda a, b, c, d: a * c + b * d,
        "div": jnp.divide, "pow": jnp.power, "exp": jnp.exp, "log": jnp.log, "log1p": jnp.log1p,
        "expm1": jnp.expm1, "sqrt": jnp.sqrt, "sin": jnp.sin, "cos": jnp.cos, "tan": jnp.tan,
        "asin": jnp.arcsin, "acos": jnp.arccos, "atan": jnp.arctan, "atan2": jnp.arctan2,
        "sinh": jnp.sinh, "cosh": jnp.cosh, "tanh": jnp.tanh, "asinh": jnp.arcsinh,
        "acosh": jnp.arccosh, "atanh": jnp.arctanh, "sigmoid": nn.sigmoid,
        "softplus": nn.softplus, "silu": nn.silu, "gelu": lambda x: nn.gelu(x, approximate=False),
        "erf": special.erf, "erfc": special.erfc, "semicircle": lambda x: jnp.sqrt(1 - x * x),
        "sech_squared": lambda x: 1 / jnp.cosh(x) ** 2,
        "logistic_density": lambda x: nn.sigmoid(x) * nn.sigmoid(-x),
        "logaddexp": jnp.logaddexp, "share": lambda x, y: nn.sigmoid(x - y),
        "portion": lambda x, y: x / (x + y), "hypot": lambda x, y: jnp.sqrt(x * x + y * y),
        "abs": jnp.abs, "relu": nn.relu, "leaky_relu": nn.leaky_relu, "elu": nn.elu,
        "maximum": jnp.maximum, "minimum": jnp.minimum,
        "where": lambda condition, x, y: jnp.where(condition != 0, x, y),
        "clip": lambda x, low, high: jnp.minimum(jnp.maximum(x, low), high),
    }  # fmt: skip


@settings(MODEST, max_examples=10)
@given(tree=expressions({*SYMPY, *KINKED}, 5), x=XS, y=YS)
def test_every_transformation_agrees_with_jax(jax_operations, tree, x, y):
    import jax

    def theirs(x, y):
        return jax.numpy.asarray(evaluated(tree, jax_operations, x=x, y=y), dtype=float)

    def close(got, wanted):
        np.testing.assert_allclose(got, wanted, rtol=1e-8, atol=1e-8)

    f, point, tangents = ours(tree), (x, y), (1.5, -0.5)
    both = (0, 1)
    close(grad(f, both)(*point), jax.grad(theirs, both)(*point))
    close(hessian(f, both)(*point), jax.hessian(theirs, both)(*point))
    close(
        ag.jacobian(hessian(f, both), both)(*point),
        jax.jacfwd(jax.hessian(theirs, both), both)(*point),
    )
    close(jvp(f, point, tangents), jax.jvp(theirs, point, tangents))
    value, pull = vjp(f, *point)
    their_value, their_pull = jax.vjp(theirs, *point)
    close(value, their_value)
    close(pull(2.5), their_pull(jax.numpy.asarray(2.5)))
    close(hvp(f, point, tangents), jax.jvp(jax.grad(theirs, both), point, tangents)[1])


@settings(MODEST, max_examples=100)
@given(tree=expressions({*SYMPY, *KINKED}, 12), x=XS, y=YS)
def test_the_ways_to_a_derivative_agree_on_larger_expressions(tree, x, y):
    """backward, gradients with and without a graph, vjp and jvp: one set of rules."""
    a, b = Value(x), Value(y)
    root = evaluated(tree, TABLE, x=a, y=b)
    if not isinstance(root, Value):
        return
    root.backward()
    eager = [a.grad, b.grad]
    np.testing.assert_allclose(gradients(root, [a, b]), eager, rtol=1e-12, atol=1e-12)
    drawn = [slope.data for slope in gradients(root, [a, b], create_graph=True)]
    np.testing.assert_allclose(drawn, eager, rtol=1e-12, atol=1e-12)
    _, pull = vjp(ours(tree), x, y)
    np.testing.assert_allclose(pull(1.0), eager, rtol=1e-12, atol=1e-12)
    _, along = jvp(ours(tree), (x, y), (0.5, 2.0))
    scale = 1.0 + abs(eager[0]) + abs(eager[1])
    assert along == pytest.approx(0.5 * eager[0] + 2.0 * eager[1], abs=1e-9 * scale)
