"""Calls that C answers give what Python's give, see every change, and write into `out`."""

from __future__ import annotations

import contextvars
import copy
import gc
import math
import os
import pickle
import random
import threading
import time
from collections import namedtuple
from fractions import Fraction
from importlib.util import find_spec

import numpy as np
import pytest

import autograd as ag
from autograd import Compiled, StaleProgramError, TracingError, Value, compile, grad, no_grad
from autograd.context import current_variant, variant
from autograd.graph import set_data
from autograd.native import engine
from autograd.program import verification
from autograd.program.verification import structure_changed
from nn import SGD
from tests.autograd.compiled.test_compiled_changes import PLACES
from tests.in_one_test import in_one_test

IN_C = engine is not None and find_spec("llvmlite") is not None
KINDS = ("__call__", "value_and_grad", "jacobian", "hessian", "backward")


def is_ready(c, kind="__call__"):
    """Tell whether C may answer such calls; True where it never does, so that tests go on."""
    return any(c._programs.ready[KINDS.index(kind)]) or not IN_C


def bits(tree):
    """Return a result so that equal ones have equal types, shapes and bits."""
    if isinstance(tree, dict):
        return {key: bits(item) for key, item in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree), [bits(item) for item in tree]
    if isinstance(tree, np.ndarray):
        return type(tree), tree.dtype, tree.shape, tree.flags.c_contiguous, tree.tobytes()
    return type(tree), tree.hex()


def outcome(call, *args, **settings):
    """Return the bits of a result, or the text of the error."""
    try:
        return bits(call(*args, **settings))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return type(error), str(error)


# Every kind of argument and result, beside calls that Python answers

Pair = namedtuple("Pair", "a b")


class Special(float):
    """A float of a user."""


def numbers_like(draw):
    """Return a number of some kind."""
    x = draw.choice([0.5, -1.25, 0.0, -0.0, 3.0, math.inf, math.nan, 1e308, 2.0**-1074])
    kinds = [lambda: x] * 6
    kinds += [lambda: draw.randrange(-3, 4), lambda: 2**60 + 1, lambda: draw.random() < 0.5]
    kinds += [lambda: np.float64(x), lambda: Special(x), lambda: Fraction(1, 3), lambda: 10**400]
    kinds += [lambda: np.float32(0.1), lambda: np.array(0.25), lambda: None, lambda: "1"]
    return draw.choice(kinds)()


class Matrix(np.ndarray):
    """An array of a user."""


def array_like(draw, shape):
    """Return an array of some kind."""
    a = np.array([draw.gauss(0.0, 1.0) for _ in range(math.prod(shape))]).reshape(shape)
    read_only = a.copy()
    read_only.flags.writeable = False
    kinds = [a] * 6
    kinds += [np.asfortranarray(a), a[..., ::-1], a.astype(np.float32), a.astype(int), read_only]
    kinds += [a.astype(">f8"), a.view(Matrix), a.astype(object), a[:-1], a.tolist(), a + 0j]
    return draw.choice(kinds)


def argument(draw, pattern):
    """Return an argument that is mostly of a structure."""
    if draw.random() < 0.03:
        return draw.choice([[], (), {}, 1.0, np.zeros(2)])
    if pattern is float:
        return numbers_like(draw) if draw.random() < 0.3 else draw.gauss(0.0, 1.0)
    if pattern is int:
        return (
            numbers_like(draw) if draw.random() < 0.1 else draw.choice([0, 1, 2, 2.0, -1, 3, 0.5])
        )
    if isinstance(pattern, np.ndarray):
        return array_like(draw, pattern.shape)
    if isinstance(pattern, dict):
        items = [(key, argument(draw, item)) for key, item in pattern.items()]
        if draw.random() < 0.2:
            items = draw.choice([items[::-1], items[1:], [*items, ("more", 1.0)]])
        return {"".join([*key]) if isinstance(key, str) else key: item for key, item in items}
    items = [argument(draw, item) for item in pattern]
    return draw.choice([tuple, list])(items) if draw.random() < 0.1 else type(pattern)(items)


