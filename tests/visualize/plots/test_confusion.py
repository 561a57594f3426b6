"""Confusion matrices: what stands in each cell, and its colour."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograd import Value
from tests.in_one_test import in_one_test
from visualize import plot_confusion_matrix

pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")

MATRIX = [[8, 2, 0], [0, 150, 50], [0, 0, 0]]


def cells(axes):
    """The texts by their (row, column); sums are in the row and the column after the last."""
    places = ((text, *text.get_position()) for text in axes.texts)
    return {(round(y), round(x)): text for text, x, y in places}


def test_cells_hold_counts_and_margins_hold_their_sums():
    (axes,) = plot_confusion_matrix(MATRIX).axes
    shown = {place: text.get_text() for place, text in cells(axes).items()}
    table = np.array(MATRIX)
    with_sums = np.block(
        [[table, table.sum(axis=1, keepdims=True)], [table.sum(axis=0), table.sum()]]
    )
    assert shown == {place: str(count) for place, count in np.ndenumerate(with_sums)}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "true")
    assert axes.get_title() == "158 of 210 correct (75.2%)"
    low, high = axes.get_ylim()
    assert low > high  # the first row on top


def test_a_cell_is_coloured_by_its_share_of_the_row():
    (axes,) = plot_confusion_matrix(MATRIX).axes
    (image,) = axes.images
    expected = [[0.8, 0.2, 0.0], [0.0, 0.75, 0.25], [0.0, 0.0, 0.0]]
    assert np.asarray(image.get_array()) == pytest.approx(np.array(expected))
    assert image.get_clim() == (0.0, 1.0)


def test_numbers_are_white_on_dark_and_zeros_are_faint():
    (axes,) = plot_confusion_matrix(MATRIX).axes
    text = cells(axes)
    assert text[0, 0].get_color() == "white"
    dark, faint = text[0, 1].get_color(), text[0, 2].get_color()
    assert int(dark[1:3], 16) < 0x40
    assert int(faint[1:3], 16) > 0xA0


def test_labels_name_the_classes_and_long_ones_are_slanted():
    (axes,) = plot_confusion_matrix(MATRIX, labels=["a", "b", "c"], title="letters").axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["a", "b", "c", "total"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["a", "b", "c", "total"]
    assert axes.figure.get_suptitle() == "letters"
    assert axes.get_xticklabels()[0].get_rotation() == 0
    (axes,) = plot_confusion_matrix(MATRIX, labels=["setosa", "versicolor", "virginica"]).axes
    assert axes.get_xticklabels()[0].get_rotation() > 0
    (axes,) = plot_confusion_matrix(MATRIX).axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["0", "1", "2", "total"]


def test_an_empty_matrix_of_counts_and_values_are_shown():
    (axes,) = plot_confusion_matrix([[0, 0], [0, 0]]).axes
    assert axes.get_title() == "0 of 0 correct"
    (axes,) = plot_confusion_matrix([[Value(2.5)]]).axes
    assert cells(axes)[0, 0].get_text() == "2.5"


@in_one_test(
    "matrix, labels, said",
    [
        ([[1, 2]], None, r"shape \(1, 2\); it must be square"),
        ([1, 2], None, r"shape \(2,\); it must be square"),
        ([], None, r"shape \(0,\); it must be square"),
        ([[1, 2], [3]], None, "rows of different lengths"),
        ([[1, 2], [-3, 4]], None, "row 1, column 0 holds -3; a count is 0 or more"),
        ([[1, math.nan], [3, 4]], None, "row 0, column 1 holds nan"),
        ([[1, 2], [3, 4]], ["a"], "labels holds 1 name, but there are 2"),
    ],
)
def test_what_is_no_confusion_matrix_is_refused(matrix, labels, said):
    with pytest.raises(ValueError, match=said):
        plot_confusion_matrix(matrix, labels=labels)
