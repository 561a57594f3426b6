"""Programs of float32: what is rounded, which dtypes there are, and results on every kind of call.

The oracle is NumPy's float32, operation by operation, and the same program in float64.
"""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import autograd
from autograd import Value, compile, compile_graph
from autograd.program.precision import DOUBLE, SINGLE, as_precision

BACKENDS = ("llvm", "interpreter")


@pytest.fixture(params=BACKENDS)
def backend(request):
    if request.param == "llvm":
        pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    return request.param


def test_numbers_are_rounded_as_numpy_rounds_them():
    rng = np.random.default_rng(0)
    numbers = rng.standard_normal(500) * 10.0 ** rng.integers(-60, 60, 500)
    numbers = [*numbers, 0.0, -0.0, np.inf, -np.inf, np.nan, 3.4028235677973366e38, 1e-46, -7e-46]
    with np.errstate(over="ignore", under="ignore"):
        wanted = [float(np.float32(x)) for x in numbers]
    assert list(map(repr, map(SINGLE.rounded, map(float, numbers)))) == list(map(repr, wanted))
    assert (SINGLE.bits, SINGLE.bias, DOUBLE.bits, DOUBLE.bias) == (32, 127, 64, 1023)


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float32")])
def test_a_dtype_is_a_name_or_a_type_of_numpy(dtype):
    assert as_precision(dtype, "dtype") is SINGLE
    assert compile(lambda x: x * 1.1, dtype=dtype, backend="interpreter")(1.0) == np.float32(1.1)


@pytest.mark.parametrize("dtype", ["float16", "single", np.float16, np.int32, float, 32, None, []])
def test_another_dtype_is_refused_with_those_there_are(dtype):
    with pytest.raises(ValueError, match=r"compile: dtype must be 'float64' or 'float32', as text"):
        compile(lambda x: x, dtype=dtype)
    with pytest.raises(ValueError, match="compile_graph: dtype must be 'float64' or 'float32'"):
        compile_graph(Value(1.0) * 2.0, [], dtype=dtype)


def test_a_copy_of_a_precision_is_the_same():
    assert pickle.loads(pickle.dumps(SINGLE)) is SINGLE  # noqa: S301 - our own
    assert copy.deepcopy(DOUBLE) is DOUBLE


def test_the_default_is_double_and_programs_of_both_are_different():
    double = compile(lambda x: x / 3.0, backend="interpreter")
    single = compile(lambda x: x / 3.0, backend="interpreter", dtype="float32")
    assert (double(1.0), single(1.0)) == (1.0 / 3.0, float(np.float32(1.0) / np.float32(3.0)))
    assert double.program("value", 1.0) != single.program("value", 1.0)
    assert single.program("value", 1.0).precision is SINGLE


def test_each_operation_is_rounded(backend):
    c = compile(lambda x, y: [(x + y) - x, x * y / 3.0, -x], backend=backend, dtype="float32")
    x, y = np.float32(0.1), np.float32(1e-3)
    wanted = [(x + y) - x, x * y / np.float32(3.0), -x]
    assert c(0.1, 1e-3) == [float(number) for number in wanted]


def test_arrays_come_back_in_float32_and_numbers_as_floats(backend):
    c = compile(lambda x: autograd.sum([a * a for a in x]), backend=backend, dtype="float32")
    assert type(c([1.0, 2.0])) is float
    value, slopes = c.value_and_grad(np.array([1.0, 2.0]))
    assert (type(value), slopes.dtype) == (float, np.float32)
    assert c.hessian(np.array([1.0, 2.0])).dtype == np.float32
    batch = compile(lambda x: x[0] * x[1], in_axes=0, backend=backend, dtype="float32")
    for count in (0, 1, 7):
        value, slopes = batch.value_and_grad(np.ones((count, 2), np.float32))
        assert (value.dtype, slopes.dtype) == (np.float32, np.float32)
        assert (value.shape, slopes.shape) == ((count,), (count, 2))


