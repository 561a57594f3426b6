"""Programs of float32: what is rounded, which dtypes there are, and results on every kind of call.

The oracle is NumPy's float32, operation by operation, and the same program in float64.
"""

from __future__ import annotations

import copy
import pickle
import random

import numpy as np
import pytest

import autograd
from autograd import Descent, Value, compile, compile_graph, mean
from autograd.arguments import DTYPES
from autograd.native import engine
from autograd.program.precision import DOUBLE, PRECISIONS, SINGLE, as_precision
from nn import MLP, SGD, Adam, AdamW, RMSprop
from nn.losses import LOSSES

BACKENDS = ("llvm", "numpy", "interpreter")


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
    assert (*PRECISIONS,) == DTYPES
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


def test_a_batch_of_float32_is_not_copied(backend):
    c = compile(lambda x: x[0] * 0.5, in_axes=0, backend=backend, dtype="float32")
    X = np.ones((5, 2), np.float32)
    assert c._read((X,)).examples is X or c._read((X,)).examples.base is X
    for other in (
        X.astype(float),
        X.astype(">f4"),
        X.astype(int),
        X.tolist(),
        X.astype(np.float16),
    ):
        examples = c._read((other,)).examples
        assert (examples.dtype, examples.dtype.isnative) == (np.float32, True)
        assert c(other).tolist() == [0.5] * 5
    with pytest.raises(TypeError, match=r"argument 0 .* is a batch and holds Values"):
        c([[Value(1.0), 2.0]])


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


@pytest.mark.parametrize(
    ("number", "lost"),
    [(1e300, "inf"), (-1e39, "-inf"), (1e-60, "0.0"), (1.0 - 1e-12, "1.0"), (1e-9 - 1.0, "-1.0")],
)
def test_a_constant_that_would_be_lost_is_refused(number, lost, backend):
    c = compile(lambda x: x + number, backend=backend, dtype="float32")
    with pytest.raises(ValueError, match=rf"the constant \S+ is {lost} in float32; scale the numb"):
        c(1.0)


def test_limits_of_doubles_become_those_of_floats(backend):
    doubles, floats = np.finfo(np.float64), np.finfo(np.float32)
    given = [doubles.max, doubles.tiny, doubles.smallest_subnormal, np.nextafter(1.0, 0.0)]
    wanted = [floats.max, floats.tiny, floats.smallest_subnormal, 1.0 - floats.epsneg]
    c = compile(
        lambda x: [x * s * float(n) for n in given for s in (1.0, -1.0)] + [x * (0.1 * 3 / 0.3)],
        backend=backend,
        dtype="float32",
    )
    assert c(1.0) == [s * float(n) for n in wanted for s in (1.0, -1.0)] + [1.0]


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


@pytest.mark.parametrize("count", [1, 3, 21])
def test_calls_in_a_loop_have_the_results_of_the_first(count, backend):
    """C takes them where it can: of doubles, which machine code rounds and widens again."""
    rng = random.Random(count)
    leaves = [Value(rng.uniform(-1, 1)) for _ in range(2 * count)]

    def f(xs, scale):
        return autograd.dot(leaves[:count], xs).tanh() * scale + autograd.dot(leaves[count:], xs)

    c = compile(f, backend=backend, dtype="float32", verify="never")
    oracle = compile(f, backend="interpreter", dtype="float32", verify="never")
    for turn in range(6):
        xs, scale = [rng.uniform(-2, 2) for _ in range(count)], rng.uniform(1, 2)
        value, (slopes, slope) = c.value_and_grad(xs, scale)
        right, (right_slopes, right_slope) = oracle.value_and_grad(xs, scale)
        assert [value, *slopes, slope] == pytest.approx(
            [right, *right_slopes, right_slope], rel=5e-6, abs=5e-6
        )
        assert all(type(x) is float and x == np.float32(x) for x in (value, *slopes, slope))
        assert c(xs, scale) == value
        for leaf in leaves:
            leaf.grad = 0.0
        assert c.backward(xs, scale) == value
        found = [leaf.grad for leaf in leaves]
        for leaf in leaves:
            leaf.grad = 0.0
        oracle.backward(xs, scale)
        assert found == pytest.approx([leaf.grad for leaf in leaves], rel=5e-6, abs=5e-6)
        leaves[turn % count].data = rng.uniform(-1, 1)
    with np.errstate(all="ignore"):
        assert np.isinf(c([1e39] * count, -1.0)) or np.isnan(c([1e39] * count, -1.0))
    if backend == "llvm" and engine is not None:
        assert all(runner._ready for _, _, runner in c._programs)


# Descent

