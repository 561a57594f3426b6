"""Flatten: the order of NumPy, any depth, Values kept."""

import numpy as np
import pytest

from autograd import Value
from nn import Flatten


@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 3, 4), (1, 1, 1), (2, 1, 2, 2)])
def test_the_order_is_that_of_numpy(shape):
    array = np.arange(np.prod(shape), dtype=float).reshape(shape)
    assert Flatten()(array) == Flatten()(array.tolist()) == array.ravel().tolist()


def test_values_stay_themselves():
    a, b = Value(1.0), Value(2.0)
    flat = Flatten()([[a], [b]])
    assert flat[0] is a
    assert flat[1] is b


def test_a_ragged_example_is_refused():
    with pytest.raises(ValueError, match=r"Flatten\(\) got a ragged image: item 1 has the shape"):
        Flatten()([[1.0], [1.0, 2.0]])
