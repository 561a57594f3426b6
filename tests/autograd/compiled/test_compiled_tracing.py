"""What a function may not do while it is traced, and what stays live afterwards."""

from __future__ import annotations

import collections
import copy
import fractions
import functools
import json
import math
import numbers
import pickle
import random
import statistics
import struct
import threading

import numpy as np
import pytest

import autograd as ag
from autograd import TracingError, Value, compile, no_grad
from autograd.graph import set_data, set_gradients
from autograd.reverse import local_derivatives, sweep
from autograd.vector import Vector
from nn import MLP, hinge_loss
from tests.in_one_test import in_one_test


def compiled(f, **settings):
    return compile(f, backend="numpy", **settings)


FROZEN = {
    "math.sin": (lambda x: 2 * math.sin(x), "autograd.sin"),
    "float": (lambda x: 2 * float(x), "autograd.sin"),
    "int": (lambda x: [1, 2][int(x)], "autograd.take"),
    "index": (lambda x: [1, 2][x], "autograd.take"),
    "asarray": (lambda x: np.asarray([x], dtype=float), "autograd.sin"),
    "float of data": (lambda x: float(x.data), "autograd.sin"),
    "set data": (lambda x: setattr(x, "data", 1.0), "after the call"),
    "set_data": (lambda x: set_data([x], [1.0]), "after the call"),
    "set_gradients": (lambda x: set_gradients([x], [1.0]), "autograd.grad"),
    "text of data": (lambda x: str(x.data), "after the call"),
    "data in an f-string": (lambda x: f"{x.data}", "after the call"),
    "//": (lambda x: x.data // 2, "outside"),
    "a leaf of it": (lambda x: Value(x.data), "detach"),
    "copy": (lambda x: copy.copy(x), "detach"),  # noqa: PLW0108 - the line of the lambda
    "deepcopy": (lambda x: copy.deepcopy([x]), "detach"),
    "pickle": (lambda x: pickle.dumps(x), "detach"),  # noqa: PLW0108 - the line of the lambda
    "sweep": (lambda x: sweep(x * 2), "autograd.gradients"),
    "local derivatives": (lambda x: local_derivatives(x * 2), "autograd.gradients"),
    "check": (lambda x: ag.check_gradients(x * 2), "outside"),
    "zero_grad": (lambda x: x.zero_grad(), "autograd.grad"),
    "has_grad": (lambda x: x.has_grad, "autograd.grad"),
    "set grad": (lambda x: setattr(x, "grad", 1.0), "autograd.grad"),
    "grad": (lambda x: x.grad, "value_and_grad"),
    "backward": (lambda x: (x * x).backward(), "autograd.grad"),
    "==": (lambda x: x == 1.0, "where"),
    "!=": (lambda x: x != 1.0, "where"),
    "in": (lambda x: x in [1.0, 2.0], "where"),
    "in a set": (lambda x: x in {1.0, 2.0}, r"take.*where"),
    "in a set, computed": (lambda x: x + 1 not in {1, 2}, r"take.*where"),
    "key": (lambda x: {1: 2.0}[x], "take"),
    "get": (lambda x: {1: 2.0}.get(x, 0.0), "take"),
    "item": (lambda x: [1.0, 2.0][x], "take"),
    "slice": (lambda x: [1.0, 2.0][:x], "take"),
    "range": (lambda x: sum(range(x)), "take"),
    "round": (lambda x: 2 * round(x), "the Value itself"),
    "format": (lambda x: f"{x:.2f}", "after the call"),
}


@in_one_test("name", FROZEN)
def test_a_number_is_never_frozen_into_a_program(name):
    f, remedy = FROZEN[name]
    with pytest.raises(TracingError, match=remedy) as found:
        compiled(f)(1.0)
    line = f.__code__.co_firstlineno
    assert f"test_compiled_tracing.py:{line}: " in str(found.value)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, w: w > x,
        lambda x, w: w + x,
        lambda x, w: ag.maximum(w, x),
        lambda x, w: ag.dot([w, w], [1.0, x]),
        lambda x, w: ag.sum([w, x]),
        lambda x, w: ag.softmax([w, x])[0],
        lambda x, w: ag.grad(lambda y: y * w * x)(w),
        lambda x, w: np.array([w, w]) @ np.array([x, 1.0]),
        lambda x, w: ag.where(w > 0, x, 1.0),
        lambda x, w: w**x,
    ],
)
def test_what_is_computed_from_an_input_is_known_as_such(f):
    w = Value(2.0)
    with pytest.raises(TracingError, match="plain number was asked"):
        compiled(lambda x: float(f(x, w)))(1.0)


