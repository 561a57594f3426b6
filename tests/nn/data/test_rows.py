"""Data: what is accepted, what is refused with its row, splits and batches."""

import random
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value
from nn import batches, split
from nn.data.rows import as_examples
from tests.in_one_test import in_one_test

NAN = float("nan")


@pytest.mark.parametrize(
    ("X", "y", "expected"),
    [
        ([[1, 2], [3, 4]], (0, 1), ([[1, 2], [3, 4]], [0, 1])),
        (np.float32([[1, 2], [3, 4]]), np.array([True, False]), ([[1, 2], [3, 4]], [1, 0])),
        ([1.5, 2.5], [[1.0], [2.0]], ([1.5, 2.5], [[1.0], [2.0]])),
        (range(2), iter([3, 4]), ([0, 1], [3, 4])),
        ([[Fraction(1, 2)], [1]], [0, 1], ([[0.5], [1.0]], [0, 1])),
        (np.zeros((2, 1, 2, 2)), [0, 1], ([[[[0, 0], [0, 0]]]] * 2, [0, 1])),
    ],
)
def test_sequences_and_arrays_become_plain_lists(X, y, expected):
    assert as_examples(X, y) == expected
    assert isinstance(as_examples([[1]], [3])[1][0], int)  # classes stay whole numbers


@in_one_test(
    "X, y, error, message",
    [
        ([[1.0], [NAN]], [0, 1], ValueError, r"X, row 1: \[nan\] holds nan or inf"),
        ([[1.0], [2.0]], [0.0, float("inf")], ValueError, "y, row 1: inf holds nan or inf"),
        ([[1.0], [None]], [0, 1], ValueError, r"X, row 1: \[nan\]"),
        ([[1.0, 2.0], [3.0]], [0, 1], ValueError,
         r"X, row 1 has the shape \(1,\) where row 0 has \(2,\)"),
        ([1.0, [2.0]], [0, 1], ValueError, r"X, row 1 has the shape \(1,\) where row 0 has \(\)"),
        ([[1.0]], [0, 1], ValueError, "X has 1 rows but y has 2"),
        ([], [], ValueError, "X has no rows"),
        (np.empty((0, 3)), [], ValueError, "X has no rows"),
        ([[1.0], ["a"]], [0, 1], TypeError, "X, row 1: .*'a'"),
        ([[1.0], [2.0]], ["cat", "dog"], TypeError, "y, row 0: 'cat' is text"),
        ([[1.0], [Value(2.0)]], [0, 1], TypeError, "X, row 1: .*Value"),
        ([[1.0], [2j]], [0, 1], TypeError, "X, row 1"),
    ],
)  # fmt: skip
def test_bad_rows_are_named(X, y, error, message):
    with pytest.raises(error, match=message):
        as_examples(X, y)


def test_a_split_is_a_partition_that_keeps_pairs_together():
    X, y = [[i] for i in range(10)], list(range(10))
    X_train, y_train, X_test, y_test = split(X, y, 0.3, rng=random.Random(0))
    assert (len(X_train), len(X_test)) == (7, 3)
    assert sorted(y_train + y_test) == y
    assert [x for (x,) in X_train + X_test] == y_train + y_test
    assert split(X, y, 0.3, rng=random.Random(0))[3] == y_test
    assert split(X, y, 0.3, rng=random.Random(1))[3] != y_test


@in_one_test("seed", range(20))
def test_a_stratified_split_holds_out_the_same_share_of_each_class(seed):
    y = [0] * 50 + [1] * 7 + [2] * 30 + [3]
    random.Random(seed).shuffle(y)
    X = [[i] for i in range(len(y))]
    X_train, y_train, X_test, y_test = split(X, y, 0.3, stratify=True, rng=random.Random(seed))
    assert len(y_test) == round(0.3 * len(y))
    for label in range(4):
        assert abs(y_test.count(label) - len(y_test) / len(y) * y.count(label)) < 1
    assert sorted(x for (x,) in X_train + X_test) == list(range(len(y)))
    assert [y[x] for (x,) in X_train + X_test] == y_train + y_test
    again = split(X, y, 0.3, stratify=True, rng=random.Random(seed))
    assert again[2] == X_test != split(X, y, 0.3, stratify=True, rng=random.Random(99))[2]


def test_every_row_is_held_out_as_often_in_a_stratified_split():
    source, counts = random.Random(0), [0] * 6
    for _ in range(3000):
        for x in split(range(6), [0, 1, 0, 0, 1, 0], 0.4, stratify=True, rng=source)[2]:
            counts[x] += 1
    assert all(abs(count - 1000) < 5 * (3000 * 2 / 9) ** 0.5 for count in counts)


def test_a_split_leaves_a_row_on_both_sides():
    assert len(split([1, 2], [1, 2], 0.01)[2]) == 1
    with pytest.raises(ValueError, match=r"0.9 of 2 rows leaves none to train on"):
        split([1, 2], [1, 2], 0.9)


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.5, NAN, True])
def test_the_fraction_is_between_0_and_1(fraction):
    with pytest.raises(ValueError, match="must be between 0 and 1"):
        split([1, 2], [1, 2], fraction)


def test_batches_hold_every_row_once():
    X, y = [[i] for i in range(7)], list(range(7))
    made = list(batches(X, y, 3, rng=random.Random(0)))
    assert [len(rows) for rows, _ in made] == [3, 3, 1]
    drawn = [label for _, labels in made for label in labels]
    assert sorted(drawn) == y != drawn
    assert all([x for (x,) in rows] == labels for rows, labels in made)
    assert list(batches(X, y, None, shuffle=False)) == [(X, y)]
    assert list(batches(X, y, 100, shuffle=False)) == [(X, y)]


@pytest.mark.parametrize(
    ("X", "y", "size", "error", "message"),
    [
        ([1, 2], [1], 1, ValueError, "X has 2 rows but y has 1"),
        ([], [], 1, ValueError, "no rows"),
        ([1], [1], 0, ValueError, "batch_size must be at least 1"),
        ([1], [1], 1.0, TypeError, "batch_size must be an int"),
    ],
)
def test_batches_refuse_before_the_first(X, y, size, error, message):
    with pytest.raises(error, match=message):
        batches(X, y, size)
