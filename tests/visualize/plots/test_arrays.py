"""Numbers and Values of any nesting become floats, or an error says which do not."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Value
from visualize.plots.arrays import as_floats


@pytest.mark.parametrize(
    "numbers",
    [
        [[1, 2.0], [3, 4]],
        [[Value(1.0), 2], [np.float32(3), Value(4.0)]],
        np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]),
        np.array([[1, 2], [3, 4]], dtype=np.uint8),
    ],
)
def test_numbers_and_values_become_floats_of_the_same_shape(numbers):
    array = as_floats(numbers, "here")
    assert array.dtype == np.float64
    assert array.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_single_value_has_no_dimensions():
    assert as_floats(Value(2.5), "here").shape == ()
    assert as_floats(Value(2.5), "here") == 2.5


@pytest.mark.parametrize("ragged", [[[1, 2], [3]], [[Value(1.0)], [Value(1.0), Value(2.0)]]])
def test_rows_of_different_lengths_are_refused(ragged):
    with pytest.raises(ValueError, match=r"^here has rows of different lengths"):
        as_floats(ragged, "here")


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([1.0, None], "here takes a real number, not None"),
        (["a"], r"here holds np.str_\('a'\), of type str_"),
        ([1j], "of type complex128"),
    ],
)
def test_what_is_no_real_number_is_named(numbers, said):
    with pytest.raises(TypeError, match=said):
        as_floats(numbers, "here")