def test_a_rule_and_a_loss_of_a_descent_may_not_branch():
    w = Value(2.0)
    with pytest.raises(TracingError, match="a truth value"):
        ag.Descent(
            lambda x: x if w > 1 else -x, ([1.0],), parameters=[w], state=[()],
            rule=lambda p, g, state, lr: (p - lr * g, state), settings={"lr": 0.1},
        )  # fmt: skip


def test_identity_and_printing_are_allowed():
    texts = []

    def f(x, y):
        texts.append(f"{x} {x * y!r}")
        return x if x is not y else y

    assert compiled(f)(1.0, 2.0) == 1.0
    assert texts == ["Traced('x') Traced()"]


def test_a_traced_value_that_was_kept_is_found_out():
    kept = []
    compiled(lambda x: (kept.append(x * 2), x)[1])(1.0)
    with pytest.raises(TracingError, match="which a function stored while it was compiled"):
        bool(kept[0] > 1)
    with pytest.raises(TracingError, match=r"depends on Traced\(\S*\), which is no input"):
        compiled(lambda y: y * kept[0])(1.0)


def test_errors_of_the_function_leave_no_mode_and_no_program():
    def f(x):
        raise KeyError("mine")

    c = compiled(f)
    with pytest.raises(KeyError, match="mine"):
        c(1.0)
    assert "no programs" in repr(c)
    assert (Value(1.0) + 1.0).data == 2.0


def test_no_grad_stops_gradients_and_nothing_else():
    w = Value(3.0)

    def f(x):
        with no_grad():
            y = x * w
        return y * x

    c = compiled(f)
    assert c.value_and_grad(2.0) == (12.0, 6.0)
    w.data = 5.0
    assert c(2.0) == 20.0


PLACES = {
    "function": lambda v: v * v * v,
    "factor": lambda v: _constant(v * v) * v,
    "all of it": lambda v: _constant(v * v * v),
    "length": lambda v: _constant(ag.norm([v, v])) * ag.norm([v, v]),
}
DERIVATIVES = {
    "gradients": lambda f, v: ag.gradients(f(v), v),
    "create_graph": lambda f, v: ag.gradients(f(v), v, create_graph=True),
    "twice": lambda f, v: ag.gradients(ag.gradients(f(v), v, create_graph=True), v),
    "grad": lambda f, v: ag.grad(f)(v),
    "grad of grad": lambda f, v: ag.grad(ag.grad(f))(v),
    "jvp": lambda f, v: ag.jvp(f, (v,), (1.0,))[1],
    "vjp": lambda f, v: ag.vjp(f, v)[1](1.0)[0],
    "hvp": lambda f, v: ag.hvp(f, v, 1.0),
    "hessian": lambda f, v: ag.hessian(f)(v),
}


def _constant(value):
    """Return a number that was computed under no_grad, as it is in a program."""
    with no_grad():
        return value * 1.0


@in_one_test("around", [False, True], ids=["outside", "inside"])
@in_one_test("derivative", DERIVATIVES)
@in_one_test("place", PLACES)
def test_a_derivative_stops_where_no_grad_stops_it(place, derivative, around):
    def f(x):
        if not around:
            return x * DERIVATIVES[derivative](PLACES[place], x + 1.0)
        with no_grad():
            found = DERIVATIVES[derivative](PLACES[place], x + 1.0)
        return x * found

    try:
        expected = float(f(Value(1.5)).data)
    except RuntimeError:  # of what was not recorded
        with pytest.raises(RuntimeError, match="where nothing is recorded"):
            compiled(f)(1.5)
        return
    value, slope = compiled(f).value_and_grad(1.5)
    assert value == pytest.approx(expected, rel=1e-14, abs=1e-15)
    assert slope == pytest.approx(ag.grad(f)(1.5), rel=1e-14, abs=1e-15)


def test_captured_leaves_are_read_at_each_call(backend):
    w = Value(2.0)
    c = compile(lambda x: w * x, backend=backend)
    assert c(3.0) == 6.0
    w.data = 5.0
    assert (c(3.0), c([3.0][0]), c.value_and_grad(3.0)) == (15.0, 15.0, (15.0, 5.0))


