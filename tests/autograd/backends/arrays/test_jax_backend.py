"""The JAX backend alone: precision, derivatives by JAX, and batches sharded over devices."""

from __future__ import annotations

import ctypes
import ctypes.util
import itertools
import os
import subprocess
import sys
from functools import cache
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest

from autograd import Value, compile, primitive
from autograd.backends.formula import FUNCTIONS
from autograd.primitive import RESERVED, TABLE
from autograd.primitives import add, dot, mul, sub, tanh
from autograd.program.interpreter import Interpreted
from autograd.program.precision import SINGLE
from autograd.program.program import Instruction, Program
from autograd.program.schedule import scheduled

jax = pytest.importorskip("jax")
from autograd.backends.jax import build, enable_x64, function  # noqa: E402 - needs jax

ROOT = Path(__file__).parents[4]
NONE = np.empty(0)


def regression(drawn):
    """Draw (tanh(w . x + b) - y)**2 for an example (x0, x1, y) and parameters (w0, w1, b)."""
    draw = drawn(examples=3, parameters=3)
    s = draw(add, draw(dot, *draw.p[:2], *draw.x[:2]), draw.p[2])
    error = draw(sub, draw(tanh, s), draw.x[2])
    loss = draw(mul, error, error)
    return draw.program([loss], [loss])


def test_double_precision_leaves_the_setting_of_jax_alone(drawn):
    before = jax.numpy.ones(1).dtype
    outputs, sums = build(scheduled(regression(drawn))).run(np.full((2, 3), 0.1), NONE, np.ones(3))
    exact = (np.tanh(1.2) - 0.1) ** 2
    np.testing.assert_allclose(outputs, [[exact]] * 2, rtol=1e-15)
    assert outputs.dtype == sums.dtype == np.float64
    assert jax.numpy.ones(1).dtype == before


def test_the_function_keeps_the_precision_of_its_arguments(drawn):
    single = np.float32
    arguments = np.full((2, 3), 0.1, single), np.empty(0, single), np.ones(3, single)
    with enable_x64(True):
        outputs, sums = jax.jit(function(scheduled(regression(drawn))))(*arguments)
    assert outputs.dtype == sums.dtype == single


def test_jax_differentiates_the_function(drawn):
    run = function(scheduled(regression(drawn)))
    X, p = np.random.default_rng(0).normal(size=(5, 3)), np.array([0.3, -0.2, 0.1])
    with enable_x64(True):
        slopes = jax.jit(jax.grad(lambda p: run(X, NONE, p)[1][0]))(p)
    y = np.tanh(X[:, :2] @ p[:2] + p[2])
    back = 2.0 * (y - X[:, 2]) * (1.0 - y * y)
    np.testing.assert_allclose(slopes, back @ np.column_stack([X[:, :2], np.ones(5)]), rtol=1e-13)


def test_an_operation_without_a_c_text_is_named(drawn):
    cube = primitive("cube", lambda x: x**3, None, numpy="x * x * x")
    draw = drawn(examples=1)
    with pytest.raises(ValueError, match="'cube' has no C text"):
        build(scheduled(draw.program([draw(cube, *draw.x)])))


def test_a_c_function_that_jax_lacks_is_named(drawn):
    rest = primitive("rest", np.fmod, None, None, c="remainder")
    draw = drawn(examples=2)
    with pytest.raises(ValueError, match=r"'rest' calls remainder, which JAX does not have"):
        build(scheduled(draw.program([draw(rest, *draw.x)])))


NAMES = sorted({*FUNCTIONS} - {"fma", "remainder"})


@cache
def of_c(libm, drawn):
    """Return the points of each function of C, what C gives there, and what JAX does.

    XLA compiles all of them in one program, in less than half the time.
    """
    numbers = [-2.5, -1.5, -0.7, -0.5, -0.0, 0.49999999999999994, 0.5, 0.9, 2.5, 3.7, inf, nan]
    draw = drawn(examples=max(FUNCTIONS[name] for name in NAMES))
    examples = np.array([*itertools.product(numbers, repeat=len(draw.x))])
    library, results, wanted = ctypes.CDLL(libm), [], []
    for name in NAMES:
        oracle, arity = library[name], FUNCTIONS[name]
        oracle.argtypes, oracle.restype = [ctypes.c_double] * arity, ctypes.c_double
        op = primitive(f"{name}_of_c", oracle, *[None] * arity, c=name)
        results.append(draw(op, *draw.x[:arity]))
        wanted.append([oracle(*point) for point in examples[:, :arity].tolist()])
    outputs, _ = build(scheduled(draw.program(results))).run(examples, NONE, NONE)
    return {name: (examples, *both) for name, *both in zip(NAMES, wanted, outputs.T, strict=True)}


