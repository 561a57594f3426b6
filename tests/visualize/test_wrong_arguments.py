"""Switches, counts and values of pictures and texts: what is none is refused by name."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Value
from nn import MLP
from visualize import HealthMonitor, draw, explain, formula, health

X = Value(2.0, label="x")
Y = X * 3.0
NO_SWITCHES = ["False", None, [], np.zeros(2), 0.5]


@pytest.mark.parametrize("name", ["legend", "clusters", "derivatives"])
@pytest.mark.parametrize("given", NO_SWITCHES, ids=repr)
def test_a_switch_of_a_picture_is_true_or_false(name, given):
    if name == "derivatives" and given is None:
        return  # the picture decides
    with pytest.raises(TypeError, match=f"draw: {name} must be True or False"):
        draw(Y, **{name: given})


def test_truths_of_numpy_are_switches():
    assert draw(Y, legend=np.bool_(False)).svg == draw(Y, legend=False).svg


@pytest.mark.parametrize("rows", ["4", None, 2.5, [4], True], ids=repr)
def test_rows_are_counted(rows):
    for make in (
        lambda: health(MLP(1, [1]), [[1.0]], [1.0], rows=rows),
        lambda: HealthMonitor([[1.0]], [1.0], rows=rows),
    ):
        with pytest.raises(TypeError, match="rows is the number of examples"):
            make()


def test_values_are_asked_about_not_lists_of_lists():
    for function in (explain, formula):
        for given in ([[X]], np.ones((2, 2))):
            with pytest.raises(TypeError, match=f"^{function.__name__}: wrt"):
                function(Y, wrt=given)
    with pytest.raises(TypeError, match="max_operations must be an int"):
        formula(Y, max_operations=None)
    with pytest.raises(ValueError, match="rankdir must be one of"):
        draw(Y, rankdir=np.zeros(2))
