"""clip_grad_norm: torch's numbers, and what it refuses."""

import math

import pytest

from autograd import Value
from nn import clip_grad_norm


def with_gradients(*gradients):
    parameters = [Value(0.0) for _ in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    return [*parameters, Value(1.0)]  # and one that no backward pass reached


@pytest.mark.parametrize("max_norm", [1.0, 4.99, 5.0, 100.0])
def test_gradients_and_norm_are_those_of_torch(max_norm):
    torch = pytest.importorskip("torch", reason="torch is no dependency: its install is gigabytes")
    parameters = with_gradients(3.0, -4.0)
    tensors = [torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2)]
    for tensor, gradient in zip(tensors, (3.0, -4.0), strict=True):
        tensor.grad = torch.tensor(gradient, dtype=torch.float64)
    norm = torch.nn.utils.clip_grad_norm_(tensors, max_norm)
    assert clip_grad_norm(parameters, max_norm) == norm.item() == 5.0
    expected = [tensor.grad.item() for tensor in tensors]
    assert [p.grad for p in parameters[:2]] == pytest.approx(expected, rel=1e-15)
    assert not parameters[2].has_grad


def test_norms_beyond_the_range_of_squares_do_not_overflow():
    parameters = with_gradients(3e200, 4e200)
    assert clip_grad_norm(parameters, 1.0) == pytest.approx(5e200)
    assert [p.grad for p in parameters[:2]] == pytest.approx([0.6, 0.8])
    assert not parameters[2].has_grad


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_gradients_that_are_not_finite_are_refused_and_kept(bad):
    parameters = with_gradients(3.0, bad)
    with pytest.raises(ValueError, match="is not finite"):
        clip_grad_norm(parameters, 1.0)
    assert parameters[0].grad == 3.0


@pytest.mark.parametrize("max_norm", [0.0, -1.0, math.nan])
def test_the_limit_must_be_positive(max_norm):
    with pytest.raises(ValueError, match="max_norm must be positive"):
        clip_grad_norm([], max_norm)
