"""Copies and pickles: identity of leaves, gradients, labels, scopes, rows by name."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest

import autograd as ag
from autograd import Value, primitive, scope, topological_order
from autograd.graph import Constant


def through_pickle(thing):
    return pickle.loads(pickle.dumps(thing))  # noqa: S301 - our own


WAYS = pytest.mark.parametrize("way", [through_pickle, copy.deepcopy], ids=["pickle", "deepcopy"])


def example():
    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    with scope("layer"):
        y = ag.tanh(x * w + 1) + ag.dot([x, 2.0], [w, w]) + x
    y.label = "y"
    return x, w, y


@WAYS
def test_graph_and_parameters_keep_sharing_leaves(way):
    """micrograd's deepcopy gives a graph whose backward writes nothing."""
    x, w, y = example()
    new = way({"parameters": [x, w], "loss": y})
    new["loss"].backward()
    y.backward()
    assert [p.grad for p in new["parameters"]] == [x.grad, w.grad]
    assert not {*topological_order(new["loss"])} & {*topological_order(y)}


@WAYS
def test_order_in_the_container_does_not_matter(way):
    x, _, y = example()
    new_y, new_x = way([y, x])
    new_y.backward()
    assert new_x.has_grad


@WAYS
def test_everything_a_node_shows_is_kept(way):
    _, w, y = example()
    y.backward()
    w.zero_grad()
    for old, new in zip(topological_order(y), topological_order(way(y)), strict=True):
        assert (new.data, new.grad, new.has_grad) == (old.data, old.grad, old.has_grad)
        assert (new.label, new.scope, new.op) == (old.label, old.scope, old.op)
        assert [type(arg) for arg in new.args] == [type(arg) for arg in old.args]
        constants = [arg for arg in old.args if type(arg) is Constant]
        assert [arg for arg in new.args if type(arg) is Constant] == constants


@WAYS
def test_operand_used_twice_is_one_node_again(way):
    x = Value(2.0)
    y = way(x * x)
    assert y.args[0] is y.args[1]


@WAYS
@pytest.mark.parametrize("number", ["-0.0", "inf", "-inf", "nan", "5e-324", "0.1"])
def test_every_float_is_kept(way, number):
    assert repr(way(Value(float(number))).data) == number
    assert repr(way(Value(1.0) * float(number)).args[1]) == number


@WAYS
def test_copies_are_independent_and_can_go_on(way):
    x = Value(2.0)
    y = x * x
    new = way(y)
    leaf = new.args[0]
    leaf.data = 5.0
    with pytest.raises(ag.StaleGraphError):
        new.backward()
    assert new.forward().data == 25.0
    assert (y.data, x.data) == (4.0, 2.0)
    y.backward()
    assert x.grad == 4.0


@WAYS
def test_a_fresh_graph_loaded_after_changes_elsewhere_is_fresh(way):
    Value(1.0).data = 2.0
    x = Value(2.0)
    x.data = 3.0
    new = way(x * x)
    new.backward()
    assert new.args[0].grad == 6.0


def test_shallow_copy_has_the_same_operands_and_its_own_gradient():
    x = Value(2.0, label="x")
    y = x * x
    again = copy.copy(y)
    assert again is not y
    assert again.args == y.args
    again.backward()
    assert (x.grad, y.has_grad) == (4.0, False)
    leaf = copy.copy(x)
    leaf.data = 7.0
    assert (x.data, leaf.label) == (2.0, "x")


def test_constants_and_rows_survive():
    constant = (Value(1.0) * 2.0).args[1]
    assert through_pickle(constant) == 2.0
    assert through_pickle(ag.tanh) is ag.tanh
    assert copy.deepcopy(ag.tanh) is copy.copy(ag.tanh) is ag.tanh


def test_pickle_holds_no_code_and_says_so_by_its_size():
    x = Value(1.0)
    y = x
    for _ in range(1000):
        y = y * 2.0
    assert len(pickle.dumps(y)) < 60 * 1000


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol(protocol):
    new = pickle.loads(pickle.dumps(Value(2.0) * 3.0, protocol))  # noqa: S301 - our own
    assert new.data == 6.0


def test_a_row_that_is_not_registered_where_it_is_loaded_is_a_lookup_error(tmp_path):
    cube = primitive("cube", lambda x: x**3, lambda g, out, x: g * 3.0 * x * x)
    path = tmp_path / "graph.pickle"
    path.write_bytes(pickle.dumps(cube(Value(2.0))))
    program = f"import pickle; pickle.load(open({str(path)!r}, 'rb'))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)  # noqa: PLW1510 - it fails
    assert run.returncode != 0
    message = run.stderr.splitlines()[-1]
    assert message.startswith("LookupError")
    assert "'cube'" in message
    assert "autograd.primitive('cube', ...)" in message
