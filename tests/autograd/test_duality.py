"""Forward and reverse mode are each other's transpose, on random functions of vectors."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import hessian, hvp, jacobian, jvp, vjp

NUMBERS = st.floats(-2.0, 2.0).map(lambda x: round(x, 4))


def vectors(n):
    return st.lists(NUMBERS, min_size=n, max_size=n).map(np.array)


def layers(x):
    """A function of 3 numbers to 4, with shared parts, a branch and a constant result."""
    hidden = ag.tanh(np.array([[1.0, -2.0, 0.5], [0.3, 0.8, -1.0]]) @ x)
    chosen = ag.where(x[0] > 0.5, ag.exp(hidden[0]), hidden[1] * x[2])
    return np.array([ag.dot(hidden, hidden), chosen, x[1] * chosen, 3.0])


@given(x=vectors(3), v=vectors(3), u=vectors(4))
def test_jvp_and_vjp_are_dual(x, v, u):
    value, along = jvp(layers, x, v)
    same_value, pull = vjp(layers, x)
    (back,) = pull(u)
    np.testing.assert_array_equal(value, same_value)
    np.testing.assert_allclose(u @ along, back @ v, rtol=1e-12, atol=1e-12)


@given(x=vectors(3), v=vectors(3), u=vectors(4))
def test_both_are_products_with_the_jacobian(x, v, u):
    matrix = jacobian(layers)(x)
    assert matrix.shape == (4, 3)
    np.testing.assert_allclose(jvp(layers, x, v)[1], matrix @ v, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(vjp(layers, x)[1](u)[0], u @ matrix, rtol=1e-12, atol=1e-12)


@given(x=vectors(3), v=vectors(3))
def test_hessians_are_symmetric_and_hvp_is_their_product(x, v):
    def total(x):
        return ag.logsumexp(layers(x))

    matrix = hessian(total)(x)
    np.testing.assert_allclose(matrix, matrix.T, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(hvp(total, x, v), matrix @ v, rtol=1e-11, atol=1e-11)


@given(x=vectors(3), v=vectors(3), w=vectors(3), a=NUMBERS)
def test_jvp_is_linear_in_the_tangent(x, v, w, a):
    both = jvp(layers, x, a * v + w)[1]
    each = a * jvp(layers, x, v)[1] + jvp(layers, x, w)[1]
    np.testing.assert_allclose(both, each, rtol=1e-11, atol=1e-11)
