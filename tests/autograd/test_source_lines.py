"""source_lines(): nodes know the user's line inside the block, and nothing outside."""

from __future__ import annotations

import copy
import inspect
import pickle
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograd import Value, compile, no_grad, scope, source_lines, tanh
from autograd.graph import Constant
from autograd.mode import CURRENT, MOST_NAMES
from nn import MLP


def here():
    """Return the line of the caller as a Value gives it."""
    frame = inspect.currentframe().f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def test_leaves_and_operations_know_their_line():
    with source_lines():
        x, expected = Value(2.0, label="x"), here()
        y, below = tanh(x * 3.0), here()
    assert (x.line, y.line, y.args[0].line) == (expected, below, below)
    assert Path(x.line.rpartition(":")[0]) == Path(__file__)


def test_outside_there_is_no_line():
    with source_lines():
        x = Value(2.0)
    assert (x * x).line == Value(1.0).line == Constant(2.0).line == ""


def test_scopes_and_labels_stay_what_they_are():
    with source_lines(), scope("model"), scope("layer"):
        x = Value(1.0, label="x")
        y = x + 1.0
        y.label = "y"
    assert (x.scope, y.scope, x.label, y.label) == ("model/layer",) * 2 + ("x", "y")
    assert x.line
    assert y.line


def test_leaves_of_one_label_stay_apart():
    x, other = Value(1.0, label="x"), Value(2.0, label="x")
    x.label = "y"
    with scope("model"):
        inner = Value(3.0, label="x")
    with source_lines():
        first, second = Value(4.0, label="x"), Value(5.0, label="x")
        third = Value(6.0, label="x")
    assert (x.label, other.label, inner.label, inner.scope) == ("y", "x", "x", "model")
    assert first.line == second.line != third.line != other.line == ""


def test_any_number_of_labels_costs_a_bounded_memory():
    labels = [f"w{number}" for number in range(2 * MOST_NAMES)]
    leaves = [Value(0.0, label=label) for label in labels]
    assert [leaf.label for leaf in leaves] == labels
    assert len(CURRENT.get().labelled) <= MOST_NAMES


def test_no_grad_inside_and_outside():
    with source_lines(), no_grad():
        x, expected = Value(1.0) * 2.0, here()
    assert (x.op, x.line) == (None, expected)
    with no_grad(), source_lines():
        y, expected = Value(1.0) * 2.0, here()
    assert (y.op, y.line) == (None, expected)


def test_a_network_names_the_line_that_called_it():
    model = MLP(2, [3, 1])
    with source_lines():
        output, expected = model([1.0, 2.0]), here()
    assert output.line == expected
    assert output.scope.startswith("MLP")


def test_restored_after_an_exception_and_entered_again():
    lines = source_lines()
    with pytest.raises(ZeroDivisionError), lines, lines:
        1 / 0  # noqa: B018 - it is the division that raises
    assert Value(1.0).line == ""


def test_generators_and_decorated_managers_restore_it():
    @contextmanager
    def both():
        with source_lines(), no_grad():
            yield

    with both():
        assert Value(1.0).line
    assert Value(1.0).line == ""


def test_copies_and_pickles_keep_the_line():
    with source_lines():
        x = Value(1.0, label="x")
        y = x * 2.0
    for again in (copy.copy(y), copy.deepcopy(y), pickle.loads(pickle.dumps(y))):  # noqa: S301
        assert again.line == y.line
        assert again.args[0].line == x.line


def test_compiling_inside_the_block_is_not_disturbed():
    with source_lines():
        compiled = compile(lambda x: tanh(x) * 2.0, backend="numpy")
        assert compiled.value_and_grad(0.0) == (0.0, 2.0)
