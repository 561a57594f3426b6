"""Counts, switches, paths and functions: what is one, and how the rest is refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autograd import Value, compile, gradients
from autograd.arguments import as_count, as_function, as_switch
from autograd.files import as_path
from tests.in_one_test import in_one_test

NOTHING = [None, "3", b"3", 2.0, 2j, [1], {}, np.ones(2), Value(1.0), len]


@pytest.mark.parametrize("given", [3, np.int64(3), np.array(3)], ids=repr)
def test_whole_numbers_count(given):
    count = as_count(given, "n")
    assert (count, type(count)) == (3, int)


@in_one_test("given", [*NOTHING, True, np.True_, np.float64(3.0)], ids=repr)
def test_nothing_else_counts(given):
    with pytest.raises(TypeError, match=r"^n must be an int, not "):
        as_count(given, "n")


@pytest.mark.parametrize("given", [0, -1, -(10**5000)], ids=["0", "-1", "large"])
def test_a_count_has_a_least(given):
    with pytest.raises(ValueError, match=r"^n must be at least 1, not "):
        as_count(given, "n")


@pytest.mark.parametrize(
    ("given", "most"), [(10**400, {}), (10**5000, {}), (4, {"most": 3})], ids=["400", "5000", "4"]
)
def test_a_count_has_a_most(given, most):
    """Python writes no int of 5,000 digits: a message must not try to."""
    with pytest.raises(ValueError, match=r"^n must be at most "):
        as_count(given, "n", **most)


@pytest.mark.parametrize("given", [True, False, np.True_, np.array(False), 1, 0])
def test_truths_are_switches(given):
    assert as_switch(given, "s") is bool(given)


@in_one_test("given", [*NOTHING, "False", 2, np.array([True]), np.int64(1)], ids=repr)
def test_nothing_else_is_a_switch(given):
    with pytest.raises(TypeError, match=r"^s must be True or False, not "):
        as_switch(given, "s")
    x = Value(1.0)
    with pytest.raises(TypeError, match=r"^gradients: create_graph must be True or False"):
        gradients(x, x, create_graph=given)
    with pytest.raises(TypeError, match=r"^compile: check must be True or False"):
        compile(abs, check=given)


class BytesPath:
    def __fspath__(self):
        return b"a"


@pytest.mark.parametrize(
    "given", [None, 3, b"a.c", 2.0, ["a.c"], BytesPath(), open], ids=lambda g: type(g).__name__
)
def test_what_is_no_path_is_refused(given):
    with pytest.raises(TypeError, match=r"^f: path is a str or a Path, not "):
        as_path(given, "f: path")
    with pytest.raises(TypeError, match=r"^to_c: path is a str or a Path, not "):
        compile(lambda x: x * x).to_c(given, 1.0)


def test_paths():
    assert as_path("a.c", "f") == as_path(Path("a.c"), "f") == Path("a.c")
    with pytest.raises(ValueError, match=r"f: path holds a zero character: 'a\\x00b'"):
        as_path("a\0b", "f: path")


def test_functions_are_called_with_so_many_arguments():
    assert as_function(max, "f", "a", "b") is max  # which says nothing of its parameters
    for given in (None, 3, "mse", int):
        with pytest.raises(TypeError, match=r"^f must be a function of a and b, such as max, not"):
            as_function(given, "f", "a", "b", such_as="max")
    with pytest.raises(TypeError, match=r"^f is called with a and b: too many positional"):
        as_function(len, "f", "a", "b")
