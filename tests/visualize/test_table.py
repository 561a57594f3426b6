"""Aligned tables: columns begin, or end, below each other; one long cell pushes out its own row."""

from __future__ import annotations

from visualize.escape import columns
from visualize.table import aligned

ROWS = [["a", "1", "x"], ["損失", "22", ""], ["abc", "333", "end"]]


def test_columns_begin_below_each_other():
    cells = aligned(ROWS)
    assert [[columns(cell) for cell in row[:-1]] for row in cells] == [[4, 3]] * 3
    assert [[cell.rstrip() for cell in row] for row in cells] == ROWS
    assert [row[-1] for row in cells] == ["x", "", "end"], "nothing follows the last cell"


def test_numbers_end_below_each_other():
    cells = aligned(ROWS, numbers=True)
    assert [row[1] for row in cells] == ["  1", " 22", "333"]
    assert [row[2] for row in cells] == ["  x", "   ", "end"]
    assert cells[0][0] == "a   "


def test_a_cell_that_is_too_wide_is_alone_with_it():
    cells = aligned([["a", "1"], ["x" * 50, "2"], ["bc", "3"]], widest=40)
    assert cells == [["a ", "1"], ["x" * 50, "2"], ["bc", "3"]]
    assert aligned([["x" * 50, "2"]], widest=40) == [["x" * 50, "2"]]


def test_no_rows_and_rows_of_unequal_length():
    assert aligned([]) == []
    assert aligned([["a"], ["bcd", "e"]]) == [["a"], ["bcd", "e"]]