FUNCTIONS = {
    "numbers": (lambda w, x, y: x * y**2 + w * x - ag.sin(y), (float, float)),
    "list": (lambda w, x: ag.dot(x, [w, w * x[0], 3.0]), ([float, float, float],)),
    "nested": (lambda w, x, y: x[0] * x[1][1] * y + w, ((float, [float, float]), float)),
    "array": (lambda w, x: ag.sum(x[i] ** 2 * x[i - 1] for i in range(3)) * w, (np.empty(3),)),
    "matrix": (
        lambda w, x, y: x[0, 1] * x[1, 0] * y[1] + w * y[0],
        (np.empty((2, 2)), [float] * 2),
    ),
    "empty": (lambda w, x, y: w * y, (np.empty((0, 2)), float)),
    "unused": (lambda w, x, y: 1.5, ([], float)),
    "several": (lambda w, x: (x[0] * w, [x[1], x], 2.0), (np.empty(2),)),
    "dict": (lambda w, x: {"a": x * w, "b": [x]}, (float,)),
    "dicts": (
        lambda w, x: x["in"] * w + x[3]["b"][1] * x[3]["b"][0],
        ({"in": float, 3: {"b": [float, float]}},),
    ),
    "dict of arrays": (lambda w, x: {"b": [x["a"][0] * w, x["a"]]}, ({"a": np.empty(2)},)),
    "other keys": (lambda w, x: {**x, 2.5: w} if 2.5 in x else w, ({2.5: float},)),
    "indices": (
        lambda w, i, j: ag.take([w, w * w, 2.0], i[0]) * ag.take([1.0, w, w], j),
        ([int], int),
    ),
    "index that is computed": (lambda w, i: ag.take([w, w * w, 2.0], i * 1.0), (int,)),
    "named": (lambda w, x: Pair(x, w * x), (float,)),
    "no arguments": (lambda w: w * 2.0, ()),
}


@in_one_test("seed", range(3))
@in_one_test("name", FUNCTIONS)
def test_c_gives_what_python_gives(name, seed, quick_llvm):
    f, pattern = FUNCTIONS[name]
    draw = random.Random(f"{name} {seed}")
    w = Value(1.5)
    names = [f"x{i}" for i in range(len(pattern))]
    taking = eval(f"lambda {', '.join(names)}: f(w, {', '.join(names)})", {"f": f, "w": w})
    hot, slow = compile(taking, verify="never"), compile(taking, verify="always")
    for turn in range(40):
        kind = draw.choice(KINDS)
        args = [argument(draw, item) for item in pattern]
        if draw.random() < 0.05:
            args = args[:-1]
        if turn % 7 == 6:
            w.data = draw.gauss(0.0, 1.0)
        found = []
        for c in (hot, slow):
            w.zero_grad()
            if turn % 3:
                w.grad = -0.0
            found.append((outcome(getattr(c, kind), *args), w.has_grad, w.grad.hex()))
        assert found[0] == found[1], (kind, args)
        assert outcome(hot, *args) == found[1][0] or kind != "__call__"


def test_it_is_c_that_answers():
    if not IN_C:
        pytest.skip("needs the engine in C and llvmlite")
    w = Value(2.0)
    lists = [(1.0, 2.0), ([1.0], (2.0, 3)), ((), 2.0)]
    for args in [*lists, (np.ones((2, 2)), 1.0), ({"a": [1, {}]}, {3: 1.0})]:
        c = compile(lambda *args: w * 3.0, verify="never")
        for kind in KINDS:
            for _ in range(2):
                getattr(c, kind)(*args)
            assert is_ready(c, kind)
        c._programs.current = None  # whoever goes on to Python fails
        for kind in KINDS:
            getattr(c, kind)(*args)
        with pytest.raises(TypeError, match="not callable"):
            c(*args, 5.0)


