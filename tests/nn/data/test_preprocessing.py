"""One-hot rows against NumPy's identity, and labels that are refused."""

import numpy as np
import pytest

from nn import one_hot
from tests.in_one_test import in_one_test


@pytest.mark.parametrize("labels", [[2, 0, 1, 2], (2.0, 0, 1, 2), np.array([[2], [0], [1], [2]])])
def test_rows_are_those_of_the_identity(labels):
    expected = np.eye(5)[[2, 0, 1, 2]]
    assert one_hot(labels, 5).tolist() == expected.tolist()
    assert one_hot(labels).tolist() == expected[:, :3].tolist()
    assert one_hot(labels).dtype == np.float64


def test_booleans_are_two_classes():
    assert one_hot(np.array([True, False])).tolist() == [[0.0, 1.0], [1.0, 0.0]]


@in_one_test(
    "labels, classes, error, message",
    [
        ([0, -1], None, ValueError, r"labels, row 1: -1; allowed are 0, 1, 2"),
        ([0, 0.5], None, ValueError, r"labels, row 1: 0\.5; allowed are 0, 1, 2"),
        ([0, 1, 3], 3, ValueError, "labels, row 2: 3; allowed are whole numbers from 0 to 2"),
        ([0, float("nan")], None, ValueError, "labels, row 1: nan holds nan"),
        (["a"], None, TypeError, "labels, row 0: 'a' is text"),
        ([], None, ValueError, "labels has no rows"),
        ([[0, 1]], None, ValueError, r"one label per row, not an array of shape \(1, 2\)"),
        ([0], 0, ValueError, "classes must be at least 1"),
        ([0], 1.5, TypeError, "classes must be an int"),
    ],
)
def test_other_labels_are_named(labels, classes, error, message):
    with pytest.raises(error, match=message):
        one_hot(labels, classes)
