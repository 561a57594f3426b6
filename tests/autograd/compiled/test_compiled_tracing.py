"""What a function may not do while it is traced, and what stays live afterwards."""

from __future__ import annotations

import math

import numpy as np
import pytest

import autograd as ag
from autograd import TracingError, Value, compile, no_grad
from nn import MLP, hinge_loss


def compiled(f, **settings):
    return compile(f, backend="numpy", **settings)


def branch(x):
    if x > 0:
        return x
    return -x


def loop(x):
    while x < 10:
        x = x * 2
    return x


FROZEN = {
    "if": (branch, "where"),
    "while": (loop, "where"),
    "max": (lambda x: max(x, 1.0), "autograd.maximum"),
    "sorted": (lambda x: sorted([x, 1.0]), "autograd.maximum"),
    "and": (lambda x: x and 1.0, "where"),
    "math.sin": (lambda x: 2 * math.sin(x), "autograd.sin"),
    "float": (lambda x: 2 * float(x), "autograd.sin"),
    "int": (lambda x: [1, 2][int(x)], "autograd.sin"),
    "index": (lambda x: [1, 2][x], "autograd.sin"),
    "asarray": (lambda x: np.asarray([x], dtype=float), "autograd.sin"),
    "data": (lambda x: x.data, "detach"),
    "interior data": (lambda x: (x * 2).data, "detach"),
    "grad": (lambda x: x.grad, "value_and_grad"),
    "backward": (lambda x: (x * x).backward(), "autograd.grad"),
    "==": (lambda x: x == 1.0, "where"),
    "!=": (lambda x: x != 1.0, "where"),
    "in": (lambda x: x in [1.0, 2.0], "where"),
    "round": (lambda x: 2 * round(x), "the Value itself"),
    "format": (lambda x: f"{x:.2f}", "after the call"),
}


@pytest.mark.parametrize("name", FROZEN)
def test_a_number_is_never_frozen_into_a_program(name):
    f, remedy = FROZEN[name]
    with pytest.raises(TracingError, match=remedy) as found:
        compiled(f)(1.0)
    line = f.__code__.co_firstlineno + (f in {branch, loop})
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
    with pytest.raises(TracingError, match=r"\.data was asked"):
        compiled(lambda x: f(x, w).data)(1.0)


def test_a_choice_by_a_parameter_is_refused_too():
    w = Value(2.0)
    with pytest.raises(TracingError, match="a truth value"):
        compiled(lambda x: x if w > 1 else -x)(1.0)


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
