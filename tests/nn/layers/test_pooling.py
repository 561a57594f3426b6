"""Poolings: against NumPy and torch, ties, windows that overlap, errors."""

import numpy as np
import pytest

from autograd import Value
from nn import AvgPool2d, Flatten, MaxPool2d
from nn.matching import numbers_of
from tests.in_one_test import in_one_test

RNG = np.random.default_rng(1)
REDUCTIONS = {MaxPool2d: np.max, AvgPool2d: np.mean}
PLACES = [
    ((2,), (1, 4, 6)),
    ((3,), (2, 7, 8)),
    (((1, 2), (2, 1)), (2, 5, 4)),
    ((3, 1), (1, 5, 5)),
    ((1,), (3, 2, 2)),
]


def by_numpy(pool, image):
    function = REDUCTIONS[type(pool)]
    seen = np.lib.stride_tricks.sliding_window_view(image, pool.kernel_size, axis=(1, 2))
    return function(seen[:, :: pool.stride[0], :: pool.stride[1]], axis=(3, 4))


@in_one_test("kind", REDUCTIONS)
@in_one_test("places, shape", PLACES)
def test_pools_are_those_of_numpy(kind, places, shape):
    pool = kind(*places)
    image = RNG.normal(size=shape)
    np.testing.assert_allclose(numbers_of(pool(image)), by_numpy(pool, image), rtol=1e-14)


@pytest.mark.parametrize("kind", REDUCTIONS)
@pytest.mark.parametrize(("places", "shape"), PLACES)
def test_gradients_are_those_of_torch(kind, places, shape):
    torch = pytest.importorskip("torch", reason="torch is no dependency: its install is gigabytes")
    image = RNG.normal(size=shape)
    inputs = [[[Value(x) for x in row] for row in channel] for channel in image]
    outputs = Flatten()(kind(*places)(inputs))
    weights = RNG.normal(size=len(outputs))
    sum((w * y for w, y in zip(weights.tolist(), outputs)), start=Value(0.0)).backward()
    tensor = torch.tensor(image, requires_grad=True)
    theirs = getattr(torch.nn, kind.__name__)(*places)(tensor[None])
    (theirs.ravel() * torch.tensor(weights)).sum().backward()
    slopes = [[[x.grad for x in row] for row in channel] for channel in inputs]
    np.testing.assert_allclose(slopes, tensor.grad, rtol=1e-12, atol=1e-14)


def test_equals_share_the_gradient_of_a_maximum():
    image = [[Value(2.0) for _ in range(2)] for _ in range(2)]
    MaxPool2d(2)(image)[0][0][0].backward()
    assert [pixel.grad for row in image for pixel in row] == [0.25] * 4


def test_what_is_left_over_at_the_edges_is_not_seen():
    image = [[1.0, 2.0, 99.0], [3.0, 4.0, 99.0], [99.0, 99.0, 99.0]]
    assert MaxPool2d(2)(image) == [[[4.0]]]


@pytest.mark.parametrize("kind", REDUCTIONS)
def test_errors_name_the_pool(kind):
    with pytest.raises(ValueError, match=rf"{kind.__name__}\(3\) slides .* 3 x 3 .* only 2 x 5"):
        kind(3)(np.zeros((2, 5)))
    with pytest.raises(ValueError, match="stride must be at least 1"):
        kind(2, 0)
    with pytest.raises(ValueError, match=rf"{kind.__name__}\(2\) takes one image"):
        kind(2)([1.0, 2.0])
    assert repr(kind(2, (1, 2))) == f"{kind.__name__}(2, stride=(1, 2))"