def test_other_structures_have_their_own_programs():
    c = compile(lambda x: x * 2.0 if isinstance(x, Value) else ag.sum(x), verify="never")
    kinds = [3.0, [1.0, 2.0], (1.0, 2.0), np.ones(3), np.ones(4), [1.0], (2.0,), np.ones(1)]
    for _ in range(3):
        for given in kinds:
            total = 2.0 * given if isinstance(given, float) else float(np.sum(np.hstack(given)))
            assert c(given) == total
    if not IN_C:
        return
    current, c._programs.current = c._programs.current, None
    for given in kinds[:3] + kinds[4:]:
        assert c(given) == 2.0 * given if isinstance(given, float) else ag.sum(given)
    c._programs.current = current


def test_programs_of_many_lengths_are_found_and_of_others_a_few(quick_llvm):
    c = compile(lambda x: x[0] * 2.0, verify="never")
    lengths = [[3.0] * count for count in range(3, 40)]
    unlike = [[3.0, [3.0] * count] for count in range(10)]  # which C tries one after the other
    for given in [*lengths, *unlike]:
        assert [c(given), c(given)] == [6.0, 6.0]
    assert max(map(len, c._programs.ready[0])) <= 4
    if IN_C:
        c._programs.current = None  # whoever goes on to Python fails
        assert {c(given) for given in lengths + unlike[-3:]} == {6.0}


@in_one_test("backend", ["auto", "numpy", "interpreter"])
def test_names_and_other_misuse_are_refused_as_ever(backend):
    c = compile(lambda x: x * x, backend=backend, verify="never")
    for _ in range(3):
        c(1.0), c.hessian(1.0)
    for call in (c, c.hessian):
        with pytest.raises(TypeError, match=r"by position, not by name: \['x'\]"):
            call(x=1.0)
        with pytest.raises(TypeError, match=r"by position, not by name: \['x'\]"):
            call(1.0, out=None, x=1.0)
        assert call(1.0, out=None) == call(1.0)


def test_backward_refuses_as_ever():
    w = Value(3.0)
    c = compile(lambda x, i: ag.take([x * w, w], i), verify="never")
    for _ in range(3):
        assert c.backward(2.0, 0) == 6.0
    assert w.grad == 6.0
    for error, message, args, settings in (
        (ValueError, "reduction must be one of 'mean', 'sum', not 'max'", (2.0, 0), "max"),
        (ValueError, "reduction must be one of", (2.0, 0), None),
        (TypeError, "backward takes plain numbers, no Values", (Value(2.0), 0), "sum"),
        (IndexError, "take: the index i is 2, and the indices are 0 to 1", (2.0, 2), "sum"),
        (TypeError, "take: the index i must be a whole number, not 0.5", (2.0, 0.5), "mean"),
        (TypeError, "argument 0 .'x'.", ("2", 0), "mean"),
    ):
        with pytest.raises(error, match=message):
            c.backward(*args, reduction=settings)
    with pytest.raises(TypeError, match="unexpected keyword argument 'out'"):
        c.backward(2.0, 0, out=None)
    with pytest.raises(TracingError, match="backward of a compiled function changes gradients"):
        compile(lambda x: x * c.backward(2.0, 0))(1.0)
    assert w.grad == 6.0
    assert [c.backward(2.0, 1, reduction=name) for name in ("mean", "sum")] == [3.0, 3.0]
    w.grad = w.grad + 1.0
    w.data = 5.0
    assert (c.backward(2, False), w.grad) == (10.0, 11.0)


# What a call sees


@pytest.fixture
def soon(monkeypatch):
    """Leave calls to C after two of them, for a while."""
    monkeypatch.setattr(verification, "ALLOWANCE", 0.0)
    monkeypatch.setattr(verification, "COUNTED", 2)
    monkeypatch.setattr(verification, "FIRST", 0)
    monkeypatch.setattr(verification, "CHEAP_ONCE", 0.0)
    monkeypatch.setattr(verification, "CHEAP", 0.0)