def test_a_derivative_inside_reads_captured_leaves_as_the_eager_engine_does():
    w = Value(2.0)

    def f(x):
        return x + ag.grad(lambda y: w * y * y)(3.0)  # by floats: a number, without gradient for w

    c = compiled(f)
    assert (c(1.0), c.captured(1.0)) == (13.0, (w,))
    w.data = 5.0
    assert c(1.0) == f(1.0) == 31.0
    c.backward(1.0)
    assert not w.has_grad


def test_backward_does_what_the_eager_loop_does(backend):
    model = MLP(2, [4, 3, 1], "tanh")
    X = np.random.default_rng(0).normal(size=(9, 2))
    y = np.sign(X[:, 0])
    c = compile(lambda x, t: hinge_loss(model(x), t), in_axes=0, backend=backend)
    for reduction in ("mean", "sum"):
        model.zero_grad()
        found = c.backward(X, y, reduction=reduction)
        found = found, c.backward(X, y, reduction=reduction)  # it adds up
        slopes = [p.grad for p in model.parameters()]
        model.zero_grad()
        losses = [hinge_loss(model(x), t) for x, t in zip(X.tolist(), y.tolist(), strict=True)]
        loss = ag.sum(losses) / (9 if reduction == "mean" else 1)
        loss.backward()
        assert found == pytest.approx((loss.data, loss.data), rel=1e-14)
        assert slopes == pytest.approx([2 * p.grad for p in model.parameters()], rel=1e-12)


def test_backward_reaches_what_an_eager_pass_reaches(backend):
    def leaves():
        return [Value(1.0, label=name) for name in ("used", "power", "detached", "compared", "off")]

    def f(x, ws):
        used, power, detached, compared, off = ws
        kept = used * x + power**0 + detached.detach() * x
        return kept + ag.where(compared > 0, x, off)

    eager, ours = leaves(), leaves()
    f(2.0, eager).backward()
    compile(lambda x: f(x, ours), backend=backend).backward(2.0)
    assert [w.has_grad for w in ours] == [w.has_grad for w in eager] == [1, 1, 0, 0, 1]
    assert [w.grad for w in ours] == [w.grad for w in eager]


def test_parameters_lie_in_layer_order():
    model = MLP(3, [4, 2, 1])
    assert compiled(model).captured([1.0, 2.0, 3.0]) == tuple(model.parameters())


TABLE = {2.0: 10.0, 4.0: 20.0}


def matched(number):
    match number:
        case float():
            return 2.0
        case _:
            return 1.0


@functools.singledispatch
def dispatched(number):
    return 1.0


@dispatched.register
def _(number: float):
    return 2.0