def test_out_takes_arrays_of_float32(backend):
    c = compile(lambda x: [2.0 * a for a in x], in_axes=0, backend=backend, dtype="float32")
    out = [np.zeros(3, np.float32), None]
    found = c(np.ones((3, 2)), out=out)
    assert found[0] is out[0]
    assert out[0].tolist() == [2.0, 2.0, 2.0]
    with pytest.raises(TypeError, match="must be an array of float32 or None, not an array of flo"):
        c(np.ones((3, 2)), out=[np.zeros(3), None])


def test_captured_leaves_are_rounded_when_they_are_read_and_stay_as_they_are(backend):
    w = Value(0.1)
    c = compile(lambda x: w * x, in_axes=0, backend=backend, dtype="float32")
    assert c([1.0]).tolist() == [float(np.float32(0.1))]
    assert c.backward([1.0, 3.0]) == pytest.approx(0.2, rel=1e-7)
    assert (w.data, w.grad, type(w.grad)) == (0.1, 2.0, float)
    w.data = 1e300
    assert c([1.0, -1.0]).tolist() == [np.inf, -np.inf]


def test_numbers_beyond_the_largest_float_are_infinite(backend):
    c = compile(lambda x, y: [x * 10.0, y], backend=backend, dtype="float32")
    assert c(1e38, 1e39) == [np.inf, np.inf]
    assert c(-1e39, 1e-60) == [-np.inf, 0.0]
    assert c(1e-44, 0.0)[0] == float(np.float32(1e-44) * np.float32(10.0)) > 0.0  # denormal


@pytest.mark.parametrize("number", [1e300, -1e39, 1e-60])
def test_a_constant_that_would_be_lost_is_refused(number, backend):
    c = compile(lambda x: x + number, backend=backend, dtype="float32")
    lost = {1e300: "inf", -1e39: "-inf", 1e-60: "0.0"}[number]
    with pytest.raises(ValueError, match=rf"the constant \S+ is {lost} in float32; scale the numb"):
        c(1.0)


@pytest.mark.parametrize("size", [1e-42, 1e-30, 1e-20, 1.0, 1e19, 1e25, 1e38])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_lengths_keep_their_digits_over_the_whole_range(size, count, backend):
    c = compile(autograd.norm, backend=backend, dtype="float32")
    xs = [float(np.float32(size * k)) for k in np.linspace(0.3, 0.9, count)]
    value, slopes = c.value_and_grad(xs)
    assert value == pytest.approx(np.linalg.norm(np.array(xs) / size) * size, rel=4e-7, abs=2e-45)
    if size > 1e-37:
        assert slopes == pytest.approx([x / size / (value / size) for x in xs], rel=8e-7)


def test_check_names_the_operation_that_overflowed_in_float32(backend):
    c = compile(lambda x: autograd.exp(x) * 2.0, backend=backend, dtype="float32", check=True)
    assert c(80.0) == pytest.approx(2 * np.exp(80.0), rel=1e-6)
    with pytest.raises(FloatingPointError, match=r"exp\(x=100.0\) gave inf at "):
        c(100.0)


def test_a_row_of_a_user_computes_in_doubles_and_is_rounded_once(backend):
    row = autograd.primitive(
        "single_of_user",
        lambda x: x / 1e300 * 1e300,
        lambda g, out, x: g,
        c="x / 1e300 * 1e300",
    )
    c = compile(row, backend=backend, dtype="float32")
    assert c(0.7) == float(np.float32(0.7))


def test_compiled_functions_of_float32_are_pickled(backend):
    w = Value(0.7)
    c = compile_graph(w * 3.0, [w], backend=backend, dtype="float32")
    again = pickle.loads(pickle.dumps(c))  # noqa: S301 - our own
    assert again(0.1) == c(0.1) == float(np.float32(0.1) * np.float32(3.0))


@pytest.mark.parametrize("other", ["numpy", "jax"])
def test_a_backend_without_float32_says_so(other):
    if other == "jax":
        pytest.importorskip("jax", reason="JAX is not installed")
    with pytest.raises(ValueError, match=f"the {other} backend computes in float64 only: dtype="):
        compile(lambda x: x * 2.0, backend=other, dtype="float32")(1.0)
