"""Whatever numbers come in: read as what they are, or refused by name; nothing is dropped."""

import array
import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile, grad, hvp, jacobian
from nn import (
    MLP,
    Dataset,
    Standardizer,
    accuracy,
    confusion_matrix,
    cross_entropy,
    fit,
    mean_absolute_error,
    mse_loss,
    one_hot,
    r2_score,
    split,
)
from tests.in_one_test import in_one_test


class Series:
    """What is needed of a pandas Series: an array in all but `flat`, `ravel` and `astype`."""

    ndim = 1

    def __init__(self, numbers):
        self._numbers = np.array(numbers)
        self.shape, self.dtype = self._numbers.shape, self._numbers.dtype

    def __array__(self, dtype=None, copy=None):
        return self._numbers if dtype is None else self._numbers.astype(dtype)

    def __len__(self):
        return len(self._numbers)

    def __iter__(self):
        return iter(self._numbers.tolist())

    def tolist(self):
        return self._numbers.tolist()


class Sparse:
    """What is needed of a sparse matrix: NumPy sees one object, and a row is a matrix again."""

    ndim, shape, dtype = 2, (2, 2), np.dtype(float)

    def __len__(self):
        raise TypeError("the length of a sparse matrix is ambiguous")

    def __iter__(self):
        return iter([Sparse(), Sparse()])

    def toarray(self):
        return np.eye(2)


READ = {
    "Series": Series([1.0, 2.0]),
    "memoryview": memoryview(np.array([1.0, 2.0])),
    "masked array without a mask": np.ma.array([1.0, 2.0]),
    "half": np.array([1, 2], np.float16),
    "bytes as numbers": np.array([1, 2], np.uint8),
    "fractions": [Fraction(1), Fraction(2)],
    "objects": np.array([1, 2.0], dtype=object),
    "tuple": (1.0, 2),
}
READ |= {"decimals": np.array([Decimal(1), Decimal("2.0")])}
READ_AS_ROWS = READ | {"array": array.array("d", [1.0, 2.0]), "range": range(1, 3)}
REFUSED = {
    "masked": np.ma.array([1.0, 2.0], mask=[False, True]),
    "all masked": np.ma.array([1.0, 2.0], mask=True),
    "dates": np.array(["2026-01-01", "2026-01-02"], "M8[D]"),
    "times": np.array(["2026-01-01", "2026-01-02"], "M8[ns]"),
    "durations": np.array([1, 2], "m8[ns]"),
    "date": [dt.date(2026, 1, 1), dt.date(2026, 1, 2)],
    "texts of digits": ["1", "2"],
    "array of texts": np.array(["1", "2"]),
    "array of bytes": np.array([b"1", b"2"]),
    "text among objects": np.array(["1", 2.0], dtype=object),
    "rows of texts": [["1"], ["2"]],
    "complex": [1 + 2j, 2.0],
    "complex array": np.array([1 + 2j, 2.0]),
    "real complex array": np.array([1 + 0j, 2.0]),
    "None": [None, 1.0],
    "array of None": np.array([None, 1.0], dtype=object),
    "sparse": Sparse(),
    "records": np.array([(1.0, 2)], dtype=[("a", "f8"), ("b", "i4")]),
}


def squares(v):
    return ag.sum([x * x for x in v])


def line():
    model = MLP(1, [1])
    model.load_state_dict(dict.fromkeys(model.state_dict(), 1.0))
    return model


DERIVATIVES = {
    "grad": lambda v: np.asarray(grad(squares)(v)) / 2,
    "jacobian": lambda v: np.asarray(jacobian(list)(v)) @ [1.0, 2.0],
    "hvp": lambda v: np.asarray(hvp(squares, v, v)) / 2,
    "compile": lambda v: np.asarray(compile(squares).value_and_grad(v)[1]) / 2,
    "compiled batch": lambda v: np.sqrt(compile(lambda x: x * x, in_axes=0)(v)),
}
ROWS = {
    "predict": lambda v: line().predict(v) - 1.0,
    "Dataset": lambda v: Dataset(v, v).X,
    "targets": lambda v: Dataset([0.0, 1.0], v).y,
    "split": lambda v: sorted([*split(v, v, 0.5)[0], *split(v, v, 0.5)[2]]) and [1.0, 2.0],
    "one_hot": lambda v: one_hot(v) @ [0.0, 1.0, 2.0],
    "Standardizer": lambda v: Standardizer(v)(v) / 2 + 1.5,
    "mse_loss": lambda v: mse_loss(v, [0.0, 0.0]) * 0.4 * np.array([1.0, 2.0]),
    "mse_loss targets": lambda v: mse_loss([0.0, 0.0], v) * 0.4 * np.array([1.0, 2.0]),
    "cross_entropy": lambda v: np.array([1.0, 2.0]) * float(
        cross_entropy([[0.0] * 3] * 2, v) / np.log(3)),
    "mean_absolute_error": lambda v: mean_absolute_error(v, [0, 0]) / 1.5 * np.array([1, 2]),
    "r2_score": lambda v: np.array([1.0, 2.0]) * r2_score([1.0, 2.0], v),
    "confusion_matrix": lambda v: np.diag(confusion_matrix(v, [1, 2]))[1:] * [1.0, 2.0],
}  # fmt: skip


