"""Structures of arguments and results, batches, and what is refused."""

from __future__ import annotations

import sys
from collections import namedtuple
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile, primitive

Point = namedtuple("Point", "x y")
RAGGED = [[1.0, 2.0], [3.0]]


def compiled(f, **settings):
    return compile(f, backend="numpy", **settings)


def test_the_function_sees_the_structures_that_it_was_given():
    seen = []

    def f(number, row, pair, named, table, array):
        seen.append((type(number), type(row), type(pair), type(named), type(table), array.shape))
        return number + row[0] + pair[1] + named.y + table["a"] + array[1, 0]

    c = compiled(f)
    args = (1.0, [2.0], (0.0, 3.0), Point(0.0, 4.0), {"a": 5.0}, np.array([[0.0, 0.0], [6.0, 0.0]]))
    assert c(*args) == 21.0
    ((number, *rest),) = seen
    assert issubclass(number, Value)
    assert rest == [list, tuple, Point, dict, (2, 2)]
    value, slopes = c.value_and_grad(*args)
    assert (value, slopes[:5]) == (21.0, (1.0, [1.0], (0.0, 1.0), Point(0.0, 1.0), {"a": 1.0}))
    assert slopes[5].tolist() == [[0.0, 0.0], [1.0, 0.0]]


@pytest.mark.parametrize("number", [3, True + 2, Fraction(6, 2), np.float32(3), np.array(3)])
def test_every_kind_of_real_number_is_taken(number):
    assert compiled(lambda x: x * 2)(number) == 6.0


@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.bool_])
def test_arrays_of_any_real_type_are_converted(dtype):
    c = compiled(lambda x: x * 2)
    assert c(np.ones(2, dtype)).tolist() == [2.0, 2.0]
    assert c(np.ones(2, dtype)).dtype == np.float64


def test_results_keep_their_structure_and_batches_lead():
    c = compiled(lambda x: {"all": x * 2, "pair": (x[0], [1.0])}, in_axes=0)
    found = c(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    assert found["all"].tolist() == [[2.0, 4.0], [6.0, 8.0], [10.0, 12.0]]
    first, (one,) = found["pair"]
    assert (first.tolist(), one.tolist()) == ([1.0, 3.0, 5.0], [1.0, 1.0, 1.0])


def test_a_structure_is_traced_once():
    calls = []
    c = compiled(lambda x: (calls.append(1), x)[1], verify="never")
    for _ in range(3):
        for arg in (1.0, 2, [1.0], np.zeros(2)):
            c(arg)
        c.value_and_grad(3.0)
    assert len(calls) == 3


def test_a_list_is_a_batch_of_lists_and_an_array_of_arrays():
    kinds = []
    c = compiled(lambda x: (kinds.append(type(x)), x[0] + x[1])[1], in_axes=0, verify="never")
    assert c([[1, 2], [3, 4]]).tolist() == c(np.array([[1, 2], [3, 4]])).tolist() == [3.0, 7.0]
    assert c([(1, 2), (3, 4)]).tolist() == [3.0, 7.0]
    assert c([np.array([1, 2]), np.array([3, 4])]).tolist() == [3.0, 7.0]
    assert kinds == [list, np.ndarray, tuple]
    _, slopes = c.value_and_grad([[1, 2], [3, 4]])
    assert slopes.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_in_axes_map_what_they_say():
    f = lambda p, s: p["x"] * s + p["y"]  # noqa: E731
    x, y = np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 30.0])
    assert compiled(f, in_axes=(0, None))({"x": x, "y": y}, 2.0).tolist() == [12.0, 24.0, 36.0]
    nested = compiled(f, in_axes=({"x": 0, "y": None}, 0))
    assert nested({"x": x, "y": 1.0}, y).tolist() == [11.0, 41.0, 91.0]
    matrix = np.arange(6.0).reshape(2, 3)
    assert compiled(lambda v: v[1] - v[0], in_axes=1)(matrix).tolist() == [3.0, 3.0, 3.0]
    assert compile(lambda v: v[1] - v[0], 1, backend="numpy")(matrix).tolist() == [3.0, 3.0, 3.0]
    tuple_of_batches = compiled(lambda p: p[0] * p[1], in_axes=0)
    assert tuple_of_batches((x, y)).tolist() == [10.0, 40.0, 90.0]


def test_the_quick_way_for_floats_gives_what_the_first_call_gave(backend):
    w = Value(2.0)
    for f in (
        lambda x: x * w,
        lambda x, y: x * y * w,
        lambda x, y, z: x * z,  # 0 by y
        lambda x, y: x * 0 + 3,
        lambda x, y: (x, [y, {"sum": x + y}]),
    ):
        c = compile(f, backend=backend)
        args = (1.5, -2.5, 3.5)[: f.__code__.co_argcount]
        kinds = ["__call__", "jacobian"]
        if isinstance(f(*args), Value | float):
            kinds += ["value_and_grad", "hessian"]
        for kind in kinds:
            first, *others = [repr(getattr(c, kind)(*args)) for _ in range(3)]
            assert others == [first, first]


def test_zeros_keep_their_signs(backend):
    c = compile(lambda x: ag.where(x > 0, 0.0, -0.0), backend=backend)
    assert [str(c(x)) for x in (1.0, -1.0)] == ["0.0", "-0.0"]