OPTIMIZERS = {
    "plain": (SGD, {"lr": 0.05}),
    "nesterov": (SGD, {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    "rmsprop": (RMSprop, {"lr": 0.01, "alpha": 0.9, "momentum": 0.5, "weight_decay": 0.1}),
    "adam": (Adam, {"lr": 0.02}),
    "adamw": (AdamW, {"lr": 0.02, "weight_decay": 0.1}),
}


def descent_of(optimizer, loss, args, **details):
    kind, settings = OPTIMIZERS[optimizer]
    model = MLP(2, [5, 3, 1], activation="tanh", rng=random.Random(0))
    made = kind(model.parameters(), **settings)
    descent = Descent(
        lambda x, y: loss(model(x), y), args, parameters=made.parameters, rule=kind.rule,
        state=made.state, settings=made.settings, **details,
    )  # fmt: skip
    return made.parameters, descent


def trained(optimizer, clip_norm=None, **details):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    y = np.sign(X[:, 0] * X[:, 1])
    parameters, descent = descent_of(
        optimizer,
        lambda out, y: ((1.0 - y * out).relu() + 0.1 * (out - y) ** 2, [out]),
        (X, y),
        clip_norm=clip_norm,
        **details,
    )
    counts = [3, 1, 20, 8, 40]
    order = rng.integers(0, 40, sum(counts))
    steps = descent.run((X, y), order, counts, {"lr": [0.05, 0.01, 0.03, 0.0, 0.02]})
    descent.write_back()
    return steps, np.array([p.data for p in parameters]), descent


@pytest.mark.parametrize("clip_norm", [None, 0.1])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_steps_in_float32_are_those_in_float64(optimizer, clip_norm, backend):
    """To a few roundings of numbers of about 1."""
    wanted, numbers, _ = trained(optimizer, clip_norm, backend="interpreter")
    steps, found, descent = trained(optimizer, clip_norm, backend=backend, dtype="float32")
    assert (steps.losses.dtype, steps.extra.dtype) == (np.float32, np.float32)
    assert steps.done == 5
    np.testing.assert_allclose(steps.losses, wanted.losses, rtol=3e-6)
    np.testing.assert_allclose(steps.extra, wanted.extra, atol=5e-6)
    np.testing.assert_allclose(found, numbers, atol=5e-6)
    assert (found == found.astype(np.float32)).all()
    assert not np.array_equal(found, numbers)
    assert all(type(number) is float for line in descent.state for number in line)


def test_a_descent_in_float32_takes_over_what_is_set_and_is_copied(backend):
    w, scale = Value(0.1), Value(1e300)
    descent = Descent(
        lambda x: (w * x - 1.0) ** 2 + scale * 0.0, ([1.0],), parameters=[w], dtype="float32",
        rule=lambda p, g, state, lr: (p - lr * g, state), state=[()], settings={"lr": 0.25},
        backend=backend,
    )  # fmt: skip
    scale.data = 2.0
    w.data = 3.0
    again = copy.deepcopy(descent)
    for each in (descent, again):
        steps = each.run(([1.0, 2.0],), [0, 0], [1, 1])
        assert steps.losses.tolist() == [4.0, 1.0]
        assert each.value_and_grad(([1.0],))[0] == 4.0  # at what the Values have
    descent.write_back()
    assert (w.data, scale.data) == (1.5, 2.0)


def test_steps_end_before_a_number_that_float32_cannot_hold(backend):
    w = Value(2.0**100)
    descent = Descent(
        lambda x: w * w * x, ([1.0],), parameters=[w], dtype="float32", settings={"lr": 0.1},
        rule=lambda p, g, state, lr: (p - lr * g, state), state=[()], backend=backend,
    )  # fmt: skip
    steps = descent.run(([1.0],), [0], [1])
    assert (steps.done, steps.finite) == (0, False)
    descent.write_back()
    assert w.data == 2.0**100  # as it was: no step was taken


def test_the_dtype_of_a_descent_is_checked():
    with pytest.raises(ValueError, match="Descent: dtype must be 'float64' or 'float32', as text"):
        trained("plain", dtype="float16")


# Losses, whose forms must not depend on the limits of doubles


@pytest.mark.parametrize(
    ("name", "outputs", "target"),
    [
        (name, outputs, target)
        for name in sorted(LOSSES)
        for outputs, target in [
            ([0.3, -2.0, 60.0], 1.0),
            ([0.0, 1e-7, 1.0], 0.0),
            ([1.0, 0.5], 1.0),
        ]
    ],
)
def test_losses_have_their_values_and_slopes(name, outputs, target, backend):
    many = name == "cross_entropy"
    if name == "binary_cross_entropy":
        outputs = [min(max(x, 0.0), 1.0) for x in outputs]

    def loss(outputs, target):
        if many:
            return LOSSES[name](outputs, target)
        return mean([LOSSES[name](x, target) for x in outputs])

    both = [
        compile(loss, backend=backend, dtype=dtype).value_and_grad(outputs, target)
        for dtype in ("float64", "float32")
    ]
    (wanted, (slopes, _)), (value, (found, _)) = both
    # The least probability is a denormal float, whose logarithm is -99.98 rather than -100
    precise = 2e-4 if name == "binary_cross_entropy" else 3e-6
    assert value == pytest.approx(wanted, rel=precise, abs=1e-30)
    assert found == pytest.approx(slopes, rel=3e-6, abs=1e-30)
