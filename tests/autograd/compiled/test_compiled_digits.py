"""Derivatives in both tails, where 1 - y and x - logsumexp(x) would leave no digit."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

import nn
from autograd import compile, grad, hessian, log_softmax, sigmoid, softmax, softplus, tanh

TAILS = [side * size for size in (15.0, 19.0, 30.0, 37.43, 40.0, 300.0) for side in (1.0, -1.0)]


def logistic(x):
    return mpmath.exp(-abs(x)) / (1 + mpmath.exp(-abs(x))) ** 2


FIRST = {
    sigmoid: logistic,
    tanh: lambda x: mpmath.sech(x) ** 2,
    softplus: lambda x: 1 / (1 + mpmath.exp(-x)),
}
SECOND = {
    sigmoid: lambda x: -logistic(x) * mpmath.tanh(x / 2),
    tanh: lambda x: -2 * mpmath.tanh(x) * mpmath.sech(x) ** 2,
    softplus: logistic,
}


def exact(formula, numbers):
    with mpmath.workdps(60):
        return [float(formula(mpmath.mpf(x))) for x in numbers]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("function", FIRST, ids=lambda row: row.name)
def test_slopes_in_the_tails(function, backend):
    pytest.importorskip({"llvm": "llvmlite"}.get(backend, backend))
    first, second = exact(FIRST[function], TAILS), exact(SECOND[function], TAILS)
    assert [grad(function)(x) for x in TAILS] == pytest.approx(first, rel=2e-15)
    assert [grad(grad(function))(x) for x in TAILS] == pytest.approx(second, rel=2e-15)
    compiled = compile(function, in_axes=0, backend=backend)
    numbers = np.array(TAILS)
    np.testing.assert_allclose(compiled.value_and_grad(numbers)[1], first, rtol=2e-15)
    np.testing.assert_allclose(compiled.hessian(numbers), second, rtol=2e-15)


@pytest.mark.parametrize("size", [1e8, 1e12, 1e16, 1e300])
@pytest.mark.parametrize("backend", ["interpreter", "numpy", "llvm"])
def test_losses_of_large_logits(size, backend):
    pytest.importorskip({"llvm": "llvmlite"}.get(backend, "numpy"))
    for count in (2, 3, 11):
        loss = compile(lambda xs: nn.cross_entropy(xs, 1), backend=backend)
        assert loss([size] * count) == pytest.approx(math.log(count), rel=1e-15)
        value, slopes = loss.value_and_grad([-size] * count)
        assert value == pytest.approx(math.log(count), rel=1e-15)
        assert slopes == pytest.approx([1 / count - (k == 1) for k in range(count)], rel=1e-15)
        assert log_softmax([size] * count) == pytest.approx([-math.log(count)] * count, rel=1e-15)


def test_what_is_nearly_certain_keeps_its_doubt():
    rest = math.exp(-40.0)
    assert nn.cross_entropy([40.0, 0.0], 0) == pytest.approx(rest, rel=1e-15)
    assert nn.cross_entropy([40.0, 0.0, 0.0], 0) == pytest.approx(2 * rest, rel=1e-15)
    slopes = grad(lambda xs: nn.cross_entropy(xs, 0))([40.0, 0.0, 0.0])
    assert slopes == pytest.approx([-2 * rest, rest, rest], rel=1e-14)
    curvature = hessian(lambda xs: nn.cross_entropy(xs, 0))([40.0, 0.0])
    np.testing.assert_allclose(curvature, [[rest, -rest], [-rest, rest]], rtol=1e-15)
    for function in (softmax, log_softmax):
        slopes = grad(lambda xs, f=function: f(xs)[0])([40.0, 0.0, 0.0])
        assert slopes == pytest.approx([2 * rest, -rest, -rest], rel=1e-14)
    assert nn.binary_cross_entropy(1e-20, 0.0) == 1e-20
    assert nn.binary_cross_entropy(1.0, 0.0) == 100.0


def test_a_sure_answer_warns_of_nothing():
    for count in (2, 3):
        assert nn.cross_entropy([1e4, *[0.0] * (count - 1)], 0) == 0.0
        assert nn.cross_entropy([-1e4, *[0.0] * (count - 1)], 0) == pytest.approx(1e4, rel=1e-3)