@pytest.mark.parametrize("name", NAMES)
def test_functions_of_c_have_their_meaning_of_c(name, drawn, quick_xla):
    libm = ctypes.util.find_library("m")
    if libm is None:
        pytest.skip("no C library of mathematics (libm) to compare with")
    points, wanted, found = of_c(libm, drawn)[name]
    np.testing.assert_allclose(found, wanted, rtol=1e-9, err_msg=str(points))


SHARDED = """
import random
import jax, numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
import nn
from autograd import compile
from autograd.backends.jax import function
from autograd.program.schedule import scheduled

jax.config.update("jax_enable_x64", True)
assert jax.device_count() == 4, jax.devices()
random.seed(0)
model = nn.MLP(2, [16, 16, 1])
loss = compile(lambda x, y: (model(x) - y) ** 2, in_axes=0)
rng = np.random.default_rng(0)
X, y = rng.normal(size=(64, 2)), rng.normal(size=64)
schedule = scheduled(loss.program("backward", X, y))
parameters = np.array([leaf.data for leaf in loss.captured(X, y)])
examples = np.column_stack([X, y])

mesh = Mesh(np.array(jax.devices()), ("batch",))
sharded = jax.device_put(examples, NamedSharding(mesh, PartitionSpec("batch")))
everywhere = NamedSharding(mesh, PartitionSpec())
arguments = sharded, *jax.device_put((np.empty(0), parameters), everywhere)
compiled = jax.jit(function(schedule)).lower(*arguments).compile(UNOPTIMIZED)
_, sums = compiled(*arguments)
assert "all-reduce" in compiled.as_text()  # each device adds up its part of the batch
assert sums.sharding.is_fully_replicated
assert "f64[64,3]" not in compiled.as_text()  # and holds no other
one = jax.jit(function(schedule), compiler_options=UNOPTIMIZED)  # for one of the devices
shards = [np.asarray(part.data) for part in sharded.addressable_shards]
parts = [one(shard, np.empty(0), parameters)[1] for shard in shards]
assert len(parts) == 4
np.testing.assert_allclose(sums, np.sum(parts, axis=0), rtol=1e-12, atol=1e-12)

loss.backward(X, y, reduction="sum")
wanted = [leaf.grad for leaf in loss.captured(X, y)]
np.testing.assert_allclose(sums[1:], wanted, rtol=1e-12, atol=1e-12)
print("ok")
"""


def test_a_batch_sharded_over_four_devices_gives_the_same_sums(unoptimized):
    flags = "--xla_force_host_platform_device_count=4"
    run = subprocess.run(
        [sys.executable, "-c", f"UNOPTIMIZED = {unoptimized}\n{SHARDED}"],
        cwd=ROOT,
        env={**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "ok"


# float32

SINGLE_ULPS = {"cosh": 32.0, "sinh": 32.0, "erfc": 64.0}  # XLA's own functions


def test_a_program_of_float32_has_the_numbers_of_the_interpreter():
    """Of normal numbers: XLA takes those below 1.2e-38 for 0."""
    names = [name for name in sorted(RESERVED) if not TABLE[name].variadic]
    steps = tuple(Instruction(TABLE[name], (0, 1, 2)[: TABLE[name].arity]) for name in names)
    program = Program(3, 0, 0, (), steps, tuple(range(3, 3 + len(steps)))).rounded(SINGLE)
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(size=(50, 3)) * size for size in (0.5, 5.0, 30.0)])
    X = X.astype(np.float32).astype(float)
    outputs, _ = build(scheduled(program)).run(X, NONE, NONE)
    wanted, _ = Interpreted(program).run(X, NONE, NONE)
    assert outputs.dtype == np.float32
    for name, found, right in zip(names, outputs.T, wanted.T, strict=True):
        with np.errstate(invalid="ignore", over="ignore"):
            same = (found == right) | (np.isnan(found) & np.isnan(right)) | (abs(right) < 1e-36)
            slack = np.where(name == "share", abs(X[:, 0] - X[:, 1]), 0.0)
            close = abs(found - right) <= (SINGLE_ULPS.get(name, 5.0) + slack) * np.spacing(
                abs(right)
            )
        assert (same | close).all(), name


def test_training_in_float32():
    w = Value(0.1)
    loss = compile(lambda x, y: (w * x - y) ** 2, in_axes=0, backend="jax", dtype="float32")
    value, (slopes, _) = loss.value_and_grad([1.0, 2.0], [3.0, 4.0])
    assert (value.dtype, slopes.dtype) == (np.float32, np.float32)
    np.testing.assert_allclose(value, [2.9**2, 3.8**2], rtol=1e-6)
    assert loss.backward([1.0, 2.0], [3.0, 4.0]) == pytest.approx((2.9**2 + 3.8**2) / 2, rel=1e-6)
    assert w.grad == pytest.approx(-(2.9 + 7.6), rel=1e-6)