def ids(cases):
    return {"cases": cases.values(), "ids": cases}


@in_one_test("numbers", **ids(READ))
@in_one_test("taker", **ids(DERIVATIVES))
def test_arrays_of_every_kind_are_differentiated(taker, numbers):
    if isinstance(numbers, tuple):
        numbers = list(numbers)  # to hvp a tuple is several arguments
    np.testing.assert_allclose(taker(numbers), [1.0, 2.0])


@in_one_test("taker", **ids(ROWS))
def test_rows_of_every_kind_are_read(taker):
    for name, numbers in READ_AS_ROWS.items():
        if name != "decimals" or taker is not ROWS["mse_loss"]:  # outputs are no decimals
            np.testing.assert_allclose(taker(numbers), [1.0, 2.0], err_msg=name)


@in_one_test("taker", **ids(DERIVATIVES | ROWS))
def test_what_is_no_numbers_is_refused(taker):
    for name, numbers in REFUSED.items():
        with pytest.raises((TypeError, ValueError)) as caught:
            pytest.fail(f"{name}: {taker(numbers)!r}")
        assert "object has no attribute" not in str(caught.value), name


@in_one_test("numbers", **ids(REFUSED))
def test_fit_refuses_them_and_changes_nothing(numbers):
    model = line()
    for X, y in ((numbers, [0.0, 1.0]), ([0.0, 1.0], numbers)):
        with pytest.raises((TypeError, ValueError)):
            fit(model, X, y, loss=mse_loss, epochs=1)
    assert set(model.state_dict().values()) == {1.0}


@in_one_test(
    "number",
    [np.ma.masked, np.datetime64("2026-01-01"), np.timedelta64(1, "D"), "3", b"3", 1j, None,
     np.complex64(1), dt.timedelta(1), [1.0], {1.0}, range(2), array.array("d", [1.0])],
    ids=repr,
)  # fmt: skip
def test_a_value_is_of_one_real_number(number):
    with pytest.raises(TypeError, match="takes a real number, not"):
        Value(number)
    with pytest.raises(TypeError):
        ag.sum([1.0, number])
    with pytest.raises((TypeError, ValueError)):
        accuracy([number, 0.5], [1, 0])


def test_tensors_are_read_unless_they_record_gradients():
    torch = pytest.importorskip("torch")
    tensor = torch.tensor([1.0, 2.0])
    assert grad(squares)(tensor).tolist() == [2.0, 4.0]
    assert compile(squares)(tensor) == 5.0
    assert MLP(2, [1]).predict(tensor.reshape(1, 2)).shape == (1,)
    tensor.requires_grad_()
    for taker in (grad(squares), compile(squares), Standardizer):
        with pytest.raises(TypeError, match=r"NumPy cannot read the Tensor: .*detach"):
            taker(tensor)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_a_matrix_has_two_dimensions():
    matrix = np.matrix([[1.0, 2.0]])
    assert grad(lambda m: m[0][0] * m[0][1])(matrix).tolist() == [[2.0, 1.0]]
    assert compile(lambda m: m[0][0] * m[0][1])(matrix) == 2.0
    assert Dataset(matrix, [1]).X.shape == (1, 2)


@in_one_test("text", ["12", b"12"])
@in_one_test("function", [ag.sum, ag.norm, ag.mean, ag.softmax, lambda v: ag.dot(v, v)])
def test_a_text_is_no_list_of_numbers(function, text):
    with pytest.raises(TypeError, match=r"numbers and Values, not b?'12'"):
        function(text)