def test_an_empty_batch_gives_empty_arrays_and_no_mean():
    c = compiled(lambda x: x[0] * x[1], in_axes=0)
    empty = np.zeros((0, 2))
    assert c(empty).shape == (0,)
    assert c.value_and_grad(empty)[1].shape == (0, 2)
    assert c.hessian(empty).shape == (0, 2, 2)
    assert c.backward(empty, reduction="sum") == 0.0
    with pytest.raises(ValueError, match="the mean of nothing is undefined"):
        c.backward(empty)
    with pytest.raises(ValueError, match=r"argument 0 \('x'\) is an empty list"):
        c([])


def test_constant_and_empty_functions():
    assert compiled(lambda: 3)() == 3.0
    assert compiled(lambda x: 3).value_and_grad(1.0) == (3.0, 0.0)
    assert compiled(lambda x: 3, in_axes=0)([1.0, 2.0]).tolist() == [3.0, 3.0]
    assert compiled(lambda x: x).value_and_grad(2.0) == (2.0, 1.0)
    assert compiled(lambda x: x).hessian(2.0) == 0.0
    assert compiled(lambda x: [])(2.0) == []
    assert compiled(lambda x: np.ones(2))(2.0).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("in_axes", "args", "kind", "message"),
    [
        (0, (RAGGED,), ValueError, r"argument 0 \('x'\) is ragged: row 0 has shape \(2,\), row 1"),
        (0, (3.0,), ValueError, r"argument 0 \('x'\) is mapped over axis 0, but it is the number"),
        ((0, 0), ([1.0],), ValueError, r"in_axes has 2 entries, but 1 arguments"),
        (0, (["1.5"],), TypeError, r"argument 0 \('x'\)\[0\] takes a real number, not the str"),
        (0, ([1j],), TypeError, "complex"),
        (0, ([Value(1.0)],), TypeError, r"argument 0 \('x'\) is a batch and holds Values"),
        ("x", ([1.0],), TypeError, "an axis is a whole number or None, not 'x'"),
        (0, ([{"a": 1.0, "b": 2.0}],), TypeError, "give one dict that holds a batch under each"),
        (2, (np.ones((2, 2)),), ValueError, r"mapped over axis 2, but its shape is \(2, 2\)"),
        (({"a": 0},), ({"b": [1.0]},), ValueError, "which has other entries"),
        (None, ("1",), TypeError, r"argument 0 \('x'\) takes a real number, not the str '1'"),
        (None, (None,), TypeError, "takes a real number, not None"),
        (None, (np.array(["a"]),), TypeError, r"argument 0 \('x'\), an array of <U1, takes a real"),
    ],
)
def test_arguments_that_are_refused(in_axes, args, kind, message):
    with pytest.raises(kind, match=message):
        compiled(lambda x: x, in_axes=in_axes)(*args)


def test_batches_must_have_one_length():
    c = compiled(lambda x, y: x * y, in_axes=0)
    with pytest.raises(ValueError, match=r"2 in argument 0 \('x'\), 3 in argument 1 \('y'\)"):
        c([1, 2], [1, 2, 3])


def test_other_misuse_is_named():
    c = compiled(lambda x: [x, x])
    with pytest.raises(TypeError, match=r"by position, not by name: \['x'\]"):
        c(x=1.0)
    with pytest.raises(TypeError, match=r"value_and_grad needs .* one number, not \[a number, a n"):
        c.value_and_grad(1.0)
    with pytest.raises(TypeError, match="backward needs a function that returns one number"):
        c.backward(1.0)
    with pytest.raises(ValueError, match="reduction must be one of 'mean', 'sum', not 'none'"):
        c.backward(1.0, reduction="none")
    with pytest.raises(ValueError, match="the kind of result must be one of 'value', "):
        c.program("gradient", 1.0)
    with pytest.raises(TypeError, match="its result takes a real number, not None"):
        compiled(lambda x: None)(1.0)
    with pytest.raises(TypeError, match=r"a function, not 3\.0; compile_graph\(output, inputs\)"):
        compile(3.0)


def test_backends_are_checked_by_name():
    with pytest.raises(ValueError, match=r"backend must be one of 'auto', .* not 'cuda'"):
        compile(lambda x: x, backend="cuda")


def test_a_missing_package_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    with pytest.raises(ImportError, match=r'pip install "scalar-autograd\[jit\]"'):
        compile(lambda x: x, backend="llvm")


def test_auto_falls_back_to_numpy_with_one_line_in_the_log(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setattr("autograd.backends.selection._told", set())
    with caplog.at_level("INFO", logger="autograd"):
        assert [compile(lambda x: x * 2)(1.0) for _ in range(3)] == [2.0, 2.0, 2.0]
    assert [record.getMessage()[:16] for record in caplog.records] == ["running on NumPy"]


def test_auto_takes_rows_with_a_text_for_numpy_only():
    square = primitive("np_square", lambda x: x * x, lambda g, out, x: g * 2.0 * x, numpy="x * x")
    assert compile(square).value_and_grad(3.0) == (9.0, 6.0)
    bare = primitive("bare_row", lambda x: x * x, lambda g, out, x: g * 2.0 * x)
    assert compile(bare, backend="interpreter").value_and_grad(3.0) == (9.0, 6.0)
    with pytest.raises(ValueError, match=r"'bare_row' has no C text.* c='an expression"):
        compile(bare)(3.0)