@in_one_test("name", PLACES)
@pytest.mark.usefixtures("soon")
def test_what_changes_between_calls_of_c_is_right_or_refused_in_time(name):
    contextvars.copy_context().run(_changed, name)


def _changed(name):
    read, write = PLACES[name]()
    write(1.0)
    c = compile(lambda x: x * read())
    for number, call in ((1.0, c), (1.5, c.backward), (-0.5, c), (0.5, c.backward)):
        write(number)
        now = read()
        expected = 3.0 * (now.data if isinstance(now, Value) else now)
        end = time.perf_counter() + 10.0
        while True:
            try:
                found = call(3.0)
            except StaleProgramError:
                c.retrace()
                found = call(3.0)
            if found == expected:
                break
            assert time.perf_counter() < end, f"still {found}"
        for _ in range(4):
            assert call(3.0) == expected


def warm(f, *args, **settings):
    """Return a compiled function whose calls with such arguments C answers."""
    c = compile(f, verify="never", **settings)
    for _ in range(3):
        c(*args)
    assert is_ready(c)
    return c


def test_data_of_leaves_are_read_at_each_call():
    w, v = Value(2.0), Value(1.0)
    c = warm(lambda x: x * w + v, 3.0)
    w.data = 4.0
    assert c(3.0) == 13.0
    set_data([w, v], [1.0, 2.0])
    assert c(3.0) == 5.0
    w.grad = v.grad = 1.0
    SGD([w, v], lr=0.5).step()
    assert c(3.0) == 3.0
    compile(lambda: w * v, verify="never").backward()
    SGD([w, v], lr=1.0).step()
    assert c(2.0) == 2.0 * w.data + v.data


@pytest.mark.usefixtures("soon")
def test_announced_changes_variants_and_orders_of_the_user_count_at_once():
    box = [2.0]
    for change in (lambda _: structure_changed(), Compiled.retrace, Compiled.clear):
        box[0] = 2.0
        c = compile(lambda x: x * box[0])
        for _ in range(20):
            c(1.0)
        assert is_ready(c)
        box[0] = 3.0
        change(c)
        assert c(1.0) == 3.0
    inside = compile(lambda x: x * (3.0 if current_variant() else 2.0), verify="never")
    for _ in range(3):
        assert inside(1.0) == 2.0
        with variant(("mark", "on")):
            assert [inside(1.0) for _ in range(3)] == [3.0] * 3


def test_a_call_draws_where_values_are_and_in_a_trace():
    c = warm(lambda x: x * x, 3.0)
    assert grad(c)(3.0) == 6.0
    assert c(Value(3.0)).op is not None
    outer = compile(lambda x: c(x) + c(2.0))
    assert [outer(3.0) for _ in range(3)] == [13.0] * 3
    assert outer.value_and_grad(3.0) == (13.0, 6.0)
    with no_grad():
        assert c(3.0) == 9.0
    chosen = compile(lambda x: x if c(x) > 4.0 else -x)
    assert [chosen(x) for x in (1.0, 3.0)] == [-1.0, 3.0]


def test_check_and_batches_are_left_to_python():
    checked = compile(ag.log, check=True, verify="never")
    assert [checked(1.0) for _ in range(3)] == [0.0] * 3
    with pytest.raises(FloatingPointError):
        checked(0.0)
    batched = compile(lambda x: x * 2.0, in_axes=0, verify="never")
    for _ in range(3):
        assert batched([1.0, 2.0]).tolist() == [2.0, 4.0]


# Copies, threads, processes and the collector


def cubed(x):
    return x**3


def test_copies_compute_by_themselves():
    c = warm(cubed, 2.0)
    copies = [copy.copy(c), copy.deepcopy(c), pickle.loads(pickle.dumps(c))]  # noqa: S301 - ours
    for other in copies:
        assert [other(2.0) for _ in range(3)] == [8.0] * 3
        assert [other.hessian(2.0) for _ in range(3)] == [12.0] * 3
    c.clear()
    assert [other(3.0) for other in (*copies, c)] == [27.0] * 4