# What a function may ask of a Value: the number that eager code gets, live, or a TracingError.
ASKED = {
    "data": lambda v: v.data,
    "data squared": lambda v: v.data * v.data,
    "data of data": lambda v: (v.data + 1.0).data if isinstance(v.data, Value) else v.data + 1.0,
    "detach": lambda v: v.detach(),
    "grad": lambda v: v.grad,
    "has_grad": lambda v: 2.0 if v.has_grad else 1.0,
    "float": lambda v: float(v.data),
    "int": lambda v: int(v.data),
    "round": lambda v: round(v),  # noqa: PLW0108 - as users write it
    "round to digits": lambda v: round(v, 2),
    "round data": lambda v: round(v.data, 1),
    "math": lambda v: math.sqrt(abs(v.data)),
    "math of a Value": lambda v: math.floor(v.data),
    "format": lambda v: float(f"{v:.3f}"),
    "format data": lambda v: float(f"{v.data}"),
    "percent": lambda v: float("%.3f" % v.data),  # noqa: UP031 - as users write it
    "str": lambda v: float(str(v.data)),
    "index": lambda v: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0][int(v.data) % 7],
    "range": lambda v: sum(range(int(abs(v.data)))),
    "if": lambda v: 2.0 if v.data > 3 else 1.0,
    "if Value": lambda v: 2.0 if v > 3 else 1.0,
    "or": lambda v: v.data or 7.0,
    "chained": lambda v: 2.0 if 0.0 < v.data < 3.0 else 1.0,
    "max": lambda v: max(v.data, 3.0),
    "==": lambda v: 2.0 if v.data == 2.0 else 1.0,
    "!=": lambda v: 2.0 if v.data != 2.0 else 1.0,
    "in": lambda v: 2.0 if v.data in [2.0, 4.0] else 1.0,
    "//": lambda v: v.data // 2,
    "%": lambda v: v.data % 2,
    "Value": lambda v: Value(v.data),
    "copy": lambda v: copy.copy(v),  # noqa: PLW0108 - as users write it
    "deepcopy": lambda v: copy.deepcopy(v),  # noqa: PLW0108 - as users write it
    "pickle": lambda v: pickle.loads(pickle.dumps(v)),  # noqa: S301 - our own
    "forward": lambda v: v.forward(),
    "array": lambda v: np.array(v.data).astype(float),
    "array of Values": lambda v: np.array([v.data, 1.0]) @ np.array([2.0, 3.0]),
    "asarray": lambda v: np.asarray([v.data], dtype=np.float64)[0],
    "float64": lambda v: np.float64(v.data),
    "ufunc": lambda v: np.exp(v.data),
    "is_integer": lambda v: 1.0 if v.data.is_integer() else 2.0,
    "hasattr": lambda v: 1.0 if hasattr(v.data, "hex") else 2.0,
    "ratio": lambda v: v.data.as_integer_ratio()[0],
    "real": lambda v: v.data.real + v.data.imag,
    "hash": lambda v: hash(v.data) % 7,
    "get": lambda v: TABLE.get(v.data, 7.0),
    "item": lambda v: TABLE[v.data],
    "in a dict": lambda v: 2.0 if v.data * 1.0 in TABLE else 1.0,
    "in a set": lambda v: 2.0 if v.data in {2.0, 4.0} else 1.0,
    "set": lambda v: len({v.data, v.data + 0.0}),
    "Counter": lambda v: collections.Counter([v.data])[2.0],
    "cache": lambda v: functools.lru_cache(lambda number: TABLE[2.0])(v.data),
    "isinstance": lambda v: 2.0 if isinstance(v.data, float) else 1.0,
    "isinstance of many": lambda v: 2.0 if isinstance(v.data + 1.0, int | float) else 1.0,
    "Real": lambda v: 2.0 if isinstance(v.data, numbers.Real) else 1.0,
    "class": lambda v: 2.0 if v.data.__class__ is float else 1.0,
    "match": lambda v: matched(v.data),
    "singledispatch": lambda v: dispatched(v.data),
    "== complex": lambda v: 2.0 if v.data == 2 + 0j else 1.0,
    "== itself": lambda v: 2.0 if v.data == v.data else 1.0,
    "== None": lambda v: 2.0 if v.data == None else 1.0,  # noqa: E711 - as users write it
    "isnan": lambda v: 2.0 if math.isnan(v.data) else 1.0,
    "json": lambda v: len(json.dumps({"a": v.data})),
    "struct": lambda v: struct.unpack("d", struct.pack("d", v.data))[0],
    "Fraction": lambda v: float(fractions.Fraction(v.data)),
    "mean": lambda v: statistics.mean([v.data, 2.0]),
    "slice": lambda v: len([1.0, 2.0, 3.0][: int(v.data)]),
    "seed": lambda v: random.Random(v.data).random(),
    "backward": lambda v: ((v * v).backward(), v.grad)[1],
    "gradients": lambda v: ag.gradients(v * v, v),
    "gradients as a graph": lambda v: ag.gradients(v * v, v, create_graph=True),
    "second": lambda v: ag.gradients(ag.gradients(v**3, v, create_graph=True), v),
    "grad of": lambda v: ag.grad(lambda y: y * y)(v.data),
    "grad at a number": lambda v: ag.grad(lambda y: y * y * v)(3.0),
    "value_and_grad": lambda v: ag.value_and_grad(lambda y: y * y * v)(3.0)[1],
    "jacobian": lambda v: ag.jacobian(lambda y: [y * v, y])(3.0)[0],
    "hessian": lambda v: ag.hessian(lambda y: y**3 * v)(3.0),
    "jvp": lambda v: ag.jvp(lambda y: y * v, 3.0, 1.0)[1],
    "vjp": lambda v: ag.vjp(lambda y: y * v, 3.0)[1](1.0)[0],
    "hvp": lambda v: ag.hvp(lambda y: y**3 * v, 3.0, 1.0),
    "check": lambda v: len(ag.check_gradients(lambda y: y * v, 3.0)),
    "sweep": lambda v: sweep(v * v).gradients()[v],
    "local": lambda v: local_derivatives(v * v)[0],
    "dot": lambda v: ag.dot(Vector([v, 1.0]), [v.data, 2.0]),
    "compiled": lambda v: compile(lambda y: y * v, backend="numpy")(3.0),
    "compiled gradient": lambda v: compile(lambda y: y * v, backend="numpy").value_and_grad(3.0)[1],
    "compiled of data": lambda v: compile(lambda y: y * y, backend="numpy")(v.data),
}


