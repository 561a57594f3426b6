"""One operation in words: names, numbers, source lines."""

from __future__ import annotations

import pytest

from autograd import Value, dot, where
from tests.in_one_test import in_one_test
from visualize.formula.words import equation, numbers, source, written
from visualize.scene.flat import flatten, names_of


def named(root):
    return names_of(flatten([root]))


A, B = Value(2.0, label="a"), Value(-3.0, label="b")


@in_one_test(
    "root, words, with_numbers",
    [
        (A + B, "a + b", "2 + (-3) = -1"),
        (2 - A, "2 - a", "2 - 2 = 0"),
        (-A, "-a", "-2 = -2"),
        (-B, "-b", "-(-3) = 3"),
        (A**2, "a ^ 2", "2 ^ 2 = 4"),
        (B**2, "b ^ 2", "(-3) ^ 2 = 9"),
        (B - A, "b - a", "-3 - 2 = -5"),
        (A > B, "a > b", "2 > (-3) = 1"),
        (A.tanh(), "tanh(a)", "tanh(2) = 0.964"),
        (where(A, B, 1), "where(a, b, 1)", "where(2, -3, 1) = -3"),
        (dot([A, B], [1, A]), "dot(a, b, 1, a)", "dot(2, -3, 1, 2) = -4"),
        (A, "a", "a = 2"),
    ],
)
def test_an_operation_on_names_and_on_numbers(root, words, with_numbers):
    assert (written(root, named(root)), equation(root, named(root))) == (words, with_numbers)


def test_operands_of_a_long_sum_are_cut():
    root = dot([Value(float(i)) for i in range(100)], [1.0] * 100)
    assert len(written(root, named(root))) <= 60
    assert len(equation(root, named(root))) <= 70
    assert numbers(root, named(root)) == "v0 = 0, v1 = 1, v2 = 2, v3 = 3, v4 = 4, v5 = 5, …"


def test_operands_are_given_once_and_numbers_not():
    assert numbers(A * A, named(A * A)) == "a = 2"
    root = A * 3 + B
    assert numbers(root, named(root)) == "v1 = 6, b = -3"


@pytest.mark.parametrize("line", ["", "<stdin>:3", "nowhere.py:7", "C:\\x.py:nan"])
def test_a_line_whose_text_is_not_known_is_as_it_is(line):
    assert source(line) == line


def test_a_line_of_a_file_has_its_text():
    assert source(f"{__file__}:1").endswith('.py:1: """One operation in words: names, numbers, '
                                            'source lines."""')  # fmt: skip