def test_threads_do_not_mix_their_numbers():
    c = warm(lambda x, y: (ag.dot(x, y), x[0]), np.ones(20), [1.0] * 20)
    faults = []

    def work(number):
        x = np.full(20, number)
        for _ in range(3000):
            if c(x, [2.0] * 20) != (40.0 * number, number):
                faults.append(number)

    threads = [threading.Thread(target=work, args=(float(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


def test_threads_add_all_their_gradients():
    w = Value(2.0)
    c = warm(lambda x: x[0] * w, [1.0])
    assert c.backward([1.0]) == 2.0
    w.zero_grad()
    work = [threading.Thread(target=lambda: [c.backward([1]) for _ in range(3000)]) for _ in "abc"]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert w.grad == 9000.0


def test_a_collector_that_calls_it_does_not_mix_numbers_in():
    c = warm(lambda x: [x, (x + 1.0, [x + 2.0]), [[x * 2.0]]], 1.0)
    seen = []

    def call_it(phase, _info):
        if phase == "start":
            seen.append(c(100.0))

    threshold = gc.get_threshold()
    gc.callbacks.append(call_it)
    gc.set_threshold(1, 1, 1)
    try:
        found = [c(float(n)) for n in range(200)]
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(call_it)
    assert seen
    assert found == [[x, (x + 1.0, [x + 2.0]), [[x * 2.0]]] for x in map(float, range(200))]
    assert all(one == [100.0, (101.0, [102.0]), [[200.0]]] for one in seen)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:os.fork.. was called:RuntimeWarning")  # JAX's own
def test_a_child_goes_on():
    c = warm(cubed, 2.0)
    child = os.fork()
    if not child:
        os._exit(0 if [c(3.0), c.hessian(3.0), c(4.0)] == [27.0, 18.0, 64.0] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert c(5.0) == 125.0


# Results written where the caller says


@pytest.fixture(params=["auto", "numpy", "interpreter"])
def valley(request):
    """Return a function of an array, called before, on a backend."""
    c = compile(lambda x: x[0] * x[1] ** 2 + x[2], backend=request.param, verify="never")
    for kind in KINDS:
        for _ in range(3):
            getattr(c, kind)(np.ones(3))
    return c


def test_out_is_written_and_returned(valley):
    x = np.array([1.0, 2.0, 3.0])
    h = np.full((3, 3), np.nan)
    for given in (h, np.asfortranarray(h.copy()), np.full((3, 6), np.nan)[:, ::2]):
        assert valley.hessian(x, out=given) is given
        assert given.tolist() == [[0.0, 4.0, 0.0], [4.0, 2.0, 0.0], [0.0, 0.0, 0.0]]
    g = np.empty(3)
    value, slopes = valley.value_and_grad(x, out=(None, g))
    assert (value, slopes is g, g.tolist()) == (7.0, True, [4.0, 4.0, 1.0])
    value, slopes = valley.value_and_grad(x, out=None)
    assert slopes is not g
    assert valley.jacobian(x, out=x) is x  # the argument was read before
    assert x.tolist() == [4.0, 4.0, 1.0]


def wrong(**flags):
    array = np.zeros((3, 3))
    array.setflags(**flags)
    return array


@in_one_test(
    "out, error, message",
    [
        (np.zeros((3, 2)), ValueError, r"out has the shape \(3, 2\), the result \(3, 3\)"),
        (np.zeros(9), ValueError, "out has the shape"),
        (np.zeros((3, 3), np.float32), TypeError, "out must be an array of float64 or None"),
        (np.zeros((3, 3), object), TypeError, "array of object"),
        (wrong(write=False), ValueError, "out is read-only"),
        ([[0.0] * 3] * 3, TypeError, "out must be an array of float64"),
        (0.0, TypeError, "out must be an array"),
        ((None, None), TypeError, "out must be an array"),
    ],
)
def test_a_wrong_out_is_refused(valley, out, error, message):
    with pytest.raises(error, match=message):
        valley.hessian(np.ones(3), out=out)


@in_one_test(
    "out, error, message",
    [
        (np.zeros(3), TypeError, "out must have the structure of the result"),
        ((0.0, None), TypeError, r"out\[0\] is 0.0, but the result there is a number"),
        ((None,), TypeError, "out must have the structure"),
        ({"a": None}, TypeError, "out must have the structure"),
        ((None, np.zeros(4)), ValueError, r"out\[1\] has the shape \(4,\)"),
        ((None, [0.0] * 3), TypeError, r"out\[1\] must be an array"),
    ],
)
def test_a_wrong_out_of_a_structure_is_refused(valley, out, error, message):
    with pytest.raises(error, match=message):
        valley.value_and_grad(np.ones(3), out=out)


@in_one_test("backend", ["auto", "numpy"])
def test_several_arrays_are_written_whole_or_not_at_all(backend):
    c = compile(ag.dot, backend=backend, verify="never")
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    memory = np.zeros(4)
    for _ in range(3):
        value, (by_x, _) = c.value_and_grad(x, y, out=(None, (memory[:2], memory[2:])))
        assert (value, by_x.base is memory, memory.tolist()) == (11.0, True, [3.0, 4.0, 1.0, 2.0])
        c.value_and_grad(x, y, out=(None, (memory[::2], memory[1::2])))
        assert memory.tolist() == [3.0, 1.0, 4.0, 2.0]
        c.value_and_grad(x, y, out=[None, (memory[:2], None)])
    memory[:] = 5.0
    for second, error in ((memory[1:3], "share memory"), (memory[:3], "shape")):
        with pytest.raises(ValueError, match=error):
            c.value_and_grad(x, y, out=(None, (memory[:2], second)))
    assert memory.tolist() == [5.0] * 4


def test_batches_and_dicts_are_written_too(valley):
    backend = valley._programs.backend
    c = compile(lambda x: {"a": x[0] * 2.0, "b": [x, 1.0]}, in_axes=0, backend=backend)
    x = np.arange(6.0).reshape(3, 2)
    a, b = np.empty(3), np.empty((3, 2))
    found = c(x, out={"a": a, "b": [b, None]})
    assert (found["a"] is a, found["b"][0] is b, a.tolist()) == (True, True, [0.0, 4.0, 8.0])
    assert b.tolist() == x.tolist()
    with pytest.raises(TypeError, match="structure of the result"):
        c(x, out={"a": a})


def test_a_graph_takes_no_out(valley):
    with pytest.raises(TypeError, match="out= takes numbers"):
        valley([Value(1.0), 2.0, 3.0], out=np.zeros(1))
    with pytest.raises(TypeError, match="out= takes numbers"):
        compile(lambda x: valley([x, x, x], out=np.zeros(1)))(1.0)


def test_calls_that_c_answers_count_as_others(monkeypatch):
    monkeypatch.setattr(verification, "PAUSE", 1e9)
    monkeypatch.setattr(verification, "ALLOWANCE", 0.0)
    for name in ("CHEAP", "CHEAP_ONCE"):
        monkeypatch.setattr(verification, name, math.inf)
    found = []
    for backend in ("auto", "numpy"):
        traced, factor = [], [2.0]

        def f(x, traced=traced, factor=factor):
            traced.append(None)
            return ag.sum(x) * factor[0]

        c, seen = compile(f, backend=backend), []

        def calls(count, c=c, seen=seen, traced=traced):
            for turn in range(count):
                (c.jacobian if turn % 3 else c)([1.0, 2.0])
                seen.append(len(traced))

        calls(300)
        factor[0] = 3.0
        with pytest.raises(StaleProgramError) as error:
            calls(300)
        found.append((seen, str(error.value).partition(" results since")[0]))
    assert found[0] == found[1]
    assert found[0][1].endswith("The 255")