@in_one_test("kind", ["leaf", "interior", "argument"])
@in_one_test("name", ASKED)
def test_what_is_asked_of_a_value_is_live_or_refused(name, kind):
    ask = ASKED[name]

    def f(x, w):
        return x * ask(
            {"leaf": lambda: w, "interior": lambda: w * w, "argument": lambda: x}[kind]()
        )

    w = Value(2.0)
    c = compiled(lambda x: f(x, w))
    for number, argument in ((2.0, 2.0), (5.0, 3.0), (5.0, 4.0)):
        w.data = number
        w.grad = number
        try:
            found = c(argument)
        except (TypeError, struct.error):  # TracingErrors, and what C code says of no float
            continue
        expected = f(Value(argument), w)
        assert found == (expected.data if isinstance(expected, Value) else expected)


def test_the_gradient_inside_is_that_of_mathematics():
    w = Value(2.0)
    c = compiled(lambda x: ag.gradients(x * x * w, x))
    assert c(3.0) == 12.0
    w.data = 3.0
    assert c(3.0) == 18.0
    assert c.value_and_grad(3.0) == (18.0, 0.0)  # a number, as in eager mode
    drawn = compiled(lambda x: ag.gradients(x * x * w, x, create_graph=True))
    assert drawn.value_and_grad(3.0) == (18.0, 6.0)


def test_no_text_of_a_captured_value_shows_a_number():
    w = Value(2.0, label="w")
    texts = []
    compiled(lambda x: (texts.append(f"{w} {w * 2!r} {w.data!r} {[w]}"), x * w)[1])(1.0)
    assert texts == ["Traced('w') Traced() Traced() [Traced('w')]"]
    assert repr(w) == "Value(label='w', data=2.0, grad=0.0)"


def test_leaves_are_the_same_or_not_while_they_are_traced():
    w, v = Value(1.0), Value(2.0)
    c = compiled(lambda x: x * (2.0 if w in [v, w] and w != v else 1.0))
    assert c(3.0) == 6.0


def test_a_rule_that_asks_for_data_is_live():
    square = ag.primitive("square_by_data", lambda x: x * x, lambda g, out, x: g * 2.0 * _data(x))
    w = Value(2.0)
    c = compiled(ag.grad(lambda y: square(y) * w))
    assert c(3.0) == 12.0
    w.data = 5.0
    assert c(4.0) == 40.0


def _data(x):
    return x.data if isinstance(x, Value) else x


def test_other_threads_read_numbers_while_one_traces():
    w, seen, inside, done = Value(2.0), [], threading.Event(), threading.Event()

    def f(x):
        inside.set()
        done.wait(10)
        return x * w.data

    def read():
        inside.wait(10)
        seen.append((w.data, w.grad, repr(w), f"{w:.1f}", bool(w), round(w), copy.copy(w).data))
        done.set()

    thread = threading.Thread(target=read)
    thread.start()
    assert compiled(f, verify="never")(3.0) == 6.0
    thread.join()
    assert seen == [(2.0, 0.0, "Value(data=2.0, grad=0.0)", "2.0", True, 2, 2.0)]


def test_programs_are_made_under_no_grad_as_elsewhere():
    w, x = Value(2.0), Value(1.0)
    graph = w * x**3
    with no_grad():
        of_graph = ag.compile_graph(graph, [x])
        of_function = compiled(lambda x: w * x**3)
        for c in (of_graph, of_function):
            assert c.value_and_grad(3.0) == (54.0, 54.0)
            assert c.hessian(3.0) == 36.0
            assert c.backward(3.0) == 54.0
    assert w.grad == 54.0
