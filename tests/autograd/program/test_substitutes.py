"""Python's max, min and functions of math are drawn in a trace, and choose as Python does."""

import builtins
import itertools
import math
import pickle
import threading

import pytest

from autograd import TracingError, Value, compile, grad
from autograd.program.substitutes import FUNCTIONS

SPECIAL = (0.0, -0.0, 1.0, 2.0, math.inf, -math.inf, math.nan)


def largest(x):
    return max(x)


def smallest(x):
    return min(x)


def of_smallest_square(x):
    return min(x, key=lambda v: v * v)


CHOICES = {
    "max of a list": largest,
    "min of a list": smallest,
    "by key": of_smallest_square,
    "of arguments": lambda x: max(x[0], x[1], 1.5),
    "of a generator": lambda x: max(v for v in x),
    "with default": lambda x: min(x, default=3.0),
    "place": lambda x: min(range(3), key=lambda i: x[i]) * 1.0,
    "of .data": lambda x: max(getattr(v, "data", v) for v in x),
    "nested": lambda x: max(0.5, min(x[0], x[2])),
}


def same(a, b):
    if math.isnan(a):
        return math.isnan(b)
    return a == b and math.copysign(1, a) == math.copysign(1, b)


@pytest.mark.parametrize("name", CHOICES)
def test_a_program_chooses_as_python_does_of_floats(name):
    f = CHOICES[name]
    compiled = compile(f, backend="interpreter")
    for x in itertools.product(SPECIAL, repeat=3):
        assert same(compiled([*x]), f([*x])), x


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_backends_choose_alike_in_batches(backend):
    pytest.importorskip("llvmlite" if backend == "llvm" else "numpy")
    xs = [[*x] for x in itertools.product(SPECIAL, repeat=3)]
    found = compile(lambda x: [max(x), min(x)], in_axes=0, backend=backend)(xs)
    for x, high, low in zip(xs, *found):
        assert same(high, max(x)), x
        assert same(low, min(x)), x


@pytest.mark.parametrize("x", [(1.0, 3.0, 2.0), (2.0, 2.0, 1.0), (0.0, -0.0, 0.0)])
@pytest.mark.parametrize("f", [largest, smallest, of_smallest_square])
def test_the_gradient_is_that_of_the_item_eagerly_chosen(f, x):
    values = [*map(Value, x)]
    (f(values) * 2.0).backward()
    found = compile(lambda x: f(x) * 2.0, backend="interpreter").value_and_grad([*x])[1]
    assert found == [v.grad for v in values]
    assert compile(grad(f))([*x]) == [v.grad / 2.0 for v in values]


def test_functions_of_math_are_those_of_floats():
    for module, name, python, _ in FUNCTIONS:
        if module is not math:
            continue
        start = 1.0 if name == "acosh" else 0.0
        x = [start + 0.3, start + 0.8][: 2 if name in {"atan2", "hypot", "pow"} else 1]

        def f(x, name=name):
            return getattr(math, name)(*(v.data for v in x)) * x[0]

        value, slopes = compile(f, backend="interpreter").value_and_grad(x)
        assert value == pytest.approx(python(*x) * x[0], rel=1e-15), name
        assert slopes[0] == python(*x), name  # .data has no gradient


def test_a_program_follows_captured_values():
    w = [Value(1.0), Value(5.0)]
    c = compile(lambda x: max(v.data for v in w) * x + math.exp(w[0].data), backend="interpreter")
    assert c(1.0) == 5.0 + math.e
    w[0].data = 7.0
    assert c(1.0) == 7.0 + math.exp(7.0)


REFUSED = {
    "a function of Values": lambda x: 2.0 * math.exp(x),  # as without a trace
    "a whole number": lambda x: math.floor(x.data),
    "another base": lambda x: math.log(x.data, 3.0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_drawn_is_refused(name):
    with pytest.raises(TracingError):
        compile(REFUSED[name])(1.0)


def test_other_threads_nested_traces_and_pickles_find_what_python_has():
    seen = []

    def f(x):
        thread = threading.Thread(target=lambda: seen.append((max(1, 2), min("ab"), math.sqrt(4))))
        thread.start()
        thread.join()
        seen.append(pickle.loads(pickle.dumps(max))([1, 3]))  # noqa: S301
        return max(x, 1.0 * compile(largest)([3.0, 2.0]))

    assert compile(f)(4.0) == 4.0
    assert seen[:2] == [(2, "a", 2.0), 3]


def test_python_has_its_functions_back_after_a_trace_that_fails():
    before = [python for *_, python, _ in FUNCTIONS]
    with pytest.raises(ZeroDivisionError):
        compile(lambda x: x * (1 / max(0, 0)))(1.0)
    assert [getattr(module, name) for module, name, *_ in FUNCTIONS] == before
    assert builtins.max is before[0]
