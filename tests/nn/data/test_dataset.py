"""Datasets: arrays as they are, selections, splits, transformations and batches."""

import random

import numpy as np
import pytest

from nn import MLP, Dataset, Standardizer, fit
from tests.in_one_test import in_one_test

NAN = float("nan")


@pytest.fixture
def dataset():
    return Dataset(np.arange(20.0, dtype=np.float32).reshape(10, 2), np.arange(10) % 2)


def test_arrays_are_kept_as_they_are():
    X, y = np.zeros((3, 2, 2), dtype=np.float32), np.array([0, 1, 2])
    dataset = Dataset(X, y)
    assert dataset.X is X
    assert dataset.y is y
    unpacked_X, unpacked_y = dataset
    assert unpacked_X is X
    assert unpacked_y is y
    assert len(dataset) == 3
    assert repr(dataset) == "Dataset(3 rows, X of (2, 2) float32, y of () int64)"
    assert Dataset([1, 2], (3.0, 4.0)).y.tolist() == [3.0, 4.0]


def test_fit_trains_on_it(dataset):
    history = fit(MLP(2, [1]), *dataset, loss="mse_loss", epochs=1, validation=tuple(dataset[:3]))
    assert history.epochs == 1


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (slice(2, 5), [2, 3, 4]),
        (slice(None, None, -4), [9, 5, 1]),
        ([7, 0], [7, 0]),
        ((7, 0), [7, 0]),
        (np.array([1, 1]), [1, 1]),
        (np.arange(10) > 7, [8, 9]),
    ],
)
def test_several_rows_are_a_dataset(dataset, rows, expected):
    chosen = dataset[rows]
    assert isinstance(chosen, Dataset)
    assert chosen.X.tolist() == [[2.0 * row, 2.0 * row + 1] for row in expected]
    assert chosen.y.tolist() == [row % 2 for row in expected]


def test_one_row_is_a_pair(dataset):
    x, label = dataset[-1]
    assert (x.tolist(), label) == ([18.0, 19.0], 1)
    with pytest.raises(IndexError, match="10"):
        dataset[10]
    with pytest.raises(ValueError, match="no row of 10 is chosen"):
        dataset[dataset.y > 5]


@pytest.mark.parametrize("stratify", [False, True])
def test_a_split_keeps_pairs_together(stratify):
    dataset = Dataset(np.arange(100), np.arange(100) // 60)
    train, held_out = dataset.split(0.2, stratify=stratify, rng=random.Random(4))
    assert (len(train), len(held_out)) == (80, 20)
    assert sorted([*train.X, *held_out.X]) == list(range(100))
    assert all((part.y == part.X // 60).all() for part in (train, held_out))
    assert (held_out.y.sum() == 8) == stratify
    again = dataset.split(0.2, stratify=stratify, rng=random.Random(4))[1]
    assert again.X.tolist() == held_out.X.tolist()
    assert len(dataset.split(0.001)[1]) == 1
    with pytest.raises(ValueError, match="leaves none to train on"):
        dataset.split(0.999)


def test_map_transforms_the_inputs(dataset):
    doubled = dataset.map(lambda X: X.reshape(-1, 1, 2) * 2)
    assert doubled.X.tolist() == [[[4.0 * row, 4.0 * row + 2]] for row in range(10)]
    assert doubled.y is dataset.y
    with pytest.raises(ValueError, match="X has 9 rows but y has 10"):
        dataset.map(lambda X: X[1:])
    with pytest.raises(ValueError, match=r"X, row 0: .* nan"):
        dataset.map(lambda X: X * NAN)


def test_batches_hold_every_row_once_in_a_new_order_each_pass(dataset):
    batches = dataset.batches(4, rng=random.Random(0))
    assert len(batches) == 3
    first, second = ([(X.tolist(), y.tolist()) for X, y in batches] for _ in range(2))
    for made in (first, second):
        assert [len(X) for X, _ in made] == [4, 4, 2]
        assert sorted(x for X, _ in made for x in X) == dataset.X.tolist()
        assert all(x[0] // 2 % 2 == label for X, y in made for x, label in zip(X, y, strict=True))
    assert first != second
    again = dataset.batches(4, rng=random.Random(0))
    assert [[(X.tolist(), y.tolist()) for X, y in again] for _ in range(2)] == [first, second]
    (whole,) = dataset.batches(None, shuffle=False)
    assert whole[0].tolist() == dataset.X.tolist()
    assert len(dataset.batches(5)) == len(list(dataset.batches(5))) == 2
    assert len(dataset.batches(100)) == 1


@in_one_test(
    "call, error, message",
    [
        (
            lambda: Dataset([[1.0], [NAN]], [0, 1]),
            ValueError,
            r"X, row 1: \[nan\] holds nan or inf",
        ),
        (lambda: Dataset([[1.0], [2.0]], [0]), ValueError, "X has 2 rows but y has 1"),
        (lambda: Dataset([[1.0], [2.0, 3.0]], [0, 1]), ValueError, "X, row 1 has the shape"),
        (lambda: Dataset([], []), ValueError, "X has no rows"),
        (lambda: Dataset([1], ["a"]), TypeError, "y, row 0: 'a' is text"),
        (lambda: Dataset([1], [1]).batches(0), ValueError, "batch_size must be at least 1"),
        (lambda: Dataset([1], [1]).batches(1, rng=0), TypeError, "rng must be a random.Random"),
        (lambda: Standardizer([[1.0], [NAN]]), ValueError, "X, row 1"),
        (lambda: Standardizer([[1.0]])([[1.0, 2.0]]), ValueError, r"\(2,\), but .* from \(1,\)"),
        (lambda: Standardizer([[1.0, 2.0]])([1.0, NAN]), ValueError, "X, row 1"),
    ],
)
def test_bad_rows_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_standardising_is_that_of_sklearn():
    oracle = pytest.importorskip("sklearn.preprocessing", reason="the oracle")
    X = np.random.default_rng(0).normal(3.0, [0.1, 10.0, 0.0], size=(50, 3))
    X[:, 2] = 0.7
    assert X.std(axis=0)[2] > 0.0  # because the mean is rounded
    others = np.random.default_rng(1).normal(size=(5, 3))
    standardize, scaler = Standardizer(X), oracle.StandardScaler().fit(X)
    np.testing.assert_allclose(standardize(others), scaler.transform(others), rtol=1e-12)
    np.testing.assert_allclose(standardize(X), scaler.transform(X), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(standardize.inverse(standardize(others)), others, rtol=1e-12)
    assert standardize(others[0]).tolist() == standardize(others)[0].tolist()
    images = Standardizer(np.arange(8).reshape(2, 2, 2))
    assert images(np.arange(8).reshape(2, 2, 2)).tolist() == [[[-1.0] * 2] * 2, [[1.0] * 2] * 2]
