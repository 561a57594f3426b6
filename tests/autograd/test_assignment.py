"""Numbers for many Values at once: what is refused changes nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest

from autograd import Value
from autograd.graph import set_data, set_gradients


@pytest.mark.parametrize("assign", [set_data, set_gradients])
@pytest.mark.parametrize(
    ("values", "numbers", "error", "message"),
    [
        (lambda x, y: [x, y], [1.0], ValueError, "2 Values and 1 numbers"),
        (lambda x, y: [x], [1.0, 2.0], ValueError, "1 Values and 2 numbers"),
        (lambda x, y: [x, 3.0], [1.0, 2.0], TypeError, "takes Values, not 3.0"),
        (lambda x, y: [x, y], [1.0, "2"], TypeError, "'2'"),
    ],
)
def test_mistakes_are_named_and_change_nothing(assign, values, numbers, error, message):
    x, y = Value(5.0), Value(6.0)
    with pytest.raises(error, match=message):
        assign(values(x, y), numbers)
    assert (x.data, y.data, x.has_grad, y.has_grad) == (5.0, 6.0, False, False)


def test_data_of_results_cannot_be_set_but_their_gradients_can():
    x = Value(5.0)
    y = x * 2.0
    with pytest.raises(AttributeError, match="the result of mul"):
        set_data([x, y], [1.0, 2.0])
    assert (x.data, y.data) == (5.0, 10.0)
    set_gradients([y, x], [3, Fraction(1, 2)])
    assert (y.grad, x.grad) == (3.0, 0.5)


def test_nothing_may_be_set():
    set_data([], [])
    set_gradients(iter([]), iter([]))
